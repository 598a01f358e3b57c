extension WireFormat {
    /// Microsoft Copilot and Microsoft 365 Copilot in the browser, where they speak HTTP. Their WebSockets carry the same objects.
    ///
    /// Undocumented; as seen on the wire.
    public static let copilotWeb = WireFormat(
        id: "web.copilot",
        matches: { head, path in
            head.provider == "microsoft"
                && (path.starts(with: ["c", "api"]) || path.first == "m365copilot" || path.first == "turing")
        },
        shape: .object([
            "content": .message(
                .user,
                .parts(
                    Kinds(
                        byType: ["text": ["text": .said], "image": ["url": .media(.image), "data": .media(.image)]],
                        takesObject: true))),
            "messages": .messages(.object(["text": .said, "content": .said, "contextualText": .text]), role: .user),
            "message": .message(.user, .leaves), "arguments": .message(.user, .leaves),
        ]), errors: .openAI, mayEdit: { _ in false })
}
