import Policy
import Primitives
import PromptFormats

/// A way by which text leaves for a model.
public enum Channel: String, Sendable, Codable, CaseIterable {
    /// The base-URL gateway.
    case gateway
    /// The intercepting proxy.
    case proxy
    /// A coding assistant's hook.
    case hook
    /// The clipboard.
    case clipboard
    /// The command line.
    case cli

    /// Whether the channel can hold a prompt for a reason, or send it elsewhere; where it can't, such a prompt is blocked.
    func supports(_ action: PolicyAction) -> Bool { action != .justify && action != .reroute }
}

/// Where a text stands in what is about to leave.
public struct Place: Sendable, Hashable {
    /// Who speaks, as far as the format tells.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        case system, user, assistant, tool, toolDescription, metadata, other
    }

    /// Path in the request, for example `messages[2].content[0].text`; holds outside input, never stored unmasked.
    public var path: String
    /// Number of the message from 1, as the user counts; nil outside messages.
    public var message: Int?
    /// Who speaks.
    public var role: Role

    /// Makes a place.
    public init(path: String, message: Int? = nil, role: Role = .other) {
        self.path = path
        self.message = message
        self.role = role
    }
}

/// One text of a prompt.
public struct PromptSegment: Sendable {
    /// The decoded text, in bytes; findings and edits are spans of it.
    public var text: [UInt8]
    /// Where it stands.
    public var place: Place
    /// Segments with the same number are adjacent parts of one message and are also scanned joined.
    public var group: Int
    /// Whether the channel can put another text in its place; if not, what would be redacted is blocked.
    public var rewritable: Bool
    /// The parts of `text` that an edit may touch; nil for all of it. What lies outside is blocked where it would be redacted.
    public var editable: [ByteSpan]?

    /// Makes a segment.
    public init(
        text: [UInt8], place: Place, group: Int, rewritable: Bool = true, editable: [ByteSpan]? = nil
    ) {
        self.text = text
        self.place = place
        self.group = group
        self.rewritable = rewritable
        self.editable = editable
    }

    /// Whether an edit can replace all of the span.
    func canEdit(_ span: ByteSpan) -> Bool {
        rewritable && (editable.map { $0.contains { $0.contains(span) } } ?? true)
    }
}

/// A part that cannot be inspected.
public struct OpaqueItem: Sendable, Hashable {
    /// Why it cannot.
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case image, audio, video, file, archive, tokens, encoding
        /// Something that the provider holds or fetches itself.
        case reference
        /// A field that is given twice, so that readers may differ.
        case duplicateKey = "duplicate-key"
        case unknownShape = "unknown-shape"
        /// The work budget was spent before all was read.
        case budget
        /// Too large to be held.
        case tooLarge = "too-large"
        /// Encrypted or signed by the provider.
        case sealed
    }

    /// Why it cannot be inspected.
    public var reason: Reason
    /// Where it stands.
    public var place: Place

    /// Makes an item.
    public init(reason: Reason, place: Place) {
        self.reason = reason
        self.place = place
    }
}

/// Within which placeholders stand for the same values and may be turned back.
///
/// All parts must be equal: another client, credential, destination or conversation sees other placeholders and gets nothing back.
public struct RestoreScope: Sendable, Hashable {
    /// The local client: user and program.
    public var client: String
    /// Keyed hash of the request's credential header, never the credential.
    public var credential: [UInt8]
    /// Provider and surface.
    public var destination: String
    /// The conversation, where the channel can tell it.
    public var conversation: String?

    /// Makes a scope.
    public init(client: String, credential: [UInt8], destination: String, conversation: String? = nil) {
        self.client = client
        self.credential = credential
        self.destination = destination
        self.conversation = conversation
    }
}

/// What is about to leave.
public struct Prompt: Sendable {
    /// Its texts, in the order of the request.
    public var segments: [PromptSegment]
    /// What could not be read as text.
    public var opaque: [OpaqueItem]
    /// Where it goes.
    public var destination: Destination
    /// The way it goes.
    public var channel: Channel
    /// The program that sends, where it is known; outside input, never stored unmasked.
    public var application: String?
    /// Login name of the user.
    public var user: String
    /// Groups of the system's directory that the user belongs to.
    public var groups: [String]
    /// Within which placeholders hold.
    public var scope: RestoreScope
    /// The most that is made of a finding, where the channel has something milder that keeps the value in: `coach` for a copy, which goes
    /// nowhere yet, `redact` where placeholders are given instead of nothing. Nil for what policy says. What a suspension or a forbidden
    /// destination says stays.
    public var ceiling: PolicyAction?
    /// What the channel knows of where the text goes, for the trace: the product's words alone.
    public var evidence: String?
    /// The request itself, where the channel sends it: terms are put on it.
    public var wire: WireSubject?

    /// Makes a prompt.
    public init(
        segments: [PromptSegment], opaque: [OpaqueItem] = [], destination: Destination, channel: Channel,
        application: String? = nil, user: String, groups: [String] = [], scope: RestoreScope,
        wire: WireSubject? = nil
    ) {
        self.segments = segments
        self.opaque = opaque
        self.destination = destination
        self.channel = channel
        self.application = application
        self.user = user
        self.groups = groups
        self.scope = scope
        self.wire = wire
    }

    /// Whether nothing leaves with it yet.
    var isCopy: Bool { ceiling.map { $0 <= .coach } ?? false }
}
