/// What a format needs to know of a request besides its body.
public struct RequestHead: Sendable {
    /// Catalogue id of the provider, as in `openai`.
    public var provider: String
    /// The method, in capitals.
    public var method: String
    /// The path as the provider sees it, with its query.
    public var path: String
    /// Header fields in order.
    public var headers: [(name: String, value: String)]

    /// Takes the values as they are.
    public init(provider: String, method: String, path: String, headers: [(name: String, value: String)] = []) {
        self.provider = provider
        self.method = method
        self.path = path
        self.headers = headers
    }

    /// The first field of that name, case aside.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Whether the client signed it with AWS Signature Version 4, by field or by query: the body's hash is signed, whatever its format.
    ///
    /// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    public var isSigned: Bool {
        headers.contains {
            $0.name.lowercased() == "authorization" && $0.value.trimmed.lowercased().hasPrefix("aws4-")
        } || path.lowercased().contains("x-amz-signature=")
    }
}

/// What a format needs to know of a reply besides its body.
public struct ReplyHead: Sendable {
    /// Status code.
    public var status: Int
    /// Header fields in order.
    public var headers: [(name: String, value: String)]

    /// Takes the values as they are.
    public init(status: Int, headers: [(name: String, value: String)]) {
        self.status = status
        self.headers = headers
    }

    /// The first field of that name, case aside.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// One wire format: request bytes to segments, edits to request bytes, reply to restored reply, refusal to the provider's error.
public protocol RequestFormat: Sendable {
    /// Stable name, as in `openai.chat`.
    var id: String { get }
    /// Whether a request of this head has this format.
    func accepts(_ head: RequestHead) -> Bool
    /// Finds every text part. An empty body has none. Throws when the body can't be read within `FormatLimits`.
    func parse(_ body: [UInt8], of head: RequestHead) throws(FormatError) -> ParsedRequest
    /// A machine that puts values back into the reply; it passes the reply untouched when there is nothing it understands.
    func reply(_ head: ReplyHead) -> any ReplyRestorer
    /// The provider's own error, with a status that its clients neither retry nor mistake.
    func refusal(_ message: String, eventID: String, kind: RefusalKind) -> Refusal
    /// The same as an answer to a request that was read.
    func refusal(_ message: String, eventID: String, kind: RefusalKind, to request: ParsedRequest) -> Refusal
    /// Whether a request of this head may be edited at all: a signed one may not, nor one that a web page proves.
    func isRewritable(_ head: RequestHead) -> Bool
    /// Names of query parameters that carry a credential, lower-case: the gate neither inspects nor records their values.
    var credentialParameters: [String] { get }
    /// Whether the provider keeps the conversation unless told not to (`ParsedRequest.store`), so that a request brings only what is new.
    var keepsConversation: Bool { get }
}

extension RequestFormat {
    public func refusal(_ message: String, eventID: String, kind: RefusalKind, to request: ParsedRequest) -> Refusal {
        refusal(message, eventID: eventID, kind: kind)
    }

    public func isRewritable(_ head: RequestHead) -> Bool { !head.isSigned }
    public var credentialParameters: [String] { [] }
    public var keepsConversation: Bool { false }

    /// Reads a body whose head says nothing of interest.
    public func parse(_ body: [UInt8]) throws(FormatError) -> ParsedRequest {
        try parse(body, of: RequestHead(provider: "", method: "POST", path: "/"))
    }
}

/// Why a request is answered by the gate itself.
public enum RefusalKind: String, Sendable, CaseIterable {
    /// Policy forbids it.
    case blocked
    /// The body can't be read.
    case badRequest
    /// The body is larger than what may be held.
    case tooLarge
    /// The body's content coding can't be undone.
    case unsupportedEncoding
    /// The provider can't be reached.
    case upstreamFailure
    /// The local port defends itself: wrong Host, Origin or user.
    case portDefence
}

/// A complete answer in the provider's error shape.
public struct Refusal: Sendable {
    /// Status code.
    public var status: Int
    /// Header fields, `content-length` included.
    public var headers: [(name: String, value: String)]
    /// JSON.
    public var body: [UInt8]

    /// Takes the values as they are.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
