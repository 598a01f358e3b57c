import Classifier
import Primitives

/// Makes foreign rules ours: translates, finds anchors, proves speed and examples.
struct ForeignRuleBuilder {
    private let format: ImportFormat
    private let batches: [(file: String, rules: [ForeignRule])]
    /// The keywords of every rule, for those that name it as a companion.
    private var keywords: [String: [String]] = [:]
    private var ids: Set<String> = []

    /// A regex whose rarest literal is at least this rare runs at its own literal; else near the rule's keywords.
    private static let minRarity = 6.0
    /// Where a value may stand around a keyword that is no part of its match, in bytes.
    private static let keywordWindow = Window(before: 256, after: 512)
    /// How far before a value its companion is looked for, in bytes.
    private static let companionReach = 2_048
    private static let maxWords = 200

    init(_ format: ImportFormat, _ batches: [(file: String, rules: [ForeignRule])]) {
        self.format = format
        self.batches = batches
        for rule in batches.flatMap(\.rules) { keywords[rule.id] = rule.keywords }
    }

    private struct Refusal: Error {
        var reason: String
    }

    mutating func build(into report: inout ImportReport) {
        for (file, rules) in batches {
            for rule in rules {
                var notes = rule.notes
                do throws(Refusal) {
                    let source = try source(rule, file, &notes)
                    report.rules.append(source)
                    report.notes += notes.map {
                        SourceMistake(file: file, position: rule.position, what: "\(rule.id): \($0)")
                    }
                } catch {
                    report.refused.append(
                        SourceMistake(file: file, position: rule.position, what: "\(rule.id): \(error.reason)"))
                }
            }
        }
    }

    private mutating func source(
        _ rule: ForeignRule, _ file: String, _ notes: inout [String]
    ) throws(Refusal) -> RuleSource {
        guard let pattern = rule.pattern else {
            throw Refusal(reason: "has no regex, only a path, and a prompt has none")
        }
        let regex = try translated(pattern, rule.dialect, "the regex")
        guard regex.pattern.utf8.count <= RuleFileReader.maxRegexBytes else {
            throw Refusal(reason: "the regex has more than \(RuleFileReader.maxRegexBytes) bytes")
        }
        var definition = RuleDefinition(
            id: try freshID(rule.id), name: Self.line(rule.name, rule.id), anchors: [], regex: regex.pattern)
        definition.confidence = rule.confidence
        definition.references = rule.references
        definition.secretGroup = rule.group ?? rule.groupName.flatMap { regex.groups[$0] }
        definition.discard = try rule.discards.map { condition throws(Refusal) in try self.condition(condition, rule) }
        definition.checksum = try rule.checksum.map { sum throws(Refusal) in try checksum(sum, regex) }
        anchor(&definition, rule, &notes)
        guard !definition.anchors.isEmpty else {
            throw Refusal(reason: "neither its regex nor a keyword holds a literal that could start it")
        }
        companions(&definition, rule, &notes)
        var source = RuleSource(
            definition: definition, summary: Self.line(rule.summary, ""), hits: [], misses: [], file: file,
            position: rule.position)
        let set: RuleSet
        do {
            set = try RuleSet([definition])
        } catch { throw Refusal(reason: "\(error.field): \(error.reason)") }
        prove(&source, rule, set, &notes)
        if let mistake = RuleLint.safety(source).first {
            ids.remove(definition.id)
            // The place is named already.
            let what = mistake.what.replacing("\(definition.id): ", with: "", maxReplacements: 1)
            throw Refusal(reason: mistake.mend.isEmpty ? what : "\(what); \(mistake.mend)")
        }
        return source
    }

    /// One line without control characters.
    private static func line(_ text: String, _ fallback: String) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        let clean = String(words.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
        return clean.isEmpty ? fallback : String(clean.prefix(300))
    }

    // MARK: Identity

    /// `import.gitleaks.aws-access-token`: ours in form, theirs in name.
    private mutating func freshID(_ id: String) throws(Refusal) -> String {
        let prefix = "import.\(format.rawValue)"
        var name = id.lowercased()
        if name.hasPrefix("\(format.rawValue).") { name.removeFirst(format.rawValue.count + 1) }
        let parts = name.split(separator: ".").map { part in
            let text = part.utf8.map { byte -> UInt8 in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) ? byte : UInt8(ascii: "-")
            }
            return String(decoding: text.drop { $0 == UInt8(ascii: "-") }, as: UTF8.self)
        }
        let full = ([prefix] + parts.filter { !$0.isEmpty }).joined(separator: ".")
        guard full.utf8.count > prefix.utf8.count, full.utf8.count <= RuleFileReader.maxIDBytes - 4 else {
            throw Refusal(reason: "its id is empty or longer than \(RuleFileReader.maxIDBytes - 4) bytes")
        }
        var number = 1
        while !ids.insert(number == 1 ? full : "\(full)-\(number)").inserted {
            number += 1
            if number > 99 { throw Refusal(reason: "its id is used more than 99 times") }
        }
        return number == 1 ? full : "\(full)-\(number)"
    }

    // MARK: Patterns

    private func translated(
        _ pattern: String, _ dialect: RegexTranslator.Dialect, _ what: String
    ) throws(Refusal) -> RegexTranslator.Result {
        do {
            return try RegexTranslator.translate(pattern, dialect)
        } catch { throw Refusal(reason: "\(what) has \(error.reason)") }
    }

    private func condition(
        _ condition: DiscardCondition, _ rule: ForeignRule
    ) throws(Refusal) -> DiscardCondition {
        var condition = condition
        condition.value = try test(condition.value, rule)
        condition.match = try test(condition.match, rule)
        condition.line = try test(condition.line, rule)
        return condition
    }

    private func test(_ test: TextTest, _ rule: ForeignRule) throws(Refusal) -> TextTest {
        func translate(_ pattern: String) throws(Refusal) -> String {
            try translated(pattern, rule.dialect, "a regex of its allowlists").pattern
        }
        var test = test
        test.matches = try test.matches.map(translate)
        test.lacks = try test.lacks.map(translate)
        return test
    }

    private func checksum(
        _ sum: ForeignRule.ForeignChecksum, _ regex: RegexTranslator.Result
    ) throws(Refusal) -> CaptureChecksum {
        func number(_ name: String) throws(Refusal) -> Int {
            if let number = regex.groups[name.lowercased()] { return number }
            throw Refusal(reason: "its checksum names the group \(name), which the regex does not have")
        }
        var of = ""
        for part in sum.parts {
            switch part {
            case .text(let text): of += text
            case .group(let name): of += "{\(try number(name))}"
            }
        }
        return CaptureChecksum(of: of, method: sum.method, length: sum.length, group: try number(sum.group))
    }

    // MARK: Anchors

    /// The regex's own literal where it has a rare one, else the keywords, within it or near it.
    private func anchor(_ definition: inout RuleDefinition, _ rule: ForeignRule, _ notes: inout [String]) {
        let regex = definition.regex ?? ""
        let words = rule.keywords.filter { (3...RuleFileReader.maxAnchorBytes).contains($0.utf8.count) }
        let wordAnchors = Set(words).sorted().prefix(RuleFileReader.maxAnchors).map {
            Anchor.literal($0.utf8.map(Self.folded), caseSensitive: false)
        }
        let own = AnchorFinder.anchors(of: regex)
        if let own, own.rarity >= Self.minRarity {
            definition.anchors = own.anchors
            guard !words.isEmpty, !AnchorFinder.holds(regex, oneOf: words) else { return }
            // The other scanner wants the word anywhere in the file; here it may only raise the score.
            definition.context = Set(words.map { $0.lowercased() }).sorted()
            definition.contextReach = Self.companionReach
            return
        }
        if !wordAnchors.isEmpty, !AnchorFinder.holds(regex, oneOf: words) {
            definition.anchors = wordAnchors
            definition.window = Self.keywordWindow
            notes.append("found only near one of its keywords, for its regex has no literal of its own")
            return
        }
        definition.anchors = own?.anchors ?? wordAnchors
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// Another rule's match nearby is no condition here: its keywords raise the score instead.
    private func companions(_ definition: inout RuleDefinition, _ rule: ForeignRule, _ notes: inout [String]) {
        guard !rule.companions.isEmpty else { return }
        let words = Set(rule.companions.flatMap { keywords[$0] ?? [] }.map { $0.lowercased() }.filter { !$0.isEmpty })
        definition.context = Array(Set(definition.context).union(words).sorted().prefix(Self.maxWords))
        if !definition.context.isEmpty { definition.contextReach = Self.companionReach }
        notes.append("found also without its companions \(rule.companions.joined(separator: ", "))")
    }

    // MARK: Examples

    /// Keeps the examples that come out, with marks at what is found; names those that don't.
    private func prove(
        _ source: inout RuleSource, _ rule: ForeignRule, _ set: RuleSet, _ notes: inout [String]
    ) {
        var limits = ScanLimits.standard
        limits.minConfidence = min(limits.minConfidence, source.definition.confidence)
        var scanner = Scanner(set, limits: limits)
        for (index, example) in rule.hits.prefix(RuleSource.maxExamples).enumerated() {
            let bytes = Array(example.template.utf8)
            guard bytes.count <= RuleSource.maxExampleBytes else {
                notes.append("example \(index + 1) is longer than \(RuleSource.maxExampleBytes) bytes")
                continue
            }
            let spans = bytes.withUnsafeBytes { scanner.scan($0) }.findings.map(\.span)
            guard !spans.isEmpty else {
                notes.append("example \(index + 1) is not found")
                continue
            }
            if source.definition.confidence < ScanLimits.standard.minConfidence { continue }
            if let template = Self.marked(bytes, spans) {
                source.hits.append(RuleExample(template: template, position: example.position))
            } else {
                notes.append("example \(index + 1) can't be written as one of ours")
            }
        }
        for (index, example) in rule.misses.prefix(RuleSource.maxExamples).enumerated() {
            let bytes = Array(example.template.utf8)
            guard bytes.count <= RuleSource.maxExampleBytes else { continue }
            let found = bytes.withUnsafeBytes { scanner.scan($0) }.findings
            if !found.isEmpty {
                notes.append("negative example \(index + 1) is found all the same")
            } else if Self.marked(bytes, []) != nil {
                source.misses.append(example)
            }
        }
    }

    /// The text with marks at the spans; nil if it would then read as something else, for a generator or mark stands in it.
    static func marked(_ bytes: [UInt8], _ spans: [ByteSpan]) -> String? {
        var out: [UInt8] = []
        var at = 0
        for span in spans {
            out += bytes[at..<span.start] + Array("«".utf8) + bytes[span.start..<span.end] + Array("»".utf8)
            at = span.end
        }
        out += bytes[at...]
        let text = String(decoding: out, as: UTF8.self)
        guard let expanded = try? ExampleTemplate.expand(text, name: ""), expanded.text == bytes,
            expanded.marks == spans
        else { return nil }
        return text
    }
}
