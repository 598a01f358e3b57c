extension WireFormat {
    /// OpenAI Realtime over WebSocket: one message of the client, as it stands in its frames.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/realtime-client-events
    public static let openAIRealtime = WireFormat(
        id: "openai.realtime", matches: { _, path in path.last == "realtime" },
        shape: .object([
            "session": .role(.system, .leaves),
            "item": .message(.user, .kinds(OpenAIResponses.items)),
            "response": .object(OpenAIResponses.fields), "audio": .media(.audio),
        ]))
}
