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
    /// Whether the text was made so that the search for further places had to give up.
    private(set) var isPartial = false
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

    /// Further places of the values found, outside all that is replaced already. One pass over the text, however many values.
    private mutating func repeats(
        of edits: [(span: ByteSpan, kind: String)], in text: [UInt8]
    ) -> [(span: ByteSpan, kind: String)] {
        var index = RepeatIndex(textCount: text.count)
        for edit in edits where edit.span.count >= Self.minRepeatBytes {
            index.add(text[edit.span.range], kind: edit.kind)
        }
        var more: [(span: ByteSpan, kind: String)] = []
        var at = 0
        for taken in edits.map(\.span).sorted() {
            if at < taken.start { more += index.places(in: text, from: at, to: taken.start) }
            at = max(at, taken.end)
        }
        more += index.places(in: text, from: at, to: text.count)
        isPartial = index.gaveUp
        return more
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
