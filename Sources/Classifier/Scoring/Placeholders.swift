/// Tells values that only stand for a secret: examples, masks, templates.
enum Placeholders {
    /// Whether the value is one.
    ///
    /// The words are long enough that a random token of any length in use holds one by chance less than once in a million.
    static func isOne(_ text: Text, _ value: Range<Int>) -> Bool {
        guard !value.isEmpty else { return true }
        return isMasked(text, value) || isTemplate(text, value) || hasWord(text, value)
    }

    private static let words: [StaticString] = [
        "example", "placeholder", "redacted", "changeme", "change_me", "change-me", "dummy", "xxxxx", "your-", "your_",
        "yourpass", "yourtoken", "yourkey", "yoursecret", "yourapi", "insert_", "insert-", "replaceme", "replace_",
        "replace-", "notreal", "not-real", "not_real", "fakekey", "fake_", "fake-", "sample_", "sample-",
        "<removed", "[removed", "[filtered", "[masked", "[hidden",
    ]

    private static func hasWord(_ text: Text, _ value: Range<Int>) -> Bool {
        // One pass for the first letters keeps long values cheap.
        for word in words where text.containsFolded(word, in: value) {
            if word.utf8CodeUnitCount > 5 || value.count <= 64 { return true }
        }
        return false
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
            return value.dropFirst().allSatisfy { isWordByte(text[$0]) }
        case UInt8(ascii: "{"): return second == UInt8(ascii: "{") || last == UInt8(ascii: "}")
        case UInt8(ascii: "<"): return last == UInt8(ascii: ">")
        case UInt8(ascii: "["): return last == UInt8(ascii: "]")
        case UInt8(ascii: "%"):
            return second == UInt8(ascii: "(") || second == UInt8(ascii: "{") || last == UInt8(ascii: "%")
                || value.count == 2
        default: return text.containsFolded("${", in: value) || text.containsFolded("{{", in: value)
        }
    }
}
