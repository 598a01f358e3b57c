import Primitives

/// Model Context Protocol over HTTP: one JSON-RPC message, or a batch of them.
///
/// Tool calls go out (`params.arguments`), and a client's answers to a server do (`result`). A call that is stopped is answered as a tool's error, so
/// that the model can go on. Nothing is put back into results: the model reads them, not the user.
///
/// Source: https://modelcontextprotocol.io/specification
public struct MCPFormat: RequestFormat {
    public init() {}

    public var id: String { "mcp" }

    private static let wire = WireFormat(
        id: "mcp",
        matches: { head, path in
            head.header("mcp-protocol-version") != nil || head.header("mcp-method") != nil
                || head.header("mcp-session-id") != nil || path.last == "mcp"
        },
        shape: .list(message), errors: .rpc)

    private static let message: Shape = .object([
        "params": .object([
            "arguments": .message(.user, .leaves), "messages": .messages(.object(["content": .parts(content)])),
            "systemPrompt": .role(.system, .text), "inputResponses": .message(.user, .leaves),
            "argument": .message(.user, .leaves),
        ]),
        "result": .role(.tool, .object(["content": .parts(content), "contents": .list(resource)])),
        "error": .role(.tool, .leaves),
    ])

    private static let resource: Shape = .object(["text": .text, "blob": .media(.file)])

    private static let content: Kinds = .init(
        byType: [
            "text": ["text": .said], "image": ["data": .media(.image)], "audio": ["data": .media(.audio)],
            "resource": ["resource": resource], "resource_link": Fields([:], opaque: .reference),
        ], takesObject: true)

    public func accepts(_ head: RequestHead) -> Bool { Self.wire.accepts(head) }

    public func parse(_ body: [UInt8], of head: RequestHead) throws(FormatError) -> ParsedRequest {
        var request = try Self.wire.parse(body, of: head)
        guard let tape = try? JSONParser.parse(body) else { return request }
        if let method = tape.member(JSONTape.root, "method").flatMap({ tape.string($0) }), method == "tools/call",
            let id = tape.member(JSONTape.root, "id"), [.string, .number].contains(tape.kind(id))
        {
            request.callID = Array(body[tape.span(id).range])
        }
        // The header fields that repeat arguments would no longer agree with the body.
        if head.headers.contains(where: { $0.name.lowercased().hasPrefix("mcp-param-") }) { request.seal() }
        return request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { Self.wire.reply(head) }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        ErrorShape.rpc.refusal(message, eventID: eventID, kind: kind)
    }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind, to request: ParsedRequest) -> Refusal {
        guard kind == .blocked, let id = request.callID else { return refusal(message, eventID: eventID, kind: kind) }
        let text = JSONText.object([("type", JSONText.string("text")), ("text", JSONText.string(message))])
        let result = JSONText.object([
            ("content", [UInt8(ascii: "[")] + text + [UInt8(ascii: "]")]), ("isError", Array("true".utf8)),
        ])
        return ErrorShape.refusal(
            200, JSONText.object([("jsonrpc", JSONText.string("2.0")), ("id", id), ("result", result)]),
            eventID: eventID)
    }
}
