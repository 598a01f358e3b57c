/// The words that people write before a key.
enum LabelWords {
    /// What triggers the reader, in lower case.
    static let anchors: [StaticString] = [
        "key", "token", "secret", "access", "private", "auth", "credential", "_pat", "login",
    ]

    /// Words that may follow a name without a break, as in `acmetoken`.
    private static let joined: [StaticString] = [
        "key", "token", "secret", "api", "access", "private", "auth", "credential", "pass", "client", "app",
    ]

    static func begins(_ text: Text, at index: Int) -> Bool { joined.contains { text.hasFolded($0, at: index) } }

    /// What may stand between a label and the sign: `token_value`, `secretKey`, `access token`.
    static let rest: [StaticString] = [
        "key", "token", "value", "secret", "string", "access", "private", "code", "keys", "tokens", "s",
        "bearer", "basic", "is", "ing", "base64", "v1", "v2", "1", "2", "prod", "test", "live", "dev", "credential",
        "credentials", "entials", "authorization", "orization",
    ]

    /// Words behind a label that make it name something public: `credentialsId`.
    static let publicRest: [StaticString] = [
        "id", "ids", "sid", "entialsid", "entialid", "name", "path", "file", "url", "uri", "type",
    ]

    /// Words before `key` that make it no secret one.
    static let publicBefore: [StaticString] = [
        "public", "pub", "primary", "foreign", "partition", "sort", "cache", "row", "record", "idempotency", "routing",
        "hash", "object", "s3", "bucket", "message", "event", "lookup", "index", "unique", "composite", "surrogate",
        "host", "product", "language", "websocket", "locale", "translation", "registry", "ssh", "group", "sequence",
        "issue",
        "ticket", "project", "item", "entity", "request", "correlation", "trace", "span", "job", "run", "build",
        "commit", "for", "base", "kms", "mon", "tur", "don", "hot", "short", "map", "dict", "shared_object",
    ]

    /// Words before any label that make it a public one, whatever service it belongs to.
    static let always: [StaticString] = ["public", "csrf", "xsrf", "authenticity", "forgery", "idempotency"]

    /// Words before `key` that make it as clear as `secret`.
    static let keyQualifiers: [StaticString] = [
        "api", "access", "private", "secret", "auth", "app", "master", "encryption", "signing", "license", "licence",
        "integration", "server", "session",
    ]

    /// Words before `token` and `secret` that make them no secrets.
    static let publicTokens: [StaticString] = [
        "public", "csrf", "xsrf", "next", "page", "authenticity", "verification", "forgery", "sync", "continuation",
        "antiforgery", "requestverification",
    ]
}
