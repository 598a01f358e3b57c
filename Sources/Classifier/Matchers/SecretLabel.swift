/// Tells what stands where a secret would but names it: a field's name, a question to the user, a word in a list.
extension SecretValue {
    static func isLabel(_ text: Text, _ place: AssignedSecret.Place, _ name: SecretName) -> Bool {
        let value = place.value
        let before = text.at(name.range.lowerBound - 1)
        // `/etc/passwd`, `Event::Pass`: the end of a longer name.
        if before == UInt8(ascii: "/") && isWordByte(text.at(name.range.lowerBound - 2))
            || before == UInt8(ascii: ":") && text.at(name.range.lowerBound - 2) == before
        {
            return true
        }
        // "Password: " and "New password?" are asked.
        if place.isQuoted, place.isArgument || hasBlank(text, value), ":? ".utf8.contains(text[value.upperBound - 1]) {
            return true
        }
        // An environment file gives what it means.
        let isLiteral = name.isEnvironment && place.isTight
        if !isLiteral, endsInSecretWord(text, value) || repeatsName(text, value, name) { return true }
        if name.isPassword, place.isArgument || isWeak(text, name) && !place.isTight {
            let hasDigit = value.contains { isASCIIDigit(text[$0]) }
            let hasLetter = value.contains { isASCIILetter(text[$0]) }
            return !hasDigit || !hasLetter || isName(text, value) && hasJoint(text, value)
        }
        return false
    }

    /// A word of an identifier: a letter or `_`, then word bytes and dots.
    static func isName(_ text: Text, _ range: Range<Int>) -> Bool {
        guard range.count >= 2, !isASCIIDigit(text[range.lowerBound]) else { return false }
        return range.allSatisfy {
            isWordByte(text[$0]) || text[$0] == UInt8(ascii: ".") || text[$0] == UInt8(ascii: "-")
        }
    }

    /// `pass` alone also means to succeed, to hand on, and a step of a compiler.
    private static func isWeak(_ text: Text, _ name: SecretName) -> Bool {
        name.range.count == 4 && text.hasFolded("pass", at: name.range.lowerBound)
    }

    /// `database-password`, `newPassword`, `forms.secret`: the name of a field, not what is in it.
    private static func endsInSecretWord(_ text: Text, _ value: Range<Int>) -> Bool {
        let words: [StaticString] = [
            "password", "passwd", "passphrase", "secret", "token", "key", "credential", "credentials", "pwd",
        ]
        for word in words where value.count > word.utf8CodeUnitCount {
            let start = value.upperBound - word.utf8CodeUnitCount
            guard text.hasFolded(word, at: start), isName(text, value) else { continue }
            let before = text[start - 1]
            let isHump = ByteSet.upper.contains(text[start]) && ByteSet.lower.contains(before)
            if isHump || !isASCIILetter(before) && !isASCIIDigit(before) { return true }
        }
        return false
    }

    /// `pass: "passes"`, `password: "passwordField"`.
    private static func repeatsName(_ text: Text, _ value: Range<Int>, _ name: SecretName) -> Bool {
        guard value.count > name.range.count, name.range.count >= 4 else { return false }
        for offset in 0..<name.range.count
        where foldCase(text[value.lowerBound + offset]) != foldCase(text[name.range.lowerBound + offset]) {
            return false
        }
        return value.allSatisfy { isASCIILetter(text[$0]) || text[$0] == UInt8(ascii: "_") }
    }

    private static func hasBlank(_ text: Text, _ value: Range<Int>) -> Bool { value.contains { text[$0] == 0x20 } }

    private static func hasJoint(_ text: Text, _ value: Range<Int>) -> Bool {
        value.contains {
            text[$0] == UInt8(ascii: "_") || text[$0] == UInt8(ascii: "-") || text[$0] == UInt8(ascii: ".")
        }
    }
}
