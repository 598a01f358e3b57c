import Classifier
import Primitives

/// Writes the body of a pack.
enum PackWriter {
    static func body(
        _ sources: [RuleSource], _ plans: [RulePlan?]
    ) -> (bytes: [UInt8], fileNames: [String], literalCount: Int) {
        var files = Table<String>()
        var literals = Table<[UInt8]>()
        var rules: [UInt8] = []
        var proof: [UInt8] = []
        for (source, plan) in zip(sources, plans) {
            append(UInt32(files.index(of: source.file)), to: &rules)
            append(source.position, to: &rules)
            append(source.summary, to: &rules)
            append(source.definition, &literals, to: &rules)
            append(plan?.encoded ?? [], to: &rules)
            for examples in [source.hits, source.misses] {
                append(UInt32(examples.count), to: &proof)
                for example in examples {
                    append(example.template, to: &proof)
                    append(example.position, to: &proof)
                }
            }
        }
        var out: [UInt8] = []
        append(UInt32(files.items.count), to: &out)
        for file in files.items { append(file, to: &out) }
        append(UInt32(literals.items.count), to: &out)
        for literal in literals.items { append(literal, to: &out) }
        append(UInt32(sources.count), to: &out)
        out += rules
        out += proof
        return (out, files.items, literals.items.count)
    }

    /// Distinct values in the order of their first use.
    private struct Table<Item: Hashable> {
        private(set) var items: [Item] = []
        private var places: [Item: Int] = [:]

        mutating func index(of item: Item) -> Int {
            if let place = places[item] { return place }
            places[item] = items.count
            items.append(item)
            return items.count - 1
        }
    }

    private static func append(_ rule: RuleDefinition, _ literals: inout Table<[UInt8]>, to out: inout [UInt8]) {
        append(rule.id, to: &out)
        append(rule.name, to: &out)
        append(rule.kind.rawValue, to: &out)
        append(rule.dataClass.rawValue, to: &out)
        append(rule.severity.rawValue, to: &out)
        append(UInt32(rule.anchors.count), to: &out)
        for anchor in rule.anchors {
            switch anchor {
            case .literal(let bytes, let caseSensitive):
                out.append(caseSensitive ? 0 : 1)
                append(UInt32(literals.index(of: bytes)), to: &out)
            case .shape(let shape):
                out.append(2)
                append(shape.rawValue, to: &out)
            }
        }
        append(rule.regex, to: &out)
        append(rule.matcher, to: &out)
        append(rule.secretGroup.map { UInt32($0) }, to: &out)
        append(rule.validators, to: &out)
        append(rule.confidence.bitPattern, to: &out)
        append(rule.context, to: &out)
        append(UInt32(rule.contextReach), to: &out)
        out.append(rule.contextRequired ? 1 : 0)
        append(rule.minRandomness?.bitPattern, to: &out)
        append(rule.window.map { UInt32($0.before) }, to: &out)
        append(rule.window.map { UInt32($0.after) }, to: &out)
        append(rule.stopValues, to: &out)
        append(UInt32(rule.discard.count), to: &out)
        for condition in rule.discard {
            append(condition.maxEntropy?.bitPattern, to: &out)
            for test in [condition.value, condition.match, condition.line] {
                append(test.contains, to: &out)
                append(test.matches, to: &out)
                append(test.lacks, to: &out)
            }
        }
        append(rule.checksum?.of, to: &out)
        if let checksum = rule.checksum {
            append(checksum.method.rawValue, to: &out)
            append(UInt32(checksum.length), to: &out)
            append(UInt32(checksum.group), to: &out)
        }
        append(rule.fingerprint.rawValue, to: &out)
        append(rule.publicPrefix, to: &out)
        append(rule.revoke, to: &out)
        append(rule.references, to: &out)
        append(rule.locale, to: &out)
        out.append(rule.isEnabled ? 1 : 0)
    }

    // MARK: Primitives

    static func append(_ number: some FixedWidthInteger, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { out += $0 }
    }

    private static func append(_ number: (some FixedWidthInteger)?, to out: inout [UInt8]) {
        out.append(number == nil ? 0 : 1)
        if let number { append(number, to: &out) }
    }

    private static func append(_ bytes: [UInt8], to out: inout [UInt8]) {
        append(UInt32(bytes.count), to: &out)
        out += bytes
    }

    private static func append(_ text: String, to out: inout [UInt8]) { append(Array(text.utf8), to: &out) }

    private static func append(_ text: String?, to out: inout [UInt8]) {
        out.append(text == nil ? 0 : 1)
        if let text { append(text, to: &out) }
    }

    private static func append(_ texts: [String], to out: inout [UInt8]) {
        append(UInt32(texts.count), to: &out)
        for text in texts { append(text, to: &out) }
    }

    private static func append(_ position: SourcePosition, to out: inout [UInt8]) {
        append(UInt32(position.line), to: &out)
        append(UInt32(position.column), to: &out)
    }
}
