import Events

/// Where events live. Everything above it speaks of batches, events, filters and devices; how they are kept is the implementation's own.
///
/// What `append` has answered is durable: it survives a kill at any moment. An event is named by (device, journal, sequence) and is stored once, however
/// often it is sent. A name that comes again with other bytes is a conflict: counted, kept beside, and never put in the first one's place.
/// An event that updates another one changes what is shown of that one (how often, when last) and is not shown by itself.
protocol EventStore: Sendable {
    /// Stores a batch and answers when it is durable.
    ///
    /// - Parameter now: milliseconds since 1970.
    func append(_ batch: EventBatch, now: UInt64) async throws(StoreFailure) -> Committed
    /// Events that pass the filter, newest first, from behind `after`; at most `CollectorLimits.maxPageEvents`.
    func events(matching filter: EventFilter, after: EventCursor?, limit: Int) async throws(StoreFailure) -> EventPage
    /// The same, with only what a list shows.
    func summaries(
        matching filter: EventFilter, after: EventCursor?, limit: Int
    ) async throws(StoreFailure) -> SummaryPage
    /// How many of the newest matching events fell into each of `buckets` equal spans of `range`.
    func activity(
        matching filter: EventFilter, in range: Range<UInt64>, buckets: Int
    ) async throws(StoreFailure) -> [ActivityBucket]
    /// One event by its id or by the id of any of its updates.
    func event(_ id: EventID) async throws(StoreFailure) -> StoredEvent?
    /// How many of the newest events each value of each facet would show, given the other filters.
    func facets(matching filter: EventFilter) async throws(StoreFailure) -> Facets
    /// Devices, the last seen first.
    func devices(limit: Int) async throws(StoreFailure) -> [DeviceSummary]
    /// How much is stored.
    func totals() async throws(StoreFailure) -> StoreTotals
    /// Ends it: what was accepted is written, further calls fail.
    func close() async
}

/// Why the store could not do what it was asked.
enum StoreFailure: Error, Equatable, CustomStringConvertible {
    /// A sequence number past 2^62.
    case sequenceTooLarge
    /// More is waiting than may; try again later.
    case busy
    /// The database's own words, free of any value.
    case database(String)
    case closed

    var description: String {
        switch self {
        case .sequenceTooLarge: "a sequence number past 2^62"
        case .busy: "too many batches are waiting"
        case .database(let reason): "database: \(reason)"
        case .closed: "the store is closed"
        }
    }
}

/// The answer to an append.
struct Committed: Sendable, Equatable {
    /// Everything up to here is held, counted from the batch's `oldest`.
    var contiguous: UInt64
    /// Events that were new.
    var stored: Int
    /// Events that were held already.
    var duplicates: Int
    /// Events whose name is held with other bytes.
    var conflicts: Int
}

/// An event as it is shown: the first of its finding, with the count and the last time of its newest update.
struct StoredEvent: Sendable, Equatable {
    var event: Event
    /// When the first event arrived, in milliseconds since 1970.
    var received: UInt64
    /// Id of the journal that it came from.
    var journal: String
}

/// What a row of the list shows; enough without the event itself.
struct EventSummary: Sendable, Equatable {
    var id: EventID
    var kind: EventKind
    var title: String
    var severity: String?
    var action: RecordedAction?
    var classes: [String]
    var provider: String?
    /// The destination's name for people.
    var destination: String?
    var tier: String?
    var model: String?
    var application: String?
    var user: String?
    /// Host name of the device, or its id.
    var device: String
    var milliseconds: UInt64
    var lastSeen: UInt64
    var count: UInt64
    /// Masked excerpt of the gravest finding.
    var excerpt: String?
    /// Where the finding stands in `excerpt`, in bytes.
    var mark: Range<Int>?
}

/// A page of events.
struct EventPage: Sendable, Equatable {
    var events: [StoredEvent]
    /// Where the next page begins; nil at the end.
    var next: EventCursor?
}

/// A page of the list.
struct SummaryPage: Sendable, Equatable {
    var events: [EventSummary]
    /// Where the next page begins; nil at the end.
    var next: EventCursor?
}

/// How much happened in one span of time.
struct ActivityBucket: Sendable, Equatable {
    var blocked = 0
    var redacted = 0
    var other = 0

    var total: Int { blocked + redacted + other }
}

/// A place in the list, newest first: behind the event with this time and number.
struct EventCursor: Sendable, Equatable {
    var milliseconds: UInt64
    var number: Int64

    init(milliseconds: UInt64, number: Int64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// Reads the text form; nil unless it is exactly that.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let number = Int64(parts[1]),
            milliseconds <= EventID.maxMilliseconds, number >= 0
        else { return nil }
        self.init(milliseconds: milliseconds, number: number)
    }

    var text: String { "\(milliseconds)-\(number)" }
}

/// One value of a facet with its count.
struct FacetCount: Sendable, Equatable {
    var value: String
    /// The value for people: a provider's name, a device's host name.
    var label: String
    var count: Int
}

/// The sidebar's counts.
struct Facets: Sendable, Equatable {
    /// Highest count first, then by value.
    var counts: [Facet: [FacetCount]]
    /// Events that pass the whole filter, among the counted ones.
    var matching: Int
    /// True when older events were left out of the count.
    var isPartial: Bool
}

/// A device as the devices page shows it.
struct DeviceSummary: Sendable, Equatable {
    var uid: String
    var hostname: String?
    var system: String?
    var productVersion: String?
    /// When it last delivered, in milliseconds since 1970.
    var lastSeen: UInt64
    var firstSeen: UInt64
    var journals: [JournalSummary]
    var events: Int
}

/// One journal of a device.
struct JournalSummary: Sendable, Equatable {
    var id: String
    var highest: UInt64
    /// Everything up to here is held, or known to be gone.
    var contiguous: UInt64
    /// Sequence numbers between that have not arrived (yet).
    var missing: UInt64
    /// Events that the device had to drop before it could deliver them.
    var dropped: UInt64
    var conflicts: Int
    var lastSeen: UInt64
}

/// How much is stored.
struct StoreTotals: Sendable, Equatable {
    var events: Int
    var devices: Int
}
