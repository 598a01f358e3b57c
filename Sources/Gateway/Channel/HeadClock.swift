import NIOCore

/// Fails the connection when a request's head takes longer than `GatewayLimits.headTimeout` from its first byte.
///
/// Stands before the decoder, which shows a head only when it is whole. Loop-bound like `PartReader`.
final class HeadClock: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: TimeAmount
    private var armed = true
    private var deadline: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    /// A head is expected: the next byte starts the clock.
    func arm() { armed = true }

    /// The head is whole.
    func stop() {
        armed = false
        deadline?.cancel()
        deadline = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if armed {
            armed = false
            let bound = context.loopBound
            deadline = context.eventLoop.scheduleTask(in: limit) { bound.value.fireErrorCaught(TimedOut()) }
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }
}
