import Events
import Primitives
import Synchronization

/// How the journal stands.
public struct JournalStatus: Sendable, Hashable {
    /// Highest sequence written.
    public var last: UInt64 = 0
    /// Highest sequence that needs no delivery any more.
    public var acknowledged: UInt64 = 0
    /// Events that could not be written yet and are held in memory.
    public var unrecorded = 0
    /// Events that could not be written and were given up, since the journal was begun.
    public var lost: UInt64 = 0
    /// A damaged file that was set aside while this process ran.
    public var setAside: String?
    /// The last failure to write; nil after a success.
    public var failure: String?
}

/// What the writing thread is asked to do.
enum JournalCommand: Sendable {
    case append(EventDraft, Durability, @Sendable (Result<Event, JournalError>) -> Void)
    case bump(EventID, @Sendable (Result<Bool, JournalError>) -> Void)
    /// Anything else, with the store or the reason why there is none; returns what went wrong.
    case job(@Sendable (Result<JournalStore, JournalError>) -> JournalError?)
}

/// The journal's own thread: takes commands in groups and gives each group one commit.
final class JournalWriter: @unchecked Sendable {
    // Safe to share: `queue`, `status` and `committed` guard themselves, all else is touched by the thread alone.
    let queue: WorkQueue<JournalCommand>
    let status: Mutex<JournalStatus>
    let committed = WakeSignal()
    private let path: String
    private let options: JournalOptions
    private var store: JournalStore?
    private var unrecorded: [EventDraft] = []
    private var lost: UInt64 = 0
    private var hasUnsentTallies: Bool
    private var nextUpdate: UInt64 = 0
    private var nextRetry: UInt64 = 0
    private var retryMilliseconds: UInt64 = 1000

    /// Commands that share one commit.
    static let maxGroup = 256
    /// Longest time between two tries to write what is held in memory, in milliseconds.
    static let maxRetryMilliseconds: UInt64 = 60_000

    init(path: String, options: JournalOptions) throws(JournalError) {
        self.path = path
        self.options = options
        queue = WorkQueue(capacity: options.maxQueuedEvents)
        let (store, setAside) = try JournalFile.open(path, options)
        self.store = store
        let state = try store.readState()
        hasUnsentTallies = try store.hasUnsentTallies()
        status = Mutex(
            JournalStatus(
                last: state.next - 1, acknowledged: state.acknowledged, lost: state.lost, setAside: setAside))
    }

    /// The thread's body: returns when the queue is closed and empty.
    func run() {
        while let commands = queue.take(limit: Self.maxGroup, deadline: deadline) {
            var group: [JournalCommand] = []
            for command in commands {
                guard case .job(let job) = command else {
                    group.append(command)
                    continue
                }
                // A job sees everything that was asked for before it.
                commit(group)
                group = []
                perform(job)
            }
            commit(group)
        }
        nextUpdate = 0
        nextRetry = 0
        commit([])
        store = nil
    }

    private var deadline: UInt64? {
        let times = (hasUnsentTallies ? [nextUpdate] : []) + (unrecorded.isEmpty && lost == 0 ? [] : [nextRetry])
        return times.min()
    }

    private func opened() throws(JournalError) -> JournalStore {
        if let store { return store }
        let (store, setAside) = try JournalFile.open(path, options)
        self.store = store
        if let setAside { status.withLock { $0.setAside = setAside } }
        return store
    }

    private func perform(_ job: @Sendable (Result<JournalStore, JournalError>) -> JournalError?) {
        var failure: JournalError?
        do throws(JournalError) {
            failure = job(.success(try opened()))
        } catch {
            failure = job(.failure(error))
        }
        // The next command, or the courier's next try, finds a store that works.
        if let failure, failure.isCurable { try? reopen(after: failure) }
        refreshStatus(failure: nil)
    }

    /// Lets go of the connection; a damaged file is set aside.
    private func reopen(after failure: JournalError) throws(JournalError) {
        store = nil
        guard failure.isCorruption else { return }
        let (replaced, setAside) = try JournalFile.replaceDamaged(path, options)
        store = replaced
        if let setAside { status.withLock { $0.setAside = setAside } }
    }

    // MARK: Groups

    /// What one commit has brought about.
    private struct Outcome {
        var appended: [Result<Event, JournalError>] = []
        var bumped: [Bool] = []
        var didUpdate = false
        var kept: [EventDraft] = []
    }

    private func commit(_ group: [JournalCommand]) {
        let now = options.now()
        let isUpdateDue = hasUnsentTallies && now >= nextUpdate
        let isRetryDue = (!unrecorded.isEmpty || lost > 0) && (now >= nextRetry || !group.isEmpty)
        guard !group.isEmpty || isUpdateDue || isRetryDue else { return }
        do throws(JournalError) {
            let outcome = try attempt(group, updates: isUpdateDue)
            succeed(group, outcome, now)
        } catch {
            fail(group, error, now)
        }
    }

    /// Writes the group; after a failure that a new connection may cure, once more.
    private func attempt(_ group: [JournalCommand], updates: Bool) throws(JournalError) -> Outcome {
        do throws(JournalError) {
            return try write(group, updates: updates, to: try opened())
        } catch {
            guard error.isCurable else { throw error }
            try reopen(after: error)
            return try write(group, updates: updates, to: try opened())
        }
    }

    private func write(
        _ group: [JournalCommand], updates: Bool, to store: JournalStore
    ) throws(JournalError) -> Outcome {
        let needsSync = group.contains { if case .append(_, .full, _) = $0 { true } else { false } }
        return try store.write(needsSync ? .full : .normal) { state throws(JournalError) in
            var outcome = Outcome()
            if lost > 0 {
                state.lost += lost
                _ = try store.append(lostDraft(), to: &state)
            }
            for draft in unrecorded { _ = try store.append(draft, to: &state) }
            for command in group {
                switch command {
                case .append(let draft, _, _):
                    do throws(JournalError) {
                        outcome.appended.append(.success(try store.append(draft, to: &state)))
                    } catch {
                        // Too large by itself: no reason to fail the others.
                        guard error == .eventTooLarge else { throw error }
                        outcome.appended.append(.failure(error))
                    }
                case .bump(let id, _): outcome.bumped.append(try store.bump(id))
                case .job: break
                }
            }
            if updates {
                _ = try store.emitUpdates(to: &state)
                outcome.didUpdate = true
            }
            return outcome
        }
    }

    private func lostDraft() -> EventDraft {
        let now = options.now()
        return EventDraft(
            id: EventID(milliseconds: now), kind: .health, milliseconds: now,
            title: "Events that could not be recorded: \(lost)", severity: .high)
    }

    private func succeed(_ group: [JournalCommand], _ outcome: Outcome, _ now: UInt64) {
        unrecorded = []
        lost = 0
        retryMilliseconds = 1000
        if outcome.didUpdate {
            hasUnsentTallies = false
            nextUpdate = now + options.updateMilliseconds
        }
        if outcome.bumped.contains(true), !hasUnsentTallies {
            hasUnsentTallies = true
            // The first repeat after a quiet time starts the gathering.
            nextUpdate = max(nextUpdate, now + options.updateMilliseconds)
        }
        refreshStatus(failure: nil, isWrite: true)
        var appended = outcome.appended.makeIterator()
        var bumped = outcome.bumped.makeIterator()
        for command in group {
            switch command {
            case .append(_, _, let done): if let result = appended.next() { done(result) }
            case .bump(_, let done): if let result = bumped.next() { done(.success(result)) }
            case .job: break
            }
        }
    }

    private func fail(_ group: [JournalCommand], _ error: JournalError, _ now: UInt64) {
        for command in group {
            guard case .append(let draft, _, _) = command else { continue }
            if unrecorded.count < options.maxUnrecordedEvents {
                unrecorded.append(draft)
            } else {
                lost += 1
            }
        }
        nextRetry = now + retryMilliseconds
        retryMilliseconds = min(retryMilliseconds * 2, Self.maxRetryMilliseconds)
        if hasUnsentTallies { nextUpdate = max(nextUpdate, nextRetry) }
        refreshStatus(failure: error.description)
        for command in group {
            switch command {
            case .append(_, _, let done): done(.failure(error))
            case .bump(_, let done): done(.failure(error))
            case .job: break
            }
        }
    }

    private func refreshStatus(failure: String?, isWrite: Bool = false) {
        let state = failure == nil ? try? store?.readState() : nil
        let hasNews = status.withLock { status -> Bool in
            let before = status.last
            if let state {
                status.last = state.next - 1
                status.acknowledged = state.acknowledged
                status.lost = state.lost + lost
            }
            status.unrecorded = unrecorded.count
            if failure != nil || isWrite { status.failure = failure }
            return status.last > before
        }
        if hasNews { committed.raise() }
    }
}

extension JournalError {
    /// Whether a new connection, or a new file, may cure it.
    var isCurable: Bool {
        guard case .storage(_, let code, _) = self else { return false }
        return isCorruption || SQLite.isInputOutput(code)
    }
}
