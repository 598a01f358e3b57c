extension WireFormat {
    /// Anthropic messages, token counts of messages, and batches of messages.
    ///
    /// Source: https://docs.anthropic.com/en/api/messages
    public static let anthropicMessages = WireFormat(
        id: "anthropic.messages",
        matches: { _, path in
            guard let at = path.lastIndex(of: "messages"), !path.contains("threads") else { return false }
            let rest = path[(at + 1)...]
            return rest.isEmpty || rest == ["count_tokens"] || rest == ["batches"]
        },
        shape: AnthropicMessages.batch, replies: AnthropicReplies(), errors: .anthropic)
}

/// What a body of messages holds.
enum AnthropicMessages {
    static let fields: Fields = [
        "system": .role(.system, .parts(blocks)), "messages": .messages(message),
        "tools": .role(.toolDescription, .leaves),
    ]
    static let body: Shape = .object(fields)

    /// A body, or a batch of bodies.
    static let batch: Shape = .object(
        Fields(fields.named.merging(["requests": .list(.object(["params": .object(inBatch)]))]) { $1 }))

    private static let inBatch: Fields = .init(fields.named.merging(["model": .model]) { $1 })

    private static let message: Shape = .object(["content": .parts(blocks)])

    static let blocks: Kinds = .init(
        byType: [
            "text": ["text": .said],
            "thinking": .sealed, "redacted_thinking": .sealed,
            "image": ["source": source(.image)],
            "document": ["title": .text, "context": .text, "source": source(.file)],
            "search_result": ["title": .text, "source": .text, "content": nested],
            "tool_use": use, "server_tool_use": use, "mcp_tool_use": use, "tool_reference": use,
            "container_upload": Fields([:], opaque: .reference),
            "tool_result": result, "mcp_tool_result": result,
        ],
        // Results of the provider's own tools come back signed or encrypted by it.
        bySuffix: [("_tool_result", Fields([:], role: .tool, isSealed: true))], takesObject: true)

    private static let use: Fields = .init([:], isCall: true)
    private static let result: Fields = .init(["content": nested], role: .tool, isCall: true)
    private static let nested: Shape = .later { .parts(blocks) }

    private static func source(_ kind: OpaquePart.Kind) -> Shape {
        .kinds(
            Kinds(
                byType: ["text": ["data": .text], "content": ["content": nested]],
                bySuffix: [("", ["data": .media(kind), "url": .media(kind), "file_id": .media(kind)])]))
    }
}
