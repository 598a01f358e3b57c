/// What a program sent to a destination in a period, clean prompts and tunnelled connections too: counts, no content.
public struct UsageRecord: Sendable, Hashable, Codable {
    /// Who sent.
    public internal(set) var origin: OriginRecord
    /// Where to.
    public internal(set) var destination: DestinationRecord
    /// Prompts that were inspected.
    public internal(set) var prompts: UInt64
    /// Prompts that were stopped or held.
    public internal(set) var stopped: UInt64
    /// Connections that were tunnelled without a look inside.
    public internal(set) var tunnels: UInt64
    /// Bytes of inspected text, and bytes that went out through tunnels.
    public internal(set) var bytesOut: UInt64
    /// Bytes that came back through tunnels.
    public internal(set) var bytesIn: UInt64
    /// First and last use, in milliseconds since 1970.
    public internal(set) var first: UInt64
    public internal(set) var last: UInt64

    /// Counts of one period.
    public init(
        origin: OriginRecord, destination: DestinationRecord, prompts: UInt64 = 0, stopped: UInt64 = 0,
        tunnels: UInt64 = 0, bytesOut: UInt64 = 0, bytesIn: UInt64 = 0, first: UInt64, last: UInt64
    ) {
        self.origin = origin
        self.destination = destination
        self.prompts = prompts
        self.stopped = stopped
        self.tunnels = tunnels
        self.bytesOut = bytesOut
        self.bytesIn = bytesIn
        self.first = min(first, EventID.maxMilliseconds)
        self.last = min(last, EventID.maxMilliseconds)
    }

    enum CodingKeys: String, CodingKey {
        case origin, destination, prompts, stopped, tunnels, first, last
        case bytesOut = "bytes_out"
        case bytesIn = "bytes_in"
    }
}

extension UsageRecord {
    var bounded: UsageRecord {
        UsageRecord(
            origin: origin.bounded, destination: destination.bounded, prompts: prompts, stopped: stopped,
            tunnels: tunnels, bytesOut: bytesOut, bytesIn: bytesIn, first: first, last: last)
    }
}
