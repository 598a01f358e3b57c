import Primitives

/// One line of the decision table: the action for each tier. A cell that is nil is left to the preset below.
public struct TableRow: Sendable, Hashable, Codable {
    /// Action towards approved destinations.
    public var approved: PolicyAction?
    /// Action towards tolerated destinations.
    public var tolerated: PolicyAction?
    /// Action towards unapproved destinations.
    public var unapproved: PolicyAction?
    /// Action towards forbidden destinations.
    public var forbidden: PolicyAction?

    /// Makes a row.
    public init(
        approved: PolicyAction? = nil, tolerated: PolicyAction? = nil, unapproved: PolicyAction? = nil,
        forbidden: PolicyAction? = nil
    ) {
        self.approved = approved
        self.tolerated = tolerated
        self.unapproved = unapproved
        self.forbidden = forbidden
    }

    /// The cell of a tier.
    public subscript(tier: Tier) -> PolicyAction? {
        get {
            switch tier {
            case .approved: approved
            case .tolerated: tolerated
            case .unapproved: unapproved
            case .forbidden: forbidden
            }
        }
        set {
            switch tier {
            case .approved: approved = newValue
            case .tolerated: tolerated = newValue
            case .unapproved: unapproved = newValue
            case .forbidden: forbidden = newValue
            }
        }
    }
}

/// A rule that gives a tier to destinations by their facts: one `[[tier_rule]]`. Every condition that is set must hold.
public struct TierRule: Sendable, Hashable, Codable {
    /// Name for the trace.
    public var name: String
    /// The tier that it gives.
    public var tier: Tier
    /// Terms that must hold.
    public var terms: [Term]
    /// Weakest basis on which they must hold; `assumed` when nil.
    public var basis: TermBasis?
    /// Whether the surface must run on the user's own machine or network, or must not.
    public var local: Bool?
    /// Jurisdictions of the provider, one of which must apply (compared with the catalogue's first word: "US", "CN").
    public var jurisdictions: [String]
    /// Kinds of surface, one of which must apply.
    public var kinds: [ProviderSurface.Kind]

    /// Makes a rule.
    public init(
        name: String, tier: Tier, terms: [Term] = [], basis: TermBasis? = nil, local: Bool? = nil,
        jurisdictions: [String] = [], kinds: [ProviderSurface.Kind] = []
    ) {
        self.name = name
        self.tier = tier
        self.terms = terms
        self.basis = basis
        self.local = local
        self.jurisdictions = jurisdictions
        self.kinds = kinds
    }
}

/// An exception from the table: one `[[override]]`. Every condition that is set must hold.
///
/// Of several that apply the most specific wins (`specificity`), of equally specific ones the stronger action.
/// Patterns know `*` for any run of characters and disregard ASCII case.
public struct PolicyOverride: Sendable, Hashable, Codable {
    /// Name for the trace.
    public var name: String
    /// What to do instead.
    public var action: PolicyAction
    /// Data class.
    public var dataClass: String?
    /// Pattern of rule ids.
    public var rule: String?
    /// Id of a provider.
    public var provider: String?
    /// Id of a surface.
    public var surface: String?
    /// Tier of the destination.
    public var tier: Tier?
    /// Pattern of model names.
    public var model: String?
    /// Organisation of the account, exactly.
    public var account: String?
    /// Pattern of login names.
    public var user: String?
    /// Pattern of application names.
    public var application: String?
    /// Channel's name.
    public var channel: String?
    /// Last day on which it holds (UTC).
    public var expires: PolicyDate?
    /// Why it is there.
    public var reason: String?

    /// Makes an override.
    public init(
        name: String, action: PolicyAction, dataClass: String? = nil, rule: String? = nil, provider: String? = nil,
        surface: String? = nil, tier: Tier? = nil, model: String? = nil, account: String? = nil, user: String? = nil,
        application: String? = nil, channel: String? = nil, expires: PolicyDate? = nil, reason: String? = nil
    ) {
        self.name = name
        self.action = action
        self.dataClass = dataClass
        self.rule = rule
        self.provider = provider
        self.surface = surface
        self.tier = tier
        self.model = model
        self.account = account
        self.user = user
        self.application = application
        self.channel = channel
        self.expires = expires
        self.reason = reason
    }

    /// Sum over the conditions: rule 4 (as a pattern 3), surface, account and user 3, model 3 (as a pattern 2),
    /// application and provider 2, class, tier and channel 1.
    public var specificity: Int {
        var sum = 0
        if let rule { sum += Glob.isPattern(rule) ? 3 : 4 }
        if surface != nil { sum += 3 }
        if account != nil { sum += 3 }
        if user != nil { sum += 3 }
        if let model { sum += Glob.isPattern(model) ? 2 : 3 }
        if application != nil { sum += 2 }
        if provider != nil { sum += 2 }
        if dataClass != nil { sum += 1 }
        if tier != nil { sum += 1 }
        if channel != nil { sum += 1 }
        return sum
    }

    /// Whether no condition is set, so that it would apply to everything.
    public var isUnconditional: Bool { specificity == 0 }
}

/// What an administrator vouches for: one `[[attest]]`.
public struct Attestation: Sendable, Hashable, Codable {
    /// Id of the surface.
    public var surface: String
    /// The terms that hold.
    public var terms: [Term]
    /// Who vouches.
    public var by: String
    /// Last day on which it counts (UTC).
    public var expires: PolicyDate
    /// Organisation of the account that it holds for; nil for every account.
    public var account: String?

    /// Makes an attestation.
    public init(surface: String, terms: [Term], by: String, expires: PolicyDate, account: String? = nil) {
        self.surface = surface
        self.terms = terms
        self.by = by
        self.expires = expires
        self.account = account
    }
}

/// The values of one policy file. See `agent-config/policy.toml` for the file's form and meaning.
///
/// A file names a preset and changes it; `over(_:)` lays it over that preset.
public struct PolicyDocument: Sendable, Hashable, Codable {
    /// Name of the preset below; nil in a preset.
    public var preset: String?
    /// Surface or provider id, or `default` -> tier: `[tiers]`. A surface's line beats its provider's.
    public var tiers: [String: Tier]
    /// `[[tier_rule]]`, first match wins; asked where `tiers` names neither surface nor provider.
    public var tierRules: [TierRule]
    /// Data classes of the organisation's own, besides `DataClass.known`: `classes`. A name that stands in neither is taken for a slip of
    /// the finger, since a row for it would never apply.
    public var classes: [String]
    /// Data class -> row: `[table.<class>]`. `clean` is what holds where nothing was found, `default` any class without a row.
    public var table: [String: TableRow]
    /// Data class -> weakest action: `[floor.<class>]`. A file that is laid over can raise it only.
    public var floor: [String: TableRow]
    /// `[[override]]`.
    public var overrides: [PolicyOverride]
    /// `[[suspend]]`.
    public var suspensions: [Suspension]
    /// `[[attest]]`.
    public var attestations: [Attestation]
    /// `[clipboard]`.
    public var clipboard = ClipboardPolicy()
    /// `[[wire]]`.
    public var wire: [WireLine]
    /// `[[account]]`, first match wins; asked before `tiers`.
    public var accounts: [AccountRule]
    /// `[tenants]`: what the organisation is called at vendors that refuse other tenants.
    public var tenants: [TenantKey: [String]]
    /// `[[model]]`, first match wins.
    public var modelRules: [ModelRule] = []
    /// `[models] must_be_known`: a model of which one of these is not known may not be used.
    public var mustBeKnown: [ModelFact] = []

    /// Makes a document.
    public init(
        preset: String? = nil, tiers: [String: Tier] = [:], tierRules: [TierRule] = [],
        classes: [String] = [], table: [String: TableRow] = [:], floor: [String: TableRow] = [:],
        overrides: [PolicyOverride] = [],
        suspensions: [Suspension] = [], attestations: [Attestation] = [], wire: [WireLine] = [],
        accounts: [AccountRule] = [], tenants: [TenantKey: [String]] = [:]
    ) {
        self.preset = preset
        self.tiers = tiers
        self.tierRules = tierRules
        self.classes = classes
        self.table = table
        self.floor = floor
        self.overrides = overrides
        self.suspensions = suspensions
        self.attestations = attestations
        self.wire = wire
        self.accounts = accounts
        self.tenants = tenants
    }

    /// Row of what holds where nothing was found.
    public static let cleanRow = "clean"
    /// Row of a class without a row of its own; also the key for all other destinations in `tiers`.
    public static let defaultKey = "default"

    /// Every name that may stand for a data class: Sluice's own, and the organisation's.
    public var classNames: [String] { DataClass.known.map(\.rawValue) + classes }

    /// Most entries of any one list or table of a document.
    public static let maxEntries = 1_024
    /// Longest text in a document, in bytes.
    public static let maxTextBytes = 256

    /// This document laid over `base`: its cells and tiers take the place of the base's, its rules come first, floors only rise.
    public func over(_ base: PolicyDocument) -> PolicyDocument {
        var merged = base
        merged.preset = preset ?? base.preset
        merged.tiers.merge(tiers) { _, new in new }
        merged.tierRules = tierRules + base.tierRules
        merged.classes = base.classes + classes.filter { !base.classes.contains($0) }
        for (name, row) in table {
            for tier in Tier.allCases where row[tier] != nil {
                merged.table[name, default: TableRow()][tier] = row[tier]
            }
        }
        for (name, row) in floor {
            for tier in Tier.allCases {
                guard let action = row[tier] else { continue }
                merged.floor[name, default: TableRow()][tier] = max(action, base.floor[name]?[tier] ?? .allow)
            }
        }
        merged.overrides = overrides + base.overrides
        merged.suspensions = suspensions + base.suspensions
        merged.attestations = attestations + base.attestations
        merged.clipboard = clipboard.over(base.clipboard)
        merged.wire = wire + base.wire
        merged.accounts = accounts + base.accounts
        merged.tenants.merge(tenants) { _, new in new }
        merged.modelRules = modelRules + base.modelRules
        merged.mustBeKnown = base.mustBeKnown + mustBeKnown.filter { !base.mustBeKnown.contains($0) }
        return merged
    }
}
