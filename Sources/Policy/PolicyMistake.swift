import Primitives

/// Something that is wrong in a policy's values, with the key that it stands under.
public struct PolicyMistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// One step of a key path.
    public enum Step: Sendable, Hashable {
        /// A key of a table.
        case key(String)
        /// A place in an array, from 0.
        case index(Int)
    }

    /// Where it stands, from the root of the file.
    public var path: [Step]
    /// What is wrong.
    public var what: String
    /// What to do about it; may be empty.
    public var mend: String

    /// Makes a mistake.
    public init(_ path: [Step], _ what: String, mend: String = "") {
        self.path = path
        self.what = what
        self.mend = mend
    }

    /// The path and both sentences on one line.
    public var description: String {
        let place = path.map { step in
            switch step {
            case .key(let name): name
            case .index(let index): "[\(index)]"
            }
        }.joined(separator: ".")
        return "\(place): \(what)" + (mend.isEmpty ? "" : ": \(mend)")
    }
}

extension PolicyDocument {
    /// Everything that is wrong with the values of one file, in the order of the file's sections: names that the catalogue does
    /// not have, rules without a condition, lists that are too long. Types and spelling of keys are the reader's business.
    public func mistakes(_ catalogue: Catalogue) -> [PolicyMistake] {
        var list: [PolicyMistake] = []
        for name in tiers.keys.sorted() where name != Self.defaultKey && !catalogue.knows(name) {
            let names = catalogue.providerIDs + catalogue.surfaceIDs + [Self.defaultKey]
            list.append(unknown([.key("tiers"), .key(name)], name, among: names))
        }
        for (index, name) in classes.enumerated() {
            let path: [PolicyMistake.Step] = [.key("classes"), .index(index)]
            if let mistake = Self.malformed(name, path) {
                list.append(mistake)
            } else if DataClass.known.contains(DataClass(rawValue: name))
                || [Self.cleanRow, Self.defaultKey].contains(name)
            {
                list.append(PolicyMistake(path, "\"\(name)\" is known already", mend: "leave it out"))
            }
        }
        checkRows("table", table, &list)
        checkRows("floor", floor, &list)
        for (section, rows) in [("table", table), ("floor", floor)] {
            for tier in Tier.allCases where rows[Self.cleanRow]?[tier] == .redact {
                list.append(
                    PolicyMistake(
                        [.key(section), .key(Self.cleanRow), .key(tier.rawValue)],
                        "where nothing was found, nothing can be redacted", mend: "use allow, coach or block"))
            }
        }
        for (index, rule) in tierRules.enumerated() {
            let path: [PolicyMistake.Step] = [.key("tier_rule"), .index(index)]
            if rule.terms.isEmpty, rule.local == nil, rule.jurisdictions.isEmpty, rule.kinds.isEmpty {
                list.append(
                    PolicyMistake(path, "this rule has no condition", mend: "write [tiers] default = ... instead"))
            }
            if rule.basis != nil, rule.terms.isEmpty {
                list.append(PolicyMistake(path + [.key("basis")], "\"basis\" without \"terms\" says nothing"))
            }
        }
        checkOverrides(catalogue, &list)
        checkSuspensions(catalogue, &list)
        for (index, attestation) in attestations.enumerated() {
            let path: [PolicyMistake.Step] = [.key("attest"), .index(index)]
            if catalogue.surface(attestation.surface) == nil {
                list.append(
                    unknown(path + [.key("surface")], attestation.surface, among: catalogue.surfaceIDs))
            }
            if attestation.terms.isEmpty {
                list.append(PolicyMistake(path + [.key("terms")], "an attestation without terms says nothing"))
            }
        }
        checkWire(catalogue, &list)
        checkModels(catalogue, &list)
        checkSizes(&list)
        return list
    }

    func unknown(_ path: [PolicyMistake.Step], _ name: String, among names: [String]) -> PolicyMistake {
        let near = Spelling.nearest(name, among: names)
        return PolicyMistake(
            path, "the catalogue has no \"\(name)\"",
            mend: near.map { "did you mean \"\($0)\"?" } ?? "\"sluice providers list\" shows what it has")
    }

    private func checkRows(_ section: String, _ rows: [String: TableRow], _ list: inout [PolicyMistake]) {
        for name in rows.keys.sorted() where name != Self.cleanRow && name != Self.defaultKey {
            checkClass(name, [.key(section), .key(name)], &list)
        }
    }

    func checkClass(_ name: String, _ path: [PolicyMistake.Step], _ list: inout [PolicyMistake]) {
        if let mistake = Self.malformed(name, path) {
            list.append(mistake)
        } else if !classNames.contains(name) {
            let near = Spelling.nearest(name, among: classNames + [Self.cleanRow, Self.defaultKey])
            let declare = "a class of your own rules is declared with classes = [\"\(name)\"]"
            list.append(
                PolicyMistake(
                    path, "no rule finds the data class \"\(name)\"",
                    mend: near.map { "did you mean \"\($0)\"? (\(declare))" } ?? declare))
        }
    }

    private static func malformed(_ name: String, _ path: [PolicyMistake.Step]) -> PolicyMistake? {
        guard DataClass(validating: name) == nil else { return nil }
        return PolicyMistake(
            path, "\"\(name)\" can't be a data class",
            mend: "1 to \(DataClass.maxNameBytes) of a-z, 0-9 and -, beginning with a letter")
    }

    private func checkOverrides(_ catalogue: Catalogue, _ list: inout [PolicyMistake]) {
        for (index, override) in overrides.enumerated() {
            let path: [PolicyMistake.Step] = [.key("override"), .index(index)]
            if override.isUnconditional {
                list.append(
                    PolicyMistake(
                        path, "this override has no condition, so it would apply to everything",
                        mend: "name a class, rule, surface, model or user, or change the table"))
            }
            if let id = override.surface, catalogue.surface(id) == nil {
                list.append(unknown(path + [.key("surface")], id, among: catalogue.surfaceIDs))
            }
            if let id = override.provider, catalogue.provider(id) == nil {
                list.append(unknown(path + [.key("provider")], id, among: catalogue.providerIDs))
            }
            if let name = override.dataClass, name != Self.cleanRow { checkClass(name, path + [.key("class")], &list) }
        }
    }

    private func checkSizes(_ list: inout [PolicyMistake]) {
        let counts = [
            ("tiers", tiers.count), ("tier_rule", tierRules.count), ("classes", classes.count), ("table", table.count),
            ("floor", floor.count),
            ("override", overrides.count), ("suspend", suspensions.count), ("attest", attestations.count),
            ("wire", wire.count), ("account", accounts.count), ("model", modelRules.count),
        ]
        for (name, count) in counts where count > Self.maxEntries {
            list.append(
                PolicyMistake([.key(name)], "\(count) entries", mend: "at most \(Self.maxEntries) are allowed"))
        }
        let texts: [(String, [[String?]])] = [
            ("tier_rule", tierRules.map { [$0.name] + $0.jurisdictions }),
            (
                "override",
                overrides.map { [$0.name, $0.rule, $0.model, $0.account, $0.user, $0.application, $0.reason] }
            ),
            ("suspend", suspensions.map { [$0.model, $0.substitute, $0.substituteModel, $0.reason] + $0.groups }),
            ("wire", wire.map { [$0.name, $0.model] + $0.regions + $0.upstreams + $0.fields.flatMap { [$0] + $1 } }),
            ("model", modelRules.map { [$0.name] + $0.models + $0.jurisdictions + $0.hostJurisdictions }),
            ("account", accounts.map { [$0.name] + $0.organisations + $0.plans }),
            ("attest", attestations.map { [$0.by, $0.account] }),
        ]
        for (name, entries) in texts {
            for (index, entry) in entries.enumerated()
            where entry.contains(where: { ($0?.utf8.count ?? 0) > Self.maxTextBytes }) {
                list.append(
                    PolicyMistake(
                        [.key(name), .index(index)], "a text is longer than \(Self.maxTextBytes) bytes"))
            }
        }
    }
}

/// Finds the name that somebody probably meant.
enum Spelling {
    /// The nearest of `names` within a third of the word's length in edits; nil if none is.
    static func nearest(_ word: String, among names: [String]) -> String? {
        let limit = max(1, word.utf8.count / 3)
        let scored = names.map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
        return scored.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
    }

    /// Levenshtein's distance.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var corner = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = corner + (byte == other ? 0 : 1)
                corner = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}

/// Everything that is wrong with a policy's values.
public struct PolicyMistakes: Error, Sendable, Hashable, CustomStringConvertible {
    /// In the order of the file's sections.
    public var list: [PolicyMistake]

    /// One mistake a line.
    public var description: String { list.map(\.description).joined(separator: "\n") }
}
