#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A bounded queue between many producers and the journal's one thread.
final class WorkQueue<Element: Sendable>: @unchecked Sendable {
    // The class is safe to share because every member is touched only while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    private var isClosed = false
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    enum Refusal: Error { case full, closed }

    /// Adds to the end and wakes the thread.
    ///
    /// - Parameter isBounded: false for the few commands of the product's own parts, which wait for their answers.
    func add(_ element: Element, isBounded: Bool) throws(Refusal) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { throw .closed }
        guard !isBounded || elements.count < capacity else { throw .full }
        elements.append(element)
        pthread_cond_signal(condition)
    }

    /// No more elements come; `take` gives what is left.
    func close() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        pthread_cond_signal(condition)
    }

    /// Waits for elements and takes up to `limit` of them; empty when `deadline` (milliseconds since 1970) has passed, nil when closed and
    /// empty.
    func take(limit: Int, deadline: UInt64?) -> [Element]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty {
            if isClosed { return nil }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var until = timespec()
            until.tv_sec = Int(deadline / 1000)
            until.tv_nsec = Int(deadline % 1000) * 1_000_000
            if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT { return [] }
        }
        let taken = Array(elements.prefix(limit))
        elements.removeFirst(taken.count)
        return taken
    }
}

/// Runs `body` on a thread of its own; false when there is none to be had.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Darwin)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    let code = pthread_create(&thread, nil, threadMain, box.toOpaque())
    if code != 0 {
        box.release()
        return false
    }
    #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
    #else
        pthread_detach(thread)
    #endif
    return true
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

#if canImport(Darwin)
    private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let box = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
    }
#else
    private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let box = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
    }
#endif
