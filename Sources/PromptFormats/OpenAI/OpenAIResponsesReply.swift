import Primitives

/// Replies of Responses: whole, and as events. The events repeat a text: in pieces, at its end, with its item, and with the response.
struct OpenAIResponsesReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) { OpenAIResponsesReply.readResponse(&reading, JSONTape.root) }
    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        OpenAIResponsesReply.readEvent(&reading, name: name)
    }
}

enum OpenAIResponsesReply {
    static func readResponse(_ reading: inout ReplyReading, _ response: Int) {
        for (index, item) in reading.elements(response, "output").enumerated() { self.item(&reading, item, index) }
    }

    static func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        let root = JSONTape.root
        let type = reading.string(root, "type") ?? ""
        // Clients choose by one or the other.
        if !name.isEmpty, !name.elementsEqual(type.utf8) { return reading.markAmbiguous() }
        switch type {
        case "response.output_text.delta": delta(&reading, "delta", part(&reading, .text), .prose)
        case "response.output_text.done": done(&reading, "text", part(&reading, .text), .prose)
        case "response.refusal.delta": delta(&reading, "delta", part(&reading, .refusal), .prose)
        case "response.refusal.done": done(&reading, "refusal", part(&reading, .refusal), .prose)
        case "response.function_call_arguments.delta", "response.mcp_call_arguments.delta":
            delta(&reading, "delta", tool(&reading), .tool(name: nil, jsonDepth: 1))
        case "response.function_call_arguments.done", "response.mcp_call_arguments.done":
            done(&reading, "arguments", tool(&reading), .tool(name: nil, jsonDepth: 1))
        case "response.custom_tool_call_input.delta":
            delta(&reading, "delta", tool(&reading), .tool(name: nil, jsonDepth: 0))
        case "response.custom_tool_call_input.done":
            done(&reading, "input", tool(&reading), .tool(name: nil, jsonDepth: 0))
        case "response.content_part.added", "response.content_part.done":
            guard let node = reading.one(root, "part") else { return }
            let index = reading.index(root, "output_index")
            let inner = reading.index(root, "content_index")
            let isDone = type.hasSuffix("done")
            if isDone {
                reading.add(.end(StreamKey(kind: .text, outer: index, inner: inner)))
                reading.add(.end(StreamKey(kind: .refusal, outer: index, inner: inner)))
            }
            content(&reading, node, index, inner)
        case "response.output_item.added", "response.output_item.done":
            guard let node = reading.one(root, "item") else { return }
            let index = reading.index(root, "output_index")
            if type.hasSuffix("done") { reading.add(.endOuter(index)) }
            item(&reading, node, index)
        case "response.completed", "response.incomplete", "response.failed":
            reading.add(.endAll)
            if let response = reading.one(root, "response") { readResponse(&reading, response) }
        case "error": reading.add(.endAll)
        default: break
        }
    }

    private static func part(_ reading: inout ReplyReading, _ kind: StreamKey.Kind) -> StreamKey {
        StreamKey(
            kind: kind, outer: reading.index(JSONTape.root, "output_index"),
            inner: reading.index(JSONTape.root, "content_index"))
    }

    private static func tool(_ reading: inout ReplyReading) -> StreamKey {
        StreamKey(kind: .tool, outer: reading.index(JSONTape.root, "output_index"))
    }

    private static func delta(
        _ reading: inout ReplyReading, _ field: StaticString, _ key: StreamKey, _ kind: TextStreamKind
    ) {
        guard let node = reading.text(JSONTape.root, field) else { return }
        reading.add(.delta(key, node: node, voice: 0, kind: kind))
    }

    private static func done(
        _ reading: inout ReplyReading, _ field: StaticString, _ key: StreamKey, _ kind: TextStreamKind
    ) {
        reading.add(.end(key))
        guard let node = reading.text(JSONTape.root, field) else { return }
        reading.add(.whole(key, node: node, voice: 0, kind: kind))
    }

    private static func item(_ reading: inout ReplyReading, _ item: Int, _ index: Int) {
        let key = StreamKey(kind: .tool, outer: index)
        switch reading.string(item, "type") {
        case "message":
            for (inner, part) in reading.elements(item, "content").enumerated() {
                content(&reading, part, index, inner)
            }
        case "function_call", "mcp_call":
            let name = reading.string(item, "name")
            if let name { reading.add(.tool(key, name: name)) }
            if let node = reading.text(item, "arguments"), !reading.tape.inside(node).isEmpty {
                reading.add(.whole(key, node: node, voice: 0, kind: .tool(name: name, jsonDepth: 1)))
            }
        case "custom_tool_call":
            let name = reading.string(item, "name")
            if let name { reading.add(.tool(key, name: name)) }
            if let node = reading.text(item, "input"), !reading.tape.inside(node).isEmpty {
                reading.add(.whole(key, node: node, voice: 0, kind: .tool(name: name, jsonDepth: 0)))
            }
        default: break
        }
    }

    /// A part of a message. One that is announced is empty, and is no text yet.
    private static func content(_ reading: inout ReplyReading, _ part: Int, _ index: Int, _ inner: Int) {
        for (field, kind) in [("text", .text), ("refusal", .refusal)] as [(StaticString, StreamKey.Kind)] {
            if let node = reading.text(part, field), !reading.tape.inside(node).isEmpty {
                reading.add(
                    .whole(StreamKey(kind: kind, outer: index, inner: inner), node: node, voice: 0, kind: .prose))
            }
        }
    }
}
