import Primitives

/// Code points as the Unicode Standard writes them, `U+0061 U+0062`, one blank between two of them.
enum UnicodePlusView: ViewDecoder {
    static let kind = ViewKind(rawValue: "unicode")
    static let mark = ViewMark.notation

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == UInt8(ascii: "U"), value(text, at) != nil { return at }
            at += 1
        }
        return nil
    }

    private static func value(_ text: Text, _ at: Int) -> UInt32? {
        guard text.at(at + 1) == UInt8(ascii: "+") else { return nil }
        return Escapes.hex(text, at + 2, digits: 4)
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        guard at + 6 <= end, let value = value(text, at) else { return 0 }
        let hasBlank = text.at(at + 6) == 0x20 && at + 7 < end && self.value(text, at + 7) != nil
        let length = hasBlank ? 7 : 6
        view.replace(original: length, with: Escapes.utf8(value))
        return length
    }
}

/// Quoted-printable (RFC 2045, section 6.7): `=3D` and the soft line break.
///
/// Only text with an encoded equals sign is taken for it: all other escapes look like assignments.
enum QuotedPrintableView: ViewDecoder {
    static let kind = ViewKind(rawValue: "quoted-printable")
    static let mark = ViewMark.notation

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == UInt8(ascii: "="), length(text, at) > 0 { return at }
            at += 1
        }
        return nil
    }

    static func opens(_ text: Text, from: Int, to: Int) -> Bool {
        (from..<to).contains {
            text[$0] == UInt8(ascii: "=") && text.at($0 + 1) == UInt8(ascii: "3")
                && text.at($0 + 2) == UInt8(ascii: "D")
        }
    }

    private static func length(_ text: Text, _ at: Int) -> Int {
        switch text.at(at + 1) {
        case 0x0A: 2
        case 0x0D: text.at(at + 2) == 0x0A ? 3 : 0
        default: isHexPair(text.at(at + 1), text.at(at + 2)) ? 3 : 0
        }
    }

    private static func isHexPair(_ first: UInt8, _ second: UInt8) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { isASCIIDigit(byte) || byte &- 0x41 < 6 }
        return isDigit(first) && isDigit(second)
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        let length = length(text, at)
        guard at + length <= end else { return 0 }
        if length == 3, text[at + 1] != 0x0D {
            view.replace(original: 3, byte: UInt8(truncatingIfNeeded: Escapes.hex(text, at + 1, digits: 2) ?? 0))
        } else {
            view.skip(original: length)
        }
        return length
    }
}

/// ANSI escape sequences (ECMA-48, section 5.4): colours, cursor moves and titles within a text are left out.
enum ANSIView: ViewDecoder {
    static let kind = ViewKind(rawValue: "ansi")
    static let mark = ViewMark.escape

    /// Longest sequence that is taken for one, in bytes.
    private static let maxSequenceBytes = 256

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == 0x1B, length(text, at) > 0 { return at }
            at += 1
        }
        return nil
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        let length = min(length(text, at), end - at)
        view.skip(original: length)
        return length
    }

    private static func length(_ text: Text, _ at: Int) -> Int {
        let limit = min(text.count, at + maxSequenceBytes)
        var end = at + 2
        switch text.at(at + 1) {
        case UInt8(ascii: "["):
            while end < limit, text[end] &- 0x20 < 0x20 { end += 1 }
            return end < limit && text[end] &- 0x40 < 0x3F ? end + 1 - at : 0
        case UInt8(ascii: "]"):
            // A title or link: up to BEL or ESC \.
            while end < limit, text[end] != 7, text[end] != 0x1B, text[end] != 0x0A { end += 1 }
            if text.at(end) == 7 { return end + 1 - at }
            return text.at(end) == 0x1B && text.at(end + 1) == UInt8(ascii: "\\") ? end + 2 - at : 0
        case UInt8(ascii: "("), UInt8(ascii: ")"): return 3
        case 0x30...0x7E: return 2
        default: return 0
        }
    }
}

/// UTF-16 without a mark: ASCII characters each with a NUL before or after, as Windows encodes commands.
enum UTF16View: ViewDecoder {
    static let kind = ViewKind.utf16
    static let mark = ViewMark.nul

    /// So many characters in a row are text.
    private static let minCharacters = 4

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text.at(at + 1) == 0 || text[at] == 0, isText(text, at) { return at }
            at += 1
        }
        return nil
    }

    private static func isText(_ text: Text, _ at: Int) -> Bool {
        // Which byte of the pair is the NUL.
        let high = text.at(at + 1) == 0 && text[at] != 0 ? 1 : 0
        guard at + 2 * minCharacters <= text.count else { return false }
        // Once under way, what stands before says that this is text too.
        for place in 0..<minCharacters {
            guard text[at + 2 * place + high] == 0, isPrintable(text[at + 2 * place + 1 - high]) else { return false }
        }
        return true
    }

    static func isPrintable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        let high = text[at] == 0 ? 0 : 1
        var place = at
        while place + 2 <= end, text[place + high] == 0, isPrintable(text[place + 1 - high]) {
            view.replace(original: 2, byte: text[place + 1 - high])
            place += 2
        }
        return place - at
    }
}
