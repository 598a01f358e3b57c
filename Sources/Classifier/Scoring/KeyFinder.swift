/// The nearest key before a value, found by looking back over the bytes before it; no document is parsed.
///
/// From the nearest to the farthest: what assigns the value directly, what assigns the literal that it stands in, the option
/// before it, the array or call that it is an element of, the column of an `INSERT` or of a table with a header, the key at the
/// start of its line, and the key of the indented block around it.
enum KeyFinder {
    /// How far back a key may end before its value when nothing else stands between, in bytes.
    static let maxGap = 256
    /// How far back anything is looked at, in bytes.
    static let maxLookBack = Scanner.maxLookBack

    /// The key's bytes, or nil: `password` for `"password": "..."`, `--password ...`, `<password>...`.
    ///
    /// `work` grows by the bytes looked at; once it exceeds `budget`, only what assigns the value directly is looked for.
    static func key(in text: Text, before value: Int, work: inout Int, budget: Int) -> Range<Int>? {
        direct(text, before: value) ?? distant(in: text, before: value, work: &work, budget: budget)
    }

    /// The key of a value that is not assigned directly.
    static func distant(in text: Text, before value: Int, work: inout Int, budget: Int) -> Range<Int>? {
        guard work < budget else { return nil }
        work += maxGap
        if let literal = literalStart(text, value), let key = direct(text, before: literal) ?? option(text, literal) {
            return key
        }
        if let key = option(text, value) { return key }
        if let key = element(text, value, &work) { return key }
        if let key = column(text, value, &work) { return key }
        if let key = lineKey(text, value) { return key }
        return blockKey(text, value, &work)
    }

    /// The same without a budget, for a single look.
    static func key(in text: Text, before value: Int) -> Range<Int>? {
        var work = 0
        return key(in: text, before: value, work: &work, budget: 1)
    }

    // MARK: - Assignments

    /// A key with a separator right before the value, or before the quotes, brackets, scheme or user name in front of it.
    static func direct(_ text: Text, before value: Int) -> Range<Int>? {
        var at = value
        let floor = max(0, value - maxGap)
        // What stands between an opening quote and the value belongs to the same literal: a scheme, a user name.
        while at > floor, !isBoundary(text[at - 1]) { at -= 1 }
        var hasSeparator = false
        while at > floor {
            let byte = text[at - 1]
            if byte == UInt8(ascii: ":"), let address = addressStart(text, colon: at - 1) {
                // The colon of an address's password or port: what is assigned is the address.
                at = address
                hasSeparator = false
                continue
            }
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "(") {
                guard !hasSeparator, let name = callKeyEnd(text, byte, at - 1) else { return nil }
                at = name
                hasSeparator = true
                break
            }
            if isSign(byte) {
                hasSeparator = true
            } else if let scheme = schemeStart(text, end: at) {
                at = scheme
                continue
            } else if !isFiller(byte) {
                break
            }
            at -= 1
        }
        guard hasSeparator else { return nil }
        return word(text, end: at)
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ">")
    }

    /// The key that ends at `end`, without the dashes of an option and the dots of a path before it.
    static func word(_ text: Text, end: Int) -> Range<Int>? {
        var at = end
        while at > max(0, end - Finding.maxKeyBytes), isKeyByte(text[at - 1]) { at -= 1 }
        // A key longer than that is none; cut, it would mean something else.
        if at > 0, end - at == Finding.maxKeyBytes, isKeyByte(text[at - 1]) { return nil }
        while at < end, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: ".") { at += 1 }
        return at < end ? at..<end : nil
    }

    /// Where the name in a call ends: `setPassword("...")`, or the first argument of `put("password", "...")`.
    private static func callKeyEnd(_ text: Text, _ byte: UInt8, _ at: Int) -> Int? {
        if byte == UInt8(ascii: "(") { return isKeyByte(text.at(at - 1)) ? at : nil }
        var end = at
        while end > 0, at - end < 4, text[end - 1] == 0x20 { end -= 1 }
        guard isQuote(text.at(end - 1)) else { return nil }
        end -= 1
        while end > 0, text[end - 1] == UInt8(ascii: "\\") { end -= 1 }
        guard let name = word(text, end: end) else { return nil }
        var start = name.lowerBound
        guard isQuote(text.at(start - 1)) else { return nil }
        while start > 0, isQuote(text[start - 1]) || text[start - 1] == UInt8(ascii: "\\") || text[start - 1] == 0x20 {
            start -= 1
        }
        // Only the first argument of a call names the second: in a list it is a value.
        let opening = text.at(start - 1)
        guard opening == UInt8(ascii: "(") || opening == UInt8(ascii: "[") else { return nil }
        if opening == UInt8(ascii: "[") { return end }
        return isKeyByte(text.at(start - 2)) && !text.hasFolded("values", at: start - 7) ? end : nil
    }

    /// Where `scheme://` begins, if the colon lies behind one in the same word.
    private static func addressStart(_ text: Text, colon: Int) -> Int? {
        var at = colon
        let floor = max(0, colon - maxGap)
        while at > floor, !isBoundary(text[at - 1]) { at -= 1 }
        let isScheme = text.at(at) == UInt8(ascii: "/") && text.at(at + 1) == UInt8(ascii: "/")
        guard isScheme, text.at(at - 1) == UInt8(ascii: ":") else { return nil }
        at -= 1
        while at > floor, isKeyByte(text[at - 1]) || text[at - 1] == UInt8(ascii: "+") { at -= 1 }
        // `jdbc:postgresql://` and the like.
        while at > floor, text[at - 1] == UInt8(ascii: ":"), isASCIILetter(text.at(at - 2)) {
            at -= 1
            while at > floor, isASCIILetter(text[at - 1]) { at -= 1 }
        }
        return at
    }

    /// Where the quoted text around the value begins, quote left out: an opening quote stands behind a sign or a bracket.
    private static func literalStart(_ text: Text, _ value: Int) -> Int? {
        var at = value
        let floor = max(0, value - maxGap * 2)
        while at > floor, text[at - 1] != 0x0A {
            at -= 1
            guard isQuote(text[at]) else { continue }
            // An apostrophe within a word quotes nothing.
            if text[at] == UInt8(ascii: "'"), isASCIILetter(text.at(at - 1)), isASCIILetter(text.at(at + 1)) {
                continue
            }
            var before = at
            while before > floor, text[before - 1] == 0x20 || text[before - 1] == UInt8(ascii: "\\") { before -= 1 }
            let sign = text.at(before - 1)
            let opens = isSign(sign) || sign == UInt8(ascii: "(") || sign == UInt8(ascii: "[")
            // Any other quote closes a literal before the value.
            return opens || before < at && isKeyByte(sign) ? at + 1 : nil
        }
        return nil
    }

    // MARK: - Options

    /// `--password hunter2`, `-u me:secret`: the option before the word that the value stands in.
    private static func option(_ text: Text, _ value: Int) -> Range<Int>? {
        var at = value
        let floor = max(0, value - maxGap)
        while at > floor, text[at - 1] > 0x20, !isQuote(text[at - 1]) { at -= 1 }
        while at > floor, isQuote(text[at - 1]) || text[at - 1] == UInt8(ascii: "\\") { at -= 1 }
        let end = skipBlanksBack(text, at)
        guard end < at, let name = word(text, end: end) else { return nil }
        let dashes = text.at(name.lowerBound - 1) == UInt8(ascii: "-")
        guard dashes else { return nil }
        var start = name.lowerBound
        while start > 0, text[start - 1] == UInt8(ascii: "-") { start -= 1 }
        let count = name.lowerBound - start
        guard count <= 2, start == 0 || text[start - 1] <= 0x20 || isQuote(text[start - 1]) else { return nil }
        // A letter alone is told from a word by its dash.
        return name.count == 1 ? start..<name.upperBound : name
    }

    private static func skipBlanksBack(_ text: Text, _ start: Int) -> Int {
        var at = start
        while at > max(0, start - 16), text[at - 1] == 0x20 || text[at - 1] == 0x09 { at -= 1 }
        return at
    }

    // MARK: - Lines and blocks

    /// The key at the start of the value's line: `note: call me at ...`.
    private static func lineKey(_ text: Text, _ value: Int) -> Range<Int>? {
        guard let start = lineStart(text, value) else { return nil }
        var at = start
        while at < value, isBlank(text[at]) || text[at] == UInt8(ascii: "-") && isBlank(text.at(at + 1)) { at += 1 }
        return keyAt(text, at, limit: value)
    }

    /// The key of the block that the value's line is indented under, as YAML has it.
    private static func blockKey(_ text: Text, _ value: Int, _ work: inout Int) -> Range<Int>? {
        guard var line = lineStart(text, value) else { return nil }
        var indent = indentation(text, line)
        // Only the elements of a list stand below their key without more indentation.
        var isList = text.at(line + indent) == UInt8(ascii: "-")
        let floor = max(0, value - maxLookBack)
        while line > floor, indent > 0 || isList {
            guard let previous = lineStart(text, line - 1) else { return nil }
            work += line - previous
            defer { line = previous }
            let inner = indentation(text, previous)
            // Empty lines belong to the block.
            if previous + inner >= line - 1 || text.at(previous + inner) == 0x0D { continue }
            if inner > indent { continue }
            if inner == indent, !isList || text.at(previous + inner) == UInt8(ascii: "-") { continue }
            var at = previous + inner
            while isBlank(text.at(at)) || text.at(at) == UInt8(ascii: "-") && isBlank(text.at(at + 1)) { at += 1 }
            if let key = keyAt(text, at, limit: line), opensBlock(text, key.upperBound, line) { return key }
            indent = inner
            isList = text.at(previous + inner) == UInt8(ascii: "-")
        }
        return nil
    }

    /// Whether nothing but `|`, `>` and their marks stands behind the key's colon.
    private static func opensBlock(_ text: Text, _ key: Int, _ line: Int) -> Bool {
        var at = key
        if isQuote(text.at(at)) { at += 1 }
        guard text.at(at) == UInt8(ascii: ":") else { return false }
        return (at + 1..<max(at + 1, line)).allSatisfy {
            let byte = text[$0]
            return byte <= 0x20 || byte == UInt8(ascii: "|") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "+")
        }
    }

    /// A key with its colon or equals sign that begins at `start`.
    private static func keyAt(_ text: Text, _ start: Int, limit: Int) -> Range<Int>? {
        var at = start
        let isQuoted = isQuote(text.at(at))
        if isQuoted { at += 1 }
        let begin = at
        while at < limit, at - begin <= Finding.maxKeyBytes, isKeyByte(text[at]) { at += 1 }
        guard at > begin, at - begin <= Finding.maxKeyBytes, !isASCIIDigit(text[begin]) else { return nil }
        let end = at
        if isQuoted, isQuote(text.at(at)) { at += 1 }
        while at < limit, isBlank(text[at]) { at += 1 }
        guard at < limit, text[at] == UInt8(ascii: ":") || text[at] == UInt8(ascii: "=") else { return nil }
        // `http://`, `12:30` and `std::string` assign nothing.
        return text.at(at + 1) <= 0x20 || text[at] == UInt8(ascii: "=") ? begin..<end : nil
    }

    /// Where the line of `at` begins; nil if that is out of reach.
    static func lineStart(_ text: Text, _ at: Int) -> Int? {
        let floor = max(0, at - maxLookBack)
        var start = min(at, text.count)
        while start > floor, text[start - 1] != 0x0A { start -= 1 }
        return start > floor || start == 0 ? start : nil
    }

    private static func indentation(_ text: Text, _ line: Int) -> Int {
        var at = line
        while isBlank(text.at(at)) { at += 1 }
        return at - line
    }

    // MARK: - Bytes

    private static func isBoundary(_ byte: UInt8) -> Bool {
        isFiller(byte) || isSign(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "(")
            || byte == UInt8(ascii: ";") || byte < 0x20
    }

    private static func isFiller(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || isQuote(byte) || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "[")
            || byte == UInt8(ascii: "]")
    }

    static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func isKeyByte(_ byte: UInt8) -> Bool {
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
