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
        var at = from
        var found = 0
        // Sixteen offsets are hashed at once, and the last of the four loads ends nineteen bytes on.
        let last = min(to - 16, count - 19)
        let fold = SIMD8<UInt16>(repeating: 0x2020)
        let low = SIMD8<UInt16>(repeating: 0x00FF)
        let lowFold = SIMD8<UInt16>(repeating: 0x0020)
        while at <= last {
            let first = text.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt16>.self)
            let second = text.loadUnaligned(fromByteOffset: at + 1, as: SIMD8<UInt16>.self)
            let third = text.loadUnaligned(fromByteOffset: at + 2, as: SIMD8<UInt16>.self)
            let fourth = text.loadUnaligned(fromByteOffset: at + 3, as: SIMD8<UInt16>.self)
            let even =
                (first | fold) &* LiteralTable.pairFactor &+ (third & low | lowFold) &* LiteralTable.thirdFactor
            let odd =
                (second | fold) &* LiteralTable.pairFactor &+ (fourth & low | lowFold) &* LiteralTable.thirdFactor
            let evens = unsafeBitCast(even, to: SIMD2<UInt64>.self)
            let odds = unsafeBitCast(odd, to: SIMD2<UInt64>.self)
            var hits = quartet(evens[0], filter) | quartet(odds[0], filter) << 1
            hits |= (quartet(evens[1], filter) | quartet(odds[1], filter) << 1) << 8
            while hits != 0 {
                out[found] = UInt32(truncatingIfNeeded: at + hits.trailingZeroBitCount)
                found += 1
                hits &= hits - 1
            }
            at += 16
        }
        while at < to, at + 3 <= count {
            let pair = UInt32(text.loadUnaligned(fromByteOffset: at, as: UInt16.self))
            let triple = pair | UInt32(text.load(fromByteOffset: at + 2, as: UInt8.self)) << 16
            let hash = LiteralTable.hash(triple | 0x0020_2020)
            if filter[hash >> 5] >> UInt32(hash & 31) & 1 == 1 {
                out[found] = UInt32(truncatingIfNeeded: at)
                found += 1
            }
            at += 1
        }
        return found
    }

    /// Looks four hashes up; bits 0, 2, 4 and 6 of the result say which are in the filter.
    @inline(__always)
    private static func quartet(_ hashes: UInt64, _ filter: UnsafeMutablePointer<UInt32>) -> UInt32 {
        let one = UInt32(truncatingIfNeeded: hashes) & 0xFFFF
        let two = UInt32(truncatingIfNeeded: hashes >> 16) & 0xFFFF
        let three = UInt32(truncatingIfNeeded: hashes >> 32) & 0xFFFF
        let four = UInt32(truncatingIfNeeded: hashes >> 48)
        return filter[Int(one >> 5)] &>> one & 1 | (filter[Int(two >> 5)] &>> two & 1) << 2
            | (filter[Int(three >> 5)] &>> three & 1) << 4 | (filter[Int(four >> 5)] &>> four & 1) << 6
    }

    /// Notes in each cell of `cellBytes` what may open a view there (`ViewMark`), and each `@`.
    ///
    /// `cells[i]` stands for `text[i * cellBytes ..< (i + 1) * cellBytes]`; `from` is a multiple of `cellBytes`.
    static func markCells(
        _ text: UnsafeRawPointer, from: Int, to: Int, escapes: UnsafeMutablePointer<UInt8>,
        mails: UnsafeMutablePointer<UInt32>, mailCount: inout Int, wantsMail: Bool
    ) {
        let backslash = SIMD32<UInt8>(repeating: UInt8(ascii: "\\"))
        let percent = SIMD32<UInt8>(repeating: UInt8(ascii: "%"))
        let ampersand = SIMD32<UInt8>(repeating: UInt8(ascii: "&"))
        let escape = SIMD32<UInt8>(repeating: 0x1B)
        let nul = SIMD32<UInt8>(repeating: 0)
        let at = SIMD32<UInt8>(repeating: UInt8(ascii: "@"))
        var offset = from
        while offset + 32 <= to {
            // Of the operations on vectors of bytes, comparing for equality alone is a single instruction.
            let bytes = text.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
            let isPair = (bytes .== percent) .| (bytes .== ampersand)
            let isControl = (bytes .== nul) .| (bytes .== escape)
            let words = unsafeBitCast(bytes, to: SIMD4<UInt64>.self)
            if any((bytes .== backslash) .| (bytes .== at) .| isPair .| isControl) {
                markSlowly(text, offset, offset + 32, escapes, mails, &mailCount, wantsMail)
            } else if (words[0] | words[1] | words[2] | words[3]) & 0x8080_8080_8080_8080 != 0 {
                escapes[offset / cellBytes] |= ViewMark.high
            }
            offset += 32
        }
        markSlowly(text, offset, to, escapes, mails, &mailCount, wantsMail)
    }

    /// Bytes of a cell: the grain at which escapes are noted.
    static let cellBytes = 64

    private static func markSlowly(
        _ text: UnsafeRawPointer, _ from: Int, _ to: Int, _ escapes: UnsafeMutablePointer<UInt8>,
        _ mails: UnsafeMutablePointer<UInt32>, _ mailCount: inout Int, _ wantsMail: Bool
    ) {
        for offset in from..<max(from, to) {
            let byte = text.load(fromByteOffset: offset, as: UInt8.self)
            if byte == UInt8(ascii: "@") {
                guard wantsMail else { continue }
                mails[mailCount] = UInt32(truncatingIfNeeded: offset)
                mailCount += 1
            } else {
                let mark = ViewMark.of(byte)
                if mark != 0 { escapes[offset / cellBytes] |= mark }
            }
        }
    }

    /// The first offset in `from..<to`, in steps of 8, whose word holds at least four digits; nil if none does.
    ///
    /// A run of seven or more digits with single separators always has such a word: over two words one holds four of
    /// seven digits, over three the middle one is full, and half of it at least are digits.
    @inline(__always)
    static func digitWord(_ text: UnsafeRawPointer, from: Int, to: Int) -> Int? {
        var at = from
        while at + 8 <= to {
            let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ 0x3030_3030_3030_3030
            let isNot = ((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | word
            let digits = (~isNot & 0x8080_8080_8080_8080) >> 7
            if (digits &* 0x0101_0101_0101_0101) >> 56 >= 4 { return at }
            at += 8
        }
        if at < to {
            var digits = 0
            for offset in at..<to where isASCIIDigit(text.load(fromByteOffset: offset, as: UInt8.self)) { digits += 1 }
            if digits >= 4 { return at }
        }
        return nil
    }

    /// The first offset in `from..<to`, in steps of 8, at which sixteen bytes may all be of the base64 and base64url alphabets.
    ///
    /// Each run of at least 23 such bytes has one. A few other bytes (`,` `.` `{` and the like) pass as well: the caller
    /// looks at the run itself. Precondition: `count` bytes are readable and `to + 16 <= count`, or the rest is left out.
    @inline(__always)
    static func tokenWords(_ text: UnsafeRawPointer, _ count: Int, from: Int, to: Int) -> Int? {
        var at = from
        let last = min(to, count - 15)
        while at < last {
            // The second word first: if it fails, the next place to start is behind it.
            if isTokenWord(text.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)) {
                if isTokenWord(text.loadUnaligned(fromByteOffset: at, as: UInt64.self)) { return at }
                at += 8
            } else {
                at += 16
            }
        }
        return nil
    }

    /// Whether each byte is a letter or one of `[ \\ ] ^ _ { | } ~` and DEL, or lies between `+` and `9`.
    @inline(__always)
    private static func isTokenWord(_ word: UInt64) -> Bool {
        let high: UInt64 = 0x8080_8080_8080_8080
        let low = word & ~high
        let letters = (low | fold) &+ 0x1F1F_1F1F_1F1F_1F1F
        let digits = (low &+ 0x5555_5555_5555_5555) & ~(low &+ 0x4646_4646_4646_4646)
        return (letters | digits) & ~word & high == high
    }

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
