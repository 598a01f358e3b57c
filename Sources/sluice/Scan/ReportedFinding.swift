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
    static let excerptReach = 512

    /// Reports findings of one text. `findings` are sorted by span, as the scanner gives them.
    func report(_ findings: [Finding], in input: InputText) -> [ReportedFinding] {
        if findings.isEmpty { return [] }
        return input.withText { text in
            var places = PlaceCounter()
            func place(of offset: Int) -> TextPlace {
                if offset > places.offset {
                    places.advance(over: UnsafeRawBufferPointer(rebasing: text[places.offset..<offset]))
                }
                return places.place
            }
            return findings.map { finding in
                let start = place(of: finding.span.start)
                let end = place(of: finding.span.end)
                var reported = report(
                    finding, among: neighbours(of: finding, findings), in: text, origin: 0, start: start, end: end)
                reported.span = input.original(of: finding.span)
                if input.utf16IsBigEndian != nil { reported.views.insert(ViewKind.utf16.rawValue, at: 0) }
                return reported
            }
        }
    }

    /// Reports one finding of a text of which `window` is at hand, from absolute offset `origin` on: the value, and `excerptReach` around it
    /// as far as the text goes. `near` are the findings that may share its excerpt, itself among them.
    func report(
        _ finding: Finding, among near: some Sequence<Finding>, in window: UnsafeRawBufferPointer, origin: Int,
        start: TextPlace, end: TextPlace
    ) -> ReportedFinding {
        let source = sources[finding.rule]
        let lower = max(origin, finding.span.start - Self.excerptReach)
        let upper = min(origin + window.count, finding.span.end + Self.excerptReach)
        func shifted(_ span: ByteSpan) -> ByteSpan {
            ByteSpan(start: max(span.start, lower) - lower, end: min(span.end, upper) - lower)
        }
        let shown = ByteSpan(start: lower, end: upper)
        let excerpt = MaskedExcerpt(
            text: Array(window[lower - origin..<upper - origin]), finding: shifted(finding.span),
            others: near.map(\.span).filter { $0.overlaps(shown) }.map(shifted),
            publicPrefix: Array((source.definition.publicPrefix ?? "").utf8))
        let value = window[finding.span.start - origin..<finding.span.end - origin]
        return ReportedFinding(
            source: source, confidence: finding.confidence, key: finding.key, span: finding.span, start: start,
            end: end, views: finding.views.map(\.rawValue), fingerprint: fingerprint(value, source.definition),
            excerpt: excerpt, reasons: finding.reasons)
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
