import Primitives

/// The escapes of a JSON string (RFC 8259, section 7), wherever a backslash stands: in a log line the quotes around them may
/// be missing or escaped themselves. C's `\xHH` and `\'` are taken too; a backslash before anything else stays.
enum JSONStringView: ViewDecoder {
    static let kind = ViewKind.json

    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText) {
        var at = region.lowerBound
        var plain = at
        while at < region.upperBound {
            guard text[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            guard let escape = escape(text, at, region.upperBound) else {
                at += 1
                continue
            }
            view.copy(text, plain..<at)
            view.replace(original: escape.length, with: escape.utf8)
            at += escape.length
            plain = at
        }
        view.copy(text, plain..<region.upperBound)
    }

    private struct Escape {
        var length: Int
        var utf8: [UInt8]
    }

    private static func escape(_ text: Text, _ at: Int, _ end: Int) -> Escape? {
        guard at + 1 < end else { return nil }
        switch text[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"):
            return Escape(length: 2, utf8: [text[at + 1]])
        case UInt8(ascii: "n"): return Escape(length: 2, utf8: [0x0A])
        case UInt8(ascii: "r"): return Escape(length: 2, utf8: [0x0D])
        case UInt8(ascii: "t"): return Escape(length: 2, utf8: [0x09])
        case UInt8(ascii: "b"), UInt8(ascii: "f"): return Escape(length: 2, utf8: [0x20])
        case UInt8(ascii: "x"):
            guard let value = hex(text, at + 2, digits: 2, end) else { return nil }
            return Escape(length: 4, utf8: [UInt8(truncatingIfNeeded: value)])
        case UInt8(ascii: "u"): return unicode(text, at, end)
        default: return nil
        }
    }

    private static func unicode(_ text: Text, _ at: Int, _ end: Int) -> Escape? {
        guard let unit = hex(text, at + 2, digits: 4, end) else { return nil }
        var length = 6
        var value = unit
        if (0xD800..<0xDC00).contains(unit), text.at(at + 6) == UInt8(ascii: "\\"),
            text.at(at + 7) == UInt8(ascii: "u"),
            let low = hex(text, at + 8, digits: 4, end), (0xDC00..<0xE000).contains(low)
        {
            value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            length = 12
        }
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        return Escape(length: length, utf8: Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter))
    }

    private static func hex(_ text: Text, _ at: Int, digits: Int, _ end: Int) -> UInt32? {
        guard at + digits <= end else { return nil }
        var value: UInt32 = 0
        for index in at..<at + digits {
            guard let nibble = hexValue(text[index]) else { return nil }
            value = value << 4 | UInt32(nibble)
        }
        return value
    }
}
