import Synchronization

/// Wakes the open consoles when events have arrived. A ring during another's wait is one ring: nothing queues up.
final class ChangeBell: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }
    private let state = Mutex(State())
    private let maxListeners: Int

    init(maxListeners: Int) { self.maxListeners = maxListeners }

    /// Nil when as many listen as may.
    func listen() -> AsyncStream<Void>? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard state.listeners.count < maxListeners else { return nil }
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        guard let number else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    func ring() {
        // Outside of the lock: `onTermination` takes it too.
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }

    var listeners: Int { state.withLock { $0.listeners.count } }
}
