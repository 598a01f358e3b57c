import Primitives

/// Any body on a known provider that no other format knows: every string of JSON, every part of a form, or the bytes as they are.
public struct GenericFormat: RequestFormat {
    private let provider: String

    /// `provider` is the catalogue id, which decides the shape of a refusal.
    public init(provider: String = "") { self.provider = provider }

    public var id: String { "generic" }

    public func accepts(_ head: RequestHead) -> Bool { true }

    public func parse(_ body: [UInt8], of head: RequestHead) throws(FormatError) -> ParsedRequest {
        guard !body.isEmpty else { return ParsedRequest() }
        var request: ParsedRequest
        if let form = try FormReader.read(body, head, FormShape(role: .other)) {
            request = form
        } else {
            request = try RequestFormats.unknown(body)
        }
        if !isRewritable(head) { request.seal() }
        if !request.opaque.contains(where: { $0.kind == .unknownShape }) {
            request.opaque.append(OpaquePart(kind: .unknownShape, path: "$", byteCount: body.count))
        }
        return request
    }

    public func reply(_ head: ReplyHead) -> any ReplyRestorer { PassingRestorer() }

    public func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal {
        ErrorShape.of(provider: provider).refusal(message, eventID: eventID, kind: kind)
    }

    public var credentialParameters: [String] { provider == "google" ? Gemini.credentialParameters : [] }
}

extension RequestFormats {
    /// What a body of nobody's shape holds: the strings of JSON, or all of it as one text. A shape that nobody has promised may be
    /// anything: lines of JSON, plain text.
    static func unknown(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
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
        let context = PartContext(role: .other)
        builder.readControls()
        builder.addOpaque(.unknownShape, JSONTape.root, context)
        try builder.leaves(JSONTape.root, context)
        return builder.request
    }
}
