extension WireFormat {
    /// Grok in the browser. Undocumented; as seen on the wire.
    public static let grokWeb = WireFormat(
        id: "web.grok", matches: { _, path in path.starts(with: ["rest", "app-chat"]) },
        shape: .object([
            "message": .message(.user, .text), "fileAttachments": .list(.reference),
            "imageAttachments": .list(.reference), "customInstructions": .role(.system, .text),
            "customPersonality": .role(.system, .text), "fileName": .text, "content": .media(.file),
        ]), errors: .detail, mayEdit: { _ in false })
}
