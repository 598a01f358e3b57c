import Primitives

/// The escapes of a JSON string (RFC 8259, section 7), wherever a backslash stands: in a log line the quotes around them may
/// be missing or escaped themselves.
///
/// Those of other languages are taken too: `\xHH`, `\u{...}`, `\UXXXXXXXX`, `\ooo`, `\e`, `\'`, a backslash that joins lines, and
/// before the punctuation that shells, property files and Markdown escape. Before anything else it stays.
enum JSONStringView: ViewDecoder {
    static let kind = ViewKind.json
    static let mark = ViewMark.backslash

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == UInt8(ascii: "\\"), length(text, at) > 0 { return at }
            at += 1
        }
        return nil
    }

    /// The length of the escape at a backslash, 0 if it is none.
    private static func length(_ text: Text, _ at: Int) -> Int {
        guard at + 1 < text.count else { return 0 }
        let byte = text[at + 1]
        if simple(byte) != nil { return 2 }
        switch byte {
        case 0x0A: return 2
        case 0x0D: return text.at(at + 2) == 0x0A ? 3 : 2
        case UInt8(ascii: "x"): return Escapes.hex(text, at + 2, digits: 2) == nil ? 0 : 4
        case UInt8(ascii: "u"):
            if text.at(at + 2) == UInt8(ascii: "{") { return bracedLength(text, at) }
            guard let unit = Escapes.hex(text, at + 2, digits: 4) else { return 0 }
            return (0xD800..<0xDC00).contains(unit) && lowSurrogate(text, at + 6) != nil ? 12 : 6
        case UInt8(ascii: "U"): return Escapes.hex(text, at + 2, digits: 8) == nil ? 0 : 10
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            return isOctal(text.at(at + 2)) && isOctal(text.at(at + 3)) ? 4 : 0
        default: return 0
        }
    }

    private static func simple(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "_"),
            UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "$"), UInt8(ascii: "@"), UInt8(ascii: "&"):
            byte
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"), UInt8(ascii: "f"): 0x20
        case UInt8(ascii: "e"): 0x1B
        default: nil
        }
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        let length = length(text, at)
        guard length > 0, at + length <= end else { return 0 }
        let byte = text[at + 1]
        if let plain = simple(byte) {
            view.replace(original: 2, byte: plain)
            return 2
        }
        switch byte {
        case 0x0A, 0x0D: view.skip(original: length)
        case UInt8(ascii: "x"):
            view.replace(original: 4, byte: UInt8(truncatingIfNeeded: Escapes.hex(text, at + 2, digits: 2) ?? 0))
        case UInt8(ascii: "u") where text[at + 2] != UInt8(ascii: "{"):
            var value = Escapes.hex(text, at + 2, digits: 4) ?? 0
            if length == 12, let low = lowSurrogate(text, at + 6) {
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            view.replace(original: length, with: Escapes.utf8(value))
        case UInt8(ascii: "u"):
            view.replace(original: length, with: Escapes.utf8(Escapes.hex(text, at + 3, digits: length - 4) ?? 0))
        case UInt8(ascii: "U"):
            view.replace(original: length, with: Escapes.utf8(Escapes.hex(text, at + 2, digits: 8) ?? 0))
        default:
            let value = (1...3).reduce(0) { $0 << 3 | UInt32(text[at + $1] & 7) }
            view.replace(original: 4, byte: UInt8(truncatingIfNeeded: value))
        }
        return length
    }

    private static func lowSurrogate(_ text: Text, _ at: Int) -> UInt32? {
        guard text.at(at) == UInt8(ascii: "\\"), text.at(at + 1) == UInt8(ascii: "u"),
            let low = Escapes.hex(text, at + 2, digits: 4), (0xDC00..<0xE000).contains(low)
        else { return nil }
        return low
    }

    /// `\u{1F600}`: one to six digits.
    private static func bracedLength(_ text: Text, _ at: Int) -> Int {
        var end = at + 3
        while end < at + 9, hexValue(text.at(end)) != nil { end += 1 }
        return end > at + 3 && text.at(end) == UInt8(ascii: "}") ? end + 1 - at : 0
    }

    private static func isOctal(_ byte: UInt8) -> Bool { byte &- 0x30 < 8 }
}
