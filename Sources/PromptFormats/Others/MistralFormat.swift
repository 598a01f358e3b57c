extension WireFormat {
    /// Mistral's agents, and completions with a gap in the middle. Its chat is OpenAI's.
    ///
    /// Source: https://docs.mistral.ai/api
    public static let mistral = WireFormat(
        id: "mistral.completions",
        matches: { _, path in [["agents", "completions"], ["fim", "completions"]].contains(Array(path.suffix(2))) },
        shape: Mistral.chat, replies: OpenAIChatReplies(), errors: .mistral)

    /// Mistral's conversations, which it keeps: `inputs` holds the newest turn.
    ///
    /// Source: https://docs.mistral.ai/api/#tag/beta.conversations
    public static let mistralConversations = WireFormat(
        id: "mistral.conversations",
        matches: { head, path in
            head.provider == "mistral"
                && (path.suffix(1) == ["conversations"] || path.dropLast().last == "conversations"
                    || path.suffix(1) == ["restart"])
        },
        shape: .object([
            "inputs": .messages(.kinds(Mistral.entries), role: .user), "instructions": .role(.system, .text),
            "tools": .role(.toolDescription, .leaves), "agent_id": .reference, "conversation_id": .reference,
            "name": .text, "description": .text,
        ]), replies: MistralConversationReplies(), errors: .mistral, keepsConversation: true)

    /// Mistral's reading of documents: what is read is opaque here. Source: https://docs.mistral.ai/api/#tag/ocr
    public static let mistralOCR = WireFormat(
        id: "mistral.ocr", matches: { _, path in path.last == "ocr" },
        shape: .object([
            "document": .media(.file), "bbox_annotation_format": .leaves, "document_annotation_format": .leaves,
            "document_annotation_prompt": .message(.user, .text),
        ]), errors: .mistral)
}

enum Mistral {
    static let chat: Shape = .object(
        Fields(
            OpenAIChat.fields.named.merging([
                "prompt": .message(.user, .text), "suffix": .message(.user, .text), "agent_id": .reference,
            ]) { $1 }))

    static let entries: Kinds = .init(
        byType: [
            "message.input": ["content": .parts(parts)], "message.output": ["content": .parts(parts)],
            "function.call": Fields(["arguments": .jsonText], role: .assistant, isCall: true),
            "function.result": Fields(["result": .text], role: .tool),
            "tool.execution": Fields([:], role: .assistant), "agent.handoff": Fields([:], role: .assistant),
        ], missing: "message.input")

    static let parts: Kinds = .init(
        byType: OpenAIChat.parts.byType.merging([
            "tool_file": Fields([:], opaque: .reference), "tool_reference": Fields([:]),
        ]) { $1 })
}

/// Replies of Mistral's conversations.
struct MistralConversationReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) {
        for (index, output) in reading.elements(JSONTape.root, "outputs").enumerated() {
            if let content = reading.one(output, "content") { self.content(&reading, content, index, isChunk: false) }
            guard let node = reading.one(output, "arguments") else { continue }
            let name = reading.string(output, "name")
            if reading.tape.kind(node) == .string {
                let kind = TextStreamKind.tool(name: name, jsonDepth: 1)
                reading.add(.whole(StreamKey(kind: .tool, outer: index), node: node, voice: 0, kind: kind))
            } else {
                reading.addLeaves(node, tool: name, outer: index, voice: 0)
            }
        }
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        let root = JSONTape.root
        let type = reading.string(root, "type") ?? ""
        if !name.isEmpty, !name.elementsEqual(type.utf8) { return reading.markAmbiguous() }
        switch type {
        case "message.output.delta":
            guard let content = reading.one(root, "content") else { return }
            self.content(&reading, content, reading.index(root, "output_index"), isChunk: true)
        case "function.call.delta":
            let key = StreamKey(kind: .tool, outer: reading.index(root, "output_index"))
            if let name = reading.string(root, "name") { reading.add(.tool(key, name: name)) }
            if let node = reading.text(root, "arguments") {
                reading.add(.delta(key, node: node, voice: 0, kind: .tool(name: nil, jsonDepth: 1)))
            }
        case "conversation.response.done", "conversation.response.error": reading.add(.endAll)
        default: break
        }
    }

    private func content(_ reading: inout ReplyReading, _ content: Int, _ index: Int, isChunk: Bool) {
        let key = StreamKey(kind: .text, outer: index)
        switch reading.tape.kind(content) {
        case .string:
            reading.add(
                isChunk
                    ? .delta(key, node: content, voice: 0, kind: .prose)
                    : .whole(key, node: content, voice: 0, kind: .prose))
        case .object:
            guard isChunk, let node = reading.text(content, "text") else { return }
            reading.add(.delta(key, node: node, voice: 0, kind: .prose))
        case .array where !isChunk:
            for (inner, part) in Array(reading.tape.children(of: content)).enumerated() {
                guard let node = reading.text(part, "text") else { continue }
                reading.add(
                    .whole(StreamKey(kind: .text, outer: index, inner: inner), node: node, voice: 0, kind: .prose))
            }
        case .array, .null: break
        case .number, .boolean: reading.markAmbiguous()
        }
    }
}
