/// Reads PCRE2 syntax into a `PatternNode`. PCRE2 itself is the judge of validity; this reader is lenient, and nil
/// means "not understood": the rule then needs a window of its own.
struct PatternParser {
    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0
    private var isCaseless = false
    private var isExtended = false
    private var dotMatchesNewline = false
    /// What each capture group matches, for back references; nil while the group is open.
    private var groups: [PatternNode?] = [nil]

    /// Deepest nesting of groups; PCRE2's own default is 250.
    private static let maxDepth = 250

    private struct NotUnderstood: Error {}

    private init(_ pattern: String) { bytes = Array(pattern.utf8) }

    static func parse(_ pattern: String) -> PatternNode? {
        var parser = PatternParser(pattern)
        guard let node = try? parser.choice(), parser.at == parser.bytes.count else { return nil }
        return node
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func follows(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        return text.withUTF8Buffer { wanted in (0..<count).allSatisfy { bytes[at + $0] == wanted[$0] } }
    }

    private mutating func choice() throws -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw NotUnderstood() }
        let flags = (isCaseless, isExtended, dotMatchesNewline)
        defer { (isCaseless, isExtended, dotMatchesNewline) = flags }
        var branches = [try sequence()]
        while current == UInt8(ascii: "|") {
            at += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws -> PatternNode {
        var parts: [PatternNode] = []
        while let byte = current, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            if isExtended, ByteSet.space.contains(byte) {
                at += 1
                continue
            }
            if isExtended, byte == UInt8(ascii: "#") {
                while current != nil, current != 0x0A { at += 1 }
                continue
            }
            let node = try atom()
            parts.append(try quantified(node))
        }
        return .sequence(parts)
    }

    private mutating func quantified(_ atom: PatternNode) throws -> PatternNode {
        var node = atom
        while let byte = current {
            var low = 0
            var high: Int?
            switch byte {
            case UInt8(ascii: "*"): at += 1
            case UInt8(ascii: "+"):
                low = 1
                at += 1
            case UInt8(ascii: "?"):
                high = 1
                at += 1
            case UInt8(ascii: "{"):
                guard let counts = braces() else { return node }
                (low, high) = counts
            default: return node
            }
            if current == UInt8(ascii: "?") || current == UInt8(ascii: "+") { at += 1 }
            node = .repeated(node, min: low, max: high)
        }
        return node
    }

    /// `{3}`, `{3,}`, `{3,5}`; nil and nothing consumed for a brace that is a literal.
    private mutating func braces() -> (Int, Int?)? {
        var index = at + 1
        func number() -> Int? {
            var value: Int?
            while index < bytes.count, isASCIIDigit(bytes[index]), (value ?? 0) < 65_536 {
                value = (value ?? 0) * 10 + Int(bytes[index] - 0x30)
                index += 1
            }
            return value
        }
        guard let low = number(), index < bytes.count else { return nil }
        var high: Int? = low
        if bytes[index] == UInt8(ascii: ",") {
            index += 1
            high = number()
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else { return nil }
        at = index + 1
        return (low, high)
    }

    private mutating func atom() throws -> PatternNode {
        guard let byte = current else { throw NotUnderstood() }
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .set(try charClass())
        case UInt8(ascii: "\\"): return try escape()
        case UInt8(ascii: "."):
            at += 1
            return .set(dotMatchesNewline ? .all : ByteSet([0x0A]).inverted)
        case UInt8(ascii: "^"), UInt8(ascii: "$"):
            at += 1
            return .nothing(ahead: 2)
        default:
            at += 1
            return .set(literal(byte))
        }
    }

    private func literal(_ byte: UInt8) -> ByteSet {
        let set = ByteSet([byte])
        return isCaseless ? set.caseless : set
    }

    private mutating func close(_ node: PatternNode) throws -> PatternNode {
        guard current == UInt8(ascii: ")") else { throw NotUnderstood() }
        at += 1
        return node
    }

    private mutating func group() throws -> PatternNode {
        at += 1
        if follows("*") { throw NotUnderstood() }
        guard follows("?") else { return try capture() }
        at += 1
        if follows("#") {
            while current != nil, current != UInt8(ascii: ")") { at += 1 }
            return try close(.nothing(ahead: 0))
        }
        for mark: StaticString in ["=", "!"] where follows(mark) {
            at += 1
            let inner = try choice()
            if let set = inner.oneByte {
                return try close(.neighbour(mark.isNegation ? set.inverted : set, isBefore: false))
            }
            return try close(.nothing(ahead: inner.maxLength ?? ScanLimits.maxWindowBytes))
        }
        for mark: StaticString in ["<=", "<!"] where follows(mark) {
            at += 2
            let inner = try choice()
            if let set = inner.oneByte {
                return try close(.neighbour(mark.isNegation ? set.inverted : set, isBefore: true))
            }
            return try close(.nothing(ahead: 0))
        }
        for mark: StaticString in [":", ">", "|"] where follows(mark) {
            at += 1
            return try close(try choice())
        }
        if follows("<") || follows("P<") || follows("'") {
            while let byte = current, byte != UInt8(ascii: ">"), !(byte == 0x27 && at > 0 && bytes[at - 1] != 0x3F) {
                at += 1
            }
            at += 1
            return try capture()
        }
        return try inlineFlags()
    }

    private mutating func capture() throws -> PatternNode {
        let number = groups.count
        groups.append(nil)
        let node = try close(try choice())
        groups[number] = node
        return node
    }

    /// `(?i)` to the end of the enclosing group, `(?i:...)` for its own.
    private mutating func inlineFlags() throws -> PatternNode {
        let outer = (isCaseless, isExtended, dotMatchesNewline)
        var isOn = true
        while let byte = current {
            at += 1
            switch byte {
            case UInt8(ascii: "-"): isOn = false
            case UInt8(ascii: "^"): (isCaseless, isExtended, dotMatchesNewline) = (false, false, false)
            case UInt8(ascii: "i"): isCaseless = isOn
            case UInt8(ascii: "x"): isExtended = isOn
            case UInt8(ascii: "s"): dotMatchesNewline = isOn
            case UInt8(ascii: "m"), UInt8(ascii: "n"), UInt8(ascii: "J"), UInt8(ascii: "U"): break
            case UInt8(ascii: ")"): return .nothing(ahead: 0)
            case UInt8(ascii: ":"):
                let inner = try close(try choice())
                (isCaseless, isExtended, dotMatchesNewline) = outer
                return inner
            default: throw NotUnderstood()
            }
        }
        throw NotUnderstood()
    }

    private mutating func escape() throws -> PatternNode {
        at += 1
        guard let byte = current else { throw NotUnderstood() }
        if let set = classEscape() { return .set(set) }
        at += 1
        switch byte {
        case UInt8(ascii: "b"): return .boundary
        case UInt8(ascii: "B"), UInt8(ascii: "z"), UInt8(ascii: "Z"): return .nothing(ahead: 2)
        case UInt8(ascii: "A"), UInt8(ascii: "G"), UInt8(ascii: "K"): return .nothing(ahead: 0)
        case UInt8(ascii: "R"):
            return .choice([.set(.space), .sequence([.set(.space), .set(.space)])])
        case UInt8(ascii: "Q"):
            var parts: [PatternNode] = []
            while let next = current, !follows("\\E") {
                parts.append(.set(literal(next)))
                at += 1
            }
            at = min(at + 2, bytes.count)
            return .sequence(parts)
        case UInt8(ascii: "E"): return .nothing(ahead: 0)
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"), UInt8(ascii: "g"):
            if current == UInt8(ascii: "<") || current == UInt8(ascii: "{") {
                while let next = current, next != UInt8(ascii: ">"), next != UInt8(ascii: "}") { at += 1 }
                at += 1
                return .anything
            }
            let number = Int(byte) - 0x30
            // What a group matched is of the same shape as what it can match.
            guard (1...9).contains(number), number < groups.count, !isASCIIDigit(current ?? 0),
                let node = groups[number]
            else { return .anything }
            return node
        default:
            at -= 1
            return .set(literal(try escapedByte()))
        }
    }

    /// `\d` and its like, valid in and out of a class; nil and nothing consumed for another escape.
    private mutating func classEscape() -> ByteSet? {
        let set: ByteSet
        switch bytes[at] {
        case UInt8(ascii: "d"): set = .digits
        case UInt8(ascii: "D"): set = ByteSet.digits.inverted
        case UInt8(ascii: "w"): set = .word
        case UInt8(ascii: "W"): set = ByteSet.word.inverted
        case UInt8(ascii: "s"): set = .space
        case UInt8(ascii: "S"): set = ByteSet.space.inverted
        case UInt8(ascii: "h"): set = ByteSet([0x20, 0x09, 0xA0])
        case UInt8(ascii: "H"): set = ByteSet([0x20, 0x09, 0xA0]).inverted
        case UInt8(ascii: "v"): set = ByteSet([0x0A, 0x0B, 0x0C, 0x0D, 0x85])
        case UInt8(ascii: "V"): set = ByteSet([0x0A, 0x0B, 0x0C, 0x0D, 0x85]).inverted
        case UInt8(ascii: "N"): set = ByteSet([0x0A]).inverted
        default: return nil
        }
        at += 1
        return set
    }

    /// The byte that an escape stands for, at the byte after the backslash.
    private mutating func escapedByte() throws -> UInt8 {
        guard let byte = current else { throw NotUnderstood() }
        at += 1
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "e"): return 0x1B
        case UInt8(ascii: "a"): return 0x07
        case UInt8(ascii: "0"): return 0
        case UInt8(ascii: "x"):
            let braced = current == UInt8(ascii: "{")
            if braced { at += 1 }
            var value = 0
            var count = 0
            while let digit = current, let nibble = hexValue(digit), braced || count < 2, value < 256 {
                value = value * 16 + Int(nibble)
                count += 1
                at += 1
            }
            if braced {
                guard current == UInt8(ascii: "}") else { throw NotUnderstood() }
                at += 1
            }
            guard let result = UInt8(exactly: value) else { throw NotUnderstood() }
            return result
        default:
            if isASCIILetter(byte) { throw NotUnderstood() }
            return byte
        }
    }

    private mutating func charClass() throws -> ByteSet {
        at += 1
        let isNegated = current == UInt8(ascii: "^")
        if isNegated { at += 1 }
        var set = ByteSet()
        var isFirst = true
        while let byte = current, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            if follows("[:") {
                set = set.union(try posixClass())
                continue
            }
            var low = byte
            if byte == UInt8(ascii: "\\") {
                at += 1
                guard current != nil else { throw NotUnderstood() }
                if let part = classEscape() {
                    set = set.union(part)
                    continue
                }
                if current == UInt8(ascii: "b") {
                    at += 1
                    low = 8
                } else {
                    low = try escapedByte()
                }
            } else {
                at += 1
            }
            set = set.union(ByteSet(low...(try rangeEnd(from: low))))
        }
        guard current == UInt8(ascii: "]") else { throw NotUnderstood() }
        at += 1
        if isCaseless { set = set.caseless }
        return isNegated ? set.inverted : set
    }

    /// The upper bound if `-x` follows, else `low` itself.
    private mutating func rangeEnd(from low: UInt8) throws -> UInt8 {
        guard follows("-"), at + 1 < bytes.count, bytes[at + 1] != UInt8(ascii: "]") else { return low }
        var high = bytes[at + 1]
        if high == UInt8(ascii: "\\") {
            let next = at + 2 < bytes.count ? bytes[at + 2] : 0
            if "dDwWsShHvVN".utf8.contains(next) { return low }
            at += 2
            high = try escapedByte()
        } else {
            at += 2
        }
        guard low <= high else { throw NotUnderstood() }
        return high
    }

    private mutating func posixClass() throws -> ByteSet {
        let sets: [(StaticString, ByteSet)] = [
            ("[:alnum:]", ByteSet.letters.union(.digits)), ("[:alpha:]", .letters), ("[:digit:]", .digits),
            ("[:lower:]", .lower), ("[:upper:]", .upper), ("[:xdigit:]", .hexDigits), ("[:space:]", .space),
            ("[:word:]", .word), ("[:print:]", ByteSet(0x20...0x7E)), ("[:graph:]", ByteSet(0x21...0x7E)),
            ("[:blank:]", ByteSet([0x20, 0x09])),
            ("[:punct:]", ByteSet((UInt8(0x21)...0x7E).filter { !isASCIILetter($0) && !isASCIIDigit($0) })),
        ]
        for (name, set) in sets where follows(name) {
            at += name.utf8CodeUnitCount
            return set
        }
        throw NotUnderstood()
    }
}

/// The value of a hexadecimal digit.
@inline(__always)
func hexValue(_ byte: UInt8) -> UInt8? {
    if isASCIIDigit(byte) { return byte - 0x30 }
    let folded = byte | 0x20
    return folded &- 0x61 < 6 ? folded - 0x61 + 10 : nil
}

extension StaticString {
    /// Whether a group's mark negates what it holds: `!`, `<!`.
    fileprivate var isNegation: Bool { utf8Start[utf8CodeUnitCount - 1] == UInt8(ascii: "!") }
}
