import Primitives

/// Any body on a known provider that no other format knows: every string of JSON, or the bytes as they are.
public struct GenericFormat: RequestFormat {
    private let provider: String

    /// `provider` is the catalogue id, which decides the shape of a refusal.
    public init(provider: String = "") { self.provider = provider }

    public var id: String { "generic" }

    public func accepts(_ head: RequestHead) -> Bool { true }

    public func parse(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        let context = PartContext(role: .other)
        // A shape that nobody has promised may be anything: form data, lines of JSON, plain text.
        var builder: SegmentBuilder
        do {
            builder = try SegmentBuilder(body)
        } catch  where error.kind == .syntax {
            return ParsedRequest(
                segments: [
                    RequestSegment(
                        text: body, map: .identity(count: body.count), path: "$", message: nil, role: .other, group: 1,
                        rewritable: false, coding: .raw)
                ], opaque: [OpaquePart(kind: .unknownShape, path: "$", byteCount: body.count)])
        }
        builder.readControls()
        builder.addOpaque(.unknownShape, JSONTape.root, context)
        try builder.leaves(JSONTape.root, context)
        return builder.request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { PassingRestorer() }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        provider == "anthropic"
            ? Refusals.anthropic(message, eventID: eventID, kind: kind)
            : Refusals.openAI(message, eventID: eventID, kind: kind)
    }
}
