/// Maps offsets in decoded text back to the bytes they came from.
///
/// A list of runs in ascending order. In an identity run each decoded byte is one original byte; in a replaced run all decoded
/// bytes stand for all original bytes together (an escape such as `\n` or `\u00e9`), so that no span can cut an escape in two.
/// A map without runs is the identity.
public struct OffsetMap: Sendable, Equatable {
    /// One run; it reaches to the next run's start or to the end.
    struct Run: Sendable, Equatable {
        var decoded: Int
        var original: Int
        var isIdentity: Bool
    }

    private(set) var runs: [Run] = []
    /// Length of the decoded text, in bytes.
    public private(set) var decodedCount = 0
    /// Offset one past the last original byte.
    public private(set) var originalEnd: Int

    /// A map whose decoded text is the original from `originalStart` on; add runs in order.
    public init(originalStart: Int = 0) { originalEnd = originalStart }

    /// The identity over `count` bytes that begin at `originalStart`.
    public static func identity(count: Int, originalStart: Int = 0) -> OffsetMap {
        var map = OffsetMap(originalStart: originalStart)
        map.appendIdentity(count)
        return map
    }

    /// The next `count` decoded bytes are the next `count` original bytes.
    public mutating func appendIdentity(_ count: Int) {
        guard count > 0 else { return }
        if runs.last?.isIdentity != true {
            runs.append(Run(decoded: decodedCount, original: originalEnd, isIdentity: true))
        }
        decodedCount += count
        originalEnd += count
    }

    /// The next `decoded` bytes stand for the next `original` bytes as a whole.
    public mutating func appendReplaced(decoded: Int, original: Int) {
        guard decoded > 0 || original > 0 else { return }
        runs.append(Run(decoded: decodedCount, original: originalEnd, isIdentity: false))
        decodedCount += decoded
        originalEnd += original
    }

    /// The smallest original span that covers the decoded span. Precondition: the span lies within the decoded text.
    public func original(of span: ByteSpan) -> ByteSpan {
        precondition(span.start >= 0 && span.end <= decodedCount, "span outside the decoded text")
        let start = originalStart(of: span.start)
        if span.isEmpty { return ByteSpan(start: start, end: start) }
        return ByteSpan(start: start, end: originalEnd(of: span.end))
    }

    private func originalStart(of offset: Int) -> Int {
        guard let index = runIndex(at: offset) else { return originalEnd }
        let run = runs[index]
        return run.isIdentity ? run.original + (offset - run.decoded) : run.original
    }

    private func originalEnd(of end: Int) -> Int {
        guard let index = runIndex(at: end - 1) else { return originalEnd }
        let run = runs[index]
        if run.isIdentity { return run.original + (end - run.decoded) }
        return index + 1 < runs.count ? runs[index + 1].original : originalEnd
    }

    /// The run that holds the decoded byte at `offset`. Runs that decode to nothing hold no byte.
    private func runIndex(at offset: Int) -> Int? {
        guard offset < decodedCount else { return nil }
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].decoded <= offset { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }
}
