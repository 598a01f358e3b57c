import NIOCore

/// The end of a pipeline as something to read from: parts come when they are asked for, and nothing is read from the socket before
/// that, so a slow reader slows the sender.
///
/// Lives on its channel's event loop. Unchecked because the compiler can't see that: every entry checks it at run time.
package final class PartReader<Part: Sendable>: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    package typealias InboundIn = Part

    private let loop: any EventLoop
    private var context: ChannelHandlerContext?
    private var parts = CircularBuffer<Part>(initialCapacity: 4)
    private var end: Result<Part?, any Error>?
    private var reading = false
    private var watching = false
    private var discarding = false
    private var waiter: CheckedContinuation<Part?, any Error>?
    private var waiterNumber = 0
    private var deadline: Scheduled<Void>?
    private var writableWaiters: [CheckedContinuation<Void, Never>] = []
    private var onEnd: (() -> Void)?

    /// The loop must be the channel's.
    package init(on loop: any EventLoop) { self.loop = loop }

    /// Whether the peer is gone or the connection broke.
    package var isClosed: Bool {
        loop.preconditionInEventLoop()
        return end != nil
    }

    /// Whether `next` would return at once.
    package var hasPart: Bool {
        loop.preconditionInEventLoop()
        return !parts.isEmpty
    }

    /// The next part; nil when the peer has closed. Throws what broke the connection, `TimedOut`, or `CancellationError`.
    package func next(within limit: TimeAmount) async throws -> Part? {
        loop.preconditionInEventLoop()
        if let part = parts.popFirst() { return part }
        if let end { return try end.get() }
        precondition(waiter == nil, "one reader at a time")
        waiterNumber += 1
        let number = waiterNumber
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiter = continuation
                deadline = loop.scheduleTask(in: limit) { self.resume(number, .failure(TimedOut())) }
                requestRead()
            }
        } onCancel: {
            loop.execute { self.resume(number, .failure(CancellationError())) }
        }
    }

    /// Reads ahead once, so that a peer that goes away is noticed. The call-back runs once, when that happens.
    package func watch(_ gone: @escaping () -> Void) {
        loop.preconditionInEventLoop()
        if end != nil { return gone() }
        onEnd = gone
        watching = true
        if parts.isEmpty { requestRead() }
    }

    /// Ends `watch`.
    package func unwatch() {
        loop.preconditionInEventLoop()
        onEnd = nil
        watching = false
    }

    /// Drops what has come and whatever still comes.
    package func discardRest() {
        loop.preconditionInEventLoop()
        discarding = true
        parts.removeAll()
    }

    /// Returns when the socket takes more bytes, or is closed.
    package func writable() async {
        loop.preconditionInEventLoop()
        guard let context, context.channel.isActive, !context.channel.isWritable else { return }
        await withCheckedContinuation { writableWaiters.append($0) }
    }

    private func resume(_ number: Int, _ result: Result<Part?, any Error>) {
        guard number == waiterNumber, let waiter else { return }
        self.waiter = nil
        deadline?.cancel()
        deadline = nil
        waiter.resume(with: result)
    }

    private func requestRead() {
        guard !reading, let context else { return }
        reading = true
        context.read()
    }

    private func finish(_ result: Result<Part?, any Error>) {
        if end == nil { end = result }
        if parts.isEmpty { resume(waiterNumber, result) }
    }

    // MARK: ChannelInboundHandler

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        finish(.success(nil))
        self.context = nil
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        if discarding { return }
        guard waiter != nil else { return parts.append(part) }
        resume(waiterNumber, .success(part))
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        reading = false
        if waiter != nil || (watching && parts.isEmpty) { requestRead() }
        context.fireChannelReadComplete()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(error))
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Where half of a connection may be closed, this is its end for a reader.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { finish(.success(nil)) }
        context.fireUserInboundEventTriggered(event)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        finish(.success(nil))
        for waiter in writableWaiters { waiter.resume() }
        writableWaiters = []
        watching = false
        let gone = onEnd
        onEnd = nil
        gone?()
        context.fireChannelInactive()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            let waiters = writableWaiters
            writableWaiters = []
            for waiter in waiters { waiter.resume() }
        }
        context.fireChannelWritabilityChanged()
    }
}

/// A peer took longer than its limit.
package struct TimedOut: Error {}
