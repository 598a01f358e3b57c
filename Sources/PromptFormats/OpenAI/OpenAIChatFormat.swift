extension WireFormat {
    /// OpenAI chat completions, as OpenAI, Azure, Mistral, DeepSeek, xAI, Groq, OpenRouter and local servers speak it.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/chat
    public static let openAIChat = WireFormat(
        id: "openai.chat", matches: { _, path in path.suffix(2) == ["chat", "completions"] },
        shape: OpenAIChat.body, replies: OpenAIChatReplies(), model: OpenAIChat.deployment)
}

/// What a body of chat completions holds.
enum OpenAIChat {
    static let body: Shape = .object(fields)

    static let fields: Fields = .init(
        [
            "messages": .messages(message),
            "tools": .role(.toolDescription, .leaves),
            "functions": .role(.toolDescription, .leaves),
            "prediction": .role(.user, .object(["content": .parts(parts)])),
            // OpenRouter's substitutes.
            "models": .list(.model),
        ], rest: .leaves)

    static let message: Shape = .object(messageFields(content: .parts(parts)))

    /// A message whose content has another shape.
    static func messageFields(content: Shape) -> Fields {
        [
            "content": content, "reasoning_content": .text, "refusal": .text, "reasoning_details": .sealed,
            "tool_calls": .list(call), "function_call": .object(function),
        ]
    }

    static let call: Shape = .object(["function": .object(function), "custom": .object(function)])

    static let function: Fields = .init(["arguments": .jsonText, "input": .jsonText], isCall: true)

    static let parts: Kinds = .init(byType: [
        "text": ["text": .said], "refusal": ["refusal": .said], "thinking": .sealed,
        "image_url": ["image_url": .media(.image)], "input_audio": ["input_audio": .media(.audio)],
        "file": ["file": .media(.file)], "video_url": ["video_url": .media(.video)],
        "document_url": ["document_url": .media(.file)],
    ])

    /// The deployment, by which Azure names the model.
    ///
    /// Source: https://learn.microsoft.com/azure/ai-services/openai/reference
    @Sendable static func deployment(_ path: [String]) -> String? {
        path.firstIndex { $0.lowercased() == "deployments" }.flatMap { $0 + 1 < path.count ? path[$0 + 1] : nil }
    }
}
