import Classifier

/// Reads betterleaks' configuration: gitleaks' tables, with filter expressions in place of entropy and allowlists.
///
/// Validation expressions call services and are left out, as is every part of a filter that asks for a path.
enum BetterleaksReader {
    /// Whether a file of these tables is betterleaks'.
    static func isMeant(_ root: ConfigurationTable) -> Bool {
        root["betterleaksMinVersion"] != nil || root["filter"] != nil || root["prefilter"] != nil
            || root.tables("rules").contains { $0["filter"] != nil || $0["validate"] != nil }
    }

    static func read(
        _ root: ConfigurationTable, file: String, _ report: inout ImportReport
    ) throws(SourceMistakes) -> [ForeignRule] {
        var rules = try GitleaksReader.read(root, file: file, &report)
        let filters = Dictionary(
            root.tables("rules").enumerated().map { index, table in
                (table.text("id") ?? "rule-\(index + 1)", table.text("filter"))
            }, uniquingKeysWith: { first, _ in first })
        var global: [DiscardCondition] = []
        if let filter = root.text("filter") {
            let (conditions, notes) = FilterExpression.conditions(filter)
            global = conditions
            report.notes += notes.map {
                SourceMistake(file: file, position: root["filter"]?.keyPosition, what: "the file's filter: \($0)")
            }
        }
        for index in rules.indices {
            if let filter = filters[rules[index].id] ?? nil {
                let (conditions, notes) = FilterExpression.conditions(filter)
                rules[index].discards += conditions
                rules[index].notes += notes.map { "its filter: \($0)" }
            }
            rules[index].discards += global
        }
        return rules
    }
}
