import Glibc

/// Line and column of an offset that only moves forward, counted as the bytes go by.
struct PlaceCounter {
    /// The offset whose place is `place`.
    private(set) var offset = 0
    private(set) var place = TextPlace(line: 1, column: 1)

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Moves on over the bytes that stand at `offset`.
    mutating func advance(over bytes: UnsafeRawBufferPointer) {
        var from = 0
        // A byte order mark is no character of the first line.
        if offset == 0, bytes.starts(with: Self.mark) { from = Self.mark.count }
        offset += bytes.count
        let rest = UnsafeRawBufferPointer(rebasing: bytes[min(from, bytes.count)...])
        // The C library's search reads a line's bytes faster than any loop of ours counts them.
        var last = 0
        while last < rest.count, let base = rest.baseAddress,
            let found = memchr(base + last, 0x0A, rest.count - last)
        {
            last = UnsafeRawPointer(found) - base + 1
            place.line += 1
        }
        guard last > 0 else {
            place.column += Self.scalars(rest)
            return
        }
        place.column = 1 + Self.scalars(UnsafeRawBufferPointer(rebasing: rest[last...]))
    }

    /// Bytes that begin a character in UTF-8.
    private static func scalars(_ bytes: UnsafeRawBufferPointer) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var following = 0
        var at = 0
        while at + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            // A byte inside a character is 10xxxxxx; the product adds the eight marks up in its highest byte.
            let marks = word &>> 7 & ~(word &>> 6) & ones
            following += Int((marks &* ones) &>> 56)
            at += 8
        }
        while at < bytes.count {
            if bytes[at] & 0xC0 == 0x80 { following += 1 }
            at += 1
        }
        return bytes.count - following
    }
}
