/// Where each key and value of a TOML 1.0 document stands.
///
/// TOMLKit gives positions for syntax errors only, so this walks a document and remembers the places. It relies on validity: on an
/// invalid document it ends early and knows fewer places, but always ends.
struct TOMLLocator {
    /// One step from a table to what it holds.
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    /// Where keys begin; for a table or an element of an array of tables, where its header begins.
    private(set) var keys: [[Step]: SourcePosition] = [:]
    /// Where values begin.
    private(set) var values: [[Step]: SourcePosition] = [:]
    /// The first place at which TOMLKit's parser would end the process: it asserts where it should report.
    private(set) var trap: (position: SourcePosition, what: String)?

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var lineStart = 0
    /// A place on the current line whose column is known, so that a long line is counted once.
    private var counted = (at: 0, column: 1)
    private var arrayCounts: [[Step]: Int] = [:]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        walk()
    }

    private mutating func walk() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            at = 3
            lineStart = 3
        }
        var prefix: [Step] = []
        while true {
            skipBlank()
            guard let byte = peek else { return }
            let start = at
            if byte == UInt8(ascii: "[") {
                prefix = header()
            } else {
                pair(under: prefix)
            }
            // An invalid document could leave us standing.
            if at == start { return }
        }
    }

    /// `[a.b]` or `[[a.b]]`; returns the path of the table that it opens.
    private mutating func header() -> [Step] {
        let position = here
        advance()
        let isArray = peek == UInt8(ascii: "[")
        if isArray { advance() }
        skipInline()
        let begins = peek.map { Self.isBareKey($0) || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
        // At the end of the file and before a ] the parser has an error of its own.
        if begins == false, peek != UInt8(ascii: "]") { note(position, "a table header without a name") }
        let names = dottedKey()
        var path: [Step] = []
        for (index, name) in names.enumerated() {
            path.append(.key(name))
            let isLast = index == names.count - 1
            if isLast, isArray {
                let count = arrayCounts[path, default: 0]
                arrayCounts[path] = count + 1
                if count == 0 { keys[path] = position }
                path.append(.index(count))
            } else if let count = arrayCounts[path] {
                path.append(.index(count - 1))
            } else if !isLast, keys[path] == nil {
                // `[a.b]` makes a as well.
                keys[path] = position
            }
        }
        if keys[path] == nil { keys[path] = position }
        while let byte = peek, byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "#") { break }
            advance()
        }
        return path
    }

    private mutating func pair(under prefix: [Step]) {
        let position = here
        let path = prefix + dottedKey().map { .key($0) }
        // `a.b = 1` makes a as well.
        for end in (prefix.count + 1)..<max(path.count + 1, prefix.count + 2) where end <= path.count {
            let part = Array(path[..<end])
            if keys[part] == nil || end == path.count { keys[part] = position }
        }
        skipInline()
        guard peek == UInt8(ascii: "=") else { return }
        advance()
        skipInline()
        value(path, depth: 0)
    }

    private static let maxDepth = 64

    private mutating func value(_ path: [Step], depth: Int) {
        values[path] = here
        guard let byte = peek else { return }
        guard depth < Self.maxDepth else {
            note(here, "nested more than \(Self.maxDepth) deep")
            return
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
        case UInt8(ascii: "["):
            advance()
            var index = 0
            while true {
                skipBlank()
                guard let next = peek else { return }
                if next == UInt8(ascii: "]") {
                    advance()
                    return
                }
                if next == UInt8(ascii: ",") {
                    advance()
                    continue
                }
                if !Self.beginsValue(next) { note(here, "no value begins like this") }
                let start = at
                value(path + [.index(index)], depth: depth + 1)
                index += 1
                if at == start { return }
            }
        case UInt8(ascii: "{"):
            advance()
            while true {
                skipBlank()
                guard let next = peek else { return }
                if next == UInt8(ascii: "}") {
                    advance()
                    return
                }
                if next == UInt8(ascii: ",") {
                    advance()
                    continue
                }
                let start = at
                inlinePair(under: path, depth: depth + 1)
                if at == start { return }
            }
        default:
            while let next = peek, !Self.endsScalar(next) { advance() }
        }
    }

    private mutating func note(_ position: SourcePosition, _ what: String) {
        if trap == nil { trap = (position, what) }
    }

    private static func beginsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "\"'[{+-._".utf8.contains(byte)
        }
    }

    private mutating func inlinePair(under prefix: [Step], depth: Int) {
        let position = here
        let path = prefix + dottedKey().map { .key($0) }
        keys[path] = position
        skipInline()
        guard peek == UInt8(ascii: "=") else { return }
        advance()
        skipInline()
        value(path, depth: depth)
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    // MARK: Keys and strings

    private mutating func dottedKey() -> [String] {
        var names: [String] = []
        while true {
            skipInline()
            guard let byte = peek else { return names }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                names.append(string())
            } else {
                let start = at
                while let next = peek, Self.isBareKey(next) { advance() }
                guard at > start else { return names }
                names.append(String(decoding: bytes[start..<at], as: UTF8.self))
            }
            skipInline()
            guard peek == UInt8(ascii: ".") else { return names }
            advance()
        }
    }

    private static func isBareKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Passes over a string of any of the four kinds; returns its bytes, with escapes of one character resolved.
    private mutating func string() -> String {
        guard let quote = peek else { return "" }
        var text: [UInt8] = []
        let isLong = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        while let byte = peek {
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                advance()
                if let escaped = peek { text.append(escaped) }
                advance()
                continue
            }
            if byte == quote {
                if !isLong {
                    advance()
                    break
                }
                if at + 2 < bytes.count, bytes[at + 1] == quote, bytes[at + 2] == quote {
                    // Up to two quotes may stand right before the closing three.
                    while at + 3 < bytes.count, bytes[at + 3] == quote { advance() }
                    for _ in 0..<3 { advance() }
                    break
                }
            }
            if byte == UInt8(ascii: "\n"), !isLong { break }
            text.append(byte)
            advance()
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Moving

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private var here: SourcePosition {
        mutating get {
            if counted.at < lineStart || counted.at > at { counted = (lineStart, 1) }
            for byte in bytes[counted.at..<at] where byte & 0xC0 != 0x80 { counted.column += 1 }
            counted.at = at
            return SourcePosition(line: line, column: counted.column)
        }
    }

    private mutating func advance() {
        guard at < bytes.count else { return }
        if bytes[at] == UInt8(ascii: "\n") {
            line += 1
            lineStart = at + 1
        }
        at += 1
    }

    private mutating func skipInline() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { advance() }
    }

    /// Blanks, line ends and comments.
    private mutating func skipBlank() {
        while let byte = peek {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: advance()
            case UInt8(ascii: "#"): while let next = peek, next != UInt8(ascii: "\n") { advance() }
            default: return
            }
        }
    }
}
