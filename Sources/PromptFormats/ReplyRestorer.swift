/// Where in a reply a placeholder stands.
public enum RestoreContext: Sendable, Hashable {
    /// Text that the user reads.
    case prose
    /// Inside a URL, the target of a Markdown link or image, or a data: URI.
    case url
    /// Inside an HTML tag.
    case htmlAttribute
    /// Inside the arguments of a call of the tool of that name, if it is known.
    case toolArguments(name: String?)
}

/// The vault's side of restoration: it knows which value a placeholder stands for, and where it may go.
public protocol PlaceholderResolving: Sendable {
    /// True when no placeholder can be resolved, so that the reply need not be looked at.
    var isEmpty: Bool { get }
    /// True when policy lets values into the arguments of some tool. Without it tool arguments pass unseen.
    var reachesToolArguments: Bool { get }
    /// The value of a placeholder in canonical form, if it may go there; nil leaves the placeholder. Asked for `prose` and, with
    /// `reachesToolArguments`, for `toolArguments` only: no value ever goes into a URL or an HTML tag.
    func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]?
}

extension PlaceholderResolving {
    public var isEmpty: Bool { false }
    public var reachesToolArguments: Bool { false }
}

/// Puts values back into one reply. A machine: bytes in, bytes out, the same for every way of cutting the reply.
///
/// A reply is hostile text. What the machine does not fully understand passes byte for byte, and nothing is put back after it.
public protocol ReplyRestorer: Sendable {
    /// Takes the next bytes of the reply; returns what may go to the client now.
    mutating func feed(_ bytes: [UInt8], restoring resolver: some PlaceholderResolving) -> [UInt8]
    /// The reply has ended (or broke off): returns what was held back.
    mutating func finish(restoring resolver: some PlaceholderResolving) -> [UInt8]
    /// How many values were put back so far.
    var restoredCount: Int { get }
    /// Whether bytes may come out other than they went in. If false the gateway may copy, and keep `content-length`.
    var mayChangeBytes: Bool { get }
}

/// Passes everything on at once.
public struct PassingRestorer: ReplyRestorer {
    public init() {}
    public mutating func feed(_ bytes: [UInt8], restoring resolver: some PlaceholderResolving) -> [UInt8] { bytes }
    public mutating func finish(restoring resolver: some PlaceholderResolving) -> [UInt8] { [] }
    public var restoredCount: Int { 0 }
    public var mayChangeBytes: Bool { false }
}
