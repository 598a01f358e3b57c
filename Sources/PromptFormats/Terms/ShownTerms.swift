/// What a reply shows of the terms that an account really has: the provider's own word, read in passing.
public struct ShownTerms: Sendable, Hashable {
    /// Whether the account's own setting allows training on what it sends.
    public var training: Bool?
    /// Whether the account has zero data retention.
    public var zeroRetention: Bool?
    /// The organisation that the credential belongs to.
    public var organisation: String?
    /// Whether the credential is a subscription's, and no key's of the platform.
    public var plan: String?

    /// Largest settings reply that is read, in bytes.
    public static let maxBodyBytes = 256 << 10

    /// Nothing.
    public init() {}

    /// Whether nothing is shown.
    public var isEmpty: Bool { self == ShownTerms() }

    /// Reads the header fields of any reply.
    ///
    /// Sources: https://docs.x.ai/developers/faq/security (x-zero-data-retention); Anthropic API release notes, 2025-02-10
    /// (anthropic-organization-id); public clients of Anthropic's sign-in (anthropic-ratelimit-unified-*: subscriptions only).
    public init(ofReply head: ReplyHead, provider: String) {
        switch provider {
        case "xai":
            switch head.header("x-zero-data-retention")?.lowercased() {
            case "true": zeroRetention = true
            case "false": zeroRetention = false
            default: break
            }
        case "anthropic":
            if let id = head.header("anthropic-organization-id"), !id.isEmpty, id.utf8.count <= ShownAccount.maxBytes {
                organisation = id
            }
            if head.headers.contains(where: { $0.name.lowercased().hasPrefix("anthropic-ratelimit-unified-") }) {
                plan = "subscription"
            }
        default: break
        }
    }

    /// Whether the body of this request's reply shows the account's settings.
    public static func areShown(to head: RequestHead) -> Bool { setting(head) != nil }

    /// Reads the body of a settings reply; nothing where it is not of the known shape.
    public init(ofSettings body: [UInt8], to head: RequestHead) {
        guard let key = Self.setting(head), body.count <= Self.maxBodyBytes, let tape = try? JSONParser.parse(body)
        else { return }
        training = Self.boolean(key, tape, JSONTape.root, depth: 0)
    }

    /// The field that holds the switch, by the request that asks for it.
    ///
    /// Sources: public clients of ChatGPT (`training_allowed`) and of Claude (`grove_enabled`); neither is documented by its vendor.
    private static func setting(_ head: RequestHead) -> String? {
        guard head.method == "GET" else { return nil }
        let path = RequestPath.segments(head.path)
        switch head.provider {
        case "openai" where path.contains("backend-api") && path.contains("settings"): return "training_allowed"
        case "anthropic" where path.suffix(2) == ["account", "settings"] || path.suffix(2) == ["api", "account"]:
            return "grove_enabled"
        default: return nil
        }
    }

    /// The first boolean under that key, not deeper than settings stand.
    private static func boolean(_ key: String, _ tape: JSONTape, _ node: Int, depth: Int) -> Bool? {
        guard depth < 4, tape.kind(node) == .object else { return nil }
        for child in tape.children(of: node) {
            if tape.key(child) == key, let value = tape.boolean(child) { return value }
            if let value = boolean(key, tape, child, depth: depth + 1) { return value }
        }
        return nil
    }
}
