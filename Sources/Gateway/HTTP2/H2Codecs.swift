import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// One stream of a client as requests and replies. Bound to its event loop, like every handler.
final class H2ServerCodec: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var hasHead = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            switch Self.unwrapInboundIn(data) {
            case .headers(let frame):
                guard hasHead else {
                    hasHead = true
                    let head = try H2Translation.request(frame.headers, endsStream: frame.endStream)
                    context.fireChannelRead(Self.wrapInboundOut(.head(head)))
                    if frame.endStream { context.fireChannelRead(Self.wrapInboundOut(.end(nil))) }
                    return
                }
                // The library has seen to it that only trailers come twice, and that they end the stream.
                context.fireChannelRead(Self.wrapInboundOut(.end(try H2Translation.fields(frame.headers))))
            case .data(let frame):
                guard case .byteBuffer(let bytes) = frame.data else { return }
                if bytes.readableBytes > 0 { context.fireChannelRead(Self.wrapInboundOut(.body(bytes))) }
                if frame.endStream { context.fireChannelRead(Self.wrapInboundOut(.end(nil))) }
            default: return
            }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame: HTTP2Frame.FramePayload
        switch Self.unwrapOutboundIn(data) {
        case .head(let head):
            frame = .headers(.init(headers: H2Translation.block(head)))
        case .body(let bytes):
            frame = .data(.init(data: bytes))
        case .end(let trailers):
            if let trailers, !trailers.isEmpty {
                frame = .headers(.init(headers: H2Translation.block(trailers: trailers), endStream: true))
            } else {
                frame = .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
            }
        }
        context.write(Self.wrapOutboundOut(frame), promise: promise)
    }
}

/// One stream to a provider as requests and replies.
final class H2ClientCodec: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var hasHead = false
    /// Held until it is known whether a body follows: a request without one ends with its head.
    private var held: HPACKHeaders?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            switch Self.unwrapInboundIn(data) {
            case .headers(let frame):
                if hasHead {
                    context.fireChannelRead(Self.wrapInboundOut(.end(try H2Translation.fields(frame.headers))))
                    return
                }
                guard let head = try H2Translation.reply(frame.headers) else {
                    if frame.endStream { throw H2Malformed(reason: "an end before a reply") }
                    return
                }
                hasHead = true
                context.fireChannelRead(Self.wrapInboundOut(.head(head)))
                if frame.endStream { context.fireChannelRead(Self.wrapInboundOut(.end(nil))) }
            case .data(let frame):
                guard case .byteBuffer(let bytes) = frame.data else { return }
                if bytes.readableBytes > 0 { context.fireChannelRead(Self.wrapInboundOut(.body(bytes))) }
                if frame.endStream { context.fireChannelRead(Self.wrapInboundOut(.end(nil))) }
            default: return
            }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(let head):
            held = H2Translation.block(head)
            promise?.succeed()
        case .body(let bytes):
            writeHeld(context)
            context.write(Self.wrapOutboundOut(.data(.init(data: bytes))), promise: promise)
        case .end(let trailers):
            if let trailers, !trailers.isEmpty {
                writeHeld(context)
                let block = H2Translation.block(trailers: trailers)
                context.write(Self.wrapOutboundOut(.headers(.init(headers: block, endStream: true))), promise: promise)
            } else if let block = held {
                held = nil
                context.write(Self.wrapOutboundOut(.headers(.init(headers: block, endStream: true))), promise: promise)
            } else {
                let last = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer()), endStream: true)
                context.write(Self.wrapOutboundOut(.data(last)), promise: promise)
            }
        }
    }

    private func writeHeld(_ context: ChannelHandlerContext) {
        guard let block = held else { return }
        held = nil
        context.write(Self.wrapOutboundOut(.headers(.init(headers: block))), promise: nil)
    }
}
