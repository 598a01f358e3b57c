import Classifier
import Events
import Packs
import Primitives

/// A finding as the command line reports it: the place for people, the masked excerpt, the fingerprint. Never the value.
struct ReportedFinding: Sendable {
    var source: RuleSource
    var confidence: Double
    var key: String?
    /// Byte offsets into the original input, half-open.
    var span: ByteSpan
    var start: TextPlace
    var end: TextPlace
    var views: [String]
    var fingerprint: String?
    var excerpt: MaskedExcerpt
    var reasons: [Reason]
}

/// Line and column from 1; columns count Unicode scalars.
struct TextPlace: Sendable, Hashable {
    var line: Int
    var column: Int
}

/// Turns the classifier's findings into reported ones.
struct FindingReporter: Sendable {
    let sources: [RuleSource]
    let key: DeviceKey?

    /// Bytes around a finding that the excerpt is made from.
    private static let excerptReach = 512

    /// Reports findings of one text. `findings` are sorted by span, as the scanner gives them.
    func report(_ findings: [Finding], in input: InputText) -> [ReportedFinding] {
        input.withText { text in
            var places = PlaceFinder(text)
            return findings.map { finding in
                let start = places.place(of: finding.span.start)
                let end = places.place(of: finding.span.end)
                return one(finding, findings, text, input, start, end)
            }
        }
    }

    private func one(
        _ finding: Finding, _ all: [Finding], _ text: UnsafeRawBufferPointer, _ input: InputText, _ start: TextPlace,
        _ end: TextPlace
    ) -> ReportedFinding {
        let source = sources[finding.rule]
        let lower = max(0, finding.span.start - Self.excerptReach)
        let upper = min(text.count, finding.span.end + Self.excerptReach)
        func shifted(_ span: ByteSpan) -> ByteSpan {
            ByteSpan(start: max(span.start, lower) - lower, end: min(span.end, upper) - lower)
        }
        let window = ByteSpan(start: lower, end: upper)
        let excerpt = MaskedExcerpt(
            text: Array(text[lower..<upper]), finding: shifted(finding.span),
            others: neighbours(of: finding, all).map(\.span).filter { $0.overlaps(window) }.map(shifted),
            publicPrefix: Array((source.definition.publicPrefix ?? "").utf8))
        var views = finding.views.map(\.rawValue)
        if input.utf16IsBigEndian != nil { views.insert(ViewKind.utf16.rawValue, at: 0) }
        return ReportedFinding(
            source: source, confidence: finding.confidence, key: finding.key,
            span: input.original(of: finding.span), start: start, end: end, views: views,
            fingerprint: fingerprint(text[finding.span.range], source.definition), excerpt: excerpt,
            reasons: finding.reasons)
    }

    /// The findings that may share an excerpt with this one, by halving: `all` is sorted.
    private func neighbours(of finding: Finding, _ all: [Finding]) -> ArraySlice<Finding> {
        func first(where isPast: (Finding) -> Bool) -> Int {
            var low = 0
            var high = all.count
            while low < high {
                let middle = (low + high) / 2
                if isPast(all[middle]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let from = first { $0.span.end > finding.span.start - Self.excerptReach }
        let to = first { $0.span.start > finding.span.end + Self.excerptReach }
        return from < to ? all[from..<to] : []
    }

    private func fingerprint(_ value: some Collection<UInt8>, _ rule: RuleDefinition) -> String? {
        guard let key, rule.fingerprint != .none else { return nil }
        let normal = FindingReporter.normalised(value, kind: rule.kind)
        return key.digest(normal, .fingerprint).map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count == 1 ? "0" + text : text
        }.joined()
    }

    /// The same card with and without spaces is one card: personal data is compared by its letters and digits, capitals or not.
    static func normalised(_ value: some Collection<UInt8>, kind: FindingKind) -> [UInt8] {
        guard kind == .pii else { return Array(value) }
        return value.compactMap { byte in
            switch byte {
            case 0x20, 0x2D, 0x2E, 0x2F: nil
            case 0x61...0x7A: byte - 0x20
            default: byte
            }
        }
    }
}

/// Lines and columns of ascending offsets, in one pass.
struct PlaceFinder {
    private let text: UnsafeRawBufferPointer
    private var at: Int
    private var line = 1
    /// Columns already counted on this line, up to `at`.
    private var column = 1

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        // A byte order mark is no character of the first line.
        at = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The place of an offset; a lower one than the last asked for starts again from the front.
    mutating func place(of offset: Int) -> TextPlace {
        if offset < at { self = PlaceFinder(text) }
        while at < offset, at < text.count {
            if text[at] == 0x0A {
                line += 1
                column = 1
            } else if text[at] & 0xC0 != 0x80 {
                column += 1
            }
            at += 1
        }
        return TextPlace(line: line, column: column)
    }
}
