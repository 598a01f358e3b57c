import Primitives

/// What can be wrong with the sections that speak of requests, accounts and withdrawn models.
extension PolicyDocument {
    func checkWire(_ catalogue: Catalogue, _ list: inout [PolicyMistake]) {
        for (index, line) in wire.enumerated() {
            let path: [PolicyMistake.Step] = [.key("wire"), .index(index)]
            if line.isEmpty {
                list.append(
                    PolicyMistake(
                        path, "this line demands nothing",
                        mend: "give it inject, require, deny, regions, fields or upstreams"))
            }
            checkPlace(line.provider, line.surface, path, catalogue, &list)
            for name in line.classes where name != Self.cleanRow { checkClass(name, path + [.key("classes")], &list) }
            for term in line.inject where !WireLine.injectable.contains(term) {
                list.append(
                    PolicyMistake(
                        path + [.key("inject")], "no provider has a field for \"\(term.rawValue)\"",
                        mend: "require it, so that somebody has to vouch for it"))
            }
        }
        for (key, values) in tenants.sorted(by: { $0.key < $1.key })
        where !values.allSatisfy({ $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2C } }) {
            list.append(
                PolicyMistake(
                    [.key("tenants"), .key(key.rawValue)],
                    "an id holds a comma, a space or another character that no id has",
                    mend: "write several ids as an array"))
        }
        for (index, rule) in accounts.enumerated() {
            let path: [PolicyMistake.Step] = [.key("account"), .index(index)]
            if rule.provider == nil, rule.surface == nil {
                list.append(
                    PolicyMistake(path, "this account is at no provider", mend: "name a provider or surface"))
            }
            if rule.organisations.isEmpty, rule.plans.isEmpty, rule.shown == nil {
                list.append(
                    PolicyMistake(
                        path, "this rule has no condition on the account",
                        mend: "give it organisations, plans or shown, or write a line under [tiers]"))
            }
            if rule.shown == false, !rule.organisations.isEmpty || !rule.plans.isEmpty {
                list.append(
                    PolicyMistake(path + [.key("shown")], "an account that is not shown has no organisation or plan"))
            }
            checkPlace(rule.provider, rule.surface, path, catalogue, &list)
        }
    }

    func checkModels(_ catalogue: Catalogue, _ list: inout [PolicyMistake]) {
        for (index, rule) in modelRules.enumerated() {
            let path: [PolicyMistake.Step] = [.key("model"), .index(index)]
            if rule.isUnconditional {
                list.append(
                    PolicyMistake(
                        path, "this rule has no condition on the model",
                        mend: "give it models, publishers, jurisdictions or another fact"))
            }
            for id in rule.publishers where !catalogue.isPublisher(id) {
                list.append(unknown(path + [.key("publishers")], id, among: catalogue.publisherIDs))
            }
            for name in rule.classes where name != Self.cleanRow { checkClass(name, path + [.key("classes")], &list) }
            let fitting: [PolicyAction] = rule.classes.isEmpty ? [.allow, .coach, .block] : [.coach, .redact, .block]
            if !fitting.contains(rule.action) {
                list.append(
                    PolicyMistake(
                        path + [.key("action")], "\"\(rule.action.rawValue)\" can't be done here",
                        mend: "use \(fitting.map(\.rawValue).joined(separator: ", "))"))
            }
        }
    }

    func checkSuspensions(_ catalogue: Catalogue, _ list: inout [PolicyMistake]) {
        for (index, entry) in suspensions.enumerated() {
            let path: [PolicyMistake.Step] = [.key("suspend"), .index(index)]
            if entry.provider == nil, entry.surface == nil, entry.publisher == nil, entry.model == nil {
                list.append(
                    PolicyMistake(
                        path, "this entry names nothing", mend: "name a provider, surface, publisher or model"))
            }
            if entry.reroutes, entry.substituteModel == nil {
                list.append(
                    PolicyMistake(
                        path + [.key("reroute")], "there is nothing to send requests to",
                        mend: "name the model with substitute_model"))
            }
            checkPlace(entry.provider, entry.surface, path, catalogue, &list)
            if let id = entry.publisher, !catalogue.isPublisher(id) {
                list.append(unknown(path + [.key("publisher")], id, among: catalogue.publisherIDs))
            }
        }
    }

    private func checkPlace(
        _ provider: String?, _ surface: String?, _ path: [PolicyMistake.Step], _ catalogue: Catalogue,
        _ list: inout [PolicyMistake]
    ) {
        if let id = surface, catalogue.surface(id) == nil {
            list.append(unknown(path + [.key("surface")], id, among: catalogue.surfaceIDs))
        }
        if let id = provider, catalogue.provider(id) == nil {
            list.append(unknown(path + [.key("provider")], id, among: catalogue.providerIDs))
        }
    }
}
