import Events

/// One event as the journal holds it.
public struct StoredEvent: Sendable, Hashable {
    public let sequence: UInt64
    /// The event's JSON, byte for byte what its hash covers.
    public let body: [UInt8]
}

/// What waits for delivery, oldest first.
public struct PendingEvents: Sendable, Hashable {
    /// Id of the device.
    public let device: String
    /// Id of the journal.
    public let journal: String
    /// Lowest sequence that is not delivered and still held.
    public let oldest: UInt64
    public let events: [StoredEvent]

    /// The request body for the first `count` events.
    public func body(first count: Int) -> [UInt8] {
        EventBatch.encode(
            device: device, journal: journal, oldest: oldest, encodedEvents: events.prefix(count).map(\.body))
    }
}

extension JournalStore {
    /// Undelivered events, at most `limit` of them and `maxBytes` bytes of JSON, but at least one when there is one.
    ///
    /// They are first put on disk for good: a power cut must not take back a number that the collector has seen.
    func pending(limit: Int, maxBytes: Int) throws(JournalError) -> PendingEvents {
        let state = try readState()
        var events: [StoredEvent] = []
        var bytes = 0
        try database.each(
            "SELECT sequence, body FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
            .sequence(state.acknowledged),
            .integer(Int64(limit))
        ) { row throws(JournalError) in
            let event = StoredEvent(sequence: row.sequence(0), body: row.blob(1))
            guard events.isEmpty || bytes + event.body.count <= maxBytes else { return false }
            bytes += event.body.count
            events.append(event)
            return true
        }
        if let last = events.last?.sequence, last > durableThrough {
            // A commit with synchronous=FULL syncs the whole log, the earlier commits in it too.
            try write(.full, grows: false) { _ throws(JournalError) in }
        }
        return PendingEvents(
            device: options.device.uid, journal: journalID, oldest: events.first?.sequence ?? state.acknowledged + 1,
            events: events)
    }

    /// Notes that the collector holds everything up to `sequence`.
    func acknowledge(upTo sequence: UInt64) throws(JournalError) {
        try write(.normal, grows: false) { state throws(JournalError) in
            state.acknowledged = max(state.acknowledged, min(sequence, state.next - 1))
        }
    }

    /// Gives up the delivery of one event that the collector keeps refusing; a gap event tells of it. The event stays in the journal.
    func setAside(_ sequence: UInt64) throws(JournalError) {
        try write(.normal, grows: false) { state throws(JournalError) in
            guard sequence == state.acknowledged + 1, sequence < state.next else { return }
            let body = try database.first("SELECT body FROM event WHERE sequence = ?", .sequence(sequence)) {
                $0.blob(0)
            }
            guard let body else { return }
            state.acknowledged = sequence
            // A gap that the collector refuses too must not lead to another one.
            if let event = try? EventCoding.decode(body), event.kind == .gap { return }
            _ = try append(gap(first: sequence, last: sequence, hash: EventCoding.hash(body)), to: &state)
        }
    }
}
