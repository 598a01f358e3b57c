/// The nearest key before a value, found by looking back on the line; no document is parsed.
enum KeyFinder {
    /// How far back a key may end before its value, in bytes.
    static let maxGap = 256

    /// The key's bytes, or nil: `password` for `"password": "..."`, `--password=...`, `<password>...`.
    static func key(in text: Text, before value: Int) -> Range<Int>? {
        var at = value
        let floor = max(0, value - maxGap)
        // What stands between an opening quote and the value belongs to the same literal: a scheme, a user name.
        while at > floor, !isBoundary(text[at - 1]) { at -= 1 }
        var hasSeparator = false
        while at > floor {
            let byte = text[at - 1]
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ">")
                || byte == UInt8(ascii: ",")
                || byte == UInt8(ascii: "(")
            {
                hasSeparator = true
            } else if let scheme = schemeStart(text, end: at) {
                at = scheme
                continue
            } else if !isFiller(byte) {
                break
            }
            at -= 1
        }
        guard hasSeparator || at < value else { return nil }
        let end = at
        while at > max(0, end - Finding.maxKeyBytes), isKeyByte(text[at - 1]) { at -= 1 }
        while at < end, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: ".") { at += 1 }
        return at < end && hasSeparator ? at..<end : nil
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        isFiller(byte) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "(") || byte < 0x20
    }

    private static func isFiller(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
            || byte == UInt8(ascii: "`")
            || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte >= 0x80
    }

    /// Where an authorization scheme that ends at `end` begins.
    private static func schemeStart(_ text: Text, end: Int) -> Int? {
        for scheme: StaticString in ["bearer", "basic", "token"] {
            let start = end - scheme.utf8CodeUnitCount
            if text.hasFolded(scheme, at: start), !isKeyByte(text.at(start - 1)), text.at(end) == 0x20 { return start }
        }
        return nil
    }
}
