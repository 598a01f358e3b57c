/// One message of a stream: a server-sent event, a line, an element of an array, a frame.
protocol ReplyEvent: Sendable {
    /// The event as it came.
    var raw: [UInt8] { get }
    /// What it is called, where the framing gives it a name.
    var name: [UInt8] { get }
    /// The JSON text that it carries.
    var data: [UInt8] { get }
    /// Whether it carries any.
    var hasData: Bool { get }
    /// The event with its data changed; every other byte is the same.
    func patched(_ patches: [Patch]) -> [UInt8]
}

/// A piece of a stream; all pieces together are the stream.
enum ReplyPiece: Sendable {
    /// What stands between events: a comment, a separator.
    case other([UInt8])
    /// A whole event.
    case event(any ReplyEvent)
    /// The beginning of an event of more than `FormatLimits.maxEventBytes`, or of what is no event at all; what comes after it is cut anyhow.
    case oversized([UInt8])
}

/// Cuts a stream into events.
protocol ReplyFraming: Sendable {
    init()
    /// Whether events must go on in the order in which they came, since what stands between them separates them.
    static var isOrdered: Bool { get }
    /// Takes the next bytes; returns the pieces that are complete.
    mutating func feed(_ bytes: [UInt8]) -> [ReplyPiece]
    /// What is left of an event that was not ended.
    mutating func finish() -> [UInt8]
    /// What is left at the end, where the end of the stream ends an event.
    mutating func last() -> (any ReplyEvent)?
}

extension ReplyFraming {
    static var isOrdered: Bool { false }
    mutating func last() -> (any ReplyEvent)? { nil }
}
