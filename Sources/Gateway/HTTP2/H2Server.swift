import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// A client's connection in HTTP/2 whose TLS ends here: each stream is a request of its own. Lives on its event loop.
final class H2Server: @unchecked Sendable {
    private let core: GatewayCore
    private let port: Int
    private let interception: Interception
    private let activity: SessionActivity
    private var streams = 0
    private var idle: Scheduled<Void>?

    init(_ core: GatewayCore, port: Int, _ interception: Interception, _ activity: SessionActivity) {
        self.core = core
        self.port = port
        self.interception = interception
        self.activity = activity
    }

    /// Adds what reads the protocol at the end of the pipeline, behind TLS.
    func configure(_ channel: any Channel) throws {
        _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: H2Limits.connection(window: GatewayLimits.clientWindowBytes),
            streamConfiguration: H2Limits.stream(window: GatewayLimits.clientWindowBytes)
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try self.accept(stream, of: channel) }
        }
        try channel.pipeline.syncOperations.addHandler(H2ConnectionEnd())
        activity.isBusy = false
        waitForStreams(channel)
    }

    private func accept(_ stream: any Channel, of connection: any Channel) throws {
        // A stream's window opens again only as its bytes are read.
        try stream.syncOptions?.setOption(.autoRead, value: false)
        let reader = PartReader<HTTPServerRequestPart>(on: stream.eventLoop)
        try stream.pipeline.syncOperations.addHandlers([H2ServerCodec(), reader])
        idle?.cancel()
        streams += 1
        activity.isBusy = true
        let session = ClientSession(
            core: core, channel: stream, reader: reader, pipeline: nil, activity: SessionActivity(), port: port,
            entrance: .tunnel(interception))
        let task = StreamTask(session)
        Task(executorPreference: core.executor) { [self] in
            await task.session.run()
            streams -= 1
            guard streams == 0 else { return }
            activity.isBusy = false
            if activity.isStopping { connection.close(promise: nil) } else { waitForStreams(connection) }
        }
    }

    /// Hands a session to the task that runs it, on the same loop.
    private struct StreamTask: @unchecked Sendable {
        let session: ClientSession
        init(_ session: ClientSession) { self.session = session }
    }

    private func waitForStreams(_ channel: any Channel) {
        idle = channel.eventLoop.scheduleTask(in: GatewayLimits.idleTimeout) { channel.close(promise: nil) }
    }
}

/// The last handler of a connection: what breaks it closes it.
final class H2ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let retire: (() -> Void)?

    /// `retire` is called when the other side takes no more streams.
    init(retire: (() -> Void)? = nil) { self.retire = retire }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .goAway = Self.unwrapInboundIn(data).payload { retire?() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What concerns one stream ends that stream.
        if error is NIOHTTP2Errors.StreamError { return }
        retire?()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        retire?()
        context.fireChannelInactive()
    }
}

/// The library's bounds, set to ours.
enum H2Limits {
    static func connection(window: Int) -> NIOHTTP2Handler.ConnectionConfiguration {
        var out = NIOHTTP2Handler.ConnectionConfiguration()
        out.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: GatewayLimits.maxStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: GatewayLimits.maxHeaderBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: window),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        out.maximumSequentialContinuationFrames = GatewayLimits.maxContinuationFrames
        out.maximumBufferedControlFrames = GatewayLimits.maxBufferedControlFrames
        out.controlFrameRateLimit.maximumCount = GatewayLimits.maxControlFrames
        out.controlFrameRateLimit.windowLength = GatewayLimits.floodWindow
        out.targetWindowSize = max(window, 65_535)
        return out
    }

    static func stream(window: Int) -> NIOHTTP2Handler.StreamConfiguration {
        var out = NIOHTTP2Handler.StreamConfiguration()
        out.targetWindowSize = window
        out.outboundBufferSizeHighWatermark = GatewayLimits.streamBufferBytes
        out.outboundBufferSizeLowWatermark = GatewayLimits.streamBufferBytes / 2
        out.streamResetFrameRateLimit.maximumCount = GatewayLimits.maxResets
        out.streamResetFrameRateLimit.windowLength = GatewayLimits.floodWindow
        out.streamErrorRateLimit.maximumCount = GatewayLimits.maxResets
        out.streamErrorRateLimit.windowLength = GatewayLimits.floodWindow
        return out
    }
}
