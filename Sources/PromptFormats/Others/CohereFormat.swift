extension WireFormat {
    /// Cohere's chat, both versions.
    ///
    /// Source: https://docs.cohere.com/reference/chat
    public static let cohereChat = WireFormat(
        id: "cohere.chat",
        matches: { head, path in
            (head.provider == "cohere" || path.first == "v2") && path.last == "chat" && path.count <= 2
        },
        shape: .object([
            "messages": .messages(.object(OpenAIChat.messageFields(content: .parts(Cohere.parts)))),
            "message": .message(.user, .said), "chat_history": Cohere.history, "preamble": .role(.system, .text),
            "documents": .role(.user, .list(.leaves)), "tools": .role(.toolDescription, .leaves),
            "tool_results": .role(.tool, .leaves), "conversation_id": .reference, "connectors": .reference,
        ]), replies: CohereReplies(), errors: .message)

    /// Cohere's embeddings, reranking, classification and tokens.
    ///
    /// Source: https://docs.cohere.com/reference/embed
    public static let cohereTexts = WireFormat(
        id: "cohere.texts",
        matches: { head, path in
            path.last == "rerank" || path.last == "embed-jobs"
                || (head.provider == "cohere"
                    && ["embed", "classify", "tokenize", "summarize", "generate"].contains(path.last))
        },
        shape: .object([
            "texts": .message(.user, .text),
            "inputs": .message(.user, .list(.object(["content": .parts(Cohere.parts)]))),
            "images": .list(.media(.image)), "query": .message(.user, .text), "documents": .role(.user, .list(.leaves)),
            "text": .message(.user, .text), "prompt": .message(.user, .text), "dataset_id": .reference,
        ]), errors: .message)
}

enum Cohere {
    static let parts: Kinds = .init(byType: [
        "text": ["text": .said], "image_url": ["image_url": .media(.image)], "thinking": .sealed,
        "document": ["document": .object(["data": .leaves])],
    ])

    static let history: Shape = .messages(
        .object(["message": .said, "tool_calls": .leaves, "tool_results": .role(.tool, .leaves)]))
}

/// Replies of Cohere's chat: version 2 in blocks, version 1 as one text that the last event repeats.
struct CohereReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) { read(&reading, JSONTape.root) }

    private func read(_ reading: inout ReplyReading, _ response: Int) {
        if let node = reading.text(response, "text") {
            reading.add(.whole(StreamKey(kind: .text, outer: 0), node: node, voice: 0, kind: .prose))
        }
        guard let message = reading.one(response, "message"), reading.tape.kind(message) == .object else { return }
        for (index, block) in reading.elements(message, "content").enumerated() {
            if let node = reading.text(block, "text") {
                reading.add(.whole(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
            }
        }
        for (index, call) in reading.elements(message, "tool_calls").enumerated() {
            guard let function = reading.one(call, "function"), let node = reading.text(function, "arguments") else {
                continue
            }
            let kind = TextStreamKind.tool(name: reading.string(function, "name"), jsonDepth: 1)
            reading.add(.whole(StreamKey(kind: .tool, outer: index), node: node, voice: 0, kind: kind))
        }
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        let root = JSONTape.root
        let type = reading.string(root, "type") ?? reading.string(root, "event_type") ?? ""
        if !name.isEmpty, !name.elementsEqual(type.utf8) { return reading.markAmbiguous() }
        switch type {
        case "text-generation":
            guard let node = reading.text(root, "text") else { return }
            reading.add(.delta(StreamKey(kind: .text, outer: 0), node: node, voice: 0, kind: .prose))
        case "stream-end":
            reading.add(.endAll)
            if let response = reading.one(root, "response") { read(&reading, response) }
        case "content-start", "content-delta":
            guard let message = message(&reading), let content = reading.one(message, "content"),
                let node = reading.text(content, "text")
            else { return }
            let key = StreamKey(kind: .text, outer: reading.index(root, "index"))
            reading.add(.delta(key, node: node, voice: 0, kind: .prose))
        case "tool-call-start", "tool-call-delta":
            guard let message = message(&reading), let call = reading.one(message, "tool_calls"),
                let function = reading.one(call, "function")
            else { return }
            let key = StreamKey(kind: .tool, outer: reading.index(root, "index"))
            if let name = reading.string(function, "name") { reading.add(.tool(key, name: name)) }
            if let node = reading.text(function, "arguments") {
                reading.add(.delta(key, node: node, voice: 0, kind: .tool(name: nil, jsonDepth: 1)))
            }
        case "content-end", "tool-call-end": reading.add(.endOuter(reading.index(root, "index")))
        case "message-end": reading.add(.endAll)
        default: break
        }
    }

    private func message(_ reading: inout ReplyReading) -> Int? {
        reading.one(JSONTape.root, "delta").flatMap { reading.one($0, "message") }
    }
}
