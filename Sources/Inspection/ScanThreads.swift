import Glibc
import Synchronization

/// A few threads for large inputs, started on demand, with a bounded queue. When it is full the caller waits, and with it whoever feeds
/// him: the connection stops reading.
public final class ScanThreads: Sendable {
    /// Inputs up to this size, in bytes, are scanned where they are called for.
    public static let inlineBytes = 64 << 10
    /// Most jobs that wait for a thread.
    public static let maxQueued = 16

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        var running = 0
        /// Callers that were promised room and have not come yet.
        var promised = 0
    }

    private let state = Mutex(State())
    private let maxThreads: Int
    private let maxQueued: Int

    /// Makes a pool; by default one thread less than there are processors, and at least one.
    public init(maxThreads: Int? = nil, maxQueued: Int = ScanThreads.maxQueued) {
        self.maxThreads = max(1, maxThreads ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)
        self.maxQueued = max(1, maxQueued)
    }

    /// Runs the body on one of the threads.
    func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await room()
        return await withCheckedContinuation { continuation in
            submit { continuation.resume(returning: body()) }
        }
    }

    /// Callers that wait for room in the queue.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns once the queue has a place for the caller.
    private func room() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.jobs.count + state.promised < maxQueued else {
                    state.waiting.append(continuation)
                    return false
                }
                state.promised += 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func submit(_ job: @escaping @Sendable () -> Void) {
        let starts = state.withLock { state in
            state.promised -= 1
            state.jobs.append(job)
            guard state.running < maxThreads else { return false }
            state.running += 1
            return true
        }
        if starts { startThread() }
    }

    private func startThread() {
        var thread: pthread_t = 0
        let box = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { raw in
                // Never nil: it is what was passed two lines above.
                if let raw { Unmanaged<ScanThreads>.fromOpaque(raw).takeRetainedValue().work() }
                return nil
            }, box.toOpaque())
        if failure == 0 {
            pthread_detach(thread)
        } else {
            // No thread to be had: the caller's own does the work, late rather than never.
            box.release()
            work()
        }
    }

    /// Works until nothing is left, then ends: an idle agent holds no thread.
    private func work() {
        while true {
            let (job, waiter) = state.withLock {
                state -> ((@Sendable () -> Void)?, CheckedContinuation<Void, Never>?) in
                guard !state.jobs.isEmpty else {
                    state.running -= 1
                    return (nil, nil)
                }
                let job = state.jobs.removeFirst()
                guard !state.waiting.isEmpty else { return (job, nil) }
                state.promised += 1
                return (job, state.waiting.removeFirst())
            }
            waiter?.resume()
            guard let job else { return }
            job()
        }
    }
}
