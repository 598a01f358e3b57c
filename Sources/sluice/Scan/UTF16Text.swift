import Primitives

/// UTF-16 with a byte order mark, decoded to UTF-8, with the way back.
///
/// Code units and UTF-8 advance together, so one checkpoint every few kilobytes suffices: an offset is found by decoding on from
/// the last checkpoint. A lone surrogate becomes U+FFFD; so does an odd last byte.
struct UTF16Text: Sendable {
    let text: [UInt8]
    let bigEndian: Bool
    private let checkpoints: [(decoded: Int, original: Int)]
    private let source: [UInt8]

    private static let checkpointBytes = 4 << 10
    private static let markBytes = 2

    init(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool) {
        self.bigEndian = bigEndian
        source = Array(bytes)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 2)
        var checkpoints = [(decoded: 0, original: Self.markBytes)]
        var at = Self.markBytes
        var next = Self.checkpointBytes
        while at < source.count {
            if text.count >= next {
                checkpoints.append((text.count, at))
                next = text.count + Self.checkpointBytes
            }
            let (scalar, width) = Self.scalar(source, at, bigEndian)
            if scalar.isASCII {
                text.append(UInt8(scalar.value))
            } else {
                text += String(Character(scalar)).utf8
            }
            at += width
        }
        self.text = text
        self.checkpoints = checkpoints
    }

    /// The smallest span of the file that covers a span of the text.
    func original(of span: ByteSpan) -> ByteSpan {
        ByteSpan(start: offset(span.start, roundingUp: false), end: offset(span.end, roundingUp: true))
    }

    private func offset(_ decoded: Int, roundingUp: Bool) -> Int {
        var low = 0
        var high = checkpoints.count
        while low < high {
            let middle = (low + high) / 2
            if checkpoints[middle].decoded <= decoded { low = middle + 1 } else { high = middle }
        }
        // The first checkpoint is at 0, so there is always one at or before any offset.
        var place = checkpoints[max(0, low - 1)]
        while place.original < source.count {
            let (scalar, width) = Self.scalar(source, place.original, bigEndian)
            let count = UTF8.width(scalar)
            if place.decoded == decoded { return place.original }
            if place.decoded + count > decoded { return roundingUp ? place.original + width : place.original }
            place = (place.decoded + count, place.original + width)
        }
        return source.count
    }

    private static func scalar(_ bytes: [UInt8], _ at: Int, _ bigEndian: Bool) -> (Unicode.Scalar, width: Int) {
        guard let first = unit(bytes, at, bigEndian) else { return ("\u{FFFD}", bytes.count - at) }
        if (0xD800..<0xDC00).contains(first), let second = unit(bytes, at + 2, bigEndian),
            (0xDC00..<0xE000).contains(second)
        {
            let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            return (Unicode.Scalar(value) ?? "\u{FFFD}", 4)
        }
        return (Unicode.Scalar(UInt32(first)) ?? "\u{FFFD}", 2)
    }

    private static func unit(_ bytes: [UInt8], _ at: Int, _ bigEndian: Bool) -> UInt16? {
        guard at + 1 < bytes.count else { return nil }
        let (a, b) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
        return bigEndian ? a << 8 | b : b << 8 | a
    }

    /// ASCII text in this encoding, without a mark.
    static func encode(ascii: [UInt8], bigEndian: Bool) -> [UInt8] {
        ascii.flatMap { bigEndian ? [0, $0] : [$0, 0] }
    }
}
