/// OpenAI Responses.
///
/// Source: https://platform.openai.com/docs/api-reference/responses
public struct OpenAIResponsesFormat: RequestFormat {
    public init() {}

    public var id: String { "openai.responses" }

    public func accepts(_ head: RequestHead) -> Bool {
        let segments = RequestPath.segments(head.path)
        guard let at = segments.lastIndex(of: "responses") else { return false }
        let rest = segments[(at + 1)...]
        return rest.isEmpty || rest == ["input_tokens"] || rest == ["compact"]
    }

    public func parse(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        var reader = ResponsesReader(builder: try SegmentBuilder(body))
        try reader.run()
        return reader.builder.request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { Replies.restorer(head, dialect: .openAIResponses) }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        Refusals.openAI(message, eventID: eventID, kind: kind)
    }
}

private struct ResponsesReader {
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
            case "instructions":
                let context = PartContext(role: .system, group: builder.newGroup())
                if tape.kind(child) == .array { try input(child, context) } else { try builder.text(child, context) }
            case "input": try input(child, nil)
            case "tools": try builder.leaves(child, PartContext(role: .toolDescription))
            case "previous_response_id", "conversation":
                if tape.kind(child) != .null { builder.addOpaque(.reference, child, PartContext(role: .metadata)) }
                try builder.leaves(child, PartContext(role: .metadata))
            case "prompt": try builder.leaves(child, PartContext(role: .user))
            default: try builder.leaves(child, PartContext(role: .metadata))
            }
        }
    }

    private mutating func input(_ input: Int, _ fixed: PartContext?) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(input) == .array else {
            let context = PartContext(role: .user, message: 1, group: builder.newGroup())
            if tape.kind(input) != .string, tape.kind(input) != .null {
                builder.addOpaque(.unknownShape, input, context)
            }
            return try builder.text(input, context)
        }
        for item in tape.children(of: input) {
            let number = Int(tape.nodes[item].position) + 1
            var context = PartContext(role: .user, message: number, group: builder.newGroup())
            if let fixed { (context.role, context.message) = (fixed.role, nil) }
            try self.item(item, context)
        }
    }

    private mutating func item(_ item: Int, _ given: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        var context = given
        guard tape.kind(item) == .object else {
            builder.addOpaque(.unknownShape, item, context)
            return try builder.leaves(item, context)
        }
        let type = tape.member(item, "type").flatMap { tape.string($0) } ?? "message"
        switch type {
        case "message":
            context.role = Self.role(tape.member(item, "role").flatMap { tape.string($0) }) ?? given.role
            for child in tape.children(of: item) {
                if tape.hasKey(child, "content") {
                    try content(child, context)
                } else {
                    try builder.leaves(child, context)
                }
            }
        case "reasoning", "compaction", "compaction_summary": try builder.leaves(item, context.sealed)
        case "item_reference":
            builder.addOpaque(.reference, item, context)
            try builder.leaves(item, context)
        case _ where type.hasSuffix("_output"):
            context.role = .tool
            try call(item, context, textKeys: ["output"])
        case "function_call", "custom_tool_call", "mcp_call", "mcp_approval_request":
            context.role = .assistant
            try call(item, context, textKeys: ["output"])
        case "local_shell_call", "shell_call", "apply_patch_call", "computer_call", "file_search_call",
            "web_search_call",
            "code_interpreter_call", "image_generation_call", "mcp_list_tools", "mcp_approval_response",
            "tool_search_call":
            context.role = type == "mcp_list_tools" ? .toolDescription : .assistant
            try builder.leaves(item, context)
        default:
            builder.addOpaque(.unknownShape, item, context)
            try builder.leaves(item, context)
        }
    }

    private mutating func call(_ item: Int, _ context: PartContext, textKeys: [String]) throws(FormatError) {
        let tape = builder.body.tape
        for child in tape.children(of: item) where !InertValue.isToolName(child, in: tape) {
            let key = tape.key(child)
            if key == "arguments" || key == "input" {
                try builder.jsonText(child, context)
            } else if textKeys.contains(key) {
                try content(child, context)
            } else {
                try builder.leaves(child, context)
            }
        }
    }

    /// A string, or a list of parts.
    private mutating func content(_ content: Int, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        guard tape.kind(content) == .array else {
            return try tape.kind(content) == .string
                ? builder.text(content, context) : builder.leaves(content, context)
        }
        var context = context
        for part in tape.children(of: content) {
            if try !self.part(part, context) { context.group = builder.newGroup() }
        }
        try builder.takePostponed()
    }

    /// True if it was text, so that the next text goes on from it.
    private mutating func part(_ part: Int, _ context: PartContext) throws(FormatError) -> Bool {
        let tape = builder.body.tape
        if tape.kind(part) == .string {
            try builder.text(part, context)
            return true
        }
        let type = tape.member(part, "type").flatMap { tape.string($0) } ?? ""
        let textKey: String?
        switch type {
        case "input_text", "output_text", "text", "summary_text": textKey = "text"
        case "refusal": textKey = "refusal"
        case "input_image", "input_file", "input_audio", "computer_screenshot": textKey = nil
        // Terminal output comes in parts without a type.
        case "" where tape.member(part, "stdout") != nil || tape.member(part, "stderr") != nil:
            for child in tape.children(of: part) {
                if tape.hasKey(child, "stdout") || tape.hasKey(child, "stderr") {
                    try builder.text(child, context.alone)
                } else {
                    try builder.leaves(child, context)
                }
            }
            return false
        default:
            builder.addOpaque(.unknownShape, part, context)
            try builder.leaves(part, context)
            return false
        }
        for child in tape.children(of: part) {
            if let textKey, tape.key(child) == textKey {
                try builder.text(child, context)
            } else if textKey == nil {
                try media(child, type, context)
            } else {
                builder.postpone(child, context)
            }
        }
        return textKey != nil
    }

    private mutating func media(_ node: Int, _ type: String, _ context: PartContext) throws(FormatError) {
        let tape = builder.body.tape
        let kind: OpaquePart.Kind =
            switch type {
            case "input_audio": .audio
            case "input_file": .file
            default: .image
            }
        switch tape.key(node) {
        case "image_url", "file_data", "file_url", "file_id", "data": try builder.media(node, kind, context)
        case "input_audio" where tape.kind(node) == .object:
            for child in tape.children(of: node) {
                if tape.hasKey(child, "data") {
                    try builder.media(child, kind, context)
                } else {
                    try builder.leaves(child, context)
                }
            }
        default: try builder.leaves(node, context)
        }
    }

    private static func role(_ name: String?) -> SegmentRole? {
        switch name {
        case "system", "developer": .system
        case "user": .user
        case "assistant": .assistant
        case "tool": .tool
        default: nil
        }
    }
}
