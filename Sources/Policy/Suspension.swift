/// A model or provider withdrawn: one `[[suspend]]`. Every condition that is set must hold; at least one besides `groups` is.
public struct Suspension: Sendable, Hashable, Codable {
    /// Id of the provider that serves.
    public var provider: String?
    /// Id of a surface.
    public var surface: String?
    /// Id of the publisher of the model, wherever it is served.
    public var publisher: String?
    /// Pattern of model names.
    public var model: String?
    /// Groups of the system's directory for whose members it holds; empty for everybody.
    public var groups: [String]
    /// What to use instead, in the organisation's words.
    public var substitute: String?
    /// Model id that takes the place of the suspended one, at the same provider.
    public var substituteModel: String?
    /// Whether requests are sent to `substituteModel` instead of being refused, where their format allows it.
    public var reroutes: Bool
    /// Why.
    public var reason: String

    /// Makes an entry.
    public init(
        provider: String? = nil, surface: String? = nil, publisher: String? = nil, model: String? = nil,
        groups: [String] = [], substitute: String? = nil, substituteModel: String? = nil, reroutes: Bool = false,
        reason: String
    ) {
        self.provider = provider
        self.surface = surface
        self.publisher = publisher
        self.model = model
        self.groups = groups
        self.substitute = substitute
        self.substituteModel = substituteModel
        self.reroutes = reroutes
        self.reason = reason
    }

    /// The substitute as people are told of it.
    public var substituteText: String? { substitute ?? substituteModel }
}
