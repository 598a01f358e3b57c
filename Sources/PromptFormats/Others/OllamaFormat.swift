extension WireFormat {
    /// Ollama's own API: chat, generate, embed. Replies come as lines of JSON.
    ///
    /// Source: https://github.com/ollama/ollama/blob/main/docs/api.md
    public static let ollama = WireFormat(
        id: "ollama",
        matches: { head, path in
            guard head.provider != "mistral", path.dropLast().last == "api", let last = path.last else { return false }
            return ["chat", "generate", "embed", "embeddings"].contains(last)
        },
        shape: .object([
            "messages": .messages(
                .object([
                    "content": .said, "thinking": .text, "images": .list(.media(.image)),
                    "tool_calls": .list(.object(["function": .object(Fields([:], isCall: true))])),
                ])),
            "prompt": .message(.user, .text), "suffix": .message(.user, .text), "system": .role(.system, .text),
            "template": .role(.system, .text), "images": .list(.media(.image)), "input": .message(.user, .text),
            "context": .leaves, "tools": .role(.toolDescription, .leaves),
        ]), replies: OllamaReplies(), errors: .plain)
}

/// Replies of Ollama: one text, whole or in lines. The last line is `done`.
struct OllamaReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) { read(&reading, isChunk: false) }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) { read(&reading, isChunk: true) }

    private func read(_ reading: inout ReplyReading, isChunk: Bool) {
        let root = JSONTape.root
        let message = reading.one(root, "message").flatMap { reading.tape.kind($0) == .object ? $0 : nil }
        let key = StreamKey(kind: .text, outer: 0)
        for node in [reading.text(root, "response"), message.flatMap { reading.text($0, "content") }] {
            guard let node else { continue }
            // The last line's text is empty, and is no more than an end.
            reading.add(
                isChunk
                    ? .delta(key, node: node, voice: 0, kind: .prose)
                    : .whole(key, node: node, voice: 0, kind: .prose))
        }
        if let message {
            for (index, call) in reading.elements(message, "tool_calls").enumerated() {
                guard let function = reading.one(call, "function"), let node = reading.one(function, "arguments") else {
                    continue
                }
                reading.addLeaves(node, tool: reading.string(function, "name"), outer: index, voice: 0)
            }
        }
        if reading.one(root, "done").flatMap({ reading.tape.boolean($0) }) == true { reading.add(.endAll) }
    }
}
