extension WireFormat {
    /// GitHub Copilot in editors: OpenAI's chat, under paths and with errors of its own. Its completions, Responses and messages are those formats.
    ///
    /// Source: https://docs.github.com/copilot/reference/copilot-allowlist-reference
    public static let copilotChat = WireFormat(
        id: "copilot.chat",
        matches: { head, path in head.provider == "github-copilot" && path.suffix(2) == ["chat", "completions"] },
        shape: OpenAIChat.body, replies: OpenAIChatReplies(), errors: .copilot)

    /// GitHub Copilot's completions in the editor. Source: as above.
    public static let copilotCompletions = WireFormat(
        id: "copilot.completions",
        matches: { head, path in head.provider == "github-copilot" && path.last == "completions" },
        shape: OpenAICompletions.body, replies: OpenAIChatReplies(), errors: .copilot,
        model: openAICompletions.model)

    /// GitHub Copilot on the web: a thread's message. Never edited. Source: seen on the wire.
    public static let copilotThreads = WireFormat(
        id: "copilot.threads",
        matches: { head, path in head.provider == "github-copilot" && path.contains("threads") },
        shape: .object([
            "content": .message(.user, .text), "references": .role(.user, .leaves),
            "customInstructions": .role(.system, .leaves),
        ]), errors: .copilot, mayEdit: { _ in false })
}
