import Classifier
import Crypto
import Policy
import Primitives

/// What is in a prompt, before policy is asked.
struct Detected: Sendable {
    var detections: [Detection] = []
    /// The prompt's own opaque parts, and the texts that were not inspected in full.
    var opaque: [OpaqueItem] = []
    /// One for each segment.
    var keys: [TextKey] = []
}

/// The look at one prompt: cache, classifier, vault. Synchronous, and pure but for cache and vault's counters.
struct Detecting: Sendable {
    var prompt: Prompt
    var snapshot: Snapshot
    var matchers: [VaultMatcher]
    var cache: FindingsCache
    var key: SymmetricKey

    /// Up to this size in bytes a prompt is hashed where it is called for, to learn how much of it is new.
    static let maxProbedBytes = 1 << 20
    /// Up to so many texts are looked at where they are called for: each costs something, however short.
    static let maxInlineSegments = 512

    /// How the look begins: where it is to be done, and the keys of the texts if they are known already.
    struct Start: Sendable {
        var isLarge: Bool
        var keys: [TextKey]?
    }

    /// Whether so much of the prompt is new that a thread of the pool should look at it.
    func start() -> Start {
        let bytes = prompt.segments.reduce(0) { $0 + $1.text.count }
        let isShort = prompt.segments.count + prompt.opaque.count <= Self.maxInlineSegments
        if bytes <= ScanThreads.inlineBytes, isShort { return Start(isLarge: false) }
        guard bytes <= Self.maxProbedBytes, isShort else { return Start(isLarge: true) }
        let keys = prompt.segments.map { textKey($0.text) }
        let new = zip(prompt.segments, keys).reduce(0) {
            cache.result(for: $1.1) == nil ? $0 + $1.0.text.count : $0
        }
        return Start(isLarge: new > ScanThreads.inlineBytes, keys: keys)
    }

    func run(_ start: Start) -> Detected {
        var detected = Detected(opaque: prompt.opaque)
        detected.keys = start.keys ?? prompt.segments.map { textKey($0.text) }
        for (index, segment) in prompt.segments.enumerated() {
            let result = scan(segment.text, detected.keys[index])
            detected.detections += result.findings.compactMap { finding in
                // A model's word for a value that is gone already.
                if isPlaceholder(segment.text, finding.span) { return nil }
                return detection(finding, [Piece(segment: index, span: finding.span)])
            }
            if result.incomplete != nil {
                detected.opaque.append(OpaqueItem(reason: .budget, place: segment.place))
            }
            detected.detections += known(in: segment.text) { [Piece(segment: index, span: $0)] }
        }
        for joined in JoinedText.all(prompt.segments) { look(joined, &detected) }
        return detected
    }

    private func look(_ joined: JoinedText, _ detected: inout Detected) {
        let result = scan(joined.text, textKey(joined.text))
        for finding in result.findings {
            guard let pieces = joined.pieces(of: finding.span), !pieces.isEmpty,
                !isPlaceholder(joined.text, finding.span)
            else { continue }
            detected.detections.append(detection(finding, pieces))
        }
        if result.incomplete != nil, let first = joined.stretches.first {
            detected.opaque.append(OpaqueItem(reason: .budget, place: prompt.segments[first.segment].place))
        }
        detected.detections += known(in: joined.text) { joined.pieces(of: $0) ?? [] }
    }

    private func isPlaceholder(_ text: [UInt8], _ span: ByteSpan) -> Bool {
        span.count <= Placeholder.maxBytes && text[span.start] | 0x20 == 0x73
            && Placeholder.parse(text[span.range]) != nil
    }

    private func textKey(_ text: [UInt8]) -> TextKey {
        text.withUnsafeBytes { TextKey($0, rules: snapshot.rulesDigest, key) }
    }

    private func scan(_ text: [UInt8], _ key: TextKey) -> ScanResult {
        if let result = cache.result(for: key) { return result }
        let result = snapshot.scanners.scan(text)
        cache.store(result, for: key)
        return result
    }

    private func detection(_ finding: Finding, _ pieces: [Piece]) -> Detection {
        let rule = snapshot.known[finding.rule]
        return Detection(
            pieces: pieces, rule: rule, confidence: finding.confidence, reasons: finding.reasons.map(\.id),
            views: finding.views, key: finding.key)
    }

    private func known(in text: [UInt8], _ pieces: (ByteSpan) -> [Piece]) -> [Detection] {
        matchers.flatMap { matcher in
            text.withUnsafeBytes { matcher.matches(in: $0) }.compactMap { match in
                let pieces = pieces(match.span)
                guard !pieces.isEmpty else { return nil }
                return Detection(
                    pieces: pieces, rule: match.rule, confidence: 1, reasons: ["known-value"], views: match.views,
                    key: nil)
            }
        }
    }
}

extension Reason {
    /// The reason as the record spells it.
    var id: String {
        switch self {
        case .pattern: "pattern"
        case .validated(let name): "validated:\(name)"
        case .context(let word): "context:\(word)"
        case .random(let hundredths): "random:\(hundredths)"
        case .key: "key"
        case .alone: "alone"
        }
    }
}
