import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One connection to a provider. Belongs to one event loop.
struct UpstreamConnection: Sendable {
    let channel: any Channel
    let reader: PartReader<HTTPClientResponsePart>
    /// Whether it is one stream of a shared connection, which ends with its request.
    var isStream = false
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
    /// Whether HTTP/2 is spoken where the provider speaks it.
    private let offersH2: Bool
    private var shared: H2Connection?
    /// Set while a first connection finds out what the provider speaks.
    private var finding: EventLoopFuture<Void>?
    private var speaksOne = false
    private var idle: [Idle] = []
    private var closed = false

    init(
        _ address: UpstreamAddress, on loop: any EventLoop, tls: UpstreamTLS, guarding: ProxyConfiguration? = nil,
        offersH2: Bool = false
    ) {
        self.address = address
        self.guarding = guarding
        self.offersH2 = offersH2 && address.secure
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
        if offersH2, let stream = try await stream() { return stream }
        while let last = idle.popLast() {
            last.expiry.cancel()
            last.connection.reader.unwatch()
            // Closed, or it said something unasked: not to be used.
            if last.connection.channel.isActive, !last.connection.reader.isClosed, !last.connection.reader.hasPart {
                return last.connection
            }
            last.connection.channel.close(promise: nil)
        }
        switch try await connect() {
        case .one(let connection): return connection
        case .shared(let connection):
            // It spoke HTTP/1.1 before, and has learnt.
            connection.retire()
            throw UpstreamError(.closed, address.authority)
        }
    }

    /// Takes a connection back whose last reply has been read to its end.
    func park(_ connection: UpstreamConnection) {
        loop.preconditionInEventLoop()
        if connection.isStream { return }
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
        shared?.retire()
    }

    private func drop(_ connection: UpstreamConnection) {
        guard let index = idle.firstIndex(where: { $0.connection.reader === connection.reader }) else { return }
        idle.remove(at: index).expiry.cancel()
        connection.reader.unwatch()
        connection.channel.close(promise: nil)
    }

    // MARK: Streams

    /// A stream of the shared connection, which is made first if there is none; nil where the provider speaks HTTP/1.1.
    private func stream() async throws(UpstreamError) -> UpstreamConnection? {
        while !speaksOne {
            if let shared, shared.isUsable {
                do {
                    return try await shared.open()
                } catch {
                    // It has just been given up; the next one is asked, or a new one made.
                    shared.retire()
                    continue
                }
            }
            if let finding {
                // Whoever began says what broke; who waited tries for himself.
                try? await finding.get()
                continue
            }
            let found = loop.makePromise(of: Void.self)
            finding = found.futureResult
            defer {
                finding = nil
                found.succeed()
            }
            switch try await connect() {
            case .one(let connection):
                speaksOne = true
                return connection
            case .shared(let connection):
                shared = connection
                if closed { connection.retire() }
            }
        }
        return nil
    }

    // MARK: Connecting

    private enum Made: Sendable {
        case one(UpstreamConnection)
        case shared(H2Connection)
    }

    private struct Opened: Sendable {
        var channel: any Channel
        var made: EventLoopFuture<Made>
    }

    private func connect() async throws(UpstreamError) -> Made {
        do {
            let opened = try await open(address.secure ? try tls.context(h2: offersH2 && !speaksOne) : nil)
            let channel = opened.channel
            let deadline = loop.scheduleTask(in: GatewayLimits.connectTimeout) {
                channel.pipeline.fireErrorCaught(TimedOut())
            }
            defer { deadline.cancel() }
            do {
                return try await opened.made.get()
            } catch {
                channel.close(promise: nil)
                throw error
            }
        } catch {
            throw UpstreamError(connecting: error, to: address.authority)
        }
    }

    /// Refuses a certificate that the library took, before anything is sent.
    private static func check(_ channel: any Channel, _ address: UpstreamAddress) throws {
        guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate() else {
            throw UpstreamError(.badCertificate, address.authority, "none was sent")
        }
        if let problem = CertificateRules.problem(try certificate.toDERBytes()) {
            throw UpstreamError(.badCertificate, address.authority, problem)
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
        let made = channel.eventLoop.makePromise(of: Made.self)
        guard let context else {
            made.succeed(.one(try http1(channel)))
            return Opened(channel: channel, made: made.futureResult)
        }
        let pipeline = channel.pipeline.syncOperations
        // An address has no server name to send; the certificate is then checked against the address itself.
        let name = address.isAddress ? nil : address.host
        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
        try pipeline.addHandler(
            HandshakeWaiter { result in
                made.completeWith(
                    result.flatMap { negotiated in
                        Result {
                            try check(channel, address)
                            if negotiated == "h2" { return .shared(try H2Connection(configuring: channel)) }
                            let connection = try http1(channel)
                            try channel.syncOptions?.setOption(.autoRead, value: false)
                            return .one(connection)
                        }
                    })
            })
        return Opened(channel: channel, made: made.futureResult)
    }

    private static func http1(_ channel: any Channel) throws -> UpstreamConnection {
        let reader = PartReader<HTTPClientResponsePart>(on: channel.eventLoop)
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = GatewayLimits.maxHeaderBytes
        limits.maxHeaderFieldSize = GatewayLimits.maxHeaderBytes
        try channel.pipeline.syncOperations.addHandlers([
            HTTPRequestEncoder(configuration: encoding),
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop,
                    limitConfiguration: limits)
            ),
            reader,
        ])
        return UpstreamConnection(channel: channel, reader: reader)
    }
}
