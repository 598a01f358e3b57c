import Primitives

/// Percent-encoded bytes (RFC 3986, section 2.1), and `%uXXXX` of ECMAScript's `escape` (ECMA-262, annex B.2.1). A plus stays a
/// plus, as outside of forms it is one.
enum PercentView: ViewDecoder {
    static let kind = ViewKind(rawValue: "percent")
    static let mark = ViewMark.percent

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == UInt8(ascii: "%"), isEscape(text, at) { return at }
            at += 1
        }
        return nil
    }

    private static func isEscape(_ text: Text, _ at: Int) -> Bool {
        Escapes.hex(text, at + 1, digits: 2) != nil
            || text.at(at + 1) | 0x20 == UInt8(ascii: "u") && Escapes.hex(text, at + 2, digits: 4) != nil
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        if at + 3 <= end, let value = Escapes.hex(text, at + 1, digits: 2) {
            view.replace(original: 3, byte: UInt8(truncatingIfNeeded: value))
            return 3
        }
        guard at + 6 <= end, let value = Escapes.hex(text, at + 2, digits: 4) else { return 0 }
        view.replace(original: 6, with: Escapes.utf8(value))
        return 6
    }
}

/// What decoders share.
enum Escapes {
    /// The number that so many hexadecimal digits write, or nil.
    static func hex(_ text: Text, _ at: Int, digits: Int) -> UInt32? {
        guard at + digits <= text.count else { return nil }
        var value: UInt32 = 0
        for index in at..<at + digits {
            guard let nibble = hexValue(text[index]) else { return nil }
            value = value << 4 | UInt32(nibble)
        }
        return value
    }

    /// A scalar as UTF-8; what is none becomes U+FFFD.
    static func utf8(_ value: UInt32) -> [UInt8] {
        Array(UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
    }
}
