import Primitives

/// What a request shows about the account that it acts in.
public struct AccountEvidence: Sendable, Hashable {
    /// Organisation, workspace or tenant id as the provider spells it; never a credential.
    public var organisation: String?
    /// Plan, for example "enterprise".
    public var plan: String?
    /// Whether the account's own setting allows training, as the provider's reply said.
    public var training: Bool?
    /// Whether the account has zero data retention, as the provider's reply said.
    public var zeroRetention: Bool?

    /// Makes evidence from what the channel could read.
    public init(
        organisation: String? = nil, plan: String? = nil, training: Bool? = nil, zeroRetention: Bool? = nil
    ) {
        self.organisation = organisation
        self.plan = plan
        self.training = training
        self.zeroRetention = zeroRetention
    }
}

/// Where a prompt is about to go.
public struct Destination: Sendable, Hashable {
    /// Id of the provider in the catalogue, for example "openai".
    public var provider: String
    /// Id of the provider's surface in the catalogue, for example "openai-api".
    public var surface: String
    /// Host that the request is sent to, without port.
    public var host: String?
    /// Model as the request names it: outside input, never printed unmasked.
    public var model: String?
    /// Further models that it names, as substitutes or in a batch: what is suspended may not be among them.
    public var otherModels: [String]
    /// What the request shows about its account.
    public var account: AccountEvidence?
    /// Terms that the channel itself puts on the wire, or refuses the request over.
    public var enforced: Set<Term>

    /// Makes a destination.
    public init(
        provider: String, surface: String, host: String? = nil, model: String? = nil, otherModels: [String] = [],
        account: AccountEvidence? = nil, enforced: Set<Term> = []
    ) {
        self.provider = provider
        self.surface = surface
        self.host = host
        self.model = model
        self.otherModels = otherModels
        self.account = account
        self.enforced = enforced
    }
}

/// What policy is told about one finding. Never the value.
public struct PolicyItem: Sendable, Hashable {
    /// Row of the decision table.
    public var dataClass: DataClass
    /// Id of the rule that found it; for what could not be inspected, the reason's name.
    public var ruleID: String
    /// What sort of thing it is.
    public var kind: FindingKind
    /// How bad it is when it leaves.
    public var severity: Severity
    /// From 0 to 1.
    public var confidence: Double

    /// Makes an item.
    public init(dataClass: DataClass, ruleID: String, kind: FindingKind, severity: Severity, confidence: Double) {
        self.dataClass = dataClass
        self.ruleID = ruleID
        self.kind = kind
        self.severity = severity
        self.confidence = confidence
    }
}

/// Everything that a decision depends on besides the policy itself.
public struct PolicyQuestion: Sendable {
    /// Where the prompt is about to go.
    public var destination: Destination
    /// What was found in it.
    public var items: [PolicyItem]
    /// Name of the channel, for example "gateway".
    public var channel: String
    /// Name of the application that sends, where it is known.
    public var application: String?
    /// Login name of the user.
    public var user: String
    /// Groups of the system's directory that the user belongs to.
    public var groups: [String]
    /// Seconds since 1970-01-01 UTC.
    public var now: Int64

    /// Makes a question.
    public init(
        destination: Destination, items: [PolicyItem], channel: String, application: String? = nil, user: String,
        groups: [String] = [], now: Int64
    ) {
        self.destination = destination
        self.items = items
        self.channel = channel
        self.application = application
        self.user = user
        self.groups = groups
        self.now = now
    }
}

/// One step that led to a decision.
///
/// The text consists of catalogue and policy words only. Nothing of the request stands in it, so it may be stored as it is.
public struct TraceLine: Sendable, Hashable, Codable {
    /// What sort of step it is.
    public enum Step: String, Sendable, Codable, CaseIterable {
        /// Something that the catalogue knows.
        case fact
        /// A term that holds, with its basis: enforced, attested or assumed.
        case term
        /// The tier, and the line of the policy that gave it.
        case tier
        /// The cell of the table.
        case cell
        /// An override that took the cell's place.
        case override
        /// A floor that raised the action.
        case floor
        /// An entry of the suspend list.
        case suspend
        /// What was demanded of the request itself, and what became of it.
        case wire
        /// A rule on models.
        case model
        /// What the channel or the place of the finding made of the action.
        case channel
    }

    /// What sort of step it is.
    public var step: Step
    /// One sentence without a full stop.
    public var text: String

    /// Makes a line.
    public init(_ step: Step, _ text: String) {
        self.step = step
        self.text = text
    }
}

/// A term that holds, and why.
public struct HeldTerm: Sendable, Hashable, Codable {
    /// The term.
    public var term: Term
    /// The strongest basis that it stands on.
    public var basis: TermBasis

    /// Makes a held term.
    public init(_ term: Term, _ basis: TermBasis) {
        self.term = term
        self.basis = basis
    }
}

/// What policy says.
public struct PolicyDecision: Sendable, Equatable {
    /// The strongest action of all.
    public var action: PolicyAction
    /// One action for each item of the question, in its order.
    public var perItem: [PolicyAction]
    /// The destination's tier.
    public var tier: Tier
    /// How it came about, in order; at most `PolicyEngine.maxTraceLines`.
    public var trace: [TraceLine]
    /// The terms that hold, by name.
    public var terms: [HeldTerm]
    /// Id of the surface that the request really goes to.
    public var surface: String
    /// The entry of the suspend list that applies, with the reason and the approved substitute.
    public var suspension: Suspension?
    /// Model that the request has to be sent to instead of the suspended one.
    public var reroute: String?
    /// Why the model itself may not be used; nil where it may.
    public var modelReason: String?

    /// Makes a decision.
    public init(
        action: PolicyAction, perItem: [PolicyAction], tier: Tier, trace: [TraceLine] = [], terms: [HeldTerm] = [],
        surface: String, suspension: Suspension? = nil, reroute: String? = nil
    ) {
        self.action = action
        self.perItem = perItem
        self.tier = tier
        self.trace = trace
        self.terms = terms
        self.surface = surface
        self.suspension = suspension
        self.reroute = reroute
    }
}
