extension WireFormat {
    /// Perplexity in the browser. Undocumented; as seen on the wire.
    public static let perplexityWeb = WireFormat(
        id: "web.perplexity", matches: { _, path in path.last == "perplexity_ask" },
        shape: .object([
            "query_str": .message(.user, .text),
            "params": .object(["attachments": .list(.reference), "dsl_query": .message(.user, .text)]),
        ]), errors: .detail, mayEdit: { _ in false })
}
