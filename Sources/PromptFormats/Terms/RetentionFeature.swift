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

    /// What a request asks for. `body` is what was parsed as `request` by the format `format`; sorted, each once.
    ///
    /// Sources: /docs of the providers as the catalogue names them (https://platform.openai.com/docs/guides/your-data,
    /// https://docs.anthropic.com/en/docs/build-with-claude/zero-data-retention, https://ai.google.dev/gemini-api/docs/zdr).
    public static func found(
        in head: RequestHead, _ request: ParsedRequest, body: [UInt8], format: String
    ) -> [RetentionFeature] {
        var out = inPath(RequestPath.segments(head.path))
        switch format {
        case "openai.files", "anthropic.files", "google.files": out.insert(.files)
        case "openai.threads", "mistral.conversations": out.insert(.storedState)
        default: break
        }
        for model in request.models.map({ $0.lowercased() }) {
            let bare = model.split(separator: "/").last.map(String.init) ?? model
            if bare.contains("claude-fable-") || bare.contains("claude-mythos-") || bare.hasPrefix("labs-") {
                out.insert(.coveredModel)
            }
            if model.hasSuffix(":free") { out.insert(.freeRoute) }
            if model.contains(":online") { out.insert(.grounding) }
        }
        if let tape = try? JSONParser.parse(body) { inBody(tape, &out) }
        return out.sorted()
    }

    private static func inPath(_ path: [String]) -> Set<RetentionFeature> {
        var out: Set<RetentionFeature> = []
        for segment in path {
            switch segment {
            case "files", "uploads", "skills": out.insert(.files)
            case "upload" where path.contains("files"): out.insert(.files)
            case "batches", "batch": out.insert(.batches)
            case "threads", "assistants", "vector_stores", "conversations", "cachedcontents", "libraries", "chatkit",
                "evals":
                out.insert(.storedState)
            case "fine_tuning", "fine_tunings", "tunedmodels": out.insert(.fineTuning)
            case "message_feedback", "feedback": out.insert(.feedback)
            case "backend-anon", "unauth-mweb": out.insert(.anonymous)
            default: if segment.hasSuffix(":batchgeneratecontent") { out.insert(.batches) }
            }
        }
        return out
    }

    private static func inBody(_ tape: JSONTape, _ out: inout Set<RetentionFeature>) {
        var roots = [JSONTape.root]
        if let request = tape.member(JSONTape.root, "request") { roots.append(request) }
        for root in roots where tape.kind(root) == .object {
            for child in tape.children(of: root) {
                let isSet = tape.kind(child) != .null && tape.boolean(child) != false
                switch Fields.camelCase(tape.key(child)) {
                case "background": if isSet { out.insert(.background) }
                case "promptCacheRetention": if tape.string(child) != "in_memory", isSet { out.insert(.longCache) }
                case "previousResponseId", "conversation", "conversationId", "cachedContent", "container":
                    if isSet { out.insert(.storedState) }
                case "mcpServers": if isSet { out.insert(.remoteTools) }
                case "plugins", "webSearchOptions": if isSet { out.insert(.grounding) }
                case "connectors": if isSet { out.insert(.grounding) }
                case "contextManagement": if isSet { out.insert(.storedState) }
                case "tools": tools(tape, child, &out)
                default: break
                }
            }
        }
    }

    private static func tools(_ tape: JSONTape, _ list: Int, _ out: inout Set<RetentionFeature>) {
        guard tape.kind(list) == .array || tape.kind(list) == .object else { return }
        for tool in tape.kind(list) == .array ? Array(tape.children(of: list)) : [list] {
            guard tape.kind(tool) == .object else { continue }
            let type = tape.member(tool, "type").flatMap { tape.string($0) } ?? ""
            if type == "mcp" || type.hasPrefix("mcp_") { out.insert(.remoteTools) }
            if type.hasPrefix("web_search") || type.hasPrefix("web_fetch") || type == "connector" {
                out.insert(.grounding)
            }
            if type.hasPrefix("code_interpreter") || type.hasPrefix("code_execution") || type == "shell" {
                out.insert(.sandbox)
            }
            if type == "file_search" || type == "document_library" { out.insert(.storedState) }
            for child in tape.children(of: tool) {
                switch Fields.camelCase(tape.key(child)) {
                case "googleSearch", "googleSearchRetrieval", "googleMaps", "urlContext", "enterpriseWebSearch":
                    out.insert(.grounding)
                case "codeExecution": out.insert(.sandbox)
                default: break
                }
            }
        }
    }
}
