import Events
import Synchronization

/// The agent's durable queue of events: a SQLite file with one writing thread in this process; other processes may append to it too.
///
/// Events get their sequence number and the hash of the row before inside the transaction that writes them. All waiting appends share one
/// commit. When writing fails, `append` throws at once and the event is kept in memory and tried again, so that the caller can go on and
/// say that it is not recorded yet.
public final class Journal: Sendable {
    private let writer: JournalWriter
    private let finished = WakeSignal()

    /// Opens the journal at `path`, making file (mode 0600) and folder (0700) when absent. A damaged file is set aside as
    /// `<path>.corrupt-<milliseconds>` and a new journal begins with an event that tells of it.
    public init(path: String, options: JournalOptions) throws(JournalError) {
        let writer = try JournalWriter(path: path, options: options)
        self.writer = writer
        let finished = finished
        let isStarted = startThread {
            writer.run()
            finished.raise()
        }
        guard isStarted else { throw .cannotOpen(path: path, reason: "no thread for it") }
    }

    deinit { writer.queue.close() }

    /// Writes the event and returns it with its place, after the commit.
    ///
    /// - Throws: when it is not on disk. Unless the error is `.queueFull`, `.eventTooLarge` or `.closed`, the journal keeps the event in
    ///   memory (up to `JournalOptions.maxUnrecordedEvents`) and writes it as soon as it can.
    public func append(_ draft: EventDraft, durability: Durability = .normal) async throws(JournalError) -> Event {
        try await ask(isBounded: true) { .append(draft, durability, $0) }
    }

    /// Counts a repeat of the event. The collector learns the total with an update event, at most one every
    /// `JournalOptions.updateMilliseconds`. The count itself is written at once.
    ///
    /// - Returns: false when the journal does not hold the event any more; the caller should then append a new one.
    @discardableResult
    public func bump(event: EventID) async throws(JournalError) -> Bool {
        try await ask(isBounded: true) { .bump(event, $0) }
    }

    /// Undelivered events, oldest first: at most `limit`, and `maxBytes` bytes of JSON in all, but at least one when there is one.
    public func pending(limit: Int, maxBytes: Int) async throws(JournalError) -> PendingEvents {
        try await job { store throws(JournalError) in try store.pending(limit: limit, maxBytes: maxBytes) }
    }

    /// Notes that the collector holds all events of `journal` up to `sequence`; ignored for another journal than the present one.
    public func acknowledge(upTo sequence: UInt64, journal: String) async throws(JournalError) {
        try await job { store throws(JournalError) in
            if store.journalID == journal { try store.acknowledge(upTo: sequence) }
        }
    }

    /// Gives up the delivery of the oldest undelivered event; it stays in the journal, and a gap event tells of it.
    public func setAside(_ sequence: UInt64, journal: String) async throws(JournalError) {
        try await job { store throws(JournalError) in
            if store.journalID == journal { try store.setAside(sequence) }
        }
    }

    /// How the journal stands.
    public var status: JournalStatus { writer.status.withLock { $0 } }

    /// Raised after a commit that brought new events; for the courier.
    public var committed: WakeSignal { writer.committed }

    /// Writes what is waiting, and the pending updates, and ends the thread. Later calls throw `.closed`.
    public func close() async {
        writer.queue.close()
        await finished.wait()
        // Whoever closes a second time must not wait for ever.
        finished.raise()
    }

    private func ask<Value: Sendable>(
        isBounded: Bool, _ command: (@escaping @Sendable (Result<Value, JournalError>) -> Void) -> JournalCommand
    ) async throws(JournalError) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, JournalError>, Never>) in
            let command = command { continuation.resume(returning: $0) }
            do throws(WorkQueue<JournalCommand>.Refusal) {
                try writer.queue.add(command, isBounded: isBounded)
            } catch {
                switch error {
                case .full: continuation.resume(returning: .failure(.queueFull))
                case .closed: continuation.resume(returning: .failure(.closed))
                }
            }
        }
        return try result.get()
    }

    private func job<Value: Sendable>(
        _ body: @escaping @Sendable (JournalStore) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        try await ask(isBounded: false) { done in
            .job { opened in
                do throws(JournalError) {
                    done(.success(try body(try opened.get())))
                    return nil
                } catch {
                    done(.failure(error))
                    return error
                }
            }
        }
    }
}
