extension WireFormat {
    /// Gemini Live over WebSocket: one message of the client, as it stands in its frames.
    ///
    /// Source: https://ai.google.dev/api/live
    public static let geminiLive = WireFormat(
        id: "google.live",
        matches: { head, path in
            head.provider == "google" && (path.last ?? "").hasSuffix("bidigeneratecontent")
        },
        shape: .object([
            "setup": .role(.system, .leaves),
            "clientContent": .message(.user, .leaves), "toolResponse": .role(.tool, .leaves),
            "realtimeInput": .object([
                "text": .message(.user, .text), "audio": .media(.audio), "video": .media(.video),
                "mediaChunks": .list(.media(.audio)),
            ]),
        ]), errors: .google)
}
