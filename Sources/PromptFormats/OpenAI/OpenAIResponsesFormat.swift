extension WireFormat {
    /// OpenAI Responses.
    ///
    /// Source: https://platform.openai.com/docs/api-reference/responses
    public static let openAIResponses = WireFormat(
        id: "openai.responses",
        matches: { _, path in
            guard let at = path.lastIndex(of: "responses") else { return false }
            let rest = path[(at + 1)...]
            return rest.isEmpty || rest == ["input_tokens"] || rest == ["compact"]
        },
        shape: OpenAIResponses.body, replies: OpenAIResponsesReplies(), model: OpenAIChat.deployment,
        keepsConversation: true)
}

/// What a body of Responses holds.
enum OpenAIResponses {
    static let body: Shape = .object(fields)

    static let fields: Fields = [
        "instructions": .role(.system, .list(.kinds(items))),
        "input": .messages(.kinds(items), role: .user),
        "tools": .role(.toolDescription, .leaves),
        "previous_response_id": .reference, "conversation": .reference,
        "prompt": .role(.user, .leaves),
    ]

    static let items: Kinds = .init(
        byType: [
            "message": ["content": .parts(parts)],
            "reasoning": .sealed, "compaction": .sealed, "compaction_summary": .sealed,
            "item_reference": Fields([:], opaque: .reference),
            "function_call": call, "custom_tool_call": call, "mcp_call": call, "mcp_approval_request": call,
            "local_shell_call": ownCall, "shell_call": ownCall, "apply_patch_call": ownCall, "computer_call": ownCall,
            "file_search_call": ownCall, "web_search_call": ownCall, "code_interpreter_call": ownCall,
            "image_generation_call": ownCall, "mcp_approval_response": ownCall, "tool_search_call": ownCall,
            "mcp_list_tools": Fields([:], role: .toolDescription),
        ], bySuffix: [("_output", Fields(["output": .parts(parts)], role: .tool, isCall: true))], missing: "message")

    private static let call: Fields = .init(
        ["arguments": .jsonText, "input": .jsonText, "output": .parts(parts)], role: .assistant, isCall: true)
    private static let ownCall: Fields = .init([:], role: .assistant)

    static let parts: Kinds = .init(
        byType: [
            "input_text": ["text": .said], "output_text": ["text": .said], "text": ["text": .said],
            "summary_text": ["text": .said], "refusal": ["refusal": .said],
            "input_image": media(.image), "computer_screenshot": media(.image), "input_file": media(.file),
            "input_audio": media(.audio),
        ],
        // Terminal output comes in parts without a type.
        untyped: ["stdout": .text, "stderr": .text])

    private static func media(_ kind: OpaquePart.Kind) -> Fields {
        Fields([
            "image_url": .media(kind), "file_data": .media(kind), "file_url": .media(kind), "file_id": .media(kind),
            "data": .media(kind), "input_audio": .media(kind),
        ])
    }
}
