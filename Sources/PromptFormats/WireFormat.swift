/// A wire format as data: which requests have it, what their bodies hold, and what replies and errors look like.
public struct WireFormat: RequestFormat {
    public let id: String
    /// Whether a request has this format. Takes the segments of its path, lower-case, besides the head.
    let matches: @Sendable (_ head: RequestHead, _ path: [String]) -> Bool
    /// The body, where it is JSON.
    let shape: Shape
    /// The fields of the body, where it is a form.
    var form = FormShape()
    /// Whether a body that is neither may be a file's bytes.
    var takesBytes = false
    /// How replies are read; nil where they hold no text that a user reads.
    var replies: (any ReplyDialect)?
    /// Whose errors a refusal looks like.
    var errors = ErrorShape.openAI
    /// The model, where the path names it. Takes the segments of the path as they are written.
    var model: @Sendable (_ path: [String]) -> String? = { _ in nil }
    /// Whether a request of this head may be edited. If not, what would be taken out is blocked.
    var mayEdit: @Sendable (RequestHead) -> Bool = { _ in true }
    public var credentialParameters: [String] = []
    public var keepsConversation = false

    public func isRewritable(_ head: RequestHead) -> Bool { mayEdit(head) && !head.isSigned }

    public func accepts(_ head: RequestHead) -> Bool { matches(head, RequestPath.segments(head.path)) }

    public func parse(_ body: [UInt8], of head: RequestHead) throws(FormatError) -> ParsedRequest {
        var request = try read(body, head)
        if let named = model(RequestPath.segments(head.path, folded: false)) {
            request.models.removeAll { $0 == named }
            request.models.insert(named, at: 0)
        }
        if !isRewritable(head) { request.seal() }
        return request
    }

    private func read(_ body: [UInt8], _ head: RequestHead) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        if let request = try FormReader.read(body, head, form) { return request }
        if takesBytes, let request = try FormReader.readBytes(body, head) { return request }
        var reader = ShapeReader(builder: try SegmentBuilder(body))
        try reader.run(shape)
        return reader.builder.request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer {
        replies.map { Replies.restorer(head, dialect: $0) } ?? PassingRestorer()
    }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        errors.refusal(message, eventID: eventID, kind: kind)
    }
}
