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
    private static func scalars(_ bytes: UnsafeRawBufferPointer) -> Int { count(bytes) { ($0 & 0xC0) .!= 0x80 } }

    /// Counts bytes, 32 at a time. Every load lies within `bytes`.
    @inline(__always)
    private static func count(
        _ bytes: UnsafeRawBufferPointer, _ isCounted: (SIMD32<UInt8>) -> SIMDMask<SIMD32<Int8>>
    ) -> Int {
        typealias Lane = SIMD32<UInt8>
        var total = 0
        var at = 0
        while at + Lane.scalarCount <= bytes.count {
            var sums = Lane(repeating: 0)
            // A lane counts to 255 at most.
            var rounds = min(255, (bytes.count - at) / Lane.scalarCount)
            while rounds > 0 {
                let piece = bytes.loadUnaligned(fromByteOffset: at, as: Lane.self)
                sums = sums &+ Lane(repeating: 0).replacing(with: 1, where: isCounted(piece))
                at += Lane.scalarCount
                rounds -= 1
            }
            total += Int(SIMD32<UInt16>(truncatingIfNeeded: sums).wrappedSum())
        }
        while at < bytes.count {
            if isCounted(Lane(repeating: bytes[at]))[0] { total += 1 }
            at += 1
        }
        return total
    }
}
