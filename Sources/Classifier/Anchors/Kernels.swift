import CKernels

/// The loops that touch every byte. Each reads `text[from..<to]` in one pass and appends what it saw to a fixed buffer.
///
/// Invariants that make the raw pointers safe: `text` is readable for `count` bytes, `0 <= from <= to <= count`, and no
/// 8-byte load starts after `count - 8`; what is left at the end is read from a padded copy or byte by byte.
enum Kernels {
    /// Bytes handled by all kernels in turn before the next ones, so that they stay in the first-level cache.
    static let chunkBytes = 8 << 10

    private static let fold: UInt64 = 0x2020_2020_2020_2020

    /// Writes the offsets in `from..<to` at which three bytes stand whose hash is in the filter (`LiteralTable`); returns how many.
    ///
    /// `out` has room for `to - from` values.
    static func literalCandidates(
        _ text: UnsafeRawPointer, _ count: Int, from: Int, to: Int, filter: UnsafeMutablePointer<UInt32>,
        out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        ckernels_triples(text.assumingMemoryBound(to: UInt8.self), count, from, to, filter, out)
    }

    /// Bytes of a cell: the grain at which escapes are noted.
    static let cellBytes = 64

    /// The first offset in `from..<to` whose byte is not of the base64 and base64url alphabets, or `to`.
    static func tokenEnd(_ text: UnsafeRawPointer, from: Int, to: Int) -> Int {
        var at = from
        let high: UInt64 = 0x8080_8080_8080_8080
        while at + 8 <= to {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let low = word & ~high
            let folded = low | fold
            let letters = (folded &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(folded &+ 0x0505_0505_0505_0505)
            let digits = (low &+ 0x5151_5151_5151_5151) & ~(low &+ 0x4646_4646_4646_4646)
            let signs = same(low, 0x2B) | same(low, 0x2D) | same(low, 0x5F)
            let others = ~(letters | digits | signs) & high | word & high
            if others != 0 { return at + others.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < to, isTokenByte(text.load(fromByteOffset: at, as: UInt8.self)) { at += 1 }
        return at
    }

    /// Whether a decimal digit stands in `from..<to`.
    static func hasDigit(_ text: UnsafeRawPointer, from: Int, to: Int) -> Bool {
        var at = from
        while at + 8 <= to {
            let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ 0x3030_3030_3030_3030
            let isNot = ((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | word
            if ~isNot & 0x8080_8080_8080_8080 != 0 { return true }
            at += 8
        }
        while at < to {
            if isASCIIDigit(text.load(fromByteOffset: at, as: UInt8.self)) { return true }
            at += 1
        }
        return false
    }

    /// The high bit of each byte that is equal to `byte`; bytes of `low` are below 0x80.
    @inline(__always)
    private static func same(_ low: UInt64, _ byte: UInt64) -> UInt64 {
        ~((low ^ (byte &* 0x0101_0101_0101_0101)) &+ 0x7F7F_7F7F_7F7F_7F7F)
    }

    @inline(__always)
    static func isTokenByte(_ byte: UInt8) -> Bool {
        isASCIILetter(byte) || byte &- 0x2F < 11 || byte == 0x2B || byte == 0x2D || byte == 0x5F
    }
}
