import Events
import Logging
import Synchronization
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(1))) struct CourierTests {
    private func run(_ courier: Courier, until done: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await courier.run() }
            await done()
            group.cancelAll()
        }
    }

    @Test("an append while idle is delivered at once, and acknowledged after the commit") func delivers() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let collector = StandInCollector()
        let courier = Courier(source: journal, transport: collector, logger: quiet)
        await run(courier) {
            for count in 1...5 {
                _ = try? await journal.append(draft("\(count)"))
                await collector.waitForEvents(count)
            }
        }
        #expect(collector.sequences == [1, 2, 3, 4, 5])
        // What was confirmed before the end is not sent again after a restart.
        let pending = try await journal.pending(limit: 9, maxBytes: 1 << 20)
        #expect(pending.events.count <= 1)
        await journal.close()
    }

    @Test("a collector that is down, loses answers and comes back gets everything once") func weather() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let collector = StandInCollector()
        collector.failures = [.refuse, .status(503), .loseReply, .refuse, .loseReply, .status(429), .loseReply]
        var limits = CourierLimits()
        limits.maxEvents = 7
        limits.answerTimeout = HastyClock.answerTimeout
        let courier = Courier(
            source: journal, transport: collector, limits: limits, clock: HastyClock(), seed: 3, logger: quiet)
        for index in 0..<50 { _ = try await journal.append(draft("\(index)")) }
        await run(courier) { await collector.waitForEvents(50) }
        #expect(collector.sequences == Array(1...50))
        #expect(collector.received > 50)
        await journal.close()
    }

    @Test("after a wrong token it does not hammer") func refused() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let collector = StandInCollector()
        collector.failures = [.status(401)]
        let courier = Courier(source: journal, transport: collector, logger: quiet)
        _ = try await journal.append(draft())
        await run(courier) {
            await collector.waitForPosts(1)
            for _ in 0..<20 { _ = try? await journal.append(draft()) }
        }
        #expect(collector.posts == 1)
        #expect(try await journal.pending(limit: 99, maxBytes: 1 << 20).events.count == 21)
        await journal.close()
    }

    @Test("without events nothing is posted, and the run ends when cancelled") func idle() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let collector = StandInCollector()
        let courier = Courier(source: journal, transport: collector, logger: quiet)
        let task = Task { await courier.run() }
        _ = try await journal.pending(limit: 1, maxBytes: 1)
        task.cancel()
        await task.value
        #expect(collector.posts == 0 && courier.status.condition == .idle)
        await journal.close()
    }

    private var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A collector in memory: idempotent by sequence, replies only after it has stored.
final class StandInCollector: CollectorTransport {
    enum Failure { case refuse, status(Int), loseReply }
    struct Refused: Error {}

    private struct State {
        var failures: [Failure] = []
        var held: [UInt64] = []
        var posts = 0
        var received = 0
    }
    private let state = Mutex(State())
    private let news = WakeSignal()

    var failures: [Failure] {
        get { state.withLock { $0.failures } }
        set { state.withLock { $0.failures = newValue } }
    }
    var sequences: [UInt64] { state.withLock { $0.held } }
    var posts: Int { state.withLock { $0.posts } }
    var received: Int { state.withLock { $0.received } }

    func waitForEvents(_ count: Int) async { while sequences.count < count { await news.wait() } }
    func waitForPosts(_ count: Int) async { while posts < count { await news.wait() } }

    func post(_ body: [UInt8], to path: String) async throws -> TransportReply {
        defer { news.raise() }
        return try state.withLock { state in
            state.posts += 1
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            if case .refuse = failure { throw Refused() }
            if case .status(let status) = failure { return TransportReply(status: status, body: []) }
            let batch = try EventBatch.decode(body)
            for event in batch.events {
                state.received += 1
                if !state.held.contains(event.sequence) { state.held.append(event.sequence) }
            }
            if case .loseReply = failure { throw Refused() }
            let committed = state.held.max() ?? 0
            return TransportReply(status: 200, body: Array("{\"committed\":\(committed)}".utf8))
        }
    }
}

/// A clock on which every pause is over at once, but for the time-out of an answer.
struct HastyClock: Clock {
    typealias Instant = ContinuousClock.Instant
    var now: Instant { .now }
    static let answerTimeout: UInt64 = 100_000_000
    var minimumResolution: Duration { .nanoseconds(1) }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        // The time-out of an answer is longer than every pause.
        let isTimeout = deadline > .now + .milliseconds(Int64(HastyClock.answerTimeout / 2))
        if isTimeout {
            try await ContinuousClock().sleep(until: deadline, tolerance: tolerance)
        } else {
            await Task.yield()
        }
    }
}
