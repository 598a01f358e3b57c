extension WireFormat {
    /// Bedrock InvokeModel: the body is the model family's own. Signed requests can't be edited, as with Converse.
    ///
    /// Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
    public static let bedrockInvoke = WireFormat(
        id: "bedrock.invoke",
        matches: { _, path in
            path.contains("model") && ["invoke", "invoke-with-response-stream"].contains(path.last)
        },
        shape: .object(Fields(BedrockInvoke.fields)), replies: BedrockInvokeReplies(), errors: .amazon,
        model: Bedrock.model)

    /// Bedrock's agents: one text, and what the session remembers.
    ///
    /// Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeAgent.html
    public static let bedrockAgent = WireFormat(
        id: "bedrock.agent",
        matches: { _, path in
            (path.contains("agents") && path.contains("sessions") && path.last == "text")
                || ["retrieve", "retrieveandgenerate"].contains(path.last)
        },
        shape: .object([
            "inputText": .message(.user, .text), "input": .message(.user, .leaves),
            "retrievalQuery": .message(.user, .leaves), "sessionState": .role(.user, .leaves), "sessionId": .leaves,
        ]), errors: .amazon)
}

enum BedrockInvoke {
    /// All families' fields at once; they do not contradict each other. Anthropic's blocks have a type, Nova's do not.
    static let fields: [String: Shape] = AnthropicMessages.fields.named.merging([
        "messages": .messages(.object(OpenAIChat.messageFields(content: .parts(blocks)))),
        "system": .role(.system, .parts(blocks)),
        "prompt": .message(.user, .text), "suffix": .message(.user, .text), "inputText": .message(.user, .text),
        "texts": .message(.user, .text), "query": .message(.user, .text), "documents": .role(.user, .leaves),
        "message": .message(.user, .text), "chat_history": Cohere.history, "preamble": .role(.system, .text),
        "inputImage": .media(.image), "image": .media(.image), "images": .list(.media(.image)),
        "textToImageParams": .message(.user, .leaves), "toolConfig": .role(.toolDescription, .leaves),
    ]) { $1 }

    private static let blocks: Kinds = .init(
        byType: AnthropicMessages.blocks.byType.merging(OpenAIChat.parts.byType) { first, _ in first },
        bySuffix: AnthropicMessages.blocks.bySuffix, untyped: Bedrock.blocks.untyped, takesObject: true)
}

/// Replies of the families whose shape is known: Anthropic's, OpenAI's, and Converse's (Nova). A stream's chunks hold the family's own events.
struct BedrockInvokeReplies: ReplyDialect {
    func readReply(_ reading: inout ReplyReading) {
        if reading.one(JSONTape.root, "choices") != nil { return OpenAIChatReply.read(&reading, isChunk: false) }
        if reading.one(JSONTape.root, "output") != nil { return BedrockConverseReplies().readReply(&reading) }
        AnthropicReply.readMessage(&reading)
    }

    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) {
        guard name.elementsEqual("chunk".utf8) else { return reading.add(.endAll) }
        let root = JSONTape.root
        if reading.one(root, "choices") != nil { return OpenAIChatReply.read(&reading, isChunk: true) }
        if reading.one(root, "type") != nil { return AnthropicReply.readEvent(&reading, name: []) }
        // Nova's event is an object of one field, which Converse has as the event's type.
        for key in ["contentBlockDelta", "contentBlockStart", "contentBlockStop", "messageStop"] as [StaticString] {
            if let event = reading.one(root, key) {
                return BedrockConverseReplies().readEvent(&reading, event, name: key.description)
            }
        }
    }
}
