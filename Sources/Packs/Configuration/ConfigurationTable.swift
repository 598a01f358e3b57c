import TOMLKit

/// A TOML document, or a table in one, in which every key and value knows its place.
public struct ConfigurationTable: Sendable {
    /// One entry.
    public struct Entry: Sendable {
        public var key: String
        public var keyPosition: SourcePosition
        public var value: ConfigurationValue
    }

    /// Ordered as in the file.
    public var entries: [Entry]
    /// Where the table begins: its header, its brace, or the file's first line.
    public var position: SourcePosition

    /// Largest accepted document, in bytes.
    public static let maxDocumentBytes = 1 << 20
    /// Deepest accepted nesting of tables and arrays.
    static let maxDepth = 16

    /// The entry of that key.
    public subscript(key: String) -> Entry? { entries.first { $0.key == key } }

    /// Reads a document. A syntax error is the only mistake that it can name; meaning is the caller's.
    public static func parse(_ bytes: [UInt8], file: String) throws(SourceMistakes) -> ConfigurationTable {
        func fail(_ position: SourcePosition?, _ what: String, _ mend: String = "") -> SourceMistakes {
            SourceMistakes([SourceMistake(file: file, position: position, what: what, mend: mend)])
        }
        guard bytes.count <= maxDocumentBytes else {
            throw fail(nil, "the file has \(bytes.count) bytes", "at most \(maxDocumentBytes) are read: split it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fail(firstInvalidUTF8(bytes), "this is not UTF-8", "save the file as UTF-8")
        }
        if let zero = bytes.firstIndex(of: 0) {
            throw fail(position(of: zero, in: bytes), "a zero byte is not allowed in TOML")
        }
        // The parser recurses once a part of a dotted key, so the parts are counted before it sees them.
        if let at = longKey(in: bytes) {
            throw fail(position(of: at, in: bytes), "a key has more than \(maxKeyParts) parts")
        }
        let locator = TOMLLocator(bytes)
        if let trap = locator.trap { throw fail(trap.position, trap.what) }
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw fail(
                SourcePosition(line: max(1, begin.line), column: max(1, begin.column)), oneLine(error.description))
        } catch {
            throw fail(nil, "this is not TOML")
        }
        var locations = Locations(locator)
        return try convert(root, [], &locations, file: file, depth: 0)
    }

    /// Parts that one dotted key may have.
    static let maxKeyParts = 64

    /// Where a run of bare words joined by dots has more than `maxKeyParts` of them; nil if none has.
    private static func longKey(in bytes: [UInt8]) -> Int? {
        var dots = 0
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "."):
                dots += 1
                if dots >= maxKeyParts { return index }
            case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "["):
                dots = 0
            default: break
            }
        }
        return nil
    }

    private struct Locations {
        let locator: TOMLLocator
        let start = SourcePosition(line: 1, column: 1)
        init(_ locator: TOMLLocator) { self.locator = locator }

        func key(_ path: [TOMLLocator.Step]) -> SourcePosition {
            locator.keys[path] ?? locator.values[path] ?? nearest(path)
        }
        func value(_ path: [TOMLLocator.Step]) -> SourcePosition {
            locator.values[path] ?? locator.keys[path] ?? nearest(path)
        }
        private func nearest(_ path: [TOMLLocator.Step]) -> SourcePosition {
            path.isEmpty ? start : key(Array(path.dropLast()))
        }
    }

    private static func convert(
        _ table: TOMLTable, _ path: [TOMLLocator.Step], _ locations: inout Locations, file: String, depth: Int
    ) throws(SourceMistakes) -> ConfigurationTable {
        var entries: [Entry] = []
        for key in table.keys {
            guard let value = table[key] else { continue }
            let inner = path + [.key(key)]
            let content = try convert(value, inner, &locations, file: file, depth: depth + 1)
            entries.append(
                Entry(
                    key: key, keyPosition: locations.key(inner),
                    value: ConfigurationValue(content: content, position: locations.value(inner))))
        }
        entries.sort { ($0.keyPosition, $0.key) < ($1.keyPosition, $1.key) }
        return ConfigurationTable(entries: entries, position: locations.value(path))
    }

    private static func convert(
        _ value: any TOMLValueConvertible, _ path: [TOMLLocator.Step], _ locations: inout Locations, file: String,
        depth: Int
    ) throws(SourceMistakes) -> ConfigurationValue.Content {
        guard depth <= maxDepth else {
            throw SourceMistakes([
                SourceMistake(
                    file: file, position: locations.value(path), what: "nested more than \(maxDepth) deep")
            ])
        }
        switch value.type {
        case .string: return .string(value.string ?? "")
        case .int: return .integer(value.int ?? 0)
        case .double: return .number(value.double ?? 0)
        case .bool: return .bool(value.bool ?? false)
        case .date, .time, .dateTime: return .date(value.debugDescription)
        case .table:
            guard let table = value.table else { return .date("") }
            return .table(try convert(table, path, &locations, file: file, depth: depth))
        case .array:
            var items: [ConfigurationValue] = []
            for (index, item) in (value.array ?? TOMLArray()).enumerated() {
                let inner = path + [.index(index)]
                let content = try convert(item, inner, &locations, file: file, depth: depth + 1)
                items.append(ConfigurationValue(content: content, position: locations.value(inner)))
            }
            return .array(items)
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> SourcePosition {
        // The longest valid prefix, by halving: validity of a prefix cut at a scalar's start is monotonic.
        var low = 0
        var high = bytes.count
        while low < high {
            let middle = (low + high + 1) / 2
            var cut = middle
            while cut < bytes.count, cut > 0, bytes[cut] & 0xC0 == 0x80, middle - cut < 3 { cut -= 1 }
            if String(validating: bytes[..<cut], as: UTF8.self) != nil { low = middle } else { high = middle - 1 }
        }
        return position(of: min(low, bytes.count), in: bytes)
    }

    private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
        let before = bytes[..<offset]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return SourcePosition(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: before[start...].count { $0 & 0xC0 != 0x80 } + 1)
    }
}

/// A value with its place.
public struct ConfigurationValue: Sendable {
    /// What TOML knows.
    public indirect enum Content: Sendable {
        case string(String)
        case integer(Int)
        case number(Double)
        case bool(Bool)
        /// A date, time or both, as TOML writes it.
        case date(String)
        case array([ConfigurationValue])
        case table(ConfigurationTable)
    }

    public var content: Content
    public var position: SourcePosition

    /// What a message calls it: `a string`, `a number`, …
    public var kindName: String {
        switch content {
        case .string: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .bool: "true or false"
        case .date: "a date"
        case .array: "an array"
        case .table: "a table"
        }
    }
}
