extension WireFormat {
    /// Assistants, threads and conversations: what the provider keeps and goes on with.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/threads
    public static let openAIThreads = WireFormat(
        id: "openai.threads",
        matches: { head, path in
            if path.contains("threads") {
                return head.provider != "github-copilot"
                    && ["threads", "messages", "runs", "submit_tool_outputs"].contains(path.last)
            }
            guard head.provider != "mistral" else { return false }
            return path.last == "assistants" || path.dropLast().last == "assistants"
                || (path.contains("conversations") && ["conversations", "items"].contains(path.last)
                    && path.first == "v1")
        },
        shape: .object(
            Fields(thread.merging(["thread": .object(Fields(thread))]) { $1 })), replies: OpenAIThreadReplies(),
        keepsConversation: true)

    private static let thread: [String: Shape] = [
        "content": .message(.user, .parts(OpenAIChat.threadParts)),
        "messages": .messages(.object(["content": .parts(OpenAIChat.threadParts)])),
        "additional_messages": .messages(.object(["content": .parts(OpenAIChat.threadParts)])),
        "instructions": .role(.system, .text), "additional_instructions": .role(.system, .text),
        "items": .messages(.kinds(OpenAIResponses.items), role: .user),
        "tools": .role(.toolDescription, .leaves), "tool_resources": .reference,
        "tool_outputs": .list(.role(.tool, .object(["output": .text]))), "description": .text,
    ]
}

extension OpenAIChat {
    static let threadParts: Kinds = .init(byType: [
        "text": ["text": .said], "image_url": ["image_url": .media(.image)],
        "image_file": ["image_file": .reference],
    ])
}

/// Replies of threads: a run tells its state, and messages come by themselves. Only what is asked for whole holds text.
struct OpenAIThreadReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) {
        for (index, part) in reading.elements(JSONTape.root, "content").enumerated() {
            guard let text = reading.one(part, "text"), let value = reading.text(text, "value") else { continue }
            reading.add(.whole(StreamKey(kind: .text, outer: index), node: value, voice: 0, kind: .prose))
        }
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        switch String(decoding: name, as: UTF8.self) {
        case "thread.message.delta":
            guard let delta = reading.one(JSONTape.root, "delta") else { return }
            for part in reading.elements(delta, "content") {
                guard let text = reading.one(part, "text"), let value = reading.text(text, "value") else { continue }
                let key = StreamKey(kind: .text, outer: reading.index(part, "index"))
                reading.add(.delta(key, node: value, voice: 0, kind: .prose))
            }
        case "thread.message.completed":
            reading.add(.endAll)
            readReply(&reading)
        case "thread.run.completed", "thread.run.failed", "error": reading.add(.endAll)
        default: break
        }
    }
}
