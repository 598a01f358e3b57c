/// Finds the value that is assigned to a secret's name: `password = "..."`, `"api_key": "..."`, `export TOKEN=...`,
/// `--password ...`, `<token>...</token>`, `the password is ...`.
///
/// A hand-written reader, since its anchors (`password`, `token`, `secret`) are common words: a hit costs a few dozen byte
/// reads, nearly always ending at the first byte after the name.
enum AssignedSecret {
    struct Hit {
        var value: Range<Int>
        /// Added to the rule's base score.
        var adjust: Double
    }

    /// Longest value, in bytes.
    static let maxValueBytes = 512

    /// How the value was reached, which says how far it can be trusted.
    struct Place {
        var value: Range<Int>
        var isQuoted: Bool
        /// Reached by a separator such as `=`, not by a blank or the word "is".
        var isAssigned: Bool
        var isProse = false
        /// The separator touches name and value on both sides, as in an environment file.
        var isTight = false
        /// Reached over a comma or an opening parenthesis, which as often join a list's words or a call's label.
        var isArgument = false
        /// Too long for a value; nothing is looked for inside it.
        var isOverlong = false
    }

    enum Outcome {
        case nothing
        case hit(Hit)
        /// No value, and none in the unbroken run of bytes that ends there.
        case overlong(end: Int)
    }

    static func match(_ text: Text, _ anchor: Range<Int>) -> Outcome {
        guard let name = SecretName.read(text, anchor), let place = valuePlace(text, after: name.range, name) else {
            return .nothing
        }
        if place.isOverlong { return .overlong(end: place.value.upperBound) }
        guard let qualified = name.qualified(text) else { return .nothing }
        return SecretValue.judge(text, place, qualified).map(Outcome.hit) ?? .nothing
    }

    private static func valuePlace(_ text: Text, after key: Range<Int>, _ name: SecretName) -> Place? {
        var at = key.upperBound
        let isTag = text.at(key.lowerBound - 1) == UInt8(ascii: "<")
        if isTag, text.at(at) == UInt8(ascii: ">") { return elementText(text, from: at + 1) }
        // The name's own closing quote and bracket: "password", ['password'], \"password\".
        var closing = 0
        while closing < 4, isQuote(text.at(at)) || text.at(at) == UInt8(ascii: "]") || text.at(at) == UInt8(ascii: "\\")
        {
            at += 1
            closing += 1
        }
        let isQuotedName = closing > 0
        let separator = skipSeparator(text, from: at, isQuotedName: isQuotedName, isOption: name.isOption)
        guard let separator else { return isQuotedName ? nil : prose(text, from: at, name) }
        var place = valueAt(text, from: separator.end, isAssigned: separator.isSign, isTight: separator.isTight)
        place?.isArgument = separator.isArgument
        return place
    }

    private struct Separator {
        var end: Int
        var isSign: Bool
        var isTight: Bool
        var isArgument = false
    }

    /// Steps over blanks and one assignment sign; nil if there is none.
    private static func skipSeparator(
        _ text: Text, from start: Int, isQuotedName: Bool, isOption: Bool
    ) -> Separator? {
        var at = skipBlanks(text, from: start)
        let signStart = at
        // At most five bytes of sign take in =, :, :=, =>, ?=, ||=, +=, :::=, ->.
        while at < signStart + 5, isSignByte(text.at(at)) { at += 1 }
        if at > signStart {
            let sign = signStart..<at
            guard isAssignment(text, sign) else { return nil }
            let end = skipBlanks(text, from: at)
            return Separator(end: end, isSign: true, isTight: signStart == start && end == at)
        }
        let byte = text.at(at)
        if isQuotedName, byte == UInt8(ascii: ",") {
            return Separator(end: skipBlanks(text, from: at + 1), isSign: true, isTight: false, isArgument: true)
        }
        if byte == UInt8(ascii: "("), isQuote(text.at(at + 1)) {
            return Separator(end: at + 1, isSign: true, isTight: true, isArgument: true)
        }
        if isOption, at > start, byte != UInt8(ascii: "-") { return Separator(end: at, isSign: true, isTight: false) }
        // A declared type between name and sign: password string = "...", password: String = "..." comes as ":" above.
        if at > start, let typeEnd = skipWord(text, from: at), !isQuotedName {
            let sign = skipBlanks(text, from: typeEnd)
            if text.at(sign) == UInt8(ascii: "="), text.at(sign + 1) != UInt8(ascii: "="), sign > typeEnd {
                let end = skipBlanks(text, from: sign + 1)
                return isQuote(text.at(end)) ? Separator(end: end, isSign: true, isTight: false) : nil
            }
        }
        // <add key="Password" value="..."/>
        if isQuotedName, text.hasFolded("value=", at: at) { return Separator(end: at + 6, isSign: true, isTight: true) }
        return nil
    }

    private static func isSignByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "|"),
            UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Whether the sign assigns; `==`, `!=`, `>=`, `-` and `::` compare, subtract and qualify.
    private static func isAssignment(_ text: Text, _ sign: Range<Int>) -> Bool {
        let last = text[sign.upperBound - 1]
        if sign.count == 1 { return last == UInt8(ascii: "=") || last == UInt8(ascii: ":") }
        if last == UInt8(ascii: ">") {
            let before = text[sign.upperBound - 2]
            return before == UInt8(ascii: "=") || before == UInt8(ascii: "-")
        }
        guard last == UInt8(ascii: "=") else { return false }
        let first = text[sign.lowerBound]
        return first != UInt8(ascii: "=") && first != UInt8(ascii: ">")
    }

    /// `<password>hunter2</password>`, also with the value on its own line.
    private static func elementText(_ text: Text, from start: Int) -> Place? {
        var at = start
        while at < start + 64, ByteSet.space.contains(text.at(at)), at < text.count { at += 1 }
        let begin = at
        while at < text.count, at - begin <= maxValueBytes, text[at] != UInt8(ascii: "<"), text[at] >= 0x20 { at += 1 }
        var end = at
        while end > begin, text[end - 1] == 0x20 { end -= 1 }
        while at < min(text.count, end + 64), ByteSet.space.contains(text[at]) { at += 1 }
        guard end > begin, text.at(at) == UInt8(ascii: "<"), text.at(at + 1) == UInt8(ascii: "/") else { return nil }
        return Place(value: begin..<end, isQuoted: true, isAssigned: true)
    }

    /// "the password is hunter2", "password for the box was hunter2!".
    private static func prose(_ text: Text, from start: Int, _ name: SecretName) -> Place? {
        var at = skipBlanks(text, from: start)
        guard at > start else { return nil }
        for word: StaticString in ["is", "was", "ist", "lautet", "es", "est"] where text.hasFolded(word, at: at) {
            let end = at + word.utf8CodeUnitCount
            guard text.at(end) == 0x20 || text.at(end) == UInt8(ascii: ":") else { continue }
            guard name.namesPassword(text) else { return nil }
            at = skipBlanks(text, from: text.at(end) == UInt8(ascii: ":") ? end + 1 : end)
            guard var place = valueAt(text, from: at, isAssigned: false, isTight: false) else { return nil }
            place.isProse = true
            return place
        }
        return nil
    }

    private static func valueAt(_ text: Text, from start: Int, isAssigned: Bool, isTight: Bool) -> Place? {
        var at = start
        // Prefixes of string literals, and escapes of the opening quote.
        if text.at(at) == UInt8(ascii: "\\"), isQuote(text.at(at + 1)) {
            return escapedQuote(text, from: at, isAssigned)
        }
        if isQuote(text.at(at + 1)), "rRbBuUfF@$L".utf8.contains(text.at(at)) { at += 1 }
        at = skipScheme(text, from: at)
        if isQuote(text.at(at)) {
            let quote = text[at]
            // Three quotes open a block; the value begins after them.
            let run = text.at(at + 1) == quote && text.at(at + 2) == quote ? 3 : 1
            let inner = skipScheme(text, from: at + run)
            guard let end = closingQuote(text, quote, from: inner) else { return nil }
            return inner < end
                ? Place(value: inner..<end, isQuoted: true, isAssigned: isAssigned, isTight: isTight) : nil
        }
        let begin = at
        while at < text.count, at - begin <= maxValueBytes, !endsBareValue(text[at]), !isNextParameter(text, at) {
            at += 1
        }
        if at - begin > maxValueBytes {
            return Place(value: begin..<at, isQuoted: false, isAssigned: isAssigned, isOverlong: true)
        }
        var end = at
        let trailing = Array(".,:;!?)]}".utf8)
        while end > begin, trailing.contains(text[end - 1]), !(isAssigned && text[end - 1] == UInt8(ascii: "!")) {
            end -= 1
        }
        guard end > begin else { return nil }
        return Place(value: begin..<end, isQuoted: false, isAssigned: isAssigned, isTight: isTight)
    }

    /// A value between escaped quotes, `\"hunter2\"`, one level deep; deeper ones are the view's.
    private static func escapedQuote(_ text: Text, from start: Int, _ isAssigned: Bool) -> Place? {
        var at = start + 2
        let begin = at
        while at < text.count, at - begin <= maxValueBytes, text[at] != UInt8(ascii: "\\"), text[at] >= 0x20 { at += 1 }
        guard at > begin, text.at(at + 1) == text[start + 1] else { return nil }
        return Place(value: begin..<at, isQuoted: true, isAssigned: isAssigned)
    }

    private static func closingQuote(_ text: Text, _ quote: UInt8, from start: Int) -> Int? {
        var at = start
        while at < text.count, at - start <= maxValueBytes {
            let byte = text[at]
            if byte == quote { return at }
            if byte == 0x0A || byte == 0x0D { return nil }
            at += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// `Bearer `, `Basic `, `Token ` in front of the value proper.
    private static func skipScheme(_ text: Text, from start: Int) -> Int {
        for scheme: StaticString in ["bearer ", "basic ", "token "] where text.hasFolded(scheme, at: start) {
            return skipBlanks(text, from: start + scheme.utf8CodeUnitCount)
        }
        return start
    }

    private static func endsBareValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: ";"), UInt8(ascii: "<"),
            UInt8(ascii: ","), UInt8(ascii: "|"):
            true
        default: false
        }
    }

    /// `&state=` in a query: the next parameter.
    private static func isNextParameter(_ text: Text, _ index: Int) -> Bool {
        guard text[index] == UInt8(ascii: "&"), isASCIILetter(text.at(index + 1)) else { return false }
        let end = skipWord(text, from: index + 1) ?? index
        return text.at(end) == UInt8(ascii: "=")
    }

    static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    private static let maxBlanks = 16

    private static func skipBlanks(_ text: Text, from start: Int) -> Int {
        var at = start
        while at < start + maxBlanks, text.at(at) == 0x20 || text.at(at) == 0x09 { at += 1 }
        return at
    }

    private static func skipWord(_ text: Text, from start: Int) -> Int? {
        var at = start
        while at < start + 24, isWordByte(text.at(at)) { at += 1 }
        return at > start ? at : nil
    }
}
