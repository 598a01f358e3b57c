import Classifier

/// Reads Kingfisher's rule files of version 1: https://github.com/mongodb/kingfisher/blob/main/docs/RULES.md
///
/// Validation and revocation are calls over the network and no business of a classifier: they are left out.
enum KingfisherReader {
    static func read(
        _ root: ConfigurationTable, file: String, _ report: inout ImportReport
    ) throws(SourceMistakes) -> [ForeignRule] {
        let tables = root.tables("rules")
        guard !tables.isEmpty else {
            throw SourceMistakes([
                SourceMistake(
                    file: file, position: nil, what: "no \"rules:\" in the file",
                    mend: "is this a rule file of Kingfisher?")
            ])
        }
        return tables.enumerated().map { index, table in rule(table, number: index + 1) }
    }

    private static func rule(_ table: ConfigurationTable, number: Int) -> ForeignRule {
        let id = table.text("id") ?? "rule-\(number)"
        var rule = ForeignRule(id: id, name: table.text("name") ?? id, position: table.position)
        rule.dialect = .rust
        // A block scalar ends in a line break that no one means to match.
        rule.pattern = table.text("pattern").map(trimmed)
        rule.groupName = "token"
        rule.references = table.texts("references").filter { $0.hasPrefix("https://") && $0.utf8.count <= 500 }
        rule.hits = table.examples("examples")
        rule.misses = table.examples("negative_examples")
        rule.companions = table.tables("depends_on_rule").compactMap { $0.text("rule_id") }
        switch table.text("confidence")?.lowercased() {
        case "low": rule.confidence = ForeignRule.genericConfidence
        case "high": rule.confidence = 0.8
        default: break
        }
        if table.truth("visible") == false {
            rule.confidence = ForeignRule.partConfidence
            rule.notes.append("not visible by itself: reported from confidence \(ForeignRule.partConfidence) down")
        }
        if let least = table.number("min_entropy"), least > 0 {
            rule.discards.append(DiscardCondition(maxEntropy: min(8, least)))
        }
        if let wanted = table.table("pattern_requirements") { requirements(wanted, &rule) }
        return rule
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }

    private static func requirements(_ table: ConfigurationTable, _ rule: inout ForeignRule) {
        let special = table.text("special_chars").map(escaped) ?? #"^A-Za-z0-9\s"#
        let classes = [
            ("min_digits", "0-9"), ("min_uppercase", "A-Z"), ("min_lowercase", "a-z"), ("min_special_chars", special),
        ]
        for (key, members) in classes {
            guard let least = table.number(key), least >= 1 else { continue }
            let pattern = #"\A(?:[\s\S]*?["# + members + "]){\(Int(min(least, 64)))}"
            rule.discards.append(DiscardCondition(value: TextTest(lacks: [pattern])))
        }
        let words = table.texts("ignore_if_contains").filter { !$0.isEmpty }
        if !words.isEmpty { rule.discards.append(DiscardCondition(value: TextTest(contains: words))) }
        guard let sum = table.table("checksum") else { return }
        if let checksum = KingfisherChecksum.read(sum) {
            rule.checksum = checksum
        } else {
            rule.notes.append("its checksum is of a kind that is not known here, and not checked")
        }
    }

    /// Characters as members of a class.
    private static func escaped(_ text: String) -> String {
        text.map { $0.isASCII && !$0.isLetter && !$0.isNumber && !$0.isWhitespace ? "\\\($0)" : String($0) }.joined()
    }
}

/// Reads a checksum's templates: `{{ body | crc32 | base62: 6 }}`.
enum KingfisherChecksum {
    static func read(_ table: ConfigurationTable) -> ForeignRule.ForeignChecksum? {
        guard let actual = table.table("actual")?.text("template").flatMap(steps), let group = actual.first?.name,
            actual.dropFirst().allSatisfy({ $0.name == "downcase" || $0.name == "upcase" }),
            let expected = table.text("expected").flatMap(steps), let first = expected.first
        else { return nil }
        var parts: [ForeignRule.ForeignChecksum.Part] = [first.isText ? .text(first.name) : .group(first.name)]
        var sum: (method: CaptureChecksum.Method, length: Int)?
        var hasCRC = false
        for step in expected.dropFirst() {
            let width = step.argument.flatMap { Int($0.name) }
            switch step.name {
            case "append" where !hasCRC && sum == nil:
                guard let argument = step.argument else { return nil }
                parts.append(argument.isText ? .text(argument.name) : .group(argument.name))
            case "prepend" where !hasCRC && sum == nil:
                guard let argument = step.argument else { return nil }
                parts.insert(argument.isText ? .text(argument.name) : .group(argument.name), at: 0)
            case "crc32" where !hasCRC && sum == nil: hasCRC = true
            case "base62" where hasCRC: sum = (.crc32Base62, width ?? 6)
            case "base36" where hasCRC: sum = (.crc32Base36, width ?? 7)
            case "crc32_hex" where !hasCRC: sum = (.crc32Hex, width ?? 8)
            case "crc32_le_b64" where !hasCRC: sum = (.crc32Base64, width ?? 6)
            case "sha256_b32" where !hasCRC: sum = (.sha256Base32, width ?? CaptureChecksum.maxLength)
            case "downcase" where sum != nil, "upcase" where sum != nil: break
            default: return nil
            }
        }
        guard let sum, (1...CaptureChecksum.maxLength).contains(sum.length) else { return nil }
        return ForeignRule.ForeignChecksum(parts: parts, method: sum.method, length: sum.length, group: group)
    }

    private struct Word {
        var name: String
        var isText: Bool
    }

    private struct Step {
        var name: String
        var isText = false
        var argument: Word?
    }

    /// `{{ a | b: c }}` as its steps; nil for a template of any other make.
    private static func steps(_ template: String) -> [Step]? {
        let text = template.trimming()
        guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count < 1_000 else { return nil }
        let inner = text.dropFirst(2).dropLast(2)
        guard !inner.contains("{") else { return nil }
        var steps: [Step] = []
        for part in inner.split(separator: "|", omittingEmptySubsequences: false) {
            let piece = String(part).trimming()
            guard !piece.isEmpty else { return nil }
            if piece.hasPrefix("\"") {
                guard steps.isEmpty, let text = word(piece) else { return nil }
                steps.append(Step(name: text.name, isText: true))
                continue
            }
            let halves = piece.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            var step = Step(name: String(halves[0]).trimming())
            if halves.count == 2 { step.argument = word(String(halves[1]).trimming()) }
            steps.append(step)
        }
        return steps.isEmpty ? nil : steps
    }

    private static func word(_ text: String) -> Word? {
        if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            return Word(name: String(text.dropFirst().dropLast()), isText: true)
        }
        return text.isEmpty ? nil : Word(name: text, isText: false)
    }
}

extension String {
    func trimming() -> String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
