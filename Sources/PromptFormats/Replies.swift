/// Which provider's replies.
enum ReplyDialect: Sendable {
    case openAIChat, openAIResponses, anthropicMessages

    /// Reads a reply that is one JSON text.
    func readReply(_ reading: inout ReplyReading) {
        switch self {
        case .openAIChat: OpenAIChatReply.read(&reading, isChunk: false)
        case .openAIResponses: OpenAIResponsesReply.readResponse(&reading, JSONTape.root)
        case .anthropicMessages: AnthropicReply.readMessage(&reading)
        }
    }

    /// Reads the data of one event.
    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        switch self {
        case .openAIChat: OpenAIChatReply.read(&reading, isChunk: true)
        case .openAIResponses: OpenAIResponsesReply.readEvent(&reading, name: name)
        case .anthropicMessages: AnthropicReply.readEvent(&reading, name: name)
        }
    }
}

enum Replies {
    /// The machine for a reply of that head: errors, encoded bodies and unknown media types pass untouched.
    static func restorer(_ head: ReplyHead, dialect: ReplyDialect) -> any ReplyRestorer {
        let coding = head.header("content-encoding")?.lowercased() ?? "identity"
        guard (200..<300).contains(head.status), coding == "identity" || coding.isEmpty else {
            return PassingRestorer()
        }
        let type = (head.header("content-type") ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        switch type {
        case "text/event-stream": return StreamRestorer(dialect: dialect)
        case "application/json": return WholeRestorer(dialect: dialect)
        default: return PassingRestorer()
        }
    }
}
