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
    var matcher: VaultMatcher?
    var cache: FindingsCache
    var key: SymmetricKey

    /// Up to this size in bytes a prompt is hashed where it is called for, to learn how much of it is new.
    static let maxProbedBytes = 1 << 20

    var bytes: Int { prompt.segments.reduce(0) { $0 + $1.text.count } }

    /// Whether so much of it is new that a thread of the pool should look at it.
    func isLarge() -> Bool {
        let bytes = bytes
        guard bytes > ScanThreads.inlineBytes else { return false }
        guard bytes <= Self.maxProbedBytes else { return true }
        var new = 0
        for segment in prompt.segments where cache.result(for: textKey(segment.text)) == nil {
            new += segment.text.count
            if new > ScanThreads.inlineBytes { return true }
        }
        return false
    }

    func run() -> Detected {
        var detected = Detected(opaque: prompt.opaque)
        detected.keys.reserveCapacity(prompt.segments.count)
        for (index, segment) in prompt.segments.enumerated() {
            let key = textKey(segment.text)
            detected.keys.append(key)
            let result = scan(segment.text, key)
            detected.detections += result.findings.map { detection($0, [Piece(segment: index, span: $0.span)]) }
            if result.incomplete != nil {
                detected.opaque.append(OpaqueItem(reason: .budget, place: segment.place))
            }
            detected.detections += known(in: segment.text) { [Piece(segment: index, span: $0)] }
        }
        for joined in JoinedText.all(prompt.segments) {
            let result = scan(joined.text, textKey(joined.text))
            for finding in result.findings {
                guard let pieces = joined.pieces(of: finding.span), !pieces.isEmpty else { continue }
                detected.detections.append(detection(finding, pieces))
            }
            if result.incomplete != nil, let first = joined.stretches.first {
                detected.opaque.append(
                    OpaqueItem(reason: .budget, place: prompt.segments[first.segment].place))
            }
            detected.detections += known(in: joined.text) { joined.pieces(of: $0) ?? [] }
        }
        return detected
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
        guard let matcher else { return [] }
        return text.withUnsafeBytes { matcher.matches(in: $0) }.compactMap { match in
            let pieces = pieces(match.span)
            guard !pieces.isEmpty else { return nil }
            return Detection(
                pieces: pieces, rule: match.rule, confidence: 1, reasons: ["known-value"],
                views: match.views, key: nil)
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
        }
    }
}
