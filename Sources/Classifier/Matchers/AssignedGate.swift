/// The first look at what follows a secret's name, before `AssignedSecret` reads name and value.
///
/// Its words (`password`, `token`, `key`) are so common that most of the cost is in saying no. It says no only where `AssignedSecret`
/// would: the name goes on in small letters, or nothing stands behind it that could lead to a value.
enum AssignedGate {
    private static let maxNameBytes = 64
    /// Longest rest of a name behind its word.
    private static let maxRestBytes = 24
    private static let maxBlanks = 16
    private static let maxSignBytes = 5
    private static let maxTypeBytes = 24

    static func mayMatch(_ text: Text, _ anchor: Range<Int>) -> Bool {
        let end = anchor.upperBound
        var at = end
        while at < end + maxNameBytes, isNameByte(text.at(at)) { at += 1 }
        while at > end, text[at - 1] == UInt8(ascii: "-") || text[at - 1] == UInt8(ascii: ".") { at -= 1 }
        if at > end {
            let first = text[end]
            // Of what goes on in small letters only the plural still names the same.
            if first &- 0x61 < 26, first != UInt8(ascii: "s") || at > end + 1 { return false }
            if at - end > maxRestBytes { return false }
        }
        return leadsToValue(text, from: at, anchor)
    }

    private static func leadsToValue(_ text: Text, from nameEnd: Int, _ anchor: Range<Int>) -> Bool {
        let next = text.at(nameEnd)
        if AssignedSecret.isQuote(next) || next == UInt8(ascii: "]") || next == UInt8(ascii: "\\") { return true }
        var at = nameEnd
        while at < nameEnd + maxBlanks, text.at(at) == 0x20 || text.at(at) == 0x09 { at += 1 }
        let byte = text.at(at)
        if isSign(byte) { return isAssignment(text, at) }
        if byte == UInt8(ascii: "(") { return AssignedSecret.isQuote(text.at(at + 1)) }
        guard at > nameEnd else { return false }
        return isProse(byte, text.at(at + 1)) || isOption(text, anchor) || isTyped(text, at)
    }

    /// The sign is `=`, `:` or one that ends in `=` or `>`.
    private static func isAssignment(_ text: Text, _ start: Int) -> Bool {
        var at = start
        while at < start + maxSignBytes, isSign(text.at(at)) { at += 1 }
        let last = text[at - 1]
        return last == UInt8(ascii: "=") || last == UInt8(ascii: ">") || last == UInt8(ascii: ":") && at == start + 1
    }

    /// The beginnings of is, ist, was, lautet, es and est.
    private static func isProse(_ first: UInt8, _ second: UInt8) -> Bool {
        switch foldCase(first) {
        case UInt8(ascii: "i"), UInt8(ascii: "e"): foldCase(second) == UInt8(ascii: "s")
        case UInt8(ascii: "w"), UInt8(ascii: "l"): foldCase(second) == UInt8(ascii: "a")
        default: false
        }
    }

    private static func isOption(_ text: Text, _ anchor: Range<Int>) -> Bool {
        var low = anchor.lowerBound
        while low > 0, anchor.lowerBound - low < maxNameBytes, isNameByte(text[low - 1]) { low -= 1 }
        return text[low] == UInt8(ascii: "-") || text[low] == UInt8(ascii: ".")
    }

    /// A declared type and an equals sign.
    private static func isTyped(_ text: Text, _ start: Int) -> Bool {
        var at = start
        while at < start + maxTypeBytes, isWordByte(text.at(at)) { at += 1 }
        let end = at
        while at < end + maxBlanks, text.at(at) == 0x20 || text.at(at) == 0x09 { at += 1 }
        return end > start && at > end && text.at(at) == UInt8(ascii: "=")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "|"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
