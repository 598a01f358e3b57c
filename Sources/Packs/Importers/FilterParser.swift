/// An expression of betterleaks' filter language.
indirect enum FilterNode {
    case text(String)
    case number(Double)
    case name(String)
    case list([FilterNode])
    case call(String, [FilterNode])
    case index(FilterNode, FilterNode)
    case slice(FilterNode, from: FilterNode?, to: FilterNode?)
    case not(FilterNode)
    case binary(String, FilterNode, FilterNode)
}

/// Parses filter expressions: `let` bindings, then one expression.
struct FilterParser {
    /// What a filter says.
    struct Parsed {
        var names: [String: FilterNode] = [:]
        var result: FilterNode
    }

    /// Why it can't be parsed.
    struct Failure: Error {
        var reason: String
    }

    /// Longest filter, in bytes.
    static let maxBytes = 256 << 10
    /// Deepest nesting.
    static let maxDepth = 100

    private enum Token: Equatable {
        case text(String)
        case number(Double)
        case name(String)
        case sign(String)
    }

    private var tokens: [Token] = []
    private var at = 0
    private var depth = 0

    static func parse(_ source: String) throws(Failure) -> Parsed {
        guard source.utf8.count <= maxBytes else { throw Failure(reason: "longer than \(maxBytes) bytes") }
        var parser = FilterParser()
        parser.tokens = try tokenize(Array(source.unicodeScalars))
        var names: [String: FilterNode] = [:]
        while parser.take(.name("let")) {
            guard case .name(let name)? = parser.current else { throw Failure(reason: "a let without a name") }
            parser.at += 1
            try parser.expect("=")
            names[name] = try parser.expression()
            _ = parser.take(.sign(";"))
        }
        let result = try parser.expression()
        guard parser.at == parser.tokens.count else { throw Failure(reason: "something follows the expression") }
        return Parsed(names: names, result: result)
    }

    private var current: Token? { at < tokens.count ? tokens[at] : nil }

    private mutating func take(_ token: Token) -> Bool {
        guard current == token else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ sign: String) throws(Failure) {
        guard take(.sign(sign)) else { throw Failure(reason: "a \(sign) is missing") }
    }

    // MARK: Grammar

    /// From the loosest to the tightest.
    private static let levels: [[String]] = [
        ["||"], ["&&"], ["==", "!=", "<=", ">=", "<", ">"], ["??"], ["+", "-"],
    ]

    private mutating func expression() throws(Failure) -> FilterNode { try level(0) }

    private mutating func level(_ index: Int) throws(Failure) -> FilterNode {
        depth += 1
        defer { depth -= 1 }
        // Each pair of parentheses passes every level once.
        guard depth <= Self.maxDepth * (Self.levels.count + 2) else { throw Failure(reason: "nested too deep") }
        guard index < Self.levels.count else { return try unary() }
        var left = try level(index + 1)
        while case .sign(let sign)? = current, Self.levels[index].contains(sign) {
            at += 1
            left = .binary(sign, left, try level(index + 1))
        }
        return left
    }

    private mutating func unary() throws(Failure) -> FilterNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth * (Self.levels.count + 2) else { throw Failure(reason: "nested too deep") }
        if take(.sign("!")) { return .not(try unary()) }
        var node = try primary()
        while true {
            if take(.sign("[")) { node = try indexed(node) } else { return node }
        }
    }

    private mutating func indexed(_ node: FilterNode) throws(Failure) -> FilterNode {
        if take(.sign(":")) {
            let end = try expression()
            try expect("]")
            return .slice(node, from: nil, to: end)
        }
        let first = try expression()
        if take(.sign(":")) {
            if take(.sign("]")) { return .slice(node, from: first, to: nil) }
            let end = try expression()
            try expect("]")
            return .slice(node, from: first, to: end)
        }
        try expect("]")
        return .index(node, first)
    }

    private mutating func primary() throws(Failure) -> FilterNode {
        guard let token = current else { throw Failure(reason: "it ends too soon") }
        at += 1
        switch token {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .sign("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .sign("["): return .list(try items(until: "]"))
        case .name(let name):
            if take(.sign("(")) { return .call(name, try items(until: ")")) }
            return .name(name)
        case .sign(let sign): throw Failure(reason: "an unexpected \(sign)")
        }
    }

    private mutating func items(until end: String) throws(Failure) -> [FilterNode] {
        var items: [FilterNode] = []
        while !take(.sign(end)) {
            items.append(try expression())
            if !take(.sign(",")) {
                try expect(end)
                break
            }
        }
        return items
    }

    // MARK: Tokens

    private static func tokenize(_ text: [Unicode.Scalar]) throws(Failure) -> [Token] {
        var tokens: [Token] = []
        var at = 0
        while at < text.count {
            let scalar = text[at]
            let next = at + 1 < text.count ? text[at + 1] : " "
            if scalar.properties.isWhitespace {
                at += 1
            } else if scalar == "/", next == "/" {
                while at < text.count, text[at] != "\n" { at += 1 }
            } else if scalar == "\"" || scalar == "'" || scalar == "`" {
                tokens.append(.text(try quoted(text, &at)))
            } else if ("0"..."9").contains(scalar) {
                let start = at
                while at < text.count, ("0"..."9").contains(text[at]) || text[at] == "." { at += 1 }
                guard let number = Double(string(text[start..<at])) else { throw Failure(reason: "no number") }
                tokens.append(.number(number))
            } else if scalar.properties.isAlphabetic || scalar == "_" {
                let start = at
                while at < text.count, isNamePart(text[at]) { at += 1 }
                tokens.append(.name(string(text[start..<at])))
            } else {
                let pair = String(Character(scalar)) + String(Character(next))
                if ["||", "&&", "<=", ">=", "==", "!=", "??"].contains(pair) {
                    tokens.append(.sign(pair))
                    at += 2
                } else if "!<>()[],;:=+-?".unicodeScalars.contains(scalar) {
                    tokens.append(.sign(String(Character(scalar))))
                    at += 1
                } else {
                    throw Failure(reason: "an unexpected character")
                }
            }
        }
        return tokens
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "."
    }

    /// From the opening quote on; a back quote knows no escapes.
    private static func quoted(_ text: [Unicode.Scalar], _ at: inout Int) throws(Failure) -> String {
        let quote = text[at]
        at += 1
        var out = String.UnicodeScalarView()
        while at < text.count, text[at] != quote {
            if text[at] == "\\", quote != "`", at + 1 < text.count {
                at += 1
                switch text[at] {
                case "n": out.append("\n")
                case "r": out.append("\r")
                case "t": out.append("\t")
                default:
                    // A regex in plain quotes keeps its own escapes.
                    if text[at] != quote, text[at] != "\\" { out.append("\\") }
                    out.append(text[at])
                }
            } else {
                out.append(text[at])
            }
            at += 1
        }
        guard at < text.count else { throw Failure(reason: "a text without its closing quote") }
        at += 1
        return String(out)
    }
}
