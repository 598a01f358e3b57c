import Primitives

/// A promise that a field or header of a request can hold the provider to.
public enum WireTerm: String, Sendable, Codable, CaseIterable, Comparable {
    /// Prompts are not used to train models.
    case noTraining = "no-training"
    /// Prompts are not stored beyond the exchange.
    case zeroRetention = "zero-retention"

    /// Orders by name.
    public static func < (a: WireTerm, b: WireTerm) -> Bool { a.rawValue < b.rawValue }
}

/// A header by which the provider itself refuses other tenants than the organisation's.
public struct TenantClaim: Sendable, Hashable {
    /// Name of the header field.
    public var name: String
    /// Its value: the organisation's own ids or domains.
    public var value: String

    /// Takes the values as they are.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What policy demands of a request, besides that its texts are judged.
public struct WireDemands: Sendable, Hashable {
    /// Terms to be put on the wire wherever the provider has a field or header for them.
    public var terms: Set<WireTerm>
    /// Features that this request may not ask for, given its destination and what was found in it.
    public var denied: Set<RetentionFeature>
    /// Tenant headers for this destination.
    public var tenants: [TenantClaim]

    /// Takes the values as they are.
    public init(terms: Set<WireTerm> = [], denied: Set<RetentionFeature> = [], tenants: [TenantClaim] = []) {
        self.terms = terms
        self.denied = denied
        self.tenants = tenants
    }

    /// Whether nothing is demanded, so that nothing has to be looked at.
    public var isEmpty: Bool { terms.isEmpty && denied.isEmpty && tenants.isEmpty }
}

/// What became of the demands on one request.
public struct WireOutcome: Sendable {
    /// The header fields as they are to be sent.
    public var headers: [(name: String, value: String)]
    /// The body as it is to be sent.
    public var body: [UInt8]
    /// Terms that the request now holds the provider to.
    public var enforced: Set<WireTerm>
    /// Fields and headers that were set or taken out, by name and never by value: `store`, `provider.data_collection`.
    public var applied: [String]
}

/// Why a request may not go out.
public enum WireRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// It asks for features that are denied.
    case features([RetentionFeature])
    /// A field would have to be set in a body that can't be edited.
    case sealed(field: String)
    /// A tenant header has a value that the provider would disregard or misread.
    case tenantValue(header: String)

    public var description: String {
        switch self {
        case .features(let features):
            "This request " + features.map(\.description).joined(separator: "; it ")
                + ". Policy does not allow that here."
        case .sealed(let field):
            "Policy demands the field \(field), but this request is signed or can't be edited. Use a key that does not sign the body."
        case .tenantValue(let header):
            "The value that policy has for \(header) is empty or malformed, which the provider may read as no restriction. Nothing was sent."
        }
    }
}

/// Puts terms on the wire: by fields spliced into the body, by headers, or by saying why a request may not go out. Pure.
public enum WireTerms {
    /// Longest value of a tenant header, in bytes.
    public static let maxTenantValueBytes = 8192

    /// Applies demands to a request that goes to a surface of the catalogue.
    ///
    /// `body` is the body after redaction, `request` what the format found in it. Bytes that no field of a demand covers stay as they are.
    public static func apply(
        _ demands: WireDemands, to head: RequestHead, _ request: ParsedRequest, body: [UInt8],
        format: any RequestFormat, surface: String
    ) throws(WireRefusal) -> WireOutcome {
        var outcome = WireOutcome(headers: head.headers, body: body, enforced: [], applied: [])
        guard !demands.isEmpty else { return outcome }
        if !demands.denied.isEmpty {
            let asked = RetentionFeature.found(in: head, request, body: body, format: format.id)
                .filter { demands.denied.contains($0) }
            guard asked.isEmpty else { throw .features(asked) }
        }
        for rule in WireRule.all where demands.terms.contains(rule.term) && rule.applies(head, format.id, surface) {
            try rule.apply(&outcome, request, format, head)
            if rule.isEnough { outcome.enforced.insert(rule.term) }
        }
        for claim in demands.tenants { try set(claim, &outcome) }
        return outcome
    }

    /// Takes out every copy that the client sent, and puts the organisation's in.
    private static func set(_ claim: TenantClaim, _ outcome: inout WireOutcome) throws(WireRefusal) {
        let items = claim.value.utf8
        guard !items.isEmpty, items.count <= maxTenantValueBytes, items.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !claim.value.split(separator: ",", omittingEmptySubsequences: false).contains("")
        else { throw .tenantValue(header: claim.name) }
        setHeader(claim.name, claim.value, &outcome)
    }

    static func setHeader(_ name: String, _ value: String, _ outcome: inout WireOutcome) {
        outcome.headers.removeAll { $0.name.lowercased() == name.lowercased() }
        outcome.headers.append((name: name, value: value))
        outcome.applied.append(name)
    }
}

/// One way to put a term on the wire.
private struct WireRule: Sendable {
    var term: WireTerm
    /// Surfaces of the catalogue that it holds for.
    var surfaces: Set<String>
    /// Formats that it holds for; empty for all.
    var formats: Set<String> = []
    /// How the path ends that it holds for; nil for any.
    var pathEnd: String?
    var field: JSONSetting?
    var headers: [(name: String, value: String)] = []
    /// Whether it enforces the term by itself: not storing a response does not touch what is kept for abuse monitoring.
    var isEnough = true

    func applies(_ head: RequestHead, _ format: String, _ surface: String) -> Bool {
        surfaces.contains(surface) && (formats.isEmpty || formats.contains(format))
            && (pathEnd.map { RequestPath.segments(head.path).last == $0 } ?? true)
    }

    func apply(
        _ outcome: inout WireOutcome, _ request: ParsedRequest, _ format: any RequestFormat, _ head: RequestHead
    ) throws(WireRefusal) {
        for header in headers { WireTerms.setHeader(header.name, header.value, &outcome) }
        guard let field else { return }
        // A request without a body has nothing to hold the provider to.
        guard !outcome.body.isEmpty else { return }
        let name = field.path.joined(separator: ".")
        guard let tape = try? JSONParser.parse(outcome.body), let patches = field.patches(tape),
            patches.isEmpty || format.isRewritable(head)
        else { throw .sealed(field: name) }
        guard !patches.isEmpty else { return }
        outcome.body = Patch.apply(patches, to: outcome.body)
        outcome.applied.append(name)
    }

    /// Sources: those of the catalogue's controls for the same surfaces.
    static let all: [WireRule] = [
        WireRule(
            term: .zeroRetention,
            surfaces: ["openai-api", "azure-openai", "xai-api", "fireworks-api", "bedrock"],
            formats: ["openai.responses"], field: JSONSetting(["store"], "false"), isEnough: false),
        WireRule(
            term: .zeroRetention, surfaces: ["openai-api", "azure-openai"], formats: ["openai.chat"],
            field: JSONSetting(["store"], "false"), isEnough: false),
        WireRule(
            term: .zeroRetention, surfaces: ["la-plateforme", "la-plateforme-paid"], formats: ["mistral.conversations"],
            field: JSONSetting(["store"], "false"), isEnough: false),
        WireRule(
            term: .zeroRetention, surfaces: ["gemini-api-free", "gemini-api-paid"], pathEnd: "interactions",
            field: JSONSetting(["store"], "false"), isEnough: false),
        WireRule(
            term: .noTraining, surfaces: ["openrouter-api"], formats: routed,
            field: JSONSetting(["provider", "data_collection"], "\"deny\"")),
        WireRule(
            term: .zeroRetention, surfaces: ["openrouter-api"], formats: routed,
            field: JSONSetting(["provider", "zdr"], "true")),
        WireRule(
            term: .zeroRetention, surfaces: ["vercel-gw"], formats: routed,
            field: JSONSetting(["providerOptions", "gateway", "zeroDataRetention"], "true")),
        WireRule(
            term: .noTraining, surfaces: ["vercel-gw"], formats: routed,
            field: JSONSetting(["providerOptions", "gateway", "disallowPromptTraining"], "true")),
        WireRule(
            term: .zeroRetention, surfaces: ["ai-gateway"],
            headers: [
                ("cf-aig-collect-log", "false"), ("cf-aig-collect-log-payload", "false"), ("cf-aig-zdr", "true"),
            ], isEnough: false),
    ]

    /// What routers take in their own fields.
    private static let routed: Set<String> = [
        "openai.chat", "openai.responses", "openai.completions", "anthropic.messages",
    ]
}
