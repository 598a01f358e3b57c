/// Anthropic messages, token counts of messages, and batches of messages.
///
/// Source: https://docs.anthropic.com/en/api/messages
public struct AnthropicMessagesFormat: RequestFormat {
    public init() {}

    public var id: String { "anthropic.messages" }

    public func accepts(_ head: RequestHead) -> Bool {
        let segments = RequestPath.segments(head.path)
        guard let at = segments.lastIndex(of: "messages"), !segments.contains("threads") else { return false }
        let rest = segments[(at + 1)...]
        return rest.isEmpty || rest == ["count_tokens"] || rest == ["batches"]
    }

    public func parse(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        var reader = MessagesReader(builder: try SegmentBuilder(body))
        try reader.run()
        return reader.builder.request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { Replies.restorer(head, dialect: .anthropicMessages) }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        Refusals.anthropic(message, eventID: eventID, kind: kind)
    }
}

private struct MessagesReader {
    var builder: SegmentBuilder

    mutating func run() throws(FormatError) {
        builder.readControls()
        try request(JSONTape.root)
    }

    private mutating func request(_ root: Int) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(root) == .object else {
            builder.addOpaque(.unknownShape, root, PartContext(role: .other))
            return try builder.leaves(root, PartContext(role: .other))
        }
        for child in tape.children(of: root) {
            switch tape.key(child) {
            case "system": try content(child, PartContext(role: .system, group: builder.newGroup()))
            case "messages": try messages(child)
            case "tools": try builder.leaves(child, PartContext(role: .toolDescription))
            case "requests" where root == JSONTape.root && tape.kind(child) == .array: try batch(child)
            default: try builder.leaves(child, PartContext(role: .metadata))
            }
        }
    }

    private mutating func batch(_ list: Int) throws(FormatError) {
        let tape = builder.body.tape
        for entry in tape.children(of: list) {
            guard tape.kind(entry) == .object else {
                try builder.leaves(entry, PartContext(role: .other))
                continue
            }
            for child in tape.children(of: entry) {
                if tape.hasKey(child, "params") {
                    try request(child)
                } else {
                    try builder.leaves(child, PartContext(role: .metadata))
                }
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
            let role: SegmentRole
            switch tape.member(message, "role").flatMap({ tape.string($0) }) {
            case "user": role = .user
            case "assistant": role = .assistant
            case "system": role = .system
            default: role = .other
            }
            let context = PartContext(role: role, message: number, group: builder.newGroup())
            guard tape.kind(message) == .object else {
                builder.addOpaque(.unknownShape, message, context)
                try builder.leaves(message, context)
                continue
            }
            for child in tape.children(of: message) {
                if tape.hasKey(child, "content") {
                    try content(child, context)
                } else {
                    try builder.leaves(child, context)
                }
            }
        }
    }

    /// A string, a block, or a list of blocks.
    private mutating func content(_ content: Int, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        switch tape.kind(content) {
        case .string: try builder.text(content, context)
        case .null: break
        case .object:
            _ = try block(content, context)
            try builder.takePostponed()
        case .array:
            var context = context
            for part in tape.children(of: content) {
                if try !block(part, context) { context.group = builder.newGroup() }
            }
            try builder.takePostponed()
        case .number, .boolean:
            builder.addOpaque(.unknownShape, content, context)
            try builder.leaves(content, context)
        }
    }

    /// True if it was text, so that the next text goes on from it.
    private mutating func block(_ block: Int, _ context: PartContext) throws(FormatError) -> Bool {
        let tape = builder.body.tape
        if tape.kind(block) == .string {
            try builder.text(block, context)
            return true
        }
        let type = tape.member(block, "type").flatMap { tape.string($0) } ?? ""
        switch type {
        case "text":
            for child in tape.children(of: block) {
                if tape.hasKey(child, "text") {
                    try builder.text(child, context)
                } else {
                    builder.postpone(child, context)
                }
            }
        case "thinking", "redacted_thinking": try builder.leaves(block, context.sealed)
        case "image": try fields(block, context, source: .image)
        case "document": try fields(block, context, text: ["title", "context"], source: .file)
        case "search_result": try fields(block, context, text: ["title", "source"], blocks: ["content"])
        case "tool_use", "server_tool_use", "mcp_tool_use": try fields(block, context)
        case "container_upload":
            builder.addOpaque(.reference, block, context)
            try fields(block, context)
        case "tool_reference": try fields(block, context)
        case _ where type.hasSuffix("_tool_result") || type == "tool_result":
            var inner = context
            inner.role = .tool
            inner.group = builder.newGroup()
            // Results of the provider's own tools come back signed or encrypted by it.
            let isServers = type != "tool_result" && type != "mcp_tool_result"
            try fields(block, isServers ? inner.sealed : inner, blocks: isServers ? [] : ["content"])
        default:
            builder.addOpaque(.unknownShape, block, context)
            try builder.leaves(block, context)
        }
        return type == "text"
    }

    /// The fields of a block: those of `text` as text, those of `blocks` as content, `source` as media, all else for its leaves.
    private mutating func fields(
        _ block: Int, _ context: PartContext, text: [String] = [], blocks: [String] = [], source: OpaquePart.Kind? = nil
    ) throws(FormatError) {
        let tape = builder.body.tape
        for child in tape.children(of: block) where !InertValue.isToolName(child, in: tape) {
            let key = tape.key(child)
            if text.contains(key) {
                try builder.text(child, context.alone)
            } else if blocks.contains(key) {
                try content(child, context)
            } else if key == "source", let source, tape.kind(child) == .object {
                try media(child, source, context)
            } else {
                try builder.leaves(child, context)
            }
        }
    }

    private mutating func media(_ node: Int, _ kind: OpaquePart.Kind, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        let type = tape.member(node, "type").flatMap { tape.string($0) }
        let mediaType = tape.member(node, "media_type").flatMap { tape.string($0) }
        for child in tape.children(of: node) {
            switch tape.key(child) {
            case "data" where type == "text": try builder.text(child, context.alone)
            case "data": try builder.media(child, kind, context, mediaType: mediaType)
            case "url", "file_id": try builder.media(child, kind, context)
            case "content": try content(child, context)
            default: try builder.leaves(child, context)
            }
        }
    }
}
