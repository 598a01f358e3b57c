public import Policy

/// Reads a policy file: `policy.toml` and the presets. The form is shown in `agent-config/policy.toml`.
///
/// Every mistake is named with its line and column; what the words mean together is checked against a catalogue by `check`.
public struct PolicyFile: Sendable {
    /// The values.
    public let document: PolicyDocument
    /// The file as the user named it.
    public let name: String
    private let root: ConfigurationTable

    /// Names of the presets that a policy may be laid over.
    public static let presetNames = ["observe", "balanced", "strict"]

    /// Reads the text of a file.
    public init(_ bytes: [UInt8], named name: String) throws(SourceMistakes) {
        let root = try ConfigurationTable.parse(bytes, file: name)
        let list = MistakeList(file: name)
        var reader = ConfigurationReader(root, named: "the policy", list)
        var document = PolicyDocument()
        document.preset = reader.oneOf("preset", Self.presetNames)
        if let tiers = reader.table("tiers") {
            for entry in tiers.table.entries {
                if let tier: Tier = entry.choice(list) { document.tiers[entry.key] = tier }
            }
        }
        document.tierRules = reader.tables("tier_rule").compactMap { Self.tierRule($0) }
        document.classes = reader.strings("classes", max: PolicyDocument.maxEntries)?.map(\.text) ?? []
        document.table = Self.rows("table", &reader)
        document.floor = Self.rows("floor", &reader)
        document.overrides = reader.tables("override").compactMap { Self.override($0) }
        document.suspensions = reader.tables("suspend").compactMap { Self.suspension($0) }
        document.attestations = reader.tables("attest").compactMap { Self.attestation($0) }
        if let clipboard = reader.table("clipboard") { document.clipboard = Self.clipboard(clipboard) }
        document.wire = reader.tables("wire").compactMap { Self.wireLine($0) }
        document.accounts = reader.tables("account").compactMap { Self.accountRule($0) }
        document.tenants = Self.tenants(&reader)
        document.modelRules = reader.tables("model").compactMap { Self.modelRule($0) }
        if var models = reader.table("models") {
            document.mustBeKnown = models.choices("must_be_known", ModelFact.self)
            models.finish()
        }
        reader.finish()
        try list.check()
        self.document = document
        self.name = name
        self.root = root
    }

    /// Throws what is wrong with the values, each with its place: names that the catalogue does not have, rules without a condition.
    public func check(_ catalogue: Catalogue) throws(SourceMistakes) {
        let list = MistakeList(file: name)
        for mistake in document.mistakes(catalogue) {
            list.add(position(of: mistake.path), mistake.what, mend: mistake.mend)
        }
        try list.check()
    }

    /// Where a key path stands: its last step that the file has.
    private func position(of path: [PolicyMistake.Step]) -> SourcePosition {
        var place = root.position
        var table: ConfigurationTable? = root
        var items: [ConfigurationValue] = []
        for step in path {
            switch step {
            case .key(let key):
                guard let entry = table?[key] else { return place }
                place = entry.keyPosition
                table = entry.value.table
                items = entry.value.items
            case .index(let index):
                guard items.indices.contains(index) else { return place }
                place = items[index].position
                table = items[index].table
                items = items[index].items
            }
        }
        return place
    }

    private static func rows(_ section: String, _ reader: inout ConfigurationReader) -> [String: TableRow] {
        guard let tables = reader.table(section) else { return [:] }
        var rows: [String: TableRow] = [:]
        for entry in tables.table.entries {
            guard let table = entry.value.table else {
                reader.mistakes.add(
                    entry.value.position, "\"\(entry.key)\" is \(entry.value.kindName)",
                    mend: "write [\(section).\(entry.key)] with an action for each tier")
                continue
            }
            var cells = ConfigurationReader(table, named: "[\(section).\(entry.key)]", reader.mistakes)
            rows[entry.key] = TableRow(
                approved: cells.choice("approved"), tolerated: cells.choice("tolerated"),
                unapproved: cells.choice("unapproved"), forbidden: cells.choice("forbidden"))
            cells.finish()
        }
        return rows
    }

    private static func tierRule(_ given: ConfigurationReader) -> TierRule? {
        var reader = given
        reader.require("name")
        reader.require("tier")
        let name = reader.string("name")
        let tier: Tier? = reader.choice("tier")
        let terms = reader.choices("terms", Term.self)
        let basis: TermBasis? = reader.choice("basis")
        let local = reader.bool("local")
        let jurisdictions = reader.strings("jurisdictions", max: PolicyDocument.maxEntries)?.map(\.text) ?? []
        let kinds = reader.choices("kinds", ProviderSurface.Kind.self)
        reader.finish()
        guard let name, let tier else { return nil }
        return TierRule(
            name: name, tier: tier, terms: terms, basis: basis, local: local, jurisdictions: jurisdictions,
            kinds: kinds)
    }

    private static func override(_ given: ConfigurationReader) -> PolicyOverride? {
        var reader = given
        reader.require("name")
        reader.require("action")
        let name = reader.string("name")
        let action: PolicyAction? = reader.choice("action")
        var override = PolicyOverride(name: name ?? "", action: action ?? .block)
        override.dataClass = reader.string("class")
        override.rule = reader.string("rule")
        override.provider = reader.string("provider")
        override.surface = reader.string("surface")
        override.tier = reader.choice("tier")
        override.model = reader.string("model")
        override.account = reader.string("account")
        override.user = reader.string("user")
        override.application = reader.string("application")
        override.channel = reader.string("channel")
        override.expires = reader.date("expires")
        override.reason = reader.string("reason")
        reader.finish()
        return name == nil || action == nil ? nil : override
    }

    private static func clipboard(_ given: ConfigurationReader) -> ClipboardPolicy {
        var reader = given
        let policy = ClipboardPolicy(
            mode: reader.choice("mode"), application: reader.choice("application"), likely: reader.choice("likely"),
            unknown: reader.choice("unknown"), primary: reader.bool("primary"))
        reader.finish()
        return policy
    }

    private static func attestation(_ given: ConfigurationReader) -> Attestation? {
        var reader = given
        for key in ["surface", "terms", "by", "expires"] { reader.require(key) }
        let surface = reader.string("surface")
        let terms = reader.choices("terms", Term.self)
        let by = reader.string("by")
        let expires = reader.date("expires")
        let account = reader.string("account")
        reader.finish()
        guard let surface, let by, let expires else { return nil }
        return Attestation(surface: surface, terms: terms, by: by, expires: expires, account: account)
    }
}

extension ConfigurationTable.Entry {
    /// The entry's value as a name of an enumeration.
    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(_ list: MistakeList) -> Choice?
    where Choice.RawValue == String {
        guard case .string(let text) = value.content else {
            list.add(value.position, "\"\(key)\" is \(value.kindName)", mend: "it must be a string")
            return nil
        }
        if let choice = Choice(rawValue: text) { return choice }
        list.add(
            value.position, "\"\(key)\" can't be \"\(text)\"",
            mend: Suggestion.mend(text, among: Choice.allCases.map(\.rawValue)))
        return nil
    }
}

extension ConfigurationValue {
    fileprivate var table: ConfigurationTable? {
        if case .table(let table) = content { return table }
        return nil
    }

    fileprivate var items: [ConfigurationValue] {
        if case .array(let items) = content { return items }
        return []
    }
}
