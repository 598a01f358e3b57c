import Primitives

/// Who speaks in a segment.
public enum SegmentRole: String, Sendable, Codable, CaseIterable {
    case system, user, assistant, tool, toolDescription, metadata, other
}

/// How a segment's text is written in the body, and so how an edit must be written.
public enum SegmentCoding: Sendable, Hashable {
    /// Bytes of the body as they are.
    case raw
    /// Inside a JSON string; `depth` counts the strings around it (2: a JSON text inside a JSON string).
    case json(depth: Int)
    /// Base64 inside a JSON string; `payload` is where it stands in the body. An edit writes the payload anew.
    case base64(payload: ByteSpan)
}

/// One text of a request.
public struct RequestSegment: Sendable {
    /// The text as the model reads it, UTF-8. A value that stands under a key of free-form JSON brings its key along, as in
    /// `"password":"..."`, since the key says what the value is.
    public var text: [UInt8]
    /// From `text` to offsets in the body.
    public var map: OffsetMap
    /// Where it stands, as in `messages[2].content[0].text`. Keys are the client's: mask them before they are stored.
    public var path: String
    /// Number of the message, from 1, as the user counts; nil outside messages.
    public var message: Int?
    /// Who speaks.
    public var role: SegmentRole
    /// Adjacent text parts of one message share it: they are also to be scanned joined.
    public var group: Int
    /// False where an edit would break a signature or an id: block instead.
    public var rewritable: Bool
    /// How the text is written in the body.
    public var coding: SegmentCoding
    /// The parts of `text` that an edit may touch: with a key along, the inside of the two strings.
    public var editable: [ByteSpan]

    /// Takes the values as they are.
    public init(
        text: [UInt8], map: OffsetMap, path: String, message: Int?, role: SegmentRole, group: Int, rewritable: Bool,
        coding: SegmentCoding, editable: [ByteSpan]? = nil
    ) {
        self.text = text
        self.map = map
        self.path = path
        self.message = message
        self.role = role
        self.group = group
        self.rewritable = rewritable
        self.coding = coding
        self.editable = editable ?? [ByteSpan(start: 0, end: text.count)]
    }
}

/// Something in a request that can't be read as text.
public struct OpaquePart: Sendable, Hashable {
    /// What it is.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case image, audio, video
        /// A file that is not text: PDF, office file, archive.
        case file
        /// Something that the provider holds or fetches itself: file id, URL of an image, earlier response.
        case reference
        /// Numbers that stand for tokens.
        case tokens
        /// A part or body of a shape that the format does not know; its strings were inspected all the same.
        case unknownShape
        /// A field that steers the request is given twice, so that readers may differ.
        case duplicateKey
    }

    /// What it is.
    public var kind: Kind
    /// Where it stands.
    public var path: String
    /// Number of the message, from 1.
    public var message: Int?
    /// Media type, when the request states one.
    public var mediaType: String?
    /// Size in the body, in bytes.
    public var byteCount: Int

    /// Takes the values as they are.
    public init(kind: Kind, path: String, message: Int? = nil, mediaType: String? = nil, byteCount: Int = 0) {
        self.kind = kind
        self.path = path
        self.message = message
        self.mediaType = mediaType
        self.byteCount = byteCount
    }
}

/// What a format found in a request.
public struct ParsedRequest: Sendable {
    /// Every text, in the order of the body.
    public var segments: [RequestSegment]
    /// Everything that is not text.
    public var opaque: [OpaquePart]
    /// The models asked for: more than one where the request names substitutes, or holds several requests. The last of a field that is
    /// given twice.
    public var models: [String]
    /// Whether the reply is asked for as a stream.
    public var streams: Bool
    /// Whether the provider is told to keep the exchange; nil when the request does not say.
    public var store: Bool?

    /// The id of a remote procedure call, as it is written: the answer must bear it.
    public var callID: [UInt8]?

    /// Takes the values as they are.
    public init(
        segments: [RequestSegment] = [], opaque: [OpaquePart] = [], models: [String] = [], streams: Bool = false,
        store: Bool? = nil
    ) {
        self.segments = segments
        self.opaque = opaque
        self.models = models
        self.streams = streams
        self.store = store
    }

    /// The first model asked for.
    public var model: String? { models.first }

    /// Seals every text: the request can't be edited, so that what would be taken out must be blocked.
    mutating func seal() {
        for index in segments.indices { segments[index].rewritable = false }
    }
}

/// One replacement of text in a segment.
public struct RequestEdit: Sendable, Hashable {
    /// Index into `ParsedRequest.segments`.
    public var segment: Int
    /// In the segment's decoded text.
    public var span: ByteSpan
    /// Decoded text; it is escaped as the place needs it.
    public var replacement: [UInt8]

    /// Takes the values as they are.
    public init(segment: Int, span: ByteSpan, replacement: [UInt8]) {
        self.segment = segment
        self.span = span
        self.replacement = replacement
    }
}
