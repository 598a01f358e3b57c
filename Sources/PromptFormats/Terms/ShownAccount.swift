/// What a request shows of the account that it acts in. Ids of organisations, never a credential.
///
/// A token's signature is not checked: the provider does that, and a wrong one is of no use to the client.
public struct ShownAccount: Sendable, Hashable {
    /// Organisation, workspace, project or resource, as the provider spells it.
    public var organisation: String?
    /// Plan, in the provider's words, lower-case: "enterprise", "plus".
    public var plan: String?

    /// Longest id or plan that is taken, in bytes.
    public static let maxBytes = 128
    /// Longest token whose claims are read, in bytes.
    public static let maxTokenBytes = 16 << 10

    /// Nothing.
    public init() {}

    /// Takes the values as they are.
    public init(organisation: String?, plan: String?) {
        self.organisation = organisation
        self.plan = plan
    }

    /// Whether nothing is shown.
    public var isEmpty: Bool { organisation == nil && plan == nil }

    /// Reads a request to a host of a provider.
    ///
    /// Sources: repo openai/codex codex-rs/login/src/token_data.rs (claims); repo github/docs copilot-allowlist-reference.md (hosts); the shape of
    /// the APIs of Azure, Vertex AI, Cloudflare, Snowflake, Databricks; public clients of claude.ai (path).
    public init(of head: RequestHead, host: String) {
        let host = host.lowercased()
        let path = RequestPath.segments(head.path, folded: false)
        switch head.provider {
        case "openai":
            let claims = Self.chatGPTClaims(head.header("authorization") ?? "")
            let acting = head.header("chatgpt-account-id")
            // The plan is that of the token's own account; in another one it says nothing.
            if acting == nil || claims.account == nil || acting == claims.account { plan = claims.plan }
            organisation =
                acting ?? claims.account ?? head.header("openai-organization")
                ?? head.header("openai-project")
        case "anthropic":
            organisation = Self.after("organizations", in: path) ?? head.header("anthropic-organization-id")
            // Tokens of a subscription and keys of the platform have different beginnings.
            let token = Self.bearer(head.header("authorization") ?? "") ?? head.header("x-api-key") ?? ""
            if token.hasPrefix("sk-ant-oat") { plan = "subscription" }
            if token.hasPrefix("sk-ant-api") { plan = "api" }
        case "github-copilot":
            let labels = host.split(separator: ".")
            plan = ["individual", "business", "enterprise"].first { labels.contains(Substring($0)) }
        case "microsoft": organisation = Self.label(host, before: "openai.azure.com")
        case "google": organisation = Self.after("projects", in: path)
        case "cloudflare": organisation = Self.after("v1", in: path)
        case "snowflake": organisation = Self.label(host, before: "snowflakecomputing.com")
        case "databricks": organisation = Self.label(host, before: "cloud.databricks.com")
        case "huggingface": organisation = head.header("x-hf-bill-to")
        default: break
        }
        organisation = Self.bounded(organisation)
        plan = Self.bounded(plan)?.lowercased()
    }

    private static func bounded(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= maxBytes else { return nil }
        return text
    }

    private static func after(_ word: String, in path: [String]) -> String? {
        guard let at = path.firstIndex(of: word), at + 1 < path.count else { return nil }
        return path[at + 1]
    }

    private static func label(_ host: String, before domain: String) -> String? {
        guard host.hasSuffix("." + domain) else { return nil }
        return String(host.dropLast(domain.count + 1))
    }

    private static func bearer(_ field: String) -> String? {
        let parts = field.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private static func chatGPTClaims(_ field: String) -> (plan: String?, account: String?) {
        guard let token = bearer(field), token.utf8.count <= maxTokenBytes else { return (nil, nil) }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.decode(parts[1].utf8),
            let tape = try? JSONParser.parse(payload),
            let claims = tape.member(JSONTape.root, "https://api.openai.com/auth"), tape.kind(claims) == .object
        else { return (nil, nil) }
        let text = { (key: StaticString) in tape.member(claims, key).flatMap { tape.string($0) } }
        return (text("chatgpt_plan_type"), text("chatgpt_account_id"))
    }
}
