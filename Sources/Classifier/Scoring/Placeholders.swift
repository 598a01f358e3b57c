import Primitives

/// Tells values that only stand for a secret: examples, masks, templates.
enum Placeholders {
    /// Whether the value is one.
    ///
    /// The words are long enough that a random token of any length in use holds one by chance less than once in a million.
    static func isOne(_ text: Text, _ value: Range<Int>) -> Bool {
        guard !value.isEmpty else { return true }
        return isMasked(text, value) || isTemplate(text, value) || hasWord(text, value) || isCut(text, value)
    }

    /// Whether the value is, or is mostly, what redaction wrote in the place of a value.
    static func isOwn(_ text: Text, _ value: Range<Int>) -> Bool {
        var low = value.lowerBound
        let floor = max(0, low - Placeholder.maxBytes)
        while low > floor, isWordByte(text[low - 1]) || text[low - 1] == UInt8(ascii: "\\") { low -= 1 }
        var at = low
        while at < value.upperBound, let start = text.first("sluice", in: at..<min(text.count, value.upperBound + 7)) {
            let end = min(text.count, start + Placeholder.maxBytes)
            let bytes = (start..<end).map { text[$0] }
            if case .found(let readings) = Placeholder.match(in: bytes, at: 0, isComplete: true),
                let first = readings.first
            {
                let own = start..<start + first.span.end
                if own.clamped(to: value).count * 2 >= value.count { return true }
            }
            at = start + 1
        }
        return false
    }

    /// `ghp_a1b2...`: the writer left out the rest.
    private static func isCut(_ text: Text, _ value: Range<Int>) -> Bool {
        let end = value.upperBound
        if isEllipsis(text, end) || value.count > 3 && isEllipsis(text, end - 3) { return true }
        return text.at(end) == UInt8(ascii: ".") && text.at(end + 1) == UInt8(ascii: ".")
            && text.at(end + 2) == UInt8(ascii: ".")
    }

    private static func isEllipsis(_ text: Text, _ index: Int) -> Bool {
        text.at(index) == 0xE2 && text.at(index + 1) == 0x80 && text.at(index + 2) == 0xA6
    }

    private static let words = WordFinder([
        "example", "placeholder", "redacted", "changeme", "change_me", "change-me", "dummy", "xxxxx", "your-", "your_",
        "yourpass", "yourtoken", "yourkey", "yoursecret", "yourapi", "insert_", "insert-", "replaceme", "replace_",
        "replace-", "notreal", "not-real", "not_real", "fakekey", "fake_", "fake-", "sample_", "sample-",
        "<removed", "[removed", "[filtered", "[masked", "[hidden", "_here", "-here", "goes_here", "goes-here",
        "keyhere",
        "tokenhere", "secrethere", "passwordhere", "put_your", "enter_your", "put-your", "enter-your",
    ])

    private static func hasWord(_ text: Text, _ value: Range<Int>) -> Bool {
        words.occurs(in: text, value) { $0.utf8CodeUnitCount > 5 || value.count <= 64 }
    }

    /// One byte repeated, or stars, dots and the like in a row.
    private static func isMasked(_ text: Text, _ value: Range<Int>) -> Bool {
        var longest = 1
        var repeated: UInt8 = 0
        var run = 1
        var masks = 0
        for index in value {
            let byte = text[index]
            if byte == 0x2A || byte == 0x2E || byte == 0x23 { masks += 1 } else { masks = 0 }
            // A decimal point or a lone star is common; three in a row are a mask.
            if masks >= 3 { return true }
            if index > value.lowerBound, byte == text[index - 1] { run += 1 } else { run = 1 }
            if run > longest {
                longest = run
                repeated = byte
            }
        }
        // Ten of what people fill in with; of other bytes half the value, for binary keys in base64 hold runs of A, and numbers
        // runs of a digit.
        let isFiller = "xX0*#-_.?".utf8.contains(repeated)
        return longest >= 10 && value.count <= 128 && isFiller || longest * 2 >= value.count && value.count > 3
    }

    /// `${NAME}`, `{{ name }}`, `<token>`, `%(name)s`, `$(command)`, `$NAME`.
    private static func isTemplate(_ text: Text, _ value: Range<Int>) -> Bool {
        let first = text[value.lowerBound]
        let second = value.count > 1 ? text[value.lowerBound + 1] : 0
        let last = text[value.upperBound - 1]
        switch first {
        case UInt8(ascii: "$"):
            if second == UInt8(ascii: "{") || second == UInt8(ascii: "(") { return true }
            return isVariable(text, value)
        case UInt8(ascii: "{"): return second == UInt8(ascii: "{") || last == UInt8(ascii: "}")
        case UInt8(ascii: "<"): return last == UInt8(ascii: ">")
        case UInt8(ascii: "&"): return text.hasFolded("&lt;", at: value.lowerBound) || second == UInt8(ascii: "#")
        case UInt8(ascii: "#"), UInt8(ascii: "@"):
            return second == UInt8(ascii: "{")
                || second == first && text[value.upperBound - 2] == first && last == first
        case UInt8(ascii: "_"): return second == first && text[value.upperBound - 2] == first && last == first
        case UInt8(ascii: "\\"): return second == UInt8(ascii: "(")
        case UInt8(ascii: "["): return last == UInt8(ascii: "]")
        case UInt8(ascii: "%"):
            return second == UInt8(ascii: "(") || second == UInt8(ascii: "{") || last == UInt8(ascii: "%")
                || value.count == 2
        default: return text.containsFolded("${", in: value) || text.containsFolded("{{", in: value)
        }
    }

    /// `$NAME` alone, or with what belongs to it: `$NAME/path`, `$self->{key}`, `$Name::Part`, `$list[0]`.
    private static func isVariable(_ text: Text, _ value: Range<Int>) -> Bool {
        var end = value.lowerBound + 1
        while end < value.upperBound, isWordByte(text[end]) { end += 1 }
        if end == value.upperBound { return true }
        guard end >= value.lowerBound + 3, !isASCIIDigit(text[value.lowerBound + 1]) else { return false }
        switch text[end] {
        case UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "{"): return true
        case UInt8(ascii: "-"): return text.at(end + 1) == UInt8(ascii: ">")
        case UInt8(ascii: ":"): return text.at(end + 1) == UInt8(ascii: ":")
        default: return false
        }
    }
}
