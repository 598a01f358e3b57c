import NIOCore
import NIOTLS

/// Tells when TLS stands and which protocol was agreed on, or what broke it: the close alone would say only that the connection has ended.
///
/// The call-back runs once, on the event loop, before any byte behind the handshake comes: what reads them can be added in it.
final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var done: ((Result<String?, any Error>) -> Void)?

    init(_ done: @escaping (Result<String?, any Error>) -> Void) { self.done = done }

    private func finish(_ result: Result<String?, any Error>) {
        let done = done
        self.done = nil
        done?(result)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
            finish(.success(negotiated))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(error))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(ChannelError.eof))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.failure(ChannelError.eof))
    }
}
