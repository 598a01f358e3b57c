import NIOCore
import NIOHTTP1

/// The handlers that read and write HTTP/1.1 on a client's connection. Unchecked because the handlers are bound to their event loop.
struct ServerPipeline: @unchecked Sendable {
    let reader: PartReader<HTTPServerRequestPart>
    let clock: HeadClock
    private let encoder: HTTPResponseEncoder
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>

    /// Adds them at the end of a channel's pipeline. Must run on the channel's event loop.
    init(adding channel: any Channel, maxFieldBytes: Int) throws {
        reader = PartReader(on: channel.eventLoop)
        clock = HeadClock(limit: GatewayLimits.headTimeout)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = GatewayLimits.maxHeaderBytes
        limits.maxHeaderFieldSize = maxFieldBytes
        limits.maxHeaderFieldCount = GatewayLimits.maxFields
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        encoder = HTTPResponseEncoder(configuration: encoding)
        // What follows a CONNECT is not for the decoder: it is handed on when the decoder goes.
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop, limitConfiguration: limits))
        try channel.pipeline.syncOperations.addHandlers([encoder, clock, decoder, reader])
    }

    /// Takes the handlers away and puts others at the end, which get every byte that has not been read yet.
    func replace(on channel: any Channel, with handlers: [any ChannelHandler]) async throws {
        let pipeline = channel.pipeline.syncOperations
        try await pipeline.removeHandler(reader).get()
        try await pipeline.removeHandler(clock).get()
        try await pipeline.removeHandler(encoder).get()
        try pipeline.addHandlers(handlers)
        try await pipeline.removeHandler(decoder).get()
    }
}
