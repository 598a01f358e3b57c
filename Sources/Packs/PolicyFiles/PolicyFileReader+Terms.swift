import Policy
import Primitives

/// The sections that speak of requests, accounts and withdrawn models.
extension PolicyFile {
    static func wireLine(_ given: ConfigurationReader) -> WireLine? {
        var reader = given
        reader.require("name")
        var line = WireLine(name: reader.string("name") ?? "")
        line.provider = reader.string("provider")
        line.surface = reader.string("surface")
        line.tier = reader.choice("tier")
        line.model = reader.string("model")
        line.classes = reader.names("classes")
        line.inject = reader.choices("inject", Term.self)
        line.require = reader.choices("require", Term.self)
        line.deny = reader.choices("deny", RetentionFeature.self)
        line.regions = reader.names("regions")
        line.upstreams = reader.names("upstreams")
        if let fields = reader.table("fields") {
            for entry in fields.table.entries {
                if let values = entry.value.texts(entry.key, reader.mistakes) { line.fields[entry.key] = values }
            }
        }
        reader.finish()
        return line.name.isEmpty ? nil : line
    }

    static func accountRule(_ given: ConfigurationReader) -> AccountRule? {
        var reader = given
        reader.require("name")
        reader.require("tier")
        let name = reader.string("name")
        let tier: Tier? = reader.choice("tier")
        var rule = AccountRule(name: name ?? "", tier: tier ?? .forbidden)
        rule.provider = reader.string("provider")
        rule.surface = reader.string("surface")
        rule.organisations = reader.names("organisations")
        rule.plans = reader.names("plans")
        rule.shown = reader.bool("shown")
        reader.finish()
        return name == nil || tier == nil ? nil : rule
    }

    static func tenants(_ reader: inout ConfigurationReader) -> [TenantKey: [String]] {
        guard let table = reader.table("tenants") else { return [:] }
        var tenants: [TenantKey: [String]] = [:]
        for entry in table.table.entries {
            guard let key = TenantKey(rawValue: entry.key) else {
                reader.mistakes.add(
                    entry.keyPosition, "[tenants] knows no \"\(entry.key)\"",
                    mend: Suggestion.mend(entry.key, among: TenantKey.allCases.map(\.rawValue)))
                continue
            }
            tenants[key] = entry.value.texts(entry.key, reader.mistakes)
        }
        return tenants
    }

    static func modelRule(_ given: ConfigurationReader) -> ModelRule? {
        var reader = given
        reader.require("name")
        reader.require("action")
        let name = reader.string("name")
        let action: PolicyAction? = reader.choice("action")
        var rule = ModelRule(name: name ?? "", action: action ?? .block)
        rule.models = reader.names("models")
        rule.publishers = reader.names("publishers")
        rule.jurisdictions = reader.names("jurisdictions")
        rule.hostJurisdictions = reader.names("host_jurisdictions")
        rule.weights = reader.choices("weights", ModelFamily.Weights.self)
        rule.trainingSummary = reader.choices("training_summary", ModelFamily.Published.self)
        rule.codeOfPractice = reader.choices("code_of_practice", ModelPublisher.CodeOfPractice.self)
        rule.withdrawn = reader.bool("withdrawn")
        rule.classes = reader.names("classes")
        reader.finish()
        return name == nil || action == nil ? nil : rule
    }

    static func suspension(_ given: ConfigurationReader) -> Suspension? {
        var reader = given
        reader.require("reason", mend: "say why: users read it")
        let reason = reader.string("reason")
        var entry = Suspension(reason: reason ?? "")
        entry.provider = reader.string("provider")
        entry.surface = reader.string("surface")
        entry.publisher = reader.string("publisher")
        entry.model = reader.string("model")
        entry.groups = reader.names("groups")
        entry.substitute = reader.string("substitute")
        entry.substituteModel = reader.string("substitute_model")
        entry.reroutes = reader.bool("reroute") ?? false
        reader.finish()
        return reason == nil ? nil : entry
    }
}

extension ConfigurationReader {
    /// An array of strings, without their places.
    mutating func names(_ key: String) -> [String] {
        (strings(key, max: PolicyDocument.maxEntries) ?? []).map(\.text)
    }
}

extension ConfigurationValue {
    /// One string, or an array of them.
    fileprivate func texts(_ key: String, _ mistakes: MistakeList) -> [String]? {
        switch content {
        case .string(let text) where !text.isEmpty: return [text]
        case .array(let items) where !items.isEmpty && items.count <= PolicyDocument.maxEntries:
            let texts = items.compactMap { item -> String? in
                if case .string(let text) = item.content, !text.isEmpty { return text }
                return nil
            }
            if texts.count == items.count { return texts }
        default: break
        }
        mistakes.add(position, "\"\(key)\" is \(kindName)", mend: "write a string, or an array of strings")
        return nil
    }
}
