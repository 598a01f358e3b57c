import Primitives

/// Character references of HTML and XML: `&quot;`, `&#34;`, `&#x22;` (HTML Living Standard, section 13.5), those of the named
/// ones that stand for ASCII or a blank.
enum EntityView: ViewDecoder {
    static let kind = ViewKind(rawValue: "html")
    static let mark = ViewMark.ampersand

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            if text[at] == UInt8(ascii: "&"), reference(text, at) != nil { return at }
            at += 1
        }
        return nil
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int {
        guard let (value, length) = reference(text, at), at + length <= end else { return 0 }
        view.replace(original: length, with: value < 0x80 ? [UInt8(value)] : Escapes.utf8(value))
        return length
    }

    private static func reference(_ text: Text, _ at: Int) -> (value: UInt32, length: Int)? {
        if text.at(at + 1) == UInt8(ascii: "#") { return number(text, at) }
        guard isASCIILetter(text.at(at + 1)) else { return nil }
        var end = at + 1
        while end <= at + maxNameBytes, isASCIILetter(text.at(end)) { end += 1 }
        guard text.at(end) == UInt8(ascii: ";") else { return nil }
        let name = at + 1..<end
        for (word, value) in names where word.utf8CodeUnitCount == name.count && has(text, word, name.lowerBound) {
            return (UInt32(value), end + 1 - at)
        }
        return nil
    }

    /// `&#34;` or `&#x22;`; the semicolon may be missing, as browsers allow.
    private static func number(_ text: Text, _ at: Int) -> (value: UInt32, length: Int)? {
        let isHex = text.at(at + 2) | 0x20 == UInt8(ascii: "x")
        let start = at + (isHex ? 3 : 2)
        var end = start
        var value: UInt32 = 0
        while end < start + maxDigits {
            guard let digit = hexValue(text.at(end)), isHex || digit < 10 else { break }
            value = value * (isHex ? 16 : 10) + UInt32(digit)
            end += 1
        }
        guard end > start, value > 0, value < 0x11_0000 else { return nil }
        return (value, end - at + (text.at(end) == UInt8(ascii: ";") ? 1 : 0))
    }

    private static let maxDigits = 7
    private static let maxNameBytes = 7

    private static func has(_ text: Text, _ word: StaticString, _ at: Int) -> Bool {
        for index in 0..<word.utf8CodeUnitCount where text[at + index] != word.utf8Start[index] { return false }
        return true
    }

    private static let names: [(StaticString, UInt8)] = [
        ("quot", 0x22), ("amp", 0x26), ("lt", 0x3C), ("gt", 0x3E), ("apos", 0x27), ("nbsp", 0x20), ("QUOT", 0x22),
        ("AMP", 0x26), ("LT", 0x3C), ("GT", 0x3E), ("Tab", 0x09), ("NewLine", 0x0A), ("excl", 0x21), ("num", 0x23),
        ("dollar", 0x24), ("percnt", 0x25), ("lpar", 0x28), ("rpar", 0x29), ("ast", 0x2A), ("plus", 0x2B),
        ("comma", 0x2C), ("period", 0x2E), ("sol", 0x2F), ("colon", 0x3A), ("semi", 0x3B), ("equals", 0x3D),
        ("quest", 0x3F), ("commat", 0x40), ("lsqb", 0x5B), ("lbrack", 0x5B), ("bsol", 0x5C), ("rsqb", 0x5D),
        ("rbrack", 0x5D), ("Hat", 0x5E), ("lowbar", 0x5F), ("grave", 0x60), ("lcub", 0x7B), ("lbrace", 0x7B),
        ("vert", 0x7C), ("verbar", 0x7C), ("rcub", 0x7D), ("rbrace", 0x7D), ("hyphen", 0x2D), ("dash", 0x2D),
        ("ensp", 0x20), ("emsp", 0x20), ("thinsp", 0x20), ("tilde", 0x7E),
    ]
}
