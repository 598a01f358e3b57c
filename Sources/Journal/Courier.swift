import Events
import Logging
import Synchronization

/// How events get to the collector; the agent's is HTTP over TLS.
public protocol CollectorTransport: Sendable {
    /// Posts the body with the enrolment token; returns when the whole answer is there. Throws when none comes, and soon after its task is
    /// cancelled, which is how the courier ends a wait that takes too long.
    ///
    /// The error's description may be logged and shown: it must hold neither token nor body.
    func post(_ body: [UInt8], to path: String) async throws -> TransportReply
}

/// What the courier delivers from; the journal is one.
public protocol CourierSource: Sendable {
    /// Undelivered events, oldest first.
    func pending(limit: Int, maxBytes: Int) async throws(JournalError) -> PendingEvents
    /// Notes what is delivered.
    func acknowledge(upTo sequence: UInt64, journal: String) async throws(JournalError)
    /// Gives up the delivery of the oldest undelivered event.
    func setAside(_ sequence: UInt64, journal: String) async throws(JournalError)
    /// Raised when there is something new.
    var committed: WakeSignal { get }
}

extension Journal: CourierSource {}

/// Where delivery stands, for people.
public struct CourierStatus: Sendable, Hashable {
    public var condition: CourierCondition = .idle
    /// When the collector last confirmed something, in milliseconds since 1970.
    public var lastDelivery: UInt64?
    /// Highest sequence that it confirmed.
    public var delivered: UInt64 = 0
    /// Events given up because the collector kept refusing them.
    public var setAside = 0
}

/// Delivers the journal's events to the collector, in order, at least once; the collector drops what it has already.
///
/// Sleeps until the journal signals, so an idle agent does nothing.
public final class Courier: Sendable {
    /// Where events are posted.
    public static let path = "/api/v1/events"

    private let source: any CourierSource
    private let transport: any CollectorTransport
    private let limits: CourierLimits
    private let seed: UInt64
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let state = Mutex(CourierStatus())

    /// - Parameters:
    ///   - clock: measures pauses; tests give one that they move by hand.
    ///   - seed: spreads the pauses of many devices.
    public init(
        source: any CourierSource, transport: any CollectorTransport, limits: CourierLimits = CourierLimits(),
        clock: any Clock<Duration> = ContinuousClock(), seed: UInt64 = .random(in: 0 ... .max), logger: Logger
    ) {
        self.source = source
        self.transport = transport
        self.limits = limits
        self.clock = clock
        self.seed = seed
        self.logger = logger
    }

    /// Where delivery stands.
    public var status: CourierStatus { state.withLock { $0 } }

    /// Delivers until the task is cancelled.
    public func run() async {
        var machine = CourierMachine(limits: limits, seed: seed)
        var loaded: PendingEvents?
        var action = machine.start()
        while !Task.isCancelled {
            let outcome = await perform(action, &loaded)
            guard !Task.isCancelled else { break }
            action = machine.next(outcome)
            note(machine.condition)
        }
    }

    private func perform(_ action: CourierMachine.Action, _ loaded: inout PendingEvents?) async
        -> CourierMachine.Outcome
    {
        do throws(JournalError) {
            switch action {
            case .load(let maxEvents, let maxBytes):
                let pending = try await source.pending(limit: maxEvents, maxBytes: maxBytes)
                loaded = pending
                return .loaded(pending.events.map(\.sequence))
            case .send(let count):
                guard let loaded else { return .loaded([]) }
                return await post(loaded.body(first: count))
            case .acknowledge(let sequence):
                guard let loaded else { return .done }
                try await source.acknowledge(upTo: sequence, journal: loaded.journal)
                let now = Platform.milliseconds()
                state.withLock { status in
                    status.delivered = sequence
                    status.lastDelivery = now
                }
                return .done
            case .setAside(let sequence):
                guard let loaded else { return .done }
                try await source.setAside(sequence, journal: loaded.journal)
                state.withLock { $0.setAside += 1 }
                logger.error(
                    "the collector keeps refusing an event; it stays in the journal only",
                    metadata: ["sequence": "\(sequence)"])
                return .done
            case .wait(let milliseconds, let wakes):
                await wait(milliseconds, wakes: wakes)
                return .done
            }
        } catch {
            return .journalFailed(error.description)
        }
    }

    private func post(_ body: [UInt8]) async -> CourierMachine.Outcome {
        do {
            let reply = try await withTimeout { [transport] in try await transport.post(body, to: Self.path) }
            guard let reply else { return .failed("no answer within \(limits.answerTimeout / 1000) s") }
            let committed =
                reply.body.count <= CourierLimits.maxReplyBytes ? (try? BatchReply.decode(reply.body))?.committed : nil
            return .answered(status: reply.status, retryAfterSeconds: reply.retryAfterSeconds, committed: committed)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The operation's value; nil when `CourierLimits.answerTimeout` passes first.
    private func withTimeout<Value: Sendable>(_ operation: @escaping @Sendable () async throws -> Value) async throws
        -> Value?
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await operation() }
            group.addTask { [clock, limits] in
                try? await clock.sleep(for: .milliseconds(Int64(clamping: limits.answerTimeout)))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func wait(_ milliseconds: UInt64, wakes: Bool) async {
        let pause = Duration.milliseconds(Int64(clamping: milliseconds))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock] in try? await clock.sleep(for: pause) }
            if wakes { group.addTask { [source] in await source.committed.wait() } }
            await group.next()
            group.cancelAll()
        }
    }

    /// Keeps the condition for `status`, and logs when it becomes another one.
    private func note(_ condition: CourierCondition) {
        let before = state.withLock { status in
            defer { status.condition = condition }
            return status.condition
        }
        guard before != condition else { return }
        switch condition {
        case .refused(let reason): logger.error("delivery refused", metadata: ["reason": "\(reason)"])
        case .retrying(let reason):
            if case .retrying = before { return }
            logger.warning("delivery failed; events wait in the journal", metadata: ["reason": "\(reason)"])
        case .idle, .delivering: break
        }
    }
}
