import Events

/// How surely an event is on disk when `Journal.append` returns.
public enum Durability: Sendable, Hashable {
    /// Survives the end of the process at any moment; a power cut may take the last ones.
    case normal
    /// Survives a power cut too: SQLite's `synchronous=FULL`. For blocks.
    case full
}

/// Limits and identity of a journal.
public struct JournalOptions: Sendable {
    /// Who writes; every event carries it.
    public var device: DeviceRecord
    /// Version of the product; every event carries it.
    public var productVersion: String
    /// Key for the signature of gap events; nil leaves them unsigned.
    public var signingKey: [UInt8]?
    /// Size of the database file, in bytes; beyond it the oldest events are evicted, delivered ones first.
    public var maxBytes: Int64 = 64 << 20
    /// What must stay free on the volume, in bytes; below it the file does not grow any more.
    public var minFreeBytes: Int64 = 200 << 20
    /// Events that may wait for the disk; further ones are refused at once.
    public var maxQueuedEvents = 4096
    /// Events kept in memory after a failed write, for a later try; further ones are only counted.
    public var maxUnrecordedEvents = 256
    /// Time to wait for another process's write, in milliseconds.
    public var busyMilliseconds: Int32 = 5000
    /// Repeats of a verdict are gathered for this long before an update goes out, in milliseconds.
    public var updateMilliseconds: UInt64 = 60_000
    /// Free bytes on the volume of a path; nil when unknown.
    public var freeBytes: @Sendable (String) -> Int64? = { Platform.freeBytes($0) }
    /// Now, in milliseconds since 1970.
    public var now: @Sendable () -> UInt64 = { Platform.milliseconds() }
    /// SQLite VFS to use, for tests that make writes fail.
    var vfs: String?

    /// The standard limits for the given device.
    public init(device: DeviceRecord, productVersion: String, signingKey: [UInt8]? = nil) {
        self.device = device
        self.productVersion = productVersion
        self.signingKey = signingKey
    }
}
