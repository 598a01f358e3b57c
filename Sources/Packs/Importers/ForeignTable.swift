import Classifier

/// Tolerant reading of a table of another program's file: a wrong type reads as absence, unknown keys don't matter.
extension ConfigurationTable {
    func text(_ key: String) -> String? {
        guard case .string(let text)? = self[key]?.value.content else { return nil }
        return text
    }

    /// Strings of an array, or one string by itself.
    func texts(_ key: String) -> [String] {
        switch self[key]?.value.content {
        case .string(let text)?: [text]
        case .array(let items)?:
            items.compactMap { if case .string(let text) = $0.content { text } else { nil } }
        default: []
        }
    }

    /// The same with each entry's place.
    func examples(_ key: String) -> [RuleExample] {
        guard case .array(let items)? = self[key]?.value.content else { return [] }
        return items.compactMap { item in
            guard case .string(let text) = item.content else { return nil }
            return RuleExample(template: text, position: item.position)
        }
    }

    func number(_ key: String) -> Double? {
        switch self[key]?.value.content {
        case .integer(let number)?: Double(number)
        case .number(let number)?: number
        default: nil
        }
    }

    func truth(_ key: String) -> Bool? {
        guard case .bool(let truth)? = self[key]?.value.content else { return nil }
        return truth
    }

    func table(_ key: String) -> ConfigurationTable? {
        guard case .table(let table)? = self[key]?.value.content else { return nil }
        return table
    }

    /// Tables of an array, or one table by itself.
    func tables(_ key: String) -> [ConfigurationTable] {
        switch self[key]?.value.content {
        case .table(let table)?: [table]
        case .array(let items)?:
            items.compactMap { if case .table(let table) = $0.content { table } else { nil } }
        default: []
        }
    }
}
