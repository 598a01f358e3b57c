/// The loops that touch every byte. Each reads `text[from..<to]` in one pass and appends what it saw to a fixed buffer.
///
/// Invariants that make the raw pointers safe: `text` is readable for `count` bytes, `0 <= from <= to <= count`, and no
/// 8-byte load starts after `count - 8`; what is left at the end is read from a padded copy or byte by byte.
enum Kernels {
    /// Bytes handled by all kernels in turn before the next ones, so that they stay in the first-level cache.
    static let chunkBytes = 8 << 10

    private static let fold: UInt64 = 0x2020_2020_2020_2020

    /// Writes the even offsets in `from..<to` at which a literal's quartet may stand; returns how many.
    ///
    /// `out` has room for `(to - from) / 2 + 8` values.
    static func literalCandidates(
        _ text: UnsafeRawPointer, _ count: Int, from: Int, to: Int, filter: UnsafeMutablePointer<UInt32>,
        out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        var at = from & ~1
        var found = 0
        // A quartet at `at + 6` takes its second pair from the next eight bytes, so those must be readable too.
        let last = min(to, count - 16)
        if at < last {
            var first = filter[pair(text, at)]
            while at < last {
                let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self) | fold
                let next = filter[pair(text, at + 8)]
                let second = filter[Int(truncatingIfNeeded: word >> 16) & 0xFFFF]
                let third = filter[Int(truncatingIfNeeded: word >> 32) & 0xFFFF]
                let fourth = filter[Int(truncatingIfNeeded: word >> 48)]
                let one = first & (second >> 16)
                let two = second & (third >> 16)
                let three = third & (fourth >> 16)
                let four = fourth & (next >> 16)
                if (one | two | three | four) & 0xFFFF != 0 {
                    if one & 0xFFFF != 0 { note(at, out, &found) }
                    if two & 0xFFFF != 0 { note(at + 2, out, &found) }
                    if three & 0xFFFF != 0 { note(at + 4, out, &found) }
                    if four & 0xFFFF != 0 { note(at + 6, out, &found) }
                }
                first = next
                at += 8
            }
        }
        while at < to, at + 1 < count {
            let first = filter[pair(text, at)]
            let second: UInt32
            if at + 3 < count {
                second = filter[pair(text, at + 2)]
            } else {
                let byte = at + 2 < count ? text.load(fromByteOffset: at + 2, as: UInt8.self) : 0
                second = filter[Int(byte | 0x20) | 0x2000]
            }
            if first & (second >> 16) & 0xFFFF != 0 {
                out[found] = UInt32(truncatingIfNeeded: at)
                found += 1
            }
            at += 2
        }
        return found
    }

    @inline(__always)
    private static func note(_ at: Int, _ out: UnsafeMutablePointer<UInt32>, _ found: inout Int) {
        out[found] = UInt32(truncatingIfNeeded: at)
        found += 1
    }

    @inline(__always)
    private static func pair(_ text: UnsafeRawPointer, _ at: Int) -> Int {
        Int(text.loadUnaligned(fromByteOffset: at, as: UInt16.self) | 0x2020)
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

    @inline(__always)
    static func isTokenByte(_ byte: UInt8) -> Bool {
        isASCIILetter(byte) || byte &- 0x2F < 11 || byte == 0x2B || byte == 0x2D || byte == 0x5F
    }
}
