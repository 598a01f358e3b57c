/// Writes a regex of Go's RE2 or of Rust in PCRE2's syntax, as the classifier runs it: on bytes, without verbose mode or names.
struct RegexTranslator {
    /// Whose syntax the regex is in.
    enum Dialect {
        /// Go's regexp: https://github.com/google/re2/wiki/Syntax
        case re2
        /// Rust's regex: https://docs.rs/regex/latest/regex/#syntax
        case rust
    }

    /// What came of it.
    struct Result {
        var pattern = ""
        /// The number of each named group, by its name in lower case.
        var groups: [String: Int] = [:]
        /// Capture groups in all.
        var groupCount = 0
    }

    /// Why a regex can't be carried over.
    struct Refusal: Error {
        var reason: String
    }

    /// Deepest nesting of groups that is followed.
    static let maxDepth = 200

    private struct Flags {
        var isVerbose = false
        var isMultiline = false
    }

    private let dialect: Dialect
    private let text: [Unicode.Scalar]
    private var at = 0
    private var out = ""
    private var flags = Flags()
    private var stack: [Flags] = []
    private var result = Result()
    /// Whether what was written last can be repeated as one piece.
    private var lastIsQuantifier = false

    static func translate(_ pattern: String, _ dialect: Dialect) throws(Refusal) -> Result {
        var translator = RegexTranslator(pattern, dialect)
        try translator.run()
        translator.result.pattern = translator.out
        return translator.result
    }

    private init(_ pattern: String, _ dialect: Dialect) {
        text = Array(pattern.unicodeScalars)
        self.dialect = dialect
    }

    private var current: Unicode.Scalar? { at < text.count ? text[at] : nil }

    private func peek(_ ahead: Int) -> Unicode.Scalar? { at + ahead < text.count ? text[at + ahead] : nil }

    private func follows(_ wanted: String) -> Bool {
        var index = at
        for scalar in wanted.unicodeScalars {
            guard index < text.count, text[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    private mutating func run() throws(Refusal) {
        while let scalar = current {
            if flags.isVerbose, skipBlank() { continue }
            let wasQuantifier = lastIsQuantifier
            lastIsQuantifier = false
            switch scalar {
            case "(": try open()
            case ")":
                guard let outer = stack.popLast() else { throw Refusal(reason: "a ) without its (") }
                flags = outer
                out.append(")")
                at += 1
            case "[": try charClass()
            case "\\": try escape()
            case "$":
                out += flags.isMultiline ? "$" : "\\z"
                at += 1
            case "*", "+", "?": try quantifier(wasQuantifier)
            case "{": try brace(wasQuantifier)
            default:
                literal(scalar)
                at += 1
            }
        }
        guard stack.isEmpty else { throw Refusal(reason: "a ( without its )") }
    }

    private mutating func skipBlank() -> Bool {
        guard let scalar = current else { return false }
        if scalar.properties.isWhitespace {
            at += 1
            return true
        }
        guard scalar == "#" else { return false }
        while let next = current, next != "\n" {
            _ = next
            at += 1
        }
        return true
    }

    /// A character outside ASCII is several bytes: one piece for a quantifier.
    private mutating func literal(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            // Outside verbose mode these stand for themselves; written so, they do in any mode.
            out += scalar == "#" ? "\\#" : String(Character(scalar))
        } else {
            out += "(?:\(Character(scalar)))"
        }
    }

    // MARK: Quantifiers

    private mutating func quantifier(_ wasQuantifier: Bool) throws(Refusal) {
        guard let scalar = current else { return }
        // `a{2}?` is lazy in all dialects; `a++` is possessive in PCRE2 alone.
        if wasQuantifier, scalar != "?" { throw Refusal(reason: "a quantifier right after a quantifier") }
        out.append(Character(scalar))
        at += 1
        // The lazy mark ends the quantifier.
        lastIsQuantifier = !wasQuantifier
    }

    private mutating func brace(_ wasQuantifier: Bool) throws(Refusal) {
        var index = at + 1
        var content = ""
        while index < text.count, index - at < 24, text[index] != "}" {
            if !(flags.isVerbose && text[index] == " ") { content.append(Character(text[index])) }
            index += 1
        }
        let parts = content.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let isNumber = { (part: String) in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        let isCount =
            index < text.count && text[index] == "}" && (1...2).contains(parts.count) && isNumber(parts[0])
            && (parts.count == 1 || parts[1].isEmpty || isNumber(parts[1]))
        guard isCount else {
            out += "\\{"
            at += 1
            return
        }
        if wasQuantifier { throw Refusal(reason: "a quantifier right after a quantifier") }
        out += "{\(content)}"
        at = index + 1
        lastIsQuantifier = true
    }

    // MARK: Groups

    private mutating func open() throws(Refusal) {
        guard stack.count < Self.maxDepth else {
            throw Refusal(reason: "groups nested more than \(Self.maxDepth) deep")
        }
        if follows("(?#") {
            while let scalar = current, scalar != ")" {
                _ = scalar
                at += 1
            }
            at += 1
            return
        }
        for name in ["(?P<", "(?<"] where follows(name) && peek(name.count) != "=" && peek(name.count) != "!" {
            at += name.count
            var key = ""
            while let scalar = current, scalar != ">" {
                key.append(Character(scalar))
                at += 1
            }
            at += 1
            capture(named: key.lowercased())
            return
        }
        for assertion in ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?:"] where follows(assertion) {
            at += assertion.count
            stack.append(flags)
            out += assertion
            return
        }
        guard follows("(?") else {
            at += 1
            capture(named: nil)
            return
        }
        try inlineFlags()
    }

    private mutating func capture(named name: String?) {
        result.groupCount += 1
        if let name { result.groups[name] = result.groupCount }
        stack.append(flags)
        out.append("(")
    }

    private mutating func inlineFlags() throws(Refusal) {
        at += 2
        let outer = flags
        var isOn = true
        var on = ""
        var off = ""
        while let scalar = current {
            at += 1
            switch scalar {
            case "-": isOn = false
            case "i", "s", "m", "U":
                if scalar == "m" { flags.isMultiline = isOn }
                if isOn { on.append(Character(scalar)) } else { off.append(Character(scalar)) }
            case "x" where dialect == .rust: flags.isVerbose = isOn
            case "u", "R": break
            case ")", ":":
                let written = off.isEmpty ? on : "\(on)-\(off)"
                if scalar == ":" {
                    stack.append(outer)
                    out += "(?\(written):"
                } else if !written.isEmpty {
                    out += "(?\(written))"
                }
                return
            default: throw Refusal(reason: "a group that begins with (?\(scalar)")
            }
        }
        throw Refusal(reason: "a ( without its )")
    }

    // MARK: Escapes

    private mutating func escape() throws(Refusal) {
        at += 1
        guard let scalar = current else { throw Refusal(reason: "a \\ at the end") }
        at += 1
        switch scalar {
        case "d", "D", "w", "W", "s", "S", "B", "A", "z": out += "\\\(scalar)"
        case "b": out += wordEdge()
        case "<" where dialect == .rust: out += "\\b(?=\\w)"
        case ">" where dialect == .rust: out += "\\b(?<=\\w)"
        case "p", "P": out += "[\(scalar == "P" ? "^" : "")\(try property())]"
        case "Q" where dialect == .re2: quoted()
        case "0"..."9" where scalar != "0": throw Refusal(reason: "a back reference")
        default:
            at -= 1
            let value = try character()
            out += value.isASCII ? Self.plain(value) : "(?:\(Character(value)))"
        }
    }

    /// `\b`, and Rust's `\b{start}` and the like.
    private mutating func wordEdge() -> String {
        let edges = [
            "{start}": "\\b(?=\\w)", "{end}": "\\b(?<=\\w)", "{start-half}": "(?<!\\w)", "{end-half}": "(?!\\w)",
        ]
        for (name, written) in edges where dialect == .rust && follows(name) {
            at += name.count
            return written
        }
        return "\\b"
    }

    private mutating func quoted() {
        while let scalar = current, !follows("\\E") {
            out += scalar.isASCII ? Self.plain(scalar) : "(?:\(Character(scalar)))"
            at += 1
        }
        at = min(at + 2, text.count)
    }

    /// An ASCII character that stands for itself.
    private static func plain(_ scalar: Unicode.Scalar) -> String {
        if scalar.value < 0x21 || scalar.value == 0x7F {
            let hex = String(scalar.value, radix: 16)
            return "\\x\(hex.count == 1 ? "0" : "")\(hex)"
        }
        let isWord = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
        return isWord ? String(Character(scalar)) : "\\\(scalar)"
    }

    /// The character that an escape stands for, from after the backslash on.
    private mutating func character() throws(Refusal) -> Unicode.Scalar {
        guard let scalar = current else { throw Refusal(reason: "a \\ at the end") }
        at += 1
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "a": return "\u{07}"
        case "0": return try number(digits: 2, radix: 8, allowsFewer: true)
        case "x": return try number(digits: 2, radix: 16)
        case "u" where dialect == .rust: return try number(digits: 4, radix: 16)
        case "U" where dialect == .rust: return try number(digits: 8, radix: 16)
        default:
            if scalar.isASCII, scalar.properties.isAlphabetic {
                throw Refusal(reason: "the escape \\\(scalar)")
            }
            return scalar
        }
    }

    /// `41` or `{41}`.
    private mutating func number(digits: Int, radix: Int, allowsFewer: Bool = false) throws(Refusal) -> Unicode.Scalar {
        var content = ""
        if current == "{" {
            at += 1
            while let scalar = current, scalar != "}", content.count < 9 {
                content.append(Character(scalar))
                at += 1
            }
            guard current == "}" else { throw Refusal(reason: "an escape without its }") }
            at += 1
        } else {
            while content.count < digits, let scalar = current, Int(String(scalar), radix: radix) != nil {
                content.append(Character(scalar))
                at += 1
            }
            if allowsFewer, content.isEmpty { return "\0" }
        }
        guard let value = UInt32(content, radix: radix), let scalar = Unicode.Scalar(value) else {
            throw Refusal(reason: "an escape that is no character")
        }
        return scalar
    }

    /// A Unicode property in bytes: every byte of a character outside ASCII counts as a letter.
    private mutating func property() throws(Refusal) -> String {
        var name = ""
        if current == "{" {
            at += 1
            while let scalar = current, scalar != "}", name.count < 32 {
                name.append(Character(scalar))
                at += 1
            }
        } else if let scalar = current {
            name.append(Character(scalar))
        }
        at += 1
        switch name.lowercased() {
        case "l", "letter", "alphabetic", "alpha": return "A-Za-z\\x80-\\xff"
        case "lu", "upper", "uppercase": return "A-Z\\x80-\\xff"
        case "ll", "lower", "lowercase": return "a-z\\x80-\\xff"
        case "n", "nd", "digit", "decimal_number": return "0-9"
        case "p", "punct", "punctuation": return "[:punct:]"
        case "z", "zs", "separator", "white_space": return "\\s"
        default: throw Refusal(reason: "the Unicode property \(name)")
        }
    }

    // MARK: Classes

    private mutating func charClass() throws(Refusal) {
        at += 1
        out.append("[")
        if current == "^" {
            at += 1
            out.append("^")
        }
        var depth = 1
        var isFirst = true
        while let scalar = current {
            if flags.isVerbose, skipBlank() { continue }
            defer { isFirst = false }
            switch scalar {
            case "]" where !isFirst:
                at += 1
                depth -= 1
                if depth == 0 {
                    out.append("]")
                    return
                }
            case "[":
                if follows("[:"), let name = posixName() {
                    out += name
                } else if dialect == .rust {
                    if peek(1) == "^" { throw Refusal(reason: "a negated class within a class") }
                    at += 1
                    depth += 1
                } else {
                    out += "\\["
                    at += 1
                }
            case "\\": try classEscape()
            case "&", "-", "~":
                if dialect == .rust, peek(1) == scalar { throw Refusal(reason: "a set operation within a class") }
                out.append(Character(scalar))
                at += 1
            case "]", "#": literalInClass(scalar)
            default: literalInClass(scalar)
            }
        }
        throw Refusal(reason: "a [ without its ]")
    }

    private mutating func literalInClass(_ scalar: Unicode.Scalar) {
        // A character outside ASCII leaves its bytes in the set: a little more is let in than was meant.
        out += scalar.isASCII && scalar != "]" && scalar != "^" ? String(Character(scalar)) : ""
        if scalar == "]" || scalar == "^" { out += "\\\(scalar)" }
        if !scalar.isASCII { out += Self.bytes(scalar) }
        at += 1
    }

    private static func bytes(_ scalar: Unicode.Scalar) -> String {
        String(Character(scalar)).utf8.map { "\\x\(String($0, radix: 16))" }.joined()
    }

    private mutating func posixName() -> String? {
        var index = at + 2
        while index < text.count, index - at < 16, text[index] != ":" { index += 1 }
        guard index + 1 < text.count, text[index] == ":", text[index + 1] == "]" else { return nil }
        let name = String(String.UnicodeScalarView(text[at..<index + 2]))
        at = index + 2
        return name
    }

    private mutating func classEscape() throws(Refusal) {
        at += 1
        guard let scalar = current else { throw Refusal(reason: "a \\ at the end") }
        switch scalar {
        case "d", "D", "w", "W", "s", "S":
            out += "\\\(scalar)"
            at += 1
        case "b":
            out += "\\x08"
            at += 1
        case "p":
            at += 1
            out += try property()
        case "P": throw Refusal(reason: "a negated Unicode property within a class")
        default:
            let value = try character()
            out += value.isASCII ? Self.plain(value) : Self.bytes(value)
        }
    }
}
