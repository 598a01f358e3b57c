public import Events

/// What the line needs of a journal.
public protocol EventRecording: Sendable {
    /// Returns when the event is committed; with `durable`, when it is on the disk. Throws when it is not.
    func record(_ draft: EventDraft, durable: Bool) async throws
    /// Adds one to the count of an event that was recorded before.
    func countRepeat(of event: EventID) async
}
