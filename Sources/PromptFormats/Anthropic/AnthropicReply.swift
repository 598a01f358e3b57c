/// Replies of messages: whole, and as events.
struct AnthropicReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) { AnthropicReply.readMessage(&reading) }
    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) { AnthropicReply.readEvent(&reading, name: name) }
}

enum AnthropicReply {
    static func readMessage(_ reading: inout ReplyReading) {
        for (index, block) in reading.elements(JSONTape.root, "content").enumerated() {
            switch reading.string(block, "type") {
            case "text":
                if let node = reading.text(block, "text") {
                    reading.add(
                        .whole(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
                }
            case "tool_use":
                guard let input = reading.one(block, "input") else { break }
                reading.addLeaves(input, tool: reading.string(block, "name"), outer: index, voice: 0)
            default: break
            }
        }
    }

    static func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        let root = JSONTape.root
        let type = reading.string(root, "type") ?? ""
        // Clients choose by one or the other.
        if !name.isEmpty, !name.elementsEqual(type.utf8) { return reading.markAmbiguous() }
        switch type {
        case "message_start":
            // A message starts empty. Text here would be joined with the first block's by some clients.
            if let message = reading.one(root, "message"), !reading.elements(message, "content").isEmpty {
                reading.markAmbiguous()
            }
        case "content_block_start":
            let index = reading.index(root, "index")
            guard let block = reading.one(root, "content_block") else { return }
            switch reading.string(block, "type") {
            case "text":
                if let node = reading.text(block, "text") {
                    reading.add(.delta(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
                }
            case "tool_use":
                if let name = reading.string(block, "name") {
                    reading.add(.tool(StreamKey(kind: .tool, outer: index), name: name))
                }
            default: break
            }
        case "content_block_delta":
            let index = reading.index(root, "index")
            guard let delta = reading.one(root, "delta") else { return }
            switch reading.string(delta, "type") {
            case "text_delta":
                if let node = reading.text(delta, "text") {
                    reading.add(.delta(StreamKey(kind: .text, outer: index), node: node, voice: 0, kind: .prose))
                }
            case "input_json_delta":
                if let node = reading.text(delta, "partial_json") {
                    reading.add(
                        .delta(
                            StreamKey(kind: .tool, outer: index), node: node, voice: 0,
                            kind: .tool(name: nil, jsonDepth: 1)))
                }
            default: break
            }
        case "content_block_stop": reading.add(.endOuter(reading.index(root, "index")))
        case "message_delta", "message_stop", "error": reading.add(.endAll)
        default: break
        }
    }
}
