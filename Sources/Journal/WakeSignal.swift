import Synchronization

/// Wakes one waiting task; a signal that nobody waits for is kept until somebody does. Several kept signals are one.
public final class WakeSignal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    public init() {}

    /// Wakes the waiting task, or the next one that waits.
    public func raise() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isRaised = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the signal is raised or the task is cancelled. One task may wait at a time; an earlier one is let go.
    public func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumed = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.isRaised || Task.isCancelled {
                        state.isRaised = state.isRaised && Task.isCancelled
                        return continuation
                    }
                    defer { state.waiter = continuation }
                    return state.waiter
                }
                resumed?.resume()
            }
        } onCancel: {
            // The waiter leaves without taking a signal that comes later.
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
