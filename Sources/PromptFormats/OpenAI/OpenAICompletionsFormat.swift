extension WireFormat {
    /// Text completions, with or without what comes after the gap: OpenAI, Azure, DeepSeek, Fireworks, local servers, and GitHub
    /// Copilot's completions in the editor (`/v1/engines/{engine}/completions`).
    ///
    /// Source: https://platform.openai.com/docs/api-reference/completions
    public static let openAICompletions = WireFormat(
        id: "openai.completions",
        matches: { _, path in path.last == "completions" && !["chat", "agents", ".api"].contains(path.dropLast().last)
        },
        shape: OpenAICompletions.body, replies: OpenAIChatReplies(),
        model: { path in
            OpenAIChat.deployment(path)
                ?? path.firstIndex { $0.lowercased() == "engines" }.flatMap { $0 + 1 < path.count ? path[$0 + 1] : nil }
        })
}

/// What a body of completions holds.
enum OpenAICompletions {
    static let body: Shape = .object([
        "prompt": .message(.user, .text), "suffix": .message(.user, .text),
        // GitHub Copilot's: the language, the file's path, texts of other files.
        "extra": .role(.user, .leaves),
        "models": .list(.model),
    ])
}
