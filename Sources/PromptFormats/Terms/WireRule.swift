/// What is known of a request when terms are put on it.
struct WirePlace {
    var head: RequestHead
    var format: any RequestFormat
    /// Surface of the catalogue.
    var surface: String
    /// The provider's host.
    var host: String
    var models: [String]
}

/// One way to put a term on the wire.
struct WireRule: Sendable {
    /// Terms that it is used for.
    var serves: Set<WireTerm>
    /// Terms that the provider is then held to. Not storing a response does not touch what is kept for abuse monitoring.
    var gives: Set<WireTerm>
    /// Surfaces of the catalogue that it holds for.
    var surfaces: Set<String>
    /// Formats that it holds for; empty for all.
    var formats: Set<String> = []
    /// How the path ends that it holds for; nil for any.
    var pathEnd: String?
    var field: (path: [String], value: String)?
    var headers: [(name: String, value: String)] = []

    func applies(_ place: WirePlace) -> Bool {
        surfaces.contains(place.surface) && (formats.isEmpty || formats.contains(place.format.id))
            && (pathEnd.map { RequestPath.segments(place.head.path).last == $0 } ?? true)
    }

    /// Whether the client has set it all by itself.
    func isCarried(_ head: RequestHead, _ tape: JSONTape?) -> Bool {
        if let field {
            var settings = JSONSettings.none
            settings.set(field.path, field.value)
            guard let tape, settings.patches(tape)?.isEmpty == true else { return false }
        }
        return headers.allSatisfy { head.header($0.name)?.lowercased() == $0.value }
    }

    /// Names of the fields and headers.
    var names: [String] { (field.map { [$0.path.joined(separator: ".")] } ?? []) + headers.map(\.name) }

    private static func store(_ surfaces: Set<String>, formats: Set<String> = [], pathEnd: String? = nil) -> WireRule {
        WireRule(
            serves: [.noStore, .zeroRetention], gives: [.noStore], surfaces: surfaces, formats: formats,
            pathEnd: pathEnd, field: (["store"], "false"))
    }

    /// Sources: those of the catalogue's controls for the same surfaces.
    static let all: [WireRule] = [
        store(["openai-api", "azure-openai", "xai-api", "fireworks-api", "bedrock"], formats: ["openai.responses"]),
        store(["openai-api", "azure-openai"], formats: ["openai.chat"]),
        store(["la-plateforme", "la-plateforme-paid"], formats: ["mistral.conversations"]),
        store(["gemini-api-free", "gemini-api-paid"], pathEnd: "interactions"),
        WireRule(
            serves: [.noTraining], gives: [.noTraining], surfaces: ["openrouter-api"], formats: routed,
            field: (["provider", "data_collection"], "\"deny\"")),
        WireRule(
            serves: [.zeroRetention], gives: [.zeroRetention, .noStore], surfaces: ["openrouter-api"], formats: routed,
            field: (["provider", "zdr"], "true")),
        WireRule(
            serves: [.zeroRetention], gives: [.zeroRetention, .noStore], surfaces: ["vercel-gw"], formats: routed,
            field: (["providerOptions", "gateway", "zeroDataRetention"], "true")),
        WireRule(
            serves: [.noTraining], gives: [.noTraining], surfaces: ["vercel-gw"], formats: routed,
            field: (["providerOptions", "gateway", "disallowPromptTraining"], "true")),
        WireRule(
            serves: [.noStore, .zeroRetention], gives: [.noStore], surfaces: ["ai-gateway"],
            headers: [("cf-aig-collect-log", "false"), ("cf-aig-collect-log-payload", "false")]),
        // Honoured for some of the providers behind the gateway and silently disregarded for the others, so it proves nothing.
        WireRule(serves: [.zeroRetention], gives: [], surfaces: ["ai-gateway"], headers: [("cf-aig-zdr", "true")]),
    ]

    /// What routers take in their own fields.
    private static let routed: Set<String> = [
        "openai.chat", "openai.responses", "openai.completions", "anthropic.messages",
    ]
}
