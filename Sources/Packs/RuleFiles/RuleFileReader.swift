import Classifier
import Primitives

/// Reads `rules/<family>.toml`: one `[[rule]]` table a rule.
///
/// Everything wrong with a file is named in one go, each mistake with line, column and mend. Whether a regex compiles and a rule
/// is quick is the business of `RuleSet` and `RuleLint`.
public enum RuleFileReader {
    /// Most rules in one file.
    public static let maxRulesPerFile = 1_000
    /// Longest id, in bytes.
    public static let maxIDBytes = 80
    /// Longest regex, in bytes.
    public static let maxRegexBytes = 4 << 10
    /// Longest literal anchor, in bytes.
    public static let maxAnchorBytes = 128
    /// Most anchors of one rule.
    public static let maxAnchors = 256
    /// Most entries of any other list in a rule.
    public static let maxListEntries = 256

    /// Reads one file's bytes. `file` is its name in messages.
    public static func read(_ bytes: [UInt8], file: String) throws(SourceMistakes) -> [RuleSource] {
        let table = try ConfigurationTable.parse(bytes, file: file)
        let mistakes = MistakeList(file: file)
        var root = ConfigurationReader(table, named: "the file", mistakes)
        var sources: [RuleSource] = []
        var seen: [String: SourcePosition] = [:]
        let tables = root.tables("rule")
        if tables.count > maxRulesPerFile {
            mistakes.add(nil, "\(tables.count) rules in one file", mend: "at most \(maxRulesPerFile): split it")
        }
        for reader in tables.prefix(maxRulesPerFile) {
            var reader = reader
            let source = rule(&reader, file: file)
            reader.finish()
            guard let source else { continue }
            if let first = seen[source.definition.id] {
                mistakes.add(
                    reader.position(of: "id"), "the id \"\(source.definition.id)\" is taken by line \(first.line)",
                    mend: "ids are unique and stable for ever")
            }
            seen[source.definition.id] = source.position
            sources.append(source)
        }
        root.finish()
        if tables.isEmpty, mistakes.mistakes.isEmpty {
            mistakes.add(nil, "no [[rule]] in the file", mend: "a rule file holds at least one")
        }
        try mistakes.check()
        return sources
    }

    private static func rule(_ reader: inout ConfigurationReader, file: String) -> RuleSource? {
        for key in ["id", "name", "kind", "class", "severity", "anchors"] { reader.require(key) }
        let id = identifier(&reader)
        let name = reader.string("name")
        let kind = reader.choice("kind", FindingKind.self)
        let dataClass = dataClass(&reader)
        let severity = reader.choice("severity", Severity.self)
        let anchors = anchors(&reader)
        var definition = RuleDefinition(
            id: id ?? "?", name: name ?? "", kind: kind ?? .secret, dataClass: dataClass ?? .credential,
            severity: severity ?? .high, anchors: anchors)
        pattern(&reader, &definition)
        judgement(&reader, &definition)
        CheckReader.read(&reader, &definition)
        definition.fingerprint = reader.choice("fingerprint", FingerprintScope.self) ?? .device
        definition.publicPrefix = reader.string("public_prefix")
        definition.revoke = link(&reader, "revoke")
        definition.references = links(&reader)
        definition.locale = locale(&reader)
        definition.isEnabled = reader.bool("enabled") ?? true
        let summary = reader.string("description") ?? ""
        let hits = examples(&reader, "hits")
        let misses = examples(&reader, "misses")
        guard id != nil, name != nil, !anchors.isEmpty else { return nil }
        let fields = Dictionary(
            reader.table.entries.map { ($0.key, $0.value.position) }, uniquingKeysWith: { first, _ in first })
        return RuleSource(
            definition: definition, summary: summary, hits: hits, misses: misses, file: file,
            position: reader.table.position, fields: fields)
    }

    // MARK: Identity

    private static func identifier(_ reader: inout ConfigurationReader) -> String? {
        guard let id = reader.string("id") else { return nil }
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        let isGood =
            id.utf8.count <= maxIDBytes
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "-"
                    && part.utf8.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                    }
            }
        guard isGood else {
            reader.mistakes.add(
                reader.position(of: "id"), "\"\(id)\" is no id",
                mend: "use a-z, 0-9 and - in parts joined by dots, at most \(maxIDBytes) bytes: github.pat.classic")
            return nil
        }
        return id
    }

    private static func dataClass(_ reader: inout ConfigurationReader) -> DataClass? {
        guard let text = reader.string("class") else { return nil }
        if let dataClass = DataClass(validating: text) { return dataClass }
        reader.mistakes.add(
            reader.position(of: "class"), "\"\(text)\" is no data class",
            mend: "use a-z, 0-9 and -, at most \(DataClass.maxNameBytes) bytes, beginning with a letter")
        return nil
    }

    private static func locale(_ reader: inout ConfigurationReader) -> String? {
        guard let text = reader.string("locale") else { return nil }
        if text.utf8.count == 2, text.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) { return text }
        reader.mistakes.add(
            reader.position(of: "locale"), "\"\(text)\" is no country",
            mend: "write its ISO 3166 code in lower case: \"de\"")
        return nil
    }

    // MARK: Pattern

    private static func anchors(_ reader: inout ConfigurationReader) -> [Anchor] {
        guard let texts = reader.strings("anchors", max: maxAnchors) else { return [] }
        if texts.isEmpty {
            reader.mistakes.add(
                reader.position(of: "anchors"), "no anchor",
                mend: "name the rarest literal of the format, or a shape such as \"shape:digits\"")
        }
        return texts.compactMap { anchor($0.text, $0.position, reader.mistakes) }
    }

    static func anchor(_ text: String, _ position: SourcePosition, _ mistakes: MistakeList) -> Anchor? {
        let shapePrefix = "shape:"
        let foldPrefix = "(?i)"
        if text.hasPrefix(shapePrefix) {
            let name = String(text.dropFirst(shapePrefix.count))
            if let shape = ByteShape(rawValue: name) { return .shape(shape) }
            mistakes.add(
                position, "unknown shape \"\(name)\"",
                mend: Suggestion.mend(name, among: ByteShape.allCases.map(\.rawValue)))
            return nil
        }
        let folds = text.hasPrefix(foldPrefix)
        let literal = Array((folds ? String(text.dropFirst(foldPrefix.count)) : text).utf8)
        guard !literal.isEmpty, literal.count <= maxAnchorBytes else {
            mistakes.add(position, "an anchor has 1 to \(maxAnchorBytes) bytes")
            return nil
        }
        return .literal(literal, caseSensitive: !folds)
    }

    private static func pattern(_ reader: inout ConfigurationReader, _ rule: inout RuleDefinition) {
        rule.regex = reader.string("regex")
        rule.matcher = reader.string("matcher")
        switch (rule.regex, rule.matcher) {
        case (nil, nil):
            if reader.table["regex"] == nil, reader.table["matcher"] == nil {
                reader.mistakes.add(
                    reader.table.position, "[[rule]] has neither \"regex\" nor \"matcher\"", mend: "give one of them")
            }
        case (_?, _?):
            reader.mistakes.add(
                reader.position(of: "matcher"), "both \"regex\" and \"matcher\"", mend: "give one of them")
        case (let regex?, nil):
            if regex.utf8.count > maxRegexBytes {
                reader.mistakes.add(
                    reader.position(of: "regex"), "the regex has \(regex.utf8.count) bytes",
                    mend: "at most \(maxRegexBytes) are allowed")
            }
        case (nil, let matcher?):
            if !Matchers.names.contains(Matchers.name(of: matcher)) {
                reader.mistakes.add(
                    reader.position(of: "matcher"), "unknown matcher \"\(matcher)\"",
                    mend: Suggestion.mend(matcher, among: Matchers.names))
            }
        }
        rule.secretGroup = reader.integer("secret_group", in: 0...99)
        if var window = reader.table("window") {
            let range = 0...ScanLimits.maxWindowBytes
            rule.window = Window(
                before: window.integer("before", in: range) ?? 0, after: window.integer("after", in: range) ?? 0)
            window.finish()
        }
    }

    // MARK: Judgement

    private static func judgement(_ reader: inout ConfigurationReader, _ rule: inout RuleDefinition) {
        for (name, position) in reader.strings("validators", max: maxListEntries) ?? [] {
            if Validators.named(name) == nil {
                reader.mistakes.add(
                    position, "unknown validator \"\(name)\"", mend: Suggestion.mend(name, among: Validators.names))
            }
            rule.validators.append(name)
        }
        rule.confidence = reader.number("confidence", in: 0...1) ?? RuleDefinition.defaultConfidence
        for (word, position) in reader.strings("context", max: maxListEntries) ?? [] {
            if word != word.lowercased() {
                reader.mistakes.add(position, "context word \"\(word)\" has capitals", mend: "write it in lower case")
            }
            rule.context.append(word)
        }
        rule.contextReach = reader.integer("context_reach", in: 1...4_096) ?? RuleDefinition.defaultContextReach
        rule.contextRequired = reader.bool("context_required") ?? false
        if rule.contextRequired, rule.context.isEmpty {
            reader.mistakes.add(
                reader.position(of: "context_required"), "context is required but \"context\" names no word",
                mend: "give the words")
        }
        rule.minRandomness = reader.number("min_randomness", in: 0...1)
        rule.stopValues = (reader.strings("stop_values", max: maxListEntries) ?? []).map(\.text)
    }

    // MARK: Links and examples

    private static let maxLinkBytes = 500

    private static func isLink(_ text: String) -> Bool {
        text.hasPrefix("https://") && text.utf8.count <= maxLinkBytes
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
    }

    private static func link(_ reader: inout ConfigurationReader, _ key: String) -> String? {
        guard let text = reader.string(key) else { return nil }
        if !isLink(text) {
            reader.mistakes.add(reader.position(of: key), "\"\(key)\" is no https link")
        }
        return text
    }

    private static func links(_ reader: inout ConfigurationReader) -> [String] {
        (reader.strings("references", max: maxListEntries) ?? []).map { text, position in
            if !isLink(text) { reader.mistakes.add(position, "\"references\" holds something that is no https link") }
            return text
        }
    }

    private static func examples(_ reader: inout ConfigurationReader, _ key: String) -> [RuleExample] {
        (reader.strings(key, max: RuleSource.maxExamples) ?? []).compactMap { text, position in
            guard text.utf8.count <= RuleSource.maxExampleBytes else {
                reader.mistakes.add(
                    position, "an example of \(text.utf8.count) bytes",
                    mend: "at most \(RuleSource.maxExampleBytes) are allowed")
                return nil
            }
            return RuleExample(template: text, position: position)
        }
    }
}
