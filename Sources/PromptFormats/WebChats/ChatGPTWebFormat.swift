extension WireFormat {
    /// ChatGPT in the browser, logged in or not: the message, what is typed ahead, and the announcement of a file.
    ///
    /// Undocumented; as seen on the wire. The page proves what it sends, so that an edit would be refused.
    public static let chatGPTWeb = WireFormat(
        id: "web.chatgpt",
        matches: { _, path in
            let isConversation = path.last == "conversation" || path.suffix(2) == ["conversation", "prepare"]
            switch path.first {
            case "backend-api", "backend-anon": return isConversation || path.suffix(2) == ["backend-api", "files"]
            case "unauth-mweb": return isConversation
            default: return false
            }
        },
        shape: .object([
            "messages": .messages(
                .object([
                    "content": .object(["parts": .parts(ChatGPTWeb.parts), "text": .text]),
                    "metadata": .object(["attachments": .list(.object(Fields([:], opaque: .reference)))]),
                ])),
            "partial_query": .message(
                .user, .object(["content": .object(["parts": .parts(ChatGPTWeb.parts), "text": .text])])),
            "file_name": .text,
        ]), errors: .detail, mayEdit: { _ in false })
}

enum ChatGPTWeb {
    /// A part that is no string points to a file that was uploaded before.
    static let parts: Kinds = .init(
        untyped: Fields(["asset_pointer": .reference, "audio_asset_pointer": .reference, "text": .said]))
}
