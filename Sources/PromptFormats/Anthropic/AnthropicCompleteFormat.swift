extension WireFormat {
    /// Anthropic's older completions. Source: https://docs.anthropic.com/en/api/complete
    public static let anthropicComplete = WireFormat(
        id: "anthropic.complete", matches: { _, path in path == ["v1", "complete"] },
        shape: .object(["prompt": .message(.user, .text)]), replies: AnthropicCompleteReplies(), errors: .anthropic)
}

/// Replies of the older completions: one text, whole or in pieces.
struct AnthropicCompleteReplies: ReplyDialect {
    private static let key = StreamKey(kind: .text, outer: 0)

    func readReply(_ reading: inout ReplyReading) {
        guard let node = reading.text(JSONTape.root, "completion") else { return }
        reading.add(.whole(Self.key, node: node, voice: 0, kind: .prose))
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        if let node = reading.text(JSONTape.root, "completion") {
            reading.add(.delta(Self.key, node: node, voice: 0, kind: .prose))
        }
        if reading.string(JSONTape.root, "stop_reason") != nil { reading.add(.endAll) }
    }
}
