public import Events
public import Journal

/// What the line needs of a journal.
public protocol EventRecording: Sendable {
    /// Returns when the event is committed; with `durable`, when it is on the disk. Throws when it is not.
    func record(_ draft: EventDraft, durable: Bool) async throws
    /// Adds one to the count of an event that was recorded before; false when the journal does not hold it any more.
    func countRepeat(of event: EventID) async -> Bool
}

extension Journal: EventRecording {
    /// Appends the event.
    public func record(_ draft: EventDraft, durable: Bool) async throws {
        _ = try await append(draft, durability: durable ? .full : .normal)
    }

    /// Counts a repeat; where that fails for now, the event counts as still held.
    public func countRepeat(of event: EventID) async -> Bool {
        do { return try await bump(event: event) } catch { return true }
    }
}
