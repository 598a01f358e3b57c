import Primitives

extension RetentionFeature {
    /// What a request asks for. `body` is what was parsed as `request` by the format `format`; sorted, each once.
    ///
    /// Sources: /docs of the providers as the catalogue names them (https://platform.openai.com/docs/guides/your-data,
    /// https://docs.anthropic.com/en/docs/build-with-claude/zero-data-retention, https://ai.google.dev/gemini-api/docs/zdr).
    public static func found(
        in head: RequestHead, _ request: ParsedRequest, body: [UInt8], format: String
    ) -> [RetentionFeature] {
        found(in: head, request, try? JSONParser.parse(body), format: format)
    }

    static func found(
        in head: RequestHead, _ request: ParsedRequest, _ tape: JSONTape?, format: String
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
        if let tape { inBody(tape, &out) }
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
