import Primitives

/// Adjacent parts of one message as one text, so that a secret that is split over two of them is found.
///
/// Long parts come in by their ends only: what lies further inside was scanned with the part itself. No byte comes in more than twice.
struct JoinedText {
    /// How much of a long part's end comes in, in bytes.
    static let reachBytes = 4 << 10

    struct Stretch {
        var segment: Int
        /// In the segment.
        var start: Int
        /// In `text`.
        var offset: Int
        var count: Int
    }

    private(set) var text: [UInt8] = []
    private(set) var stretches: [Stretch] = []
    /// Whether the text begins or ends inside a part, so that what touches that end may be cut.
    private var isCutAtStart = false
    private var isCutAtEnd = false

    private mutating func add(_ segment: Int, _ range: Range<Int>, of bytes: [UInt8]) {
        guard !range.isEmpty else { return }
        stretches.append(Stretch(segment: segment, start: range.lowerBound, offset: text.count, count: range.count))
        text += bytes[range]
    }

    /// All joined texts of a prompt, in order.
    static func all(_ segments: [PromptSegment]) -> [JoinedText] {
        var joined: [JoinedText] = []
        var first = 0
        while first < segments.count {
            var end = first + 1
            while end < segments.count, segments[end].group == segments[first].group { end += 1 }
            if end - first > 1 { joined += join(segments, first..<end) }
            first = end
        }
        return joined
    }

    private static func join(_ segments: [PromptSegment], _ range: Range<Int>) -> [JoinedText] {
        var joined: [JoinedText] = []
        var current = JoinedText()
        for index in range {
            let bytes = segments[index].text
            if bytes.count <= reachBytes {
                current.add(index, 0..<bytes.count, of: bytes)
                continue
            }
            if !current.stretches.isEmpty {
                current.add(index, 0..<reachBytes, of: bytes)
                current.isCutAtEnd = true
                joined.append(current)
            }
            current = JoinedText()
            current.add(index, bytes.count - reachBytes..<bytes.count, of: bytes)
            current.isCutAtStart = true
        }
        joined.append(current)
        return joined.filter { $0.stretches.count > 1 }
    }

    /// The pieces of a span of `text`; nil where it touches a cut and so may not be whole.
    func pieces(of span: ByteSpan) -> [Piece]? {
        if isCutAtStart, span.start == 0 { return nil }
        if isCutAtEnd, span.end == text.count { return nil }
        return stretches.compactMap { stretch in
            let start = max(span.start, stretch.offset)
            let end = min(span.end, stretch.offset + stretch.count)
            guard start < end else { return nil }
            let shift = stretch.start - stretch.offset
            return Piece(segment: stretch.segment, span: ByteSpan(start: start + shift, end: end + shift))
        }
    }
}
