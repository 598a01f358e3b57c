import Glibc
import Synchronization

/// Threads of one scan beside the one that began it. Plain threads: they compute, and Swift's pool is not started for a small file.
final class Crew: Sendable {
    /// Most helpers at a time.
    let limit: Int
    private let state = Mutex(State())

    private struct State {
        var working = 0
        // A thread's id is a pointer on some systems; it is only handed back to `pthread_join`.
        nonisolated(unsafe) var threads: [pthread_t] = []
    }

    /// What a thread runs.
    private final class Task: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init(limit: Int) { self.limit = max(0, limit) }

    /// Starts helpers until so many work. A thread that can't be started is one less: the others do its work.
    func fill(to count: Int, _ body: @escaping @Sendable () -> Void) {
        state.withLock { state in
            while state.working < min(count, limit) {
                let task = Task { [self] in
                    body()
                    self.state.withLock { $0.working -= 1 }
                }
                var thread = pthread_t()
                let argument = Unmanaged.passRetained(task)
                let status = pthread_create(
                    &thread, nil,
                    { argument in
                        guard let argument else { return nil }
                        Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body()
                        return nil
                    }, argument.toOpaque())
                guard status == 0 else {
                    argument.release()
                    return
                }
                state.working += 1
                state.threads.append(thread)
            }
        }
    }

    /// Waits until all helpers have ended, also those that are started meanwhile.
    func join() {
        while let thread = state.withLock({ $0.threads.popLast() }) { pthread_join(thread, nil) }
    }
}

/// A counting semaphore.
final class Semaphore: @unchecked Sendable {
    // Unchecked: made for use by many threads, and never moved.
    private let value = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init(_ count: Int) { sem_init(value, 0, UInt32(clamping: count)) }

    deinit {
        sem_destroy(value)
        value.deallocate()
    }

    func wait() { while sem_wait(value) != 0 && errno == EINTR {} }

    func signal() { sem_post(value) }
}
