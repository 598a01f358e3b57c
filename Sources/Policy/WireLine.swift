import Primitives

/// What a request has to carry, or must not ask for: one `[[wire]]`. Every condition that is set must hold; all lines that apply count.
public struct WireLine: Sendable, Hashable, Codable {
    /// Name for the trace.
    public var name: String
    /// Id of the provider that serves.
    public var provider: String?
    /// Id of a surface.
    public var surface: String?
    /// Tier of the destination, as it is before anything is put on the wire.
    public var tier: Tier?
    /// Pattern of model names.
    public var model: String?
    /// Data classes, one of which must have been found; empty for any prompt.
    public var classes: [String]
    /// Terms to be put on the wire wherever the provider has a field or header for them.
    public var inject: [Term]
    /// Terms that must hold in the end: carried by the request, or vouched for. Else the request is refused.
    public var require: [Term]
    /// What the request may not ask for.
    public var deny: [RetentionFeature]
    /// Regions of which one must be where the request is processed.
    public var regions: [String]
    /// Header fields that the client must send, each with the values that will do.
    public var fields: [String: [String]]
    /// Companies that a router may hand the request to.
    public var upstreams: [String]

    /// Makes a line.
    public init(
        name: String, provider: String? = nil, surface: String? = nil, tier: Tier? = nil, model: String? = nil,
        classes: [String] = [], inject: [Term] = [], require: [Term] = [], deny: [RetentionFeature] = [],
        regions: [String] = [], fields: [String: [String]] = [:], upstreams: [String] = []
    ) {
        self.name = name
        self.provider = provider
        self.surface = surface
        self.tier = tier
        self.model = model
        self.classes = classes
        self.inject = inject
        self.require = require
        self.deny = deny
        self.regions = regions
        self.fields = fields
        self.upstreams = upstreams
    }

    /// Whether the line asks for nothing.
    public var isEmpty: Bool {
        inject.isEmpty && require.isEmpty && deny.isEmpty && regions.isEmpty && fields.isEmpty && upstreams.isEmpty
    }

    /// Terms that a request can carry; the others can only be vouched for.
    public static let injectable: [Term] = [.noTraining, .zeroRetention, .noStore]
}

/// Which accounts are the organisation's own, and what they are worth: one `[[account]]`. The first that fits gives the tier.
public struct AccountRule: Sendable, Hashable, Codable {
    /// Name for the trace.
    public var name: String
    /// The tier that it gives.
    public var tier: Tier
    /// Id of the provider.
    public var provider: String?
    /// Id of a surface.
    public var surface: String?
    /// Patterns of organisation, workspace, project or resource ids, one of which must fit; empty for any.
    public var organisations: [String]
    /// Plans, one of which must be shown; empty for any.
    public var plans: [String]
    /// Whether the request shows anything of its account; nil for both.
    public var shown: Bool?

    /// Makes a rule.
    public init(
        name: String, tier: Tier, provider: String? = nil, surface: String? = nil, organisations: [String] = [],
        plans: [String] = [], shown: Bool? = nil
    ) {
        self.name = name
        self.tier = tier
        self.provider = provider
        self.surface = surface
        self.organisations = organisations
        self.plans = plans
        self.shown = shown
    }

    func applies(_ account: AccountEvidence?, surface surfaceID: String, provider providerID: String) -> Bool {
        if let surface, surface != surfaceID { return false }
        if let provider, provider != providerID { return false }
        let isShown = account?.organisation != nil || account?.plan != nil
        if let shown, shown != isShown { return false }
        if !plans.isEmpty {
            guard let plan = account?.plan, plans.contains(where: { $0.lowercased() == plan.lowercased() }) else {
                return false
            }
        }
        guard !organisations.isEmpty else { return true }
        guard let id = account?.organisation else { return false }
        let folded = Catalogue.folded(id)
        return organisations.contains { Glob($0).matches(folded) }
    }
}

/// What all lines together demand of one request.
public struct WirePlan: Sendable, Equatable {
    /// Terms to be put on the wire.
    public var inject: Set<Term> = []
    /// Terms that must hold in the end.
    public var require: Set<Term> = []
    /// What may not be asked for, with the line that says so.
    public var deny: [RetentionFeature: String] = [:]
    /// Regions of which one must be where the request is processed; empty for any.
    public var regions: [String] = []
    /// Header fields that the client must send.
    public var fields: [String: [String]] = [:]
    /// Companies that a router may hand the request to; empty for any.
    public var upstreams: [String] = []
    /// What the organisation is called at vendors that refuse other tenants.
    public var tenants: [TenantKey: [String]] = [:]
    /// Names of the lines that apply.
    public var lines: [String] = []
    /// The surface that the request really goes to.
    public var surface: String = ""
    /// The provider that runs it.
    public var provider: String = ""

    /// Demands nothing.
    public init() {}

    /// Whether nothing is demanded.
    public var isEmpty: Bool {
        inject.isEmpty && require.isEmpty && deny.isEmpty && regions.isEmpty && fields.isEmpty && upstreams.isEmpty
            && tenants.isEmpty
    }

    /// Stands for a list of regions that nothing satisfies, since two lines contradict each other.
    static let noRegion = "none: two lines of the policy contradict each other"

    mutating func add(_ line: WireLine) {
        lines.append(line.name)
        inject.formUnion(line.inject)
        require.formUnion(line.require)
        for feature in line.deny where deny[feature] == nil { deny[feature] = line.name }
        regions = Self.narrowed(regions, line.regions, none: Self.noRegion)
        upstreams = Self.narrowed(upstreams, line.upstreams, none: Self.noRegion)
        for (name, values) in line.fields {
            fields[name] = fields[name].map { Self.narrowed($0, values, none: Self.noRegion) } ?? values
        }
    }

    /// What both lists allow; a list without entries allows anything.
    private static func narrowed(_ a: [String], _ b: [String], none: String) -> [String] {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        let both = a.filter { b.contains($0) }
        return both.isEmpty ? [none] : both
    }
}

extension PolicyEngine {
    /// Whether any request is held to anything, so that it is worth asking.
    public var hasWireLines: Bool { !document.wire.isEmpty || !document.tenants.isEmpty }

    /// What the policy demands of a request on the wire, given where it goes and what was found in it.
    public func wirePlan(_ question: PolicyQuestion) -> WirePlan {
        var plan = WirePlan()
        guard hasWireLines else { return plan }
        let standing = self.standing(of: question)
        plan.surface = standing.surfaceID
        plan.provider = standing.providerID
        plan.tenants = document.tenants
        let classes = Set(question.items.map(\.dataClass.rawValue))
        for (line, model) in wireLines where line.applies(standing, classes) {
            if let model {
                guard let name = question.destination.model,
                    Catalogue.names(of: name).contains(where: { model.matches($0) })
                else { continue }
            }
            plan.add(line)
        }
        return plan
    }
}

extension WireLine {
    fileprivate func applies(_ standing: Standing, _ found: Set<String>) -> Bool {
        if let provider, provider != standing.providerID { return false }
        if let surface, surface != standing.surfaceID { return false }
        if let tier, tier != standing.tier { return false }
        return classes.isEmpty || classes.contains { found.contains($0) }
    }
}
