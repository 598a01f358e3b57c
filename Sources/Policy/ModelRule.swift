/// A fact about a model that policy can demand to be known.
public enum ModelFact: String, Sendable, Codable, CaseIterable {
    /// Whose model it is.
    case publisher
    /// Whether a summary of the training data has been published.
    case trainingSummary = "training-summary"
    /// Whether the weights can be had.
    case weights
    /// Under which licence.
    case licence
    /// Whether the publisher has signed the EU code of practice.
    case codeOfPractice = "code-of-practice"
}

/// Which models may be used, and for what: one `[[model]]`. Every condition that is set must hold; the first rule that fits counts.
public struct ModelRule: Sendable, Hashable, Codable {
    /// Name for the trace and the refusal.
    public var name: String
    /// `allow`, `coach` or `block`; with `classes` also `redact`.
    public var action: PolicyAction
    /// Patterns of model names.
    public var models: [String]
    /// Ids of publishers; the publisher of the model that it was made from counts too.
    public var publishers: [String]
    /// Laws that the publisher lives under.
    public var jurisdictions: [String]
    /// Laws that the provider lives under that serves it.
    public var hostJurisdictions: [String]
    /// Whether the weights can be had.
    public var weights: [ModelFamily.Weights]
    /// Whether a summary of the training data has been published.
    public var trainingSummary: [ModelFamily.Published]
    /// Whether the publisher has signed the EU code of practice.
    public var codeOfPractice: [ModelPublisher.CodeOfPractice]
    /// Whether an order, ban or end is on record.
    public var withdrawn: Bool?
    /// Data classes that the rule is for; empty for any prompt.
    public var classes: [String]

    /// Makes a rule.
    public init(
        name: String, action: PolicyAction, models: [String] = [], publishers: [String] = [],
        jurisdictions: [String] = [], hostJurisdictions: [String] = [], weights: [ModelFamily.Weights] = [],
        trainingSummary: [ModelFamily.Published] = [], codeOfPractice: [ModelPublisher.CodeOfPractice] = [],
        withdrawn: Bool? = nil, classes: [String] = []
    ) {
        self.name = name
        self.action = action
        self.models = models
        self.publishers = publishers
        self.jurisdictions = jurisdictions
        self.hostJurisdictions = hostJurisdictions
        self.weights = weights
        self.trainingSummary = trainingSummary
        self.codeOfPractice = codeOfPractice
        self.withdrawn = withdrawn
        self.classes = classes
    }

    /// Whether no condition on the model is set.
    var isUnconditional: Bool {
        models.isEmpty && publishers.isEmpty && jurisdictions.isEmpty && hostJurisdictions.isEmpty && weights.isEmpty
            && trainingSummary.isEmpty && codeOfPractice.isEmpty && withdrawn == nil
    }

    func applies(_ model: String, _ resolved: ResolvedModel?, host: Provider?) -> Bool {
        if !models.isEmpty {
            let names = Catalogue.names(of: model)
            guard models.contains(where: { pattern in names.contains { Glob(pattern).matches($0) } }) else {
                return false
            }
        }
        let family = resolved?.family
        if !publishers.isEmpty {
            let ids = [resolved?.publisher.id, family?.basePublisher].compactMap { $0 }
            guard publishers.contains(where: { ids.contains($0) }) else { return false }
        }
        let fits = { (list: [String], value: String?) in list.isEmpty || value.map { list.contains($0) } ?? false }
        return fits(jurisdictions, resolved?.jurisdiction) && fits(hostJurisdictions, host?.jurisdictionCode)
            && (weights.isEmpty || weights.contains(family?.weights ?? .unknown))
            && (trainingSummary.isEmpty || trainingSummary.contains(family?.trainingSummary.status ?? .unknown))
            && (codeOfPractice.isEmpty || codeOfPractice.contains(resolved?.publisher.codeOfPractice ?? .unknown))
            && (withdrawn.map { $0 == !(family?.withdrawals.isEmpty ?? true) } ?? true)
    }
}

/// What the policy says of the models that a request asks for.
struct ModelVerdict {
    /// For the prompt as a whole.
    var action = PolicyAction.allow
    /// For findings of a class.
    var classes: [String: PolicyAction] = [:]
    /// Why the strongest of them holds, for the user.
    var reason: String?
    var trace: [TraceLine] = []
}

extension PolicyEngine {
    /// The verdict on all models that the request asks for; the strongest word counts.
    func models(_ destination: Destination, host: Provider?) -> ModelVerdict {
        var verdict = ModelVerdict()
        guard !document.modelRules.isEmpty || !document.mustBeKnown.isEmpty else { return verdict }
        for model in ([destination.model].compactMap { $0 } + destination.otherModels).prefix(Self.maxModels) {
            let resolved = catalogue.models.resolve(model)
            let unknown = document.mustBeKnown.filter { Self.isUnknown($0, resolved) }
            if !unknown.isEmpty {
                let what = unknown.map(\.rawValue).joined(separator: ", ")
                verdict.take(.block, "what must be known of it is not: \(what)")
                continue
            }
            for rule in document.modelRules where rule.applies(model, resolved, host: host) {
                if rule.classes.isEmpty {
                    verdict.take(rule.action, "rule \"\(rule.name)\"")
                    break
                }
                for name in rule.classes where verdict.classes[name] == nil {
                    verdict.classes[name] = rule.action
                    verdict.trace.append(
                        TraceLine(.model, "\(name) to this model: \(rule.action.rawValue) (rule \"\(rule.name)\")"))
                }
            }
        }
        return verdict
    }

    /// Most models of one request that are looked at; a request that names more is refused by its format.
    static let maxModels = 64

    private static func isUnknown(_ fact: ModelFact, _ resolved: ResolvedModel?) -> Bool {
        guard let resolved else { return true }
        switch fact {
        case .publisher: return false
        case .trainingSummary: return (resolved.family?.trainingSummary.status ?? .unknown) == .unknown
        case .weights: return (resolved.family?.weights ?? .unknown) == .unknown
        case .licence: return (resolved.family?.licence ?? "unknown") == "unknown"
        case .codeOfPractice: return resolved.publisher.codeOfPractice == .unknown
        }
    }
}

extension ModelVerdict {
    fileprivate mutating func take(_ other: PolicyAction, _ why: String) {
        trace.append(TraceLine(.model, "this model: \(other.rawValue) (\(why))"))
        guard other > action else { return }
        action = other
        reason = why
    }
}
