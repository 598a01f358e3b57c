/// A promise about how a destination treats data, which policy can ask for.
public enum Term: String, Sendable, Codable, CaseIterable, Comparable {
    /// Prompts are not used to train models.
    case noTraining = "no-training"
    /// Prompts are not stored, not even for abuse monitoring.
    case zeroRetention = "zero-retention"
    /// The exchange is not kept as an object that can be fetched later.
    case noStore = "no-store"
    /// No person at the provider reads prompts.
    case noHumanReview = "no-human-review"
    /// A data processing agreement is signed.
    case agreement = "agreement"
    /// Prompts are processed in the European Union only.
    case euResidency = "eu-residency"

    /// Orders by name.
    public static func < (a: Term, b: Term) -> Bool { a.rawValue < b.rawValue }
}

/// Why a term is taken to hold; reports keep the three apart. Ordered from weakest to strongest.
public enum TermBasis: String, Sendable, Codable, CaseIterable, Comparable {
    /// The provider's published terms say so.
    case assumed
    /// An administrator vouches for it, until a date.
    case attested
    /// The channel puts it on the wire, or refuses.
    case enforced

    private var rank: Int {
        switch self {
        case .assumed: 0
        case .attested: 1
        case .enforced: 2
        }
    }

    /// Orders from weakest to strongest.
    public static func < (a: TermBasis, b: TermBasis) -> Bool { a.rank < b.rank }
}

/// Something that a request can carry, or must not, to hold the provider to a term.
public struct WireControl: Sendable, Hashable, Codable {
    /// Part of the request: header, json, query, host, path, model, response_header, response.
    public var location: String
    /// Name of the header, field or pattern.
    public var name: String
    /// Where it applies.
    public var path: String
    /// Value that is asked for.
    public var requiredValue: String
    /// What it does.
    public var effect: String
    /// inject, require, deny or attest.
    public var mode: String
    /// Whether a source that was read supports it.
    public var verified: Bool

    enum CodingKeys: String, CodingKey {
        case location = "where"
        case name, path, effect, mode, verified
        case requiredValue = "required_value"
    }
}

/// A header by which a network makes the provider refuse other tenants.
public struct TenantHeader: Sendable, Hashable, Codable {
    /// Header field name.
    public var name: String
    /// Form of its value.
    public var value: String
    /// URLs that it belongs on.
    public var injectOn: [String]
    /// What the provider does to other tenants.
    public var onViolation: String

    enum CodingKeys: String, CodingKey {
        case name, value
        case injectOn = "inject_on"
        case onViolation = "on_violation"
    }
}

/// One way to use a provider: a web application, an API, an editor's assistant.
public struct ProviderSurface: Sendable, Hashable, Codable {
    /// What sort of surface it is.
    public enum Kind: String, Sendable, Codable, CaseIterable { case web, api, ide, cli }

    /// Whether prompts train models when nobody changes a setting.
    public enum Training: String, Sendable, Codable, CaseIterable {
        case yes, no, unknown
        /// Off until the customer turns it on.
        case optIn = "opt-in"
        /// Depends on the company that serves the model.
        case upstream
        /// Depends on the plan.
        case perPlan = "per-plan"
    }

    /// Stable id, unique in the catalogue: "openai-api".
    public var id: String
    /// Name for people: "OpenAI API".
    public var name: String
    /// What sort of surface it is.
    public var kind: Kind
    /// Plan that these facts hold for.
    public var plan: String
    /// The provider's own words for the plan, by which a request that shows its plan is known to belong here.
    public var plans: [String]?
    /// Hosts, `*` for any run of characters; some carry a port or a path.
    public var hosts: [String]
    /// Whether it runs on the user's own machine or network.
    public var local: Bool
    /// Whether prompts train models by default.
    public var training: Training
    /// Detail on training.
    public var trainingNote: String
    /// How the user or administrator opts out.
    public var optOut: String
    /// Default days for which content is stored; nil when not stated or set by the user.
    public var retentionDays: Int?
    /// Days of the extra copy for abuse monitoring.
    public var abuseMonitoringDays: Int?
    /// Whether and how zero data retention can be had.
    public var zeroRetention: String
    /// Whether people at the provider read prompts.
    public var humanReview: String
    /// What can be required on the wire.
    public var controls: [WireControl]
    /// Headers that keep other tenants out.
    public var tenantHeaders: [TenantHeader]
    /// What a request shows about its account.
    public var accountEvidence: [String]
    /// Model patterns that this surface hands on to another surface: a local program's cloud models.
    public var remoteModels: [RemoteModels]
    /// Remarks.
    public var notes: String
    /// Where the facts come from.
    public var sources: [String]
    /// Whether a source that was read supports the main facts.
    public var verified: Bool
    /// Day on which the facts were last checked, YYYY-MM-DD.
    public var checked: String

    /// Models whose prompts really go to another surface.
    public struct RemoteModels: Sendable, Hashable, Codable {
        /// Patterns of model names, `*` for any run of characters.
        public var patterns: [String]
        /// Id of the surface that they go to.
        public var surface: String
    }

    enum CodingKeys: String, CodingKey {
        case id, name, kind, plan, plans, hosts, local, notes, sources, verified, checked, controls
        case training = "trains_by_default"
        case trainingNote = "trains_note"
        case optOut = "opt_out"
        case retentionDays = "retention_days"
        case abuseMonitoringDays = "abuse_monitoring_days"
        case zeroRetention = "zero_retention"
        case humanReview = "human_review"
        case tenantHeaders = "tenant_headers"
        case accountEvidence = "account_evidence"
        case remoteModels = "remote_models"
    }
}

/// A company or program that publishes models, serves them, or both: one file of `agent-config/catalogue`.
public struct Provider: Sendable, Hashable, Codable {
    /// Stable id: "openai".
    public var id: String
    /// Name for people.
    public var name: String
    /// Law that the publisher lives under.
    public var jurisdiction: String
    /// Who owns it.
    public var ownership: String
    /// Where data is processed.
    public var dataRegions: String
    /// Where its models come from.
    public var provenance: String
    /// Orders and bans that concern it.
    public var restrictions: String
    /// Names of models that it publishes, `*` for any run of characters.
    public var modelPatterns: [String]
    /// Surface that the base-URL gateway reaches under `/<id>/`; nil where the gateway does not serve this provider.
    public var gatewaySurface: String?
    /// Base URL to which the base-URL gateway sends requests where nothing else is set; nil where each customer has an address of his own.
    public var gatewayURL: String?
    /// Its surfaces.
    public var surfaces: [ProviderSurface]

    enum CodingKeys: String, CodingKey {
        case id, name, jurisdiction, ownership, provenance, restrictions, surfaces
        case dataRegions = "data_regions"
        case modelPatterns = "model_patterns"
        case gatewaySurface = "gateway_surface"
        case gatewayURL = "gateway_url"
    }
}
