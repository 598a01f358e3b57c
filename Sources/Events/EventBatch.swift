/// The body of `POST /api/v1/events`: events of one journal of one device, in ascending order of sequence.
public struct EventBatch: Sendable, Hashable, Codable {
    /// Stable id of the device.
    public let device: String
    /// Id of the journal. A journal that was set aside or deleted is followed by one with another id, whose sequence starts at 1 again;
    /// an event is therefore named by (device, journal, sequence).
    public let journal: String
    /// The lowest sequence that the device still holds undelivered: whatever lies below and was not received is gone for good, and a gap event
    /// names it. The collector counts as contiguous from here.
    public let oldest: UInt64
    public let events: [Event]

    public init(device: String, journal: String, oldest: UInt64, events: [Event]) {
        self.device = EventLimits.identifier(device)
        self.journal = EventLimits.identifier(journal)
        self.oldest = oldest
        self.events = events
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let events = try container.decode([Event].self, forKey: .events)
        guard events.count <= EventLimits.maxBatchEvents else {
            throw DecodingError.dataCorruptedError(
                forKey: .events, in: container, debugDescription: "more than \(EventLimits.maxBatchEvents) events")
        }
        let device = try container.decode(String.self, forKey: .device)
        guard events.allSatisfy({ $0.device.uid == device }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .events, in: container, debugDescription: "an event of another device")
        }
        guard zip(events, events.dropFirst()).allSatisfy({ $0.sequence < $1.sequence }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .events, in: container, debugDescription: "sequence numbers do not ascend")
        }
        self.init(
            device: device, journal: try container.decode(String.self, forKey: .journal),
            oldest: try container.decode(UInt64.self, forKey: .oldest), events: events)
    }

    /// Reads a batch of at most `EventLimits.maxBatchBytes`.
    public static func decode(_ bytes: [UInt8]) throws(EventCoding.Failure) -> EventBatch {
        guard bytes.count <= EventLimits.maxBatchBytes else { throw .tooLarge(bytes: bytes.count) }
        return try EventCoding.decodeValue(EventBatch.self, bytes)
    }

    /// The body made of already encoded events, so that what is sent is byte for byte what the journal has hashed.
    public static func encode(device: String, journal: String, oldest: UInt64, encodedEvents: [[UInt8]]) -> [UInt8] {
        var body = Array(
            "{\"device\":\"\(EventLimits.identifier(device))\",\"journal\":\"\(EventLimits.identifier(journal))\",\"oldest\":\(oldest),\"events\":["
                .utf8)
        body.reserveCapacity(body.count + encodedEvents.reduce(2) { $0 + $1.count + 1 })
        for (index, event) in encodedEvents.enumerated() {
            if index > 0 { body.append(0x2C) }
            body += event
        }
        body += [0x5D, 0x7D]
        return body
    }
}

/// The answer to a batch, sent only after the store has committed.
public struct BatchReply: Sendable, Hashable, Codable {
    /// The highest sequence up to which the collector holds everything, counted from the batch's `oldest`.
    public let committed: UInt64

    public init(committed: UInt64) { self.committed = committed }

    /// Reads the reply's body.
    public static func decode(_ bytes: [UInt8]) throws(EventCoding.Failure) -> BatchReply {
        try EventCoding.decodeValue(BatchReply.self, bytes)
    }
}
