extension WireFormat {
    /// Claude in the browser. A long text that is pasted becomes an attachment with `extracted_content`.
    ///
    /// Undocumented; as seen on the wire.
    public static let claudeWeb = WireFormat(
        id: "web.claude",
        matches: { _, path in
            guard path.first == "api", let at = path.firstIndex(of: "chat_conversations") else { return false }
            return at + 1 == path.count || ["completion", "retry_completion", "title"].contains(path.last)
        },
        shape: .object([
            "prompt": .message(.user, .said),
            "attachments": .list(
                .message(.user, .object(["file_name": .text, "extracted_content": .text]))),
            "files": .list(.reference), "sync_sources": .reference, "personalized_styles": .role(.system, .leaves),
            "custom_system_prompt": .role(.system, .text), "tools": .role(.toolDescription, .leaves),
            "message_content": .message(.user, .text), "name": .text,
            "create_conversation_params": .object(["name": .text]),
        ]), errors: .anthropic, mayEdit: { _ in false })
}
