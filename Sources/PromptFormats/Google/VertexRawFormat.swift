extension WireFormat {
    /// Anthropic's models at Vertex AI: a body of messages, sent to `rawPredict` or `streamRawPredict`.
    ///
    /// Source: https://docs.anthropic.com/en/api/claude-on-vertex-ai
    public static let vertexAnthropic = vertexRaw(
        "vertex.anthropic", publisher: "anthropic", AnthropicMessages.body, AnthropicReplies(), .anthropic)

    /// Mistral's models at Vertex AI: a body of chat completions. Source: https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral
    public static let vertexMistral = vertexRaw(
        "vertex.mistral", publisher: "mistralai", Mistral.chat, OpenAIChatReplies(), .google)

    private static func vertexRaw(
        _ id: String, publisher: String, _ shape: Shape, _ replies: any ReplyDialect, _ errors: ErrorShape
    ) -> WireFormat {
        WireFormat(
            id: id,
            matches: { _, path in
                guard let at = path.lastIndex(of: "publishers"), at + 1 < path.count, path[at + 1] == publisher else {
                    return false
                }
                return path.last?.hasSuffix(":rawpredict") ?? false
                    || path.last?.hasSuffix(":streamrawpredict") ?? false
            }, shape: shape, replies: replies, errors: errors, model: Gemini.model,
            credentialParameters: Gemini.credentialParameters)
    }
}
