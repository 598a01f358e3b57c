import NIOCore
import NIOHTTP1
import NIOHTTP2

/// One connection to a provider in HTTP/2, shared by requests. Lives on its event loop.
final class H2Connection: @unchecked Sendable {
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
    private var streams = 0
    private var idle: Scheduled<Void>?
    /// Whether the provider takes no more streams.
    private(set) var isRetired = false

    /// Adds what reads the protocol at the end of the pipeline, behind TLS.
    init(configuring channel: any Channel) throws {
        self.channel = channel
        multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: H2Limits.connection(window: GatewayLimits.upstreamWindowBytes),
            streamConfiguration: H2Limits.stream(window: GatewayLimits.upstreamWindowBytes)
        ) { pushed in
            // Push is switched off.
            pushed.close()
        }
        try channel.pipeline.syncOperations.addHandler(H2ConnectionEnd { [weak self] in self?.retire() })
        wait()
    }

    var isUsable: Bool { channel.isActive && !isRetired }

    /// Opens a stream for one request.
    func open() async throws -> UpstreamConnection {
        idle?.cancel()
        streams += 1
        do {
            let loop = channel.eventLoop
            let reader = PartReader<HTTPClientResponsePart>(on: loop)
            let stream = try await multiplexer.createStreamChannel { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.syncOptions?.setOption(.autoRead, value: false)
                    try stream.pipeline.syncOperations.addHandlers([H2ClientCodec(), reader])
                }
            }.get()
            stream.closeFuture.whenComplete { _ in self.ended() }
            return UpstreamConnection(channel: stream, reader: reader, isStream: true)
        } catch {
            ended()
            throw error
        }
    }

    /// Lets requests under way end, and takes no more.
    func retire() {
        isRetired = true
        if streams == 0 { channel.close(promise: nil) }
    }

    private func ended() {
        streams -= 1
        guard streams == 0 else { return }
        if isRetired { channel.close(promise: nil) } else { wait() }
    }

    private func wait() {
        idle?.cancel()
        let channel = channel
        idle = channel.eventLoop.scheduleTask(in: GatewayLimits.upstreamIdleTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [weak self] _ in self?.idle?.cancel() }
    }
}
