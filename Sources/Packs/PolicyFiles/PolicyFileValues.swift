import Policy

extension ConfigurationReader {
    /// One of the given names.
    mutating func oneOf(_ key: String, _ names: [String]) -> String? {
        guard let text = string(key) else { return nil }
        if names.contains(text) { return text }
        mistakes.add(
            position(of: key), "\"\(key)\" can't be \"\(text)\"", mend: Suggestion.mend(text, among: names))
        return nil
    }

    /// An array of names of an enumeration.
    mutating func choices<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Choice.Type
    ) -> [Choice] where Choice.RawValue == String {
        (strings(key, max: PolicyDocument.maxEntries) ?? []).compactMap { entry in
            if let choice = Choice(rawValue: entry.text) { return choice }
            mistakes.add(
                entry.position, "\"\(key)\" can't hold \"\(entry.text)\"",
                mend: Suggestion.mend(entry.text, among: Choice.allCases.map(\.rawValue)))
            return nil
        }
    }

    /// A day.
    mutating func date(_ key: String) -> PolicyDate? {
        guard let value = value(key) else { return nil }
        switch value.content {
        case .string(let text), .date(let text):
            if let date = PolicyDate(text) { return date }
        default: break
        }
        mistakes.add(position(of: key), "\"\(key)\" is no day", mend: "write it as \"2027-06-30\"")
        return nil
    }
}
