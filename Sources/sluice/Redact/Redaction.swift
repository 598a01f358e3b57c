import Classifier
import Packs
import Primitives

/// Replaces what was found by placeholders.
///
/// The same value gets the same placeholder, so that the text stays readable: a keyed hash of the value, made longer in the rare
/// case that two values would share one. A value that was found once is replaced wherever it stands, also where no rule sees it.
struct Redaction {
    /// Shortest value that is looked for elsewhere in the text, in bytes; a shorter one would hit ordinary words.
    static let minRepeatBytes = 8

    private let key: DeviceKey
    private(set) var map = RestoreMap()
    private var known: [[UInt8]: Placeholder] = [:]

    init(key: DeviceKey) { self.key = key }

    /// The redacted text, in the encoding of the original, and how many places were replaced.
    mutating func redact(
        _ input: InputText, _ findings: [Finding], _ rules: [RuleDefinition]
    ) -> (text: [UInt8], places: Int) {
        let text = input.withText { Array($0) }
        var edits = findings.map { (span: $0.span, kind: Self.kind(rules[$0.rule].id)) }
        edits += repeats(of: edits, in: text)
        edits.sort { $0.span < $1.span }
        let original = input.utf16IsBigEndian == nil ? text : input.withOriginal { Array($0) }
        var out: [UInt8] = []
        out.reserveCapacity(original.count)
        var at = 0
        for edit in edits {
            let span = input.original(of: edit.span)
            guard span.start >= at else { continue }
            out += original[at..<span.start]
            let placeholder = placeholder(for: Array(text[edit.span.range]), kind: edit.kind)
            if let bigEndian = input.utf16IsBigEndian {
                out += UTF16Text.encode(ascii: placeholder.bytes, bigEndian: bigEndian)
            } else {
                out += placeholder.bytes
            }
            at = span.end
        }
        out += original[at...]
        return (out, edits.count)
    }

    /// Further places of the values found, outside all that is replaced already.
    private func repeats(
        of edits: [(span: ByteSpan, kind: String)], in text: [UInt8]
    ) -> [(span: ByteSpan, kind: String)] {
        var values: [[UInt8]: String] = [:]
        for edit in edits where edit.span.count >= Self.minRepeatBytes {
            values[Array(text[edit.span.range])] = edit.kind
        }
        guard !values.isEmpty else { return [] }
        var taken = edits.map(\.span).sorted()
        var more: [(span: ByteSpan, kind: String)] = []
        // Longest first: of two values, one inside the other, the whole one is replaced.
        for (value, kind) in values.sorted(by: { ($1.key.count, $0.value) < ($0.key.count, $1.value) }) {
            let found = Self.places(of: value, in: text).map { ByteSpan(start: $0, end: $0 + value.count) }
            let free = found.filter { span in !Self.overlaps(span, taken) }
            more += free.map { ($0, kind) }
            taken = (taken + free).sorted()
        }
        return more
    }

    private static func overlaps(_ span: ByteSpan, _ sorted: [ByteSpan]) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].end <= span.start { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low].overlaps(span)
    }

    /// Where `value` begins in `text`, without overlaps, by Horspool's skip table.
    static func places(of value: [UInt8], in text: [UInt8]) -> [Int] {
        guard let last = value.last, text.count >= value.count else { return [] }
        var skip = [Int](repeating: value.count, count: 256)
        for (index, byte) in value.dropLast().enumerated() { skip[Int(byte)] = value.count - 1 - index }
        var places: [Int] = []
        var end = value.count - 1
        while end < text.count {
            if text[end] == last, text[(end - value.count + 1)...end].elementsEqual(value) {
                places.append(end - value.count + 1)
                end += value.count
            } else {
                end += skip[Int(text[end])]
            }
        }
        return places
    }

    private mutating func placeholder(for value: [UInt8], kind: String) -> Placeholder {
        if let placeholder = known[value] { return placeholder }
        let digest = key.digest(value, .placeholder)
        var placeholder = Placeholder.make(kind: kind, digest: digest)
        if map.values[placeholder] != nil { placeholder = Placeholder.make(kind: kind, digest: digest, long: true) }
        map.values[placeholder] = value
        known[value] = placeholder
        return placeholder
    }

    /// What the placeholder calls it: the first two parts of the rule's id, `github.pat` -> `GITHUB_PAT`.
    static func kind(_ ruleID: String) -> String { ruleID.split(separator: ".").prefix(2).joined(separator: "_") }
}
