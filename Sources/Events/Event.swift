import Primitives

/// The machine that an event comes from.
public struct DeviceRecord: Sendable, Hashable, Codable {
    /// Stable id of the device.
    public let uid: String
    public let hostname: String?
    /// "Linux", "macOS".
    public let system: String?

    public init(uid: String, hostname: String? = nil, system: String? = nil) {
        self.uid = EventLimits.identifier(uid)
        self.hostname = hostname.map { EventLimits.plain($0, to: EventLimits.maxNameBytes) }
        self.system = system.map { EventLimits.plain($0, to: EventLimits.maxNameBytes) }
    }
}

/// The record of one verdict: an OCSF Data Security Finding (class 2006), as the journal, the wire, the collector and the SIEM see it.
///
/// An event is named by (device, journal, sequence); the same name always means the same bytes. Repeats of a verdict come as an update:
/// an event of its own with a new sequence number, whose `updates` names the first event and whose `count` is the total so far.
/// The members of `content` can be read straight from the event.
@dynamicMemberLookup
public struct Event: Sendable, Hashable {
    public let content: EventDraft
    /// Place in the device's journal, from 1, without holes but for those a gap event names.
    public let sequence: UInt64
    /// SHA-256 of the row before, in hex; 64 zeros for the first.
    public let previousHash: String
    public let device: DeviceRecord
    /// Version of the product that made the event.
    public let productVersion: String
    /// How many times the verdict fell; at least 1.
    public let count: UInt64
    /// When it fell for the last time, in milliseconds since 1970.
    public let lastSeen: UInt64
    /// The event that this one updates; nil for a first one.
    public let updates: EventID?

    /// The hash before the first row.
    public static let noHash = String(repeating: "0", count: 64)

    public init(
        content: EventDraft, sequence: UInt64, previousHash: String, device: DeviceRecord, productVersion: String,
        count: UInt64 = 1, lastSeen: UInt64? = nil, updates: EventID? = nil
    ) {
        self.content = content
        self.sequence = sequence
        self.previousHash = EventLimits.identifier(previousHash)
        self.device = device
        self.productVersion = EventLimits.identifier(productVersion)
        self.count = max(count, 1)
        self.lastSeen = lastSeen ?? content.milliseconds
        self.updates = updates
    }

    /// The members of the content.
    public subscript<Member>(dynamicMember path: KeyPath<EventDraft, Member>) -> Member { content[keyPath: path] }

    /// The id of the finding: the updated event's, or its own.
    public var finding: EventID { updates ?? content.id }
}
