/// OpenAI chat completions, as OpenAI, Azure, Mistral, DeepSeek, xAI, Groq, OpenRouter and local servers speak it.
///
/// Source: https://platform.openai.com/docs/api-reference/chat
public struct OpenAIChatFormat: RequestFormat {
    public init() {}

    public var id: String { "openai.chat" }

    public func accepts(_ head: RequestHead) -> Bool {
        RequestPath.segments(head.path).suffix(2) == ["chat", "completions"]
    }

    public func parse(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        var reader = ChatReader(builder: try SegmentBuilder(body))
        try reader.run()
        return reader.builder.request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { Replies.restorer(head, dialect: .openAIChat) }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        Refusals.openAI(message, eventID: eventID, kind: kind)
    }
}

private struct ChatReader {
    var builder: SegmentBuilder

    mutating func run() throws(FormatError) {
        let tape = builder.body.tape
        builder.readControls()
        guard tape.kind(JSONTape.root) == .object else {
            builder.addOpaque(.unknownShape, JSONTape.root, PartContext(role: .other))
            return try builder.leaves(JSONTape.root, PartContext(role: .other))
        }
        for child in tape.children(of: JSONTape.root) {
            switch tape.key(child) {
            case "messages": try messages(child)
            case "tools", "functions": try builder.leaves(child, PartContext(role: .toolDescription))
            case "prediction":
                let context = PartContext(role: .user, group: builder.newGroup())
                for part in tape.children(of: child) {
                    try tape.hasKey(part, "content") ? content(part, context) : builder.leaves(part, context)
                }
            default: try builder.leaves(child, PartContext(role: .metadata))
            }
        }
    }

    private mutating func messages(_ list: Int) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(list) == .array else {
            builder.addOpaque(.unknownShape, list, PartContext(role: .other))
            return try builder.leaves(list, PartContext(role: .other))
        }
        for message in tape.children(of: list) {
            let number = Int(tape.nodes[message].position) + 1
            guard tape.kind(message) == .object else {
                let context = PartContext(role: .other, message: number)
                builder.addOpaque(.unknownShape, message, context)
                try builder.leaves(message, context)
                continue
            }
            try self.message(message, number)
        }
    }

    private mutating func message(_ message: Int, _ number: Int) throws(FormatError) {
        let tape = builder.body.tape
        let role = Self.role(tape.member(message, "role").flatMap { tape.string($0) })
        let context = PartContext(role: role, message: number, group: builder.newGroup())
        for child in tape.children(of: message) {
            switch tape.key(child) {
            case "content": try content(child, context)
            case "reasoning_content", "refusal": try builder.text(child, context.alone)
            case "reasoning_details": try builder.leaves(child, context.sealed)
            case "tool_calls":
                guard tape.kind(child) == .array else { fallthrough }
                for call in tape.children(of: child) { try self.call(call, context) }
            case "function_call": try function(child, context)
            default: try builder.leaves(child, context)
            }
        }
    }

    private mutating func call(_ call: Int, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(call) == .object else { return try builder.leaves(call, context) }
        for child in tape.children(of: call) {
            switch tape.key(child) {
            case "function", "custom": try function(child, context)
            default: try builder.leaves(child, context)
            }
        }
    }

    private mutating func function(_ function: Int, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(function) == .object else { return try builder.leaves(function, context) }
        for child in tape.children(of: function) where !InertValue.isToolName(child, in: tape) {
            switch tape.key(child) {
            case "arguments", "input": try builder.jsonText(child, context)
            default: try builder.leaves(child, context)
            }
        }
    }

    private mutating func content(_ content: Int, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        switch tape.kind(content) {
        case .string: try builder.text(content, context)
        case .null: break
        case .array:
            var context = context
            for part in tape.children(of: content) {
                if try !self.part(part, context) { context.group = builder.newGroup() }
            }
            try builder.takePostponed()
        case .object, .number, .boolean:
            builder.addOpaque(.unknownShape, content, context)
            try builder.leaves(content, context)
        }
    }

    /// True if it was text, so that the next text goes on from it.
    private mutating func part(_ part: Int, _ context: PartContext) throws(FormatError) -> Bool {
        let tape = builder.body.tape
        if tape.kind(part) == .string {
            try builder.text(part, context)
            return true
        }
        let type = tape.member(part, "type").flatMap { tape.string($0) } ?? ""
        switch type {
        case "text", "refusal", "thinking", "image_url", "input_audio", "file", "video_url", "document_url": break
        default:
            builder.addOpaque(.unknownShape, part, context)
            try builder.leaves(part, context)
            return false
        }
        let isText = type == "text" || type == "refusal"
        for child in tape.children(of: part) {
            if type == "thinking" {
                try builder.leaves(child, context.sealed)
            } else if tape.key(child) == type {
                try isText ? builder.text(child, context) : media(child, type, context)
            } else {
                builder.postpone(child, context)
            }
        }
        return isText
    }

    private mutating func media(_ node: Int, _ type: String, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        let kind: OpaquePart.Kind =
            switch type {
            case "image_url": .image
            case "input_audio": .audio
            case "video_url": .video
            default: .file
            }
        guard tape.kind(node) == .object else { return try builder.media(node, kind, context) }
        for child in tape.children(of: node) {
            switch tape.key(child) {
            case "url", "data", "file_data", "file_id": try builder.media(child, kind, context)
            default: try builder.leaves(child, context)
            }
        }
    }

    private static func role(_ name: String?) -> SegmentRole {
        switch name {
        case "system", "developer": .system
        case "user": .user
        case "assistant": .assistant
        case "tool", "function": .tool
        default: .other
        }
    }
}
