/// The inside of a JSON string (RFC 8259, section 7): escapes to text and back.
public enum JSONStringCodec {
    /// Why the inside of a string is not valid, with the offset of the offending byte in the given buffer.
    public enum Failure: Error, Equatable {
        /// A backslash that no RFC 8259 escape follows.
        case badEscape(at: Int)
        /// A control character below 0x20 that must be escaped.
        case controlCharacter(at: Int)
    }

    /// Decodes the bytes between the quotes, `range` of `bytes`, to UTF-8.
    ///
    /// The map leads from the decoded text to offsets in `bytes`. Bytes that are not UTF-8 pass as they are; a lone surrogate
    /// becomes U+FFFD, as it has no UTF-8 form.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(Failure) -> (text: [UInt8], map: OffsetMap) {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var map = OffsetMap(originalStart: range.lowerBound)
        var at = range.lowerBound
        while at < range.upperBound {
            var plain = plainEnd(bytes, from: at, to: range.upperBound)
            if plain < range.upperBound, bytes[plain] == 0x22 { plain += 1 }
            if plain > at {
                text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[at..<plain]))
                map.appendIdentity(plain - at)
                at = plain
                continue
            }
            guard bytes[at] == 0x5C else { throw .controlCharacter(at: at) }
            let before = text.count
            let length = try decodeEscape(bytes, at, range.upperBound, into: &text)
            map.appendReplaced(decoded: text.count - before, original: length)
            at += length
        }
        return (text, map)
    }

    /// Offset of the first quote, backslash or control character in `start ..< end` of `bytes`, or `end`.
    public static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= bytes.count, "outside the buffer")
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones << 7
        var at = start
        while at + 8 <= end {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quotes = word ^ ones &* 0x22
            let slashes = word ^ ones &* 0x5C
            // The high bit of each byte that is below a space, or zero after the exclusive or. A borrow can mark bytes above a marked one only.
            let controls = (word &- ones &* 0x20) & ~word
            let marks = (controls | (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes) & highs
            if marks != 0 { return at + marks.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < end, bytes[at] != 0x22, bytes[at] != 0x5C, bytes[at] >= 0x20 { at += 1 }
        return at
    }

    /// Decodes one escape at the backslash `at`; returns its length in bytes.
    private static func decodeEscape(
        _ bytes: UnsafeRawBufferPointer, _ at: Int, _ end: Int, into text: inout [UInt8]
    ) throws(Failure) -> Int {
        guard at + 1 < end else { throw .badEscape(at: at) }
        switch bytes[at + 1] {
        case 0x22, 0x5C, 0x2F: text.append(bytes[at + 1])
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75:
            guard let unit = hexUnit(bytes, at + 2, end) else { throw .badEscape(at: at) }
            if (0xD800..<0xDC00).contains(unit), at + 7 < end, bytes[at + 6] == 0x5C, bytes[at + 7] == 0x75,
                let low = hexUnit(bytes, at + 8, end), (0xDC00..<0xE000).contains(low)
            {
                append(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00), to: &text)
                return 12
            }
            append(UInt32(unit), to: &text)
            return 6
        default: throw .badEscape(at: at)
        }
        return 2
    }

    private static func hexUnit(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ end: Int) -> UInt16? {
        guard at + 4 <= end else { return nil }
        var unit: UInt16 = 0
        for index in at..<at + 4 {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private static func append(_ value: UInt32, to text: inout [UInt8]) {
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        text.append(contentsOf: String(Character(scalar)).utf8)
    }

    /// Escapes text for the inside of a JSON string; the quotes are the caller's.
    public static func encode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x22, 0x5C: out += [0x5C, byte]
            case 0x0A: out += [0x5C, 0x6E]
            case 0x0D: out += [0x5C, 0x72]
            case 0x09: out += [0x5C, 0x74]
            case 0x00..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                out += [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        return out
    }
}
