import NIOCore

/// Calls back when the connection stands: before that it has neither addresses nor options.
package final class ActiveStarter: ChannelInboundHandler {
    package typealias InboundIn = Never

    private let start: (any Channel) -> Void

    /// `start` is called once, on the event loop.
    package init(_ start: @escaping (any Channel) -> Void) { self.start = start }

    package func channelActive(context: ChannelHandlerContext) {
        start(context.channel)
        context.fireChannelActive()
    }
}
