/// A half-open range of byte offsets, `start ..< end`, into one stated buffer.
///
/// Offsets count bytes, never characters. An empty span marks a position.
public struct ByteSpan: Hashable, Sendable, Codable, Comparable {
    /// Offset of the first byte.
    public var start: Int
    /// Offset one past the last byte; never less than `start`.
    public var end: Int

    /// Makes a span. Precondition: `start <= end`.
    public init(start: Int, end: Int) {
        precondition(start <= end, "a span runs forward")
        self.start = start
        self.end = end
    }

    /// Number of bytes covered.
    public var count: Int { end - start }
    /// Whether no byte is covered.
    public var isEmpty: Bool { start == end }
    /// The span as a standard range.
    public var range: Range<Int> { start..<end }

    /// Whether both cover at least one byte in common.
    public func overlaps(_ other: ByteSpan) -> Bool { start < other.end && other.start < end }
    /// Whether every byte of `other` is covered by this span.
    public func contains(_ other: ByteSpan) -> Bool { start <= other.start && other.end <= end }

    /// Orders by start, then by end.
    public static func < (a: ByteSpan, b: ByteSpan) -> Bool {
        a.start != b.start ? a.start < b.start : a.end < b.end
    }
}
