/// Something that a request asks for, which makes the provider keep data beyond the exchange, or hand it to others.
public enum RetentionFeature: String, Sendable, Codable, CaseIterable, Comparable {
    /// The answer is worked out after the exchange, and waits on the provider's disks.
    case background
    /// Prompts are kept for the cache for hours or days.
    case longCache = "long-cache"
    /// Files that stay until they are deleted.
    case files
    /// Many requests in one, kept with their results for days.
    case batches
    /// Threads, conversations, assistants, agents, vector stores, earlier responses.
    case storedState = "stored-state"
    /// Training on own data.
    case fineTuning = "fine-tuning"
    /// Search in the web or in maps, which gets to see parts of the prompt.
    case grounding
    /// Tool servers of third parties that the provider calls.
    case remoteTools = "remote-tools"
    /// Code that runs at the provider, in containers that outlive the exchange.
    case sandbox
    /// Models that the provider keeps prompts of whatever is agreed.
    case coveredModel = "covered-model"
    /// Routes that cost nothing and may log.
    case freeRoute = "free-route"
    /// A thumb up or down, which hands over the whole conversation.
    case feedback
    /// Use without a login, where no setting of an account holds.
    case anonymous

    /// Orders by name.
    public static func < (a: RetentionFeature, b: RetentionFeature) -> Bool { a.rawValue < b.rawValue }

    /// The feature in words: what the request does.
    public var description: String {
        switch self {
        case .background: "asks for background processing, which the provider keeps on disk"
        case .longCache: "asks for a prompt cache that lasts for hours"
        case .files: "hands over a file that stays until it is deleted"
        case .batches: "is a batch, which the provider keeps for days"
        case .storedState: "works on state that the provider keeps"
        case .fineTuning: "trains a model"
        case .grounding: "lets the provider search the web with parts of the prompt"
        case .remoteTools: "lets the provider call tool servers of third parties"
        case .sandbox: "runs code in the provider's containers"
        case .coveredModel: "asks for a model whose prompts are always kept"
        case .freeRoute: "takes a free route, which may log"
        case .feedback: "is feedback, which hands over the conversation"
        case .anonymous: "uses the service without an account"
        }
    }
}
