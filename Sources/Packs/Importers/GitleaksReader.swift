import Classifier

/// Reads gitleaks' configuration: https://github.com/gitleaks/gitleaks#configuration
///
/// Conditions on paths, commits and tags have no meaning for a prompt and are left out: an allowlist that needs one never applies.
enum GitleaksReader {
    static func read(
        _ root: ConfigurationTable, file: String, _ report: inout ImportReport
    ) throws(SourceMistakes) -> [ForeignRule] {
        let tables = root.tables("rules")
        let disabled = Set(root.table("extend")?.texts("disabledRules") ?? [])
        if let extend = root.table("extend"),
            extend["useDefault"] != nil || extend["path"] != nil || extend["url"] != nil
        {
            report.notes.append(
                SourceMistake(
                    file: file, position: root["extend"]?.keyPosition,
                    what: "the rules that \"extend\" names are not read",
                    mend: "name their file too"))
        }
        guard !tables.isEmpty else {
            throw SourceMistakes([
                SourceMistake(
                    file: file, position: nil, what: "no [[rules]] in the file",
                    mend: "is this a rule file of gitleaks or betterleaks?")
            ])
        }
        let global = allowlists(of: root)
        var rules: [ForeignRule] = []
        for (index, table) in tables.enumerated() {
            let id = table.text("id") ?? "rule-\(index + 1)"
            if disabled.contains(id) { continue }
            var rule = plain(table, id: id)
            for list in global where list.targets.isEmpty || list.targets.contains(id) {
                rule.discards += list.conditions
            }
            if let least = table.number("entropy"), least > 0 {
                rule.discards.insert(DiscardCondition(maxEntropy: min(8, least)), at: 0)
            }
            for list in allowlists(of: table) {
                rule.discards += list.conditions
                if let note = list.note { rule.notes.append(note) }
            }
            rules.append(rule)
        }
        return rules
    }

    /// What gitleaks and betterleaks rules have in common.
    static func plain(_ table: ConfigurationTable, id: String) -> ForeignRule {
        var rule = ForeignRule(id: id, name: name(id), position: table.position)
        rule.summary = table.text("description") ?? ""
        rule.pattern = table.text("regex")
        rule.keywords = table.texts("keywords")
        rule.group = table.number("secretGroup").flatMap { $0 > 0 ? Int($0) : nil }
        rule.companions = table.tables("required").compactMap { $0.text("id") }
        if table.text("path") != nil, rule.pattern != nil {
            rule.notes.append("found whatever the file's path is")
            rule.confidence = ForeignRule.weakConfidence
        }
        if !rule.companions.isEmpty { rule.confidence = ForeignRule.weakConfidence }
        if id.hasPrefix("generic") || table.number("specificity") == 0 {
            rule.confidence = ForeignRule.genericConfidence
        }
        if table.truth("skipReport") == true {
            rule.confidence = ForeignRule.partConfidence
            rule.notes.append("serves other rules only: reported from confidence \(ForeignRule.partConfidence) down")
        }
        return rule
    }

    /// `aws-access-token` as people read it.
    private static func name(_ id: String) -> String {
        let words = id.split { $0 == "-" || $0 == "_" }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    // MARK: Allowlists

    private struct Allowlist {
        var conditions: [DiscardCondition] = []
        /// Rules that a global list is for; all if empty.
        var targets: Set<String> = []
        var note: String?
    }

    private static func allowlists(of table: ConfigurationTable) -> [Allowlist] {
        (table.tables("allowlist") + table.tables("allowlists")).map(allowlist)
    }

    private static func allowlist(_ table: ConfigurationTable) -> Allowlist {
        var list = Allowlist()
        list.targets = Set(table.texts("targetRules"))
        let regexes = merged(table.texts("regexes"))
        let words = table.texts("stopwords").filter { !$0.isEmpty }
        let needsPlace = !table.texts("paths").isEmpty || !table.texts("commits").isEmpty
        let target = table.text("regexTarget")?.lowercased() ?? "secret"
        var byRegex = DiscardCondition()
        let test = TextTest(matches: regexes)
        switch target {
        case "match": byRegex.match = test
        case "line": byRegex.line = test
        default: byRegex.value = test
        }
        let isAnd = ["AND", "&&"].contains(table.text("condition")?.uppercased() ?? "OR")
        if isAnd {
            // Without a path the whole condition can't hold.
            if needsPlace {
                list.note = "an allowlist for some paths is left out"
                return list
            }
            byRegex.value.contains = words
            if !byRegex.isEmpty { list.conditions = [byRegex] }
            return list
        }
        if !regexes.isEmpty { list.conditions.append(byRegex) }
        if !words.isEmpty { list.conditions.append(DiscardCondition(value: TextTest(contains: words))) }
        return list
    }

    /// Alternatives in as few regexes as their length allows: one search for all.
    static func merged(_ patterns: [String]) -> [String] {
        var out: [String] = []
        var current = ""
        for pattern in patterns where !pattern.isEmpty {
            let piece = "(?:\(pattern))"
            if !current.isEmpty, current.utf8.count + piece.utf8.count > RuleFileReader.maxRegexBytes / 2 {
                out.append(current)
                current = ""
            }
            current += current.isEmpty ? piece : "|" + piece
        }
        return current.isEmpty ? out : out + [current]
    }
}
