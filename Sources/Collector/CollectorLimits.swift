import Events

/// What the collector takes from outside, and where it stops. Each limit has a test that stands on it.
public struct CollectorLimits: Sendable {
    /// One ingest body, in bytes. Above: 413.
    public var maxBatchBytes = EventLimits.maxBatchBytes
    /// Events in one batch. Above: 413.
    public var maxEventsPerBatch = EventLimits.maxBatchEvents
    /// Batches of one device: how many at once, after a pause.
    public var deviceBurst = 60
    /// Batches of one device a second, sustained. Above: 429 with Retry-After.
    public var deviceBatchesPerSecond = 10.0
    /// Devices whose rate is kept at the same time; the one unseen for longest is forgotten first.
    public var maxTrackedDevices = 20_000
    /// Ingest bodies read or waiting for their commit at the same time: what bounds the memory that batches take. Above: 503 with Retry-After.
    public var maxIngestsInFlight = 24
    /// Log lines a minute about refused senders; further ones are only counted, or a stranger could fill the disk.
    public var maxRefusalLogsPerMinute = 10
    /// Open connections. Above: new ones wait in the kernel's queue. May be passed by those that the kernel hands over at once.
    public var maxConnections = 12_000
    /// All header fields of one request, in bytes. Above: 400 and close.
    public var maxHeaderBytes = 16 * 1024
    /// Longest request target, in bytes. Above: 414.
    public var maxTargetBytes = 4 * 1024
    /// From the connection's first moment, or the last answer, to a complete head, in seconds. Above: close.
    public var maxIdleSeconds = 60
    /// From a request's head to the end of its body, in seconds. Above: close.
    public var maxBodySeconds = 30
    /// Consoles that listen for changes at the same time. Above: 503, and the page asks again by itself instead.
    public var maxLiveStreams = 64
    /// Events on one page of the list, and of the API's answer.
    public var maxPageEvents = 500
    /// Events that one page of the console shows.
    public var consolePageEvents = 50
    /// Newest events over which the sidebar counts.
    public var maxCountedEvents = 50_000
    /// Values shown for one filter of the sidebar.
    public var maxFacetValues = 12
    /// Devices on the devices page, the last seen first.
    public var maxListedDevices = 500
    /// Events kept; past it the oldest go. At 3 KiB an event 5 million are 15 GiB.
    public var maxStoredEvents = 5_000_000
    /// Records of differing bytes kept for one journal; further ones are only counted.
    public var maxConflictsPerJournal = 100
    /// Batches that share one commit.
    public var maxBatchesPerCommit = 64

    /// Connections that the server takes over from the kernel in one go (NIO's `maxMessagesPerRead`).
    static let maxAcceptedAtOnce = 4

    /// The product's limits.
    public static let standard = CollectorLimits()

    public init() {}
}
