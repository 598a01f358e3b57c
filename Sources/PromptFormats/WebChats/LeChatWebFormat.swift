extension WireFormat {
    /// Le Chat in the browser. Undocumented; as seen on the wire.
    public static let leChatWeb = WireFormat(
        id: "web.lechat", matches: { head, path in head.provider == "mistral" && path == ["api", "chat"] },
        shape: .object([
            "messageInput": .message(.user, .parts(LeChatWeb.parts)), "content": .message(.user, .text),
            "messageFiles": .list(.reference), "messages": .messages(.object(["content": .parts(LeChatWeb.parts)])),
        ]), errors: .detail, mayEdit: { _ in false })
}

enum LeChatWeb {
    static let parts: Kinds = .init(byType: ["text": ["text": .said]])
}
