import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One connection to a provider. Belongs to one event loop.
struct UpstreamConnection: Sendable {
    let channel: any Channel
    let reader: PartReader<HTTPClientResponsePart>
}

/// Connections to one provider, kept open between requests. Lives on one event loop; every entry checks that.
final class UpstreamPool: @unchecked Sendable {
    private struct Idle {
        var connection: UpstreamConnection
        var expiry: Scheduled<Void>
    }

    let address: UpstreamAddress
    private let loop: any EventLoop
    private let tls: UpstreamTLS
    /// Set where a client of the proxy named the address: not every one may be connected to.
    private let guarding: ProxyConfiguration?
    private var idle: [Idle] = []
    private var closed = false

    init(_ address: UpstreamAddress, on loop: any EventLoop, tls: UpstreamTLS, guarding: ProxyConfiguration? = nil) {
        self.address = address
        self.guarding = guarding
        self.loop = loop
        self.tls = tls
    }

    /// Connections that wait for a request.
    var idleCount: Int {
        loop.preconditionInEventLoop()
        return idle.count
    }

    /// A connection on which nothing is under way: the one used last, or a new one.
    func lease() async throws(UpstreamError) -> UpstreamConnection {
        loop.preconditionInEventLoop()
        while let last = idle.popLast() {
            last.expiry.cancel()
            last.connection.reader.unwatch()
            // Closed, or it said something unasked: not to be used.
            if last.connection.channel.isActive, !last.connection.reader.isClosed, !last.connection.reader.hasPart {
                return last.connection
            }
            last.connection.channel.close(promise: nil)
        }
        return try await connect()
    }

    /// Takes a connection back whose last reply has been read to its end.
    func park(_ connection: UpstreamConnection) {
        loop.preconditionInEventLoop()
        guard !closed, connection.channel.isActive, !connection.reader.hasPart else {
            return connection.channel.close(promise: nil)
        }
        if idle.count >= GatewayLimits.maxIdleUpstream { drop(idle[0].connection) }
        let expiry = loop.scheduleTask(in: GatewayLimits.upstreamIdleTimeout) { self.drop(connection) }
        idle.append(Idle(connection: connection, expiry: expiry))
        connection.reader.watch { self.drop(connection) }
    }

    /// Closes what is idle, and from now on whatever comes back.
    func close() {
        loop.preconditionInEventLoop()
        closed = true
        for each in idle { drop(each.connection) }
    }

    private func drop(_ connection: UpstreamConnection) {
        guard let index = idle.firstIndex(where: { $0.connection.reader === connection.reader }) else { return }
        idle.remove(at: index).expiry.cancel()
        connection.reader.unwatch()
        connection.channel.close(promise: nil)
    }

    // MARK: Connecting

    private struct Opened: Sendable {
        var connection: UpstreamConnection
        var secured: EventLoopFuture<Void>
    }

    private func connect() async throws(UpstreamError) -> UpstreamConnection {
        do {
            let opened = try await open(address.secure ? try tls.context() : nil)
            let deadline = loop.scheduleTask(in: GatewayLimits.connectTimeout) {
                opened.connection.channel.pipeline.fireErrorCaught(TimedOut())
            }
            defer { deadline.cancel() }
            do {
                try await opened.secured.get()
                if address.secure { try opened.connection.channel.syncOptions?.setOption(.autoRead, value: false) }
            } catch {
                opened.connection.channel.close(promise: nil)
                throw error
            }
            return opened.connection
        } catch {
            throw UpstreamError(connecting: error, to: address.authority)
        }
    }

    private func open(_ context: NIOSSLContext?) async throws -> Opened {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(GatewayLimits.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // The handshake reads on its own account; after it nothing is read before it is asked for.
            .channelOption(.autoRead, value: address.secure)
        // Each address that a name resolves to gets a channel of its own, so nothing here may be shared by two.
        let address = address
        let build: @Sendable (any Channel) -> EventLoopFuture<Opened> = { channel in
            channel.eventLoop.makeCompletedFuture { try Self.build(channel, context, address) }
        }
        // An address literal needs no resolver, which is a thread and a wait.
        if let literal = try? SocketAddress(ipAddress: address.host, port: address.port) {
            if let guarding, let problem = AddressRules.problem(literal, allowsLoopback: guarding.allowsLoopback) {
                throw UpstreamError(.forbiddenAddress, address.authority, problem)
            }
            return try await bootstrap.connect(to: literal, channelInitializer: build)
        }
        if let guarding {
            let resolver = GuardedResolver(guarding, on: loop)
            do {
                return try await bootstrap.resolver(resolver).connect(
                    host: address.host, port: address.port, channelInitializer: build)
            } catch {
                guard let problem = resolver.problem else { throw error }
                throw UpstreamError(.forbiddenAddress, address.authority, problem)
            }
        }
        return try await bootstrap.connect(host: address.host, port: address.port, channelInitializer: build)
    }

    private static func build(
        _ channel: any Channel, _ context: NIOSSLContext?, _ address: UpstreamAddress
    ) throws -> Opened {
        let pipeline = channel.pipeline.syncOperations
        let reader = PartReader<HTTPClientResponsePart>(on: channel.eventLoop)
        let secured = channel.eventLoop.makePromise(of: Void.self)
        if let context {
            // An address has no server name to send; the certificate is then checked against the address itself.
            let name = address.isAddress ? nil : address.host
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
            try pipeline.addHandler(HandshakeWaiter { secured.completeWith($0.map { _ in () }) })
        } else {
            secured.succeed()
        }
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = GatewayLimits.maxHeaderBytes
        limits.maxHeaderFieldSize = GatewayLimits.maxHeaderBytes
        try pipeline.addHandler(HTTPRequestEncoder(configuration: encoding))
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
            ))
        try pipeline.addHandler(reader)
        return Opened(
            connection: UpstreamConnection(channel: channel, reader: reader), secured: secured.futureResult)
    }
}
