import NIOConcurrencyHelpers
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

@testable import Gateway

/// One message in HTTP/2 as it came.
struct H2Message: Sendable {
    var fields: HPACKHeaders = [:]
    var body: [UInt8] = []
    var trailers: HPACKHeaders?
    var interim: [HPACKHeaders] = []

    var text: String { String(decoding: body, as: UTF8.self) }
    var status: String? { fields.first(name: ":status") }
    var names: [String] { fields.map(\.name) }
}

/// One stream of a test: collects a message, and tells when it is whole or broken.
private final class H2Collector: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var message = H2Message()
    private var done: ((Result<H2Message, any Error>) -> Void)?
    private var hasHead = false

    init(_ done: @escaping (Result<H2Message, any Error>) -> Void) { self.done = done }

    private func finish(_ result: Result<H2Message, any Error>) {
        let done = done
        self.done = nil
        done?(result)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var ends = false
        switch Self.unwrapInboundIn(data) {
        case .headers(let frame):
            if frame.headers.first(name: ":status")?.hasPrefix("1") == true {
                message.interim.append(frame.headers)
            } else if hasHead {
                message.trailers = frame.headers
            } else {
                hasHead = true
                message.fields = frame.headers
            }
            ends = frame.endStream
        case .data(let frame):
            if case .byteBuffer(let bytes) = frame.data { message.body += Array(bytes.readableBytesView) }
            ends = frame.endStream
        default: break
        }
        if ends { finish(.success(message)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(.failure(error)) }
    func channelInactive(context: ChannelHandlerContext) { finish(.failure(ChannelError.eof)) }
}

private final class Ignoring: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A provider's stand-in that speaks HTTP/2.
final class H2StandIn: Sendable {
    let port: Int
    private let channel: any NIOCore.Channel
    private let state = NIOLockedValueBox(State())

    private struct State {
        var requests: [H2Message] = []
        var connections = 0
        var broken = 0
        var streamedBytes = 0
    }

    enum Answer: Sendable {
        case message(HPACKHeaders, [[UInt8]], trailers: HPACKHeaders? = nil)
        /// Breaks the stream off after these.
        case broken(HPACKHeaders, [UInt8])
        case endless
        case silence
    }

    init(_ tls: NIOSSLContext, _ answer: @escaping @Sendable (H2Message) -> Answer) async throws {
        let state = state
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                state.withLockedValue { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    _ = try pipeline.configureHTTP2Pipeline(
                        mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            try stream.pipeline.syncOperations.addHandler(
                                H2Collector { result in
                                    guard let request = try? result.get() else {
                                        state.withLockedValue { $0.broken += 1 }
                                        return
                                    }
                                    state.withLockedValue { $0.requests.append(request) }
                                    Self.perform(answer(request), stream, state)
                                })
                        }
                    }
                    try pipeline.addHandler(Ignoring())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress!.port!
    }

    var requests: [H2Message] { state.withLockedValue { $0.requests } }
    var connections: Int { state.withLockedValue { $0.connections } }
    var streamedBytes: Int { state.withLockedValue { $0.streamedBytes } }
    func stop() async { try? await channel.close() }

    private static func perform(_ answer: Answer, _ stream: any NIOCore.Channel, _ state: NIOLockedValueBox<State>) {
        func write(_ frame: HTTP2Frame.FramePayload) { stream.writeAndFlush(frame, promise: nil) }
        switch answer {
        case .message(let fields, let pieces, let trailers):
            write(.headers(.init(headers: fields, endStream: pieces.isEmpty && trailers == nil)))
            for (index, piece) in pieces.enumerated() {
                let ends = index == pieces.count - 1 && trailers == nil
                write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: piece)), endStream: ends)))
            }
            if let trailers { write(.headers(.init(headers: trailers, endStream: true))) }
        case .broken(let fields, let body):
            write(.headers(.init(headers: fields)))
            write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: body)))))
            write(.rstStream(.internalError))
        case .endless:
            write(.headers(.init(headers: [":status": "200"])))
            more(stream, state)
        case .silence: break
        }
    }

    private static func more(_ stream: any NIOCore.Channel, _ state: NIOLockedValueBox<State>) {
        let piece = ByteBuffer(repeating: 0x61, count: 16_384)
        stream.writeAndFlush(HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(piece)))).whenSuccess {
            state.withLockedValue { $0.streamedBytes += piece.readableBytes }
            more(stream, state)
        }
    }
}

/// A client of the proxy that speaks HTTP/2 in a tunnel.
final class H2Client: Sendable {
    let raw: RawClient
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    init(_ gate: TestGateway, _ host: String = "api.openai.com") async throws {
        let made = NIOLockedValueBox<NIOHTTP2Handler.StreamMultiplexer?>(nil)
        raw = try await gate.tunnel(host, protocols: ["h2"]) { channel in
            let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
            ) { $0.close() }
            try channel.pipeline.syncOperations.addHandler(Ignoring())
            made.withLockedValue { $0 = multiplexer }
        }
        guard let multiplexer = made.withLockedValue({ $0 }) else { throw ChannelError.eof }
        self.multiplexer = multiplexer
    }

    /// Opens a stream and sends a whole request.
    func open(
        _ fields: HPACKHeaders, _ pieces: [[UInt8]] = [], trailers: HPACKHeaders? = nil, reads: Bool = true
    ) async throws -> (any NIOCore.Channel, EventLoopFuture<H2Message>) {
        let done = raw.channel.eventLoop.makePromise(of: H2Message.self)
        raw.channel.closeFuture.whenComplete { _ in done.fail(ChannelError.eof) }
        let stream = try await multiplexer.createStreamChannel { stream in
            stream.eventLoop.makeCompletedFuture {
                if !reads { try stream.syncOptions?.setOption(.autoRead, value: false) }
                try stream.pipeline.syncOperations.addHandler(H2Collector { done.completeWith($0) })
            }
        }.get()
        func write(_ frame: HTTP2Frame.FramePayload) { stream.writeAndFlush(frame, promise: nil) }
        write(.headers(.init(headers: fields, endStream: pieces.isEmpty && trailers == nil)))
        for (index, piece) in pieces.enumerated() {
            let ends = index == pieces.count - 1 && trailers == nil
            write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: piece)), endStream: ends)))
        }
        if let trailers { write(.headers(.init(headers: trailers, endStream: true))) }
        return (stream, done.futureResult)
    }

    func ask(_ fields: HPACKHeaders, _ pieces: [[UInt8]] = [], trailers: HPACKHeaders? = nil) async throws -> H2Message
    {
        let (stream, message) = try await open(fields, pieces, trailers: trailers)
        let deadline = stream.eventLoop.scheduleTask(in: .seconds(20)) { stream.close(promise: nil) }
        defer { deadline.cancel() }
        return try await message.get()
    }

    func close() async { await raw.close() }

    /// Fields of a chat request.
    static func chat(_ extra: HPACKHeaders = [:], authority: String = "api.openai.com") -> HPACKHeaders {
        var out: HPACKHeaders = [
            ":method": "POST", ":scheme": "https", ":authority": authority, ":path": "/v1/chat/completions",
        ]
        out.add(contentsOf: extra)
        return out
    }
}
