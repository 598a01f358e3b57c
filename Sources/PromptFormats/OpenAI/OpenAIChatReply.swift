/// Replies of chat completions (and of completions): whole, and as chunks.
struct OpenAIChatReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) { OpenAIChatReply.read(&reading, isChunk: false) }
    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) { OpenAIChatReply.read(&reading, isChunk: true) }
}

enum OpenAIChatReply {
    static func read(_ reading: inout ReplyReading, isChunk: Bool) {
        for choice in reading.elements(JSONTape.root, "choices") {
            let index =
                reading.one(choice, "index") == nil
                ? Int(reading.tape.nodes[choice].position) : reading.index(choice, "index")
            let text = StreamKey(kind: .text, outer: index)
            if let node = reading.text(choice, "text") { add(&reading, node, text, index, isChunk) }
            if let delta = reading.one(choice, "delta"), reading.tape.kind(delta) == .object {
                message(&reading, delta, index, isChunk: true)
            }
            if let message = reading.one(choice, "message"), reading.tape.kind(message) == .object {
                self.message(&reading, message, index, isChunk: false)
            }
            if reading.string(choice, "finish_reason") != nil { reading.add(.endOuter(index)) }
        }
    }

    private static func message(_ reading: inout ReplyReading, _ message: Int, _ index: Int, isChunk: Bool) {
        let text = StreamKey(kind: .text, outer: index)
        if let content = reading.one(message, "content") {
            switch reading.tape.kind(content) {
            case .string: add(&reading, content, text, index, isChunk)
            case .array:
                for (position, part) in Array(reading.tape.children(of: content)).enumerated() {
                    let key = isChunk ? text : StreamKey(kind: .text, outer: index, inner: position)
                    if let node = reading.text(part, "text") { add(&reading, node, key, index, isChunk) }
                }
            case .null: break
            case .object, .number, .boolean: reading.markAmbiguous()
            }
        }
        if let refusal = reading.text(message, "refusal") {
            add(&reading, refusal, StreamKey(kind: .refusal, outer: index), index, isChunk)
        }
        for call in reading.elements(message, "tool_calls") {
            if isChunk { reading.add(.end(text)) }
            let position =
                reading.one(call, "index") == nil
                ? Int(reading.tape.nodes[call].position) : reading.index(call, "index")
            let key = StreamKey(kind: .tool, outer: index, inner: position)
            if let function = reading.one(call, "function") {
                arguments(&reading, function, "arguments", key, isChunk, jsonDepth: 1)
            }
            if let custom = reading.one(call, "custom") {
                arguments(&reading, custom, "input", key, isChunk, jsonDepth: 0)
            }
        }
        if let function = reading.one(message, "function_call"), reading.tape.kind(function) == .object {
            arguments(
                &reading, function, "arguments", StreamKey(kind: .tool, outer: index, inner: -1), isChunk, jsonDepth: 1)
        }
    }

    private static func arguments(
        _ reading: inout ReplyReading, _ function: Int, _ field: StaticString, _ key: StreamKey, _ isChunk: Bool,
        jsonDepth: Int
    ) {
        let name = reading.string(function, "name")
        if let name { reading.add(.tool(key, name: name)) }
        guard let node = reading.text(function, field) else { return }
        let kind = TextStreamKind.tool(name: name, jsonDepth: jsonDepth)
        reading.add(
            isChunk
                ? .delta(key, node: node, voice: key.outer, kind: kind)
                : .whole(key, node: node, voice: key.outer, kind: kind))
    }

    private static func add(
        _ reading: inout ReplyReading, _ node: Int, _ key: StreamKey, _ voice: Int, _ isChunk: Bool
    ) {
        reading.add(
            isChunk
                ? .delta(key, node: node, voice: voice, kind: .prose)
                : .whole(key, node: node, voice: voice, kind: .prose))
    }
}
