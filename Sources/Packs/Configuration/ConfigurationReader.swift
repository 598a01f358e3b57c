/// Takes known keys out of a table and names everything that is left: wrong types, missing and unknown keys.
///
/// ```swift
/// let list = MistakeList(file: "agent.toml")
/// var reader = ConfigurationReader(try ConfigurationTable.parse(bytes, file: "agent.toml"), named: "agent.toml", list)
/// let port = reader.integer("port", in: 0...65_535) ?? 7788
/// reader.finish()
/// try list.check()
/// ```
public struct ConfigurationReader {
    /// The table that is read.
    public let table: ConfigurationTable
    /// Where mistakes go.
    public let mistakes: MistakeList
    private let name: String
    private var known: [String] = []

    /// Starts reading. `name` is what messages call the table, such as `[[rule]]`.
    public init(_ table: ConfigurationTable, named name: String, _ mistakes: MistakeList) {
        self.table = table
        self.name = name
        self.mistakes = mistakes
    }

    /// Where a key's value stands; the table's own place if the key is absent.
    public func position(of key: String) -> SourcePosition { table[key]?.value.position ?? table.position }

    /// The value of any type.
    public mutating func value(_ key: String) -> ConfigurationValue? {
        known.append(key)
        return table[key]?.value
    }

    /// Notes that a key must be there.
    public func require(_ key: String, mend: String = "") {
        guard table[key] == nil else { return }
        mistakes.add(table.position, "\(name) has no \"\(key)\"", mend: mend)
    }

    private func wrong(_ key: String, _ value: ConfigurationValue, wanted: String) {
        mistakes.add(value.position, "\"\(key)\" is \(value.kindName)", mend: "it must be \(wanted)")
    }

    /// A string, not empty.
    public mutating func string(_ key: String) -> String? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value.content else {
            wrong(key, value, wanted: "a string")
            return nil
        }
        guard !text.isEmpty else {
            mistakes.add(value.position, "\"\(key)\" is empty")
            return nil
        }
        return text
    }

    /// A whole number within a range.
    public mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key) else { return nil }
        guard case .integer(let number) = value.content else {
            wrong(key, value, wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard range.contains(number) else {
            mistakes.add(
                value.position, "\"\(key)\" is \(number)",
                mend: "it must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A number within a range; a whole number counts.
    public mutating func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = value(key) else { return nil }
        let number: Double
        switch value.content {
        case .integer(let whole): number = Double(whole)
        case .number(let real): number = real
        default:
            wrong(key, value, wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard range.contains(number) else {
            mistakes.add(
                value.position, "\"\(key)\" is \(number)",
                mend: "it must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// True or false.
    public mutating func bool(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        guard case .bool(let truth) = value.content else {
            wrong(key, value, wanted: "true or false")
            return nil
        }
        return truth
    }

    /// One of the names of an enumeration.
    public mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let text = string(key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        mistakes.add(
            position(of: key), "\"\(key)\" can't be \"\(text)\"",
            mend: Suggestion.mend(text, among: Choice.allCases.map(\.rawValue)))
        return nil
    }

    /// An array of strings, none empty, each with its place.
    public mutating func strings(_ key: String, max: Int) -> [(text: String, position: SourcePosition)]? {
        guard let value = value(key) else { return nil }
        guard case .array(let items) = value.content else {
            wrong(key, value, wanted: "an array of strings")
            return nil
        }
        guard items.count <= max else {
            mistakes.add(value.position, "\"\(key)\" has \(items.count) entries", mend: "at most \(max) are allowed")
            return nil
        }
        var texts: [(String, SourcePosition)] = []
        for item in items {
            guard case .string(let text) = item.content else {
                mistakes.add(item.position, "\"\(key)\" holds \(item.kindName)", mend: "every entry must be a string")
                continue
            }
            guard !text.isEmpty else {
                mistakes.add(item.position, "\"\(key)\" holds an empty string")
                continue
            }
            texts.append((text, item.position))
        }
        return texts
    }

    /// An array of whole numbers within a range.
    public mutating func integers(_ key: String, in range: ClosedRange<Int>, max: Int) -> [Int]? {
        guard let value = value(key) else { return nil }
        guard case .array(let items) = value.content else {
            wrong(key, value, wanted: "an array of whole numbers")
            return nil
        }
        guard items.count <= max else {
            mistakes.add(value.position, "\"\(key)\" has \(items.count) entries", mend: "at most \(max) are allowed")
            return nil
        }
        return items.compactMap { item in
            if case .integer(let number) = item.content, range.contains(Int(number)) { return Int(number) }
            mistakes.add(
                item.position,
                "\"\(key)\" holds what is no whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
    }

    /// A table within this one.
    public mutating func table(_ key: String) -> ConfigurationReader? {
        guard let value = value(key) else { return nil }
        guard case .table(let inner) = value.content else {
            wrong(key, value, wanted: "a table")
            return nil
        }
        return ConfigurationReader(inner, named: "[\(key)]", mistakes)
    }

    /// An array of tables: `[[key]]`.
    public mutating func tables(_ key: String) -> [ConfigurationReader] {
        guard let value = value(key) else { return [] }
        guard case .array(let items) = value.content else {
            wrong(key, value, wanted: "an array of tables: write [[\(key)]]")
            return []
        }
        var readers: [ConfigurationReader] = []
        for item in items {
            guard case .table(let inner) = item.content else {
                mistakes.add(item.position, "\"\(key)\" holds \(item.kindName)", mend: "write [[\(key)]]")
                continue
            }
            readers.append(ConfigurationReader(inner, named: "[[\(key)]]", mistakes))
        }
        return readers
    }

    /// Names every key that nobody asked for.
    public func finish() {
        for entry in table.entries where !known.contains(entry.key) {
            mistakes.add(
                entry.keyPosition, "unknown key \"\(entry.key)\" in \(name)",
                mend: Suggestion.mend(entry.key, among: known))
        }
    }
}
