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
        _ text: UnsafeRawPointer, _ count: Int, from: Int, to: Int, filter: UnsafeMutablePointer<UInt16>,
        out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        var at = from & ~1
        var found = 0
        // A quartet at `at + 6` takes its second pair from the next eight bytes, so those must be readable too.
        let last = min(to, count - 16)
        if at < last {
            var first = UInt32(filter[pair(text, at)])
            while at < last {
                let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self) | fold
                let next = UInt32(filter[pair(text, at + 8)])
                let second = UInt32(filter[Int(truncatingIfNeeded: word >> 16) & 0xFFFF])
                let third = UInt32(filter[Int(truncatingIfNeeded: word >> 32) & 0xFFFF])
                let fourth = UInt32(filter[Int(truncatingIfNeeded: word >> 48)])
                let one = first & (second >> 8)
                let two = second & (third >> 8)
                let three = third & (fourth >> 8)
                let four = fourth & (next >> 8)
                if (one | two | three | four) & 0xFF != 0 {
                    if one & 0xFF != 0 { note(at, out, &found) }
                    if two & 0xFF != 0 { note(at + 2, out, &found) }
                    if three & 0xFF != 0 { note(at + 4, out, &found) }
                    if four & 0xFF != 0 { note(at + 6, out, &found) }
                }
                first = next
                at += 8
            }
        }
        while at < to, at + 1 < count {
            let first = filter[pair(text, at)]
            let second: UInt16
            if at + 3 < count {
                second = filter[pair(text, at + 2)]
            } else {
                let byte = at + 2 < count ? text.load(fromByteOffset: at + 2, as: UInt8.self) : 0
                second = filter[Int(byte | 0x20) | 0x2000]
            }
            if first & (second >> 8) & 0xFF != 0 {
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

    /// Marks the cells of `cellBytes` that hold `a` or `b`, and tells whether `mail` occurs at all.
    ///
    /// `cells[i]` stands for `text[i * cellBytes ..< (i + 1) * cellBytes]`; `from` is a multiple of `cellBytes`.
    static func markCells(
        _ text: UnsafeRawPointer, from: Int, to: Int, escapes: UnsafeMutablePointer<UInt8>,
        mails: UnsafeMutablePointer<UInt32>, mailCount: inout Int, wantsMail: Bool
    ) {
        let backslash = SIMD32<UInt8>(repeating: UInt8(ascii: "\\"))
        let percent = SIMD32<UInt8>(repeating: UInt8(ascii: "%"))
        let at = SIMD32<UInt8>(repeating: UInt8(ascii: "@"))
        var offset = from
        while offset + 32 <= to {
            let bytes = text.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
            let isBackslash = bytes .== backslash
            let isPercent = bytes .== percent
            let isMail = bytes .== at
            if any(isBackslash .| isPercent .| isMail) {
                markSlowly(text, offset, offset + 32, escapes, mails, &mailCount, wantsMail)
            }
            offset += 32
        }
        markSlowly(text, offset, to, escapes, mails, &mailCount, wantsMail)
    }

    /// Bytes of a cell: the grain at which escapes are noted.
    static let cellBytes = 64
    static let backslashMark: UInt8 = 1
    static let percentMark: UInt8 = 2

    private static func markSlowly(
        _ text: UnsafeRawPointer, _ from: Int, _ to: Int, _ escapes: UnsafeMutablePointer<UInt8>,
        _ mails: UnsafeMutablePointer<UInt32>, _ mailCount: inout Int, _ wantsMail: Bool
    ) {
        for offset in from..<max(from, to) {
            switch text.load(fromByteOffset: offset, as: UInt8.self) {
            case UInt8(ascii: "\\"): escapes[offset / cellBytes] |= backslashMark
            case UInt8(ascii: "%"): escapes[offset / cellBytes] |= percentMark
            case UInt8(ascii: "@") where wantsMail:
                mails[mailCount] = UInt32(truncatingIfNeeded: offset)
                mailCount += 1
            default: break
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

    /// The first offset in `from..<to`, in steps of 8, whose eight bytes are all of the base64 and base64url alphabets.
    ///
    /// Each run of at least 15 such bytes has one if `to` leaves room for it.
    @inline(__always)
    static func tokenWord(_ text: UnsafeRawPointer, from: Int, to: Int) -> Int? {
        var at = from
        while at + 16 <= to {
            let bytes = text.loadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
            let letters = ((bytes | 0x20) &- 0x61) .< 26
            // "/" and the digits are neighbours: 0x2F...0x39.
            let digits = (bytes &- 0x2F) .< 11
            let rest = (bytes .== 0x2B) .| (bytes .== 0x2D) .| (bytes .== 0x5F)
            let halves = unsafeBitCast(letters .| digits .| rest, to: SIMD2<UInt64>.self)
            if halves.x == .max { return at }
            if halves.y == .max { return at + 8 }
            at += 16
        }
        if at + 8 <= to {
            let isRun = (at..<at + 8).allSatisfy { isTokenByte(text.load(fromByteOffset: $0, as: UInt8.self)) }
            if isRun { return at }
        }
        return nil
    }

    @inline(__always)
    static func isTokenByte(_ byte: UInt8) -> Bool {
        isASCIILetter(byte) || byte &- 0x2F < 11 || byte == 0x2B || byte == 0x2D || byte == 0x5F
    }
}
