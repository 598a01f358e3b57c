import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import Policy
import PromptFormats

/// A catalogue host whose TLS ends at the gate.
struct Interception: Sendable {
    /// As the client named it, normalised.
    let target: ProxyTarget
    /// Where its requests go.
    let upstream: UpstreamAddress
    /// Whether the client named that address.
    let isNamed: Bool
}

/// One CONNECT request: refused, tunnelled, or answered in the host's name.
struct ConnectRequest {
    let session: ClientSession
    let head: HTTPRequestHead
    let proxy: ProxyConfiguration

    private var core: GatewayCore { session.core }

    /// What comes of it, before anything has been connected to.
    enum Decision {
        case tunnel(ProxyTarget)
        case intercept(Interception)
        case refuse(String, status: Int, provider: String?)
    }

    /// Decides by what stands in the request alone.
    static func decide(
        _ head: HTTPRequestHead, _ proxy: ProxyConfiguration, hosts: CatalogueHosts, ownPort: Int
    ) -> Decision {
        if head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding") {
            return .refuse("CONNECT has no body.", status: 400, provider: nil)
        }
        guard let target = ProxyTarget(authority: head.uri) else {
            return .refuse("CONNECT needs host:port.", status: 400, provider: nil)
        }
        guard target.port != ownPort else {
            return .refuse(
                "The proxy does not connect to port \(ownPort), which is its own.", status: 403, provider: nil)
        }
        guard proxy.allows(port: target.port) else {
            return .refuse(
                "The proxy connects to ports 443 and 80 only; others stand under [proxy] ports in agent.toml.",
                status: 403,
                provider: nil)
        }
        guard hosts.contains(target.host) else { return .tunnel(target) }
        let provider = hosts.match(host: target.host, path: "/")?.provider
        let override = proxy.overrides[target.host]
        guard target.port != 80 || override != nil else {
            return .refuse("\(target.host) is reached over TLS only; use https.", status: 403, provider: provider)
        }
        guard proxy.issuer != nil else {
            return .refuse(
                "\(target.host) is an AI provider's host, and this device has no certificate authority to inspect what goes there. Run: sluice ca install",
                status: 503, provider: provider)
        }
        return .intercept(
            Interception(
                target: target,
                upstream: override ?? UpstreamAddress(secure: true, host: target.host, port: target.port),
                isNamed: override == nil))
    }

    /// Serves it. Returns whether the connection takes another request; throws as `Exchange.run` does.
    func run() async throws -> Exchange.Outcome {
        // The decoder ends the request with its head.
        guard case .end? = try await session.reader.next(within: GatewayLimits.bodyTimeout) else { return .close }
        switch Self.decide(head, proxy, hosts: core.services.hosts(), ownPort: session.port) {
        case .refuse(let problem, let status, let provider):
            core.logger.info("CONNECT refused", metadata: ["status": "\(status)"])
            let refusal = GenericFormat(provider: provider ?? "").refusal(problem, eventID: "", kind: .portDefence)
            session.write(OwnReply(refusal, status: status), close: true, bodiless: false)
            return .refused
        case .tunnel(let target): return try await tunnel(target)
        case .intercept(let interception): return try await intercept(interception)
        }
    }

    private static let established = ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")

    private func tunnel(_ target: ProxyTarget) async throws -> Exchange.Outcome {
        let server: Tunnel.End
        do {
            server = try await Tunnel.End.connect(to: target, proxy, on: core.loop)
        } catch {
            let isForbidden = error.cause == .forbiddenAddress
            let refusal = GenericFormat().refusal("\(error)", eventID: "", kind: .upstreamFailure)
            core.logger.info("CONNECT failed", metadata: ["cause": .string(error.cause.rawValue)])
            session.write(OwnReply(refusal, status: isForbidden ? 403 : 502), close: true, bodiless: false)
            return .refused
        }
        let reader = PartReader<ByteBuffer>(on: core.loop)
        do {
            guard !session.reader.isClosed else { throw CancellationError() }
            try session.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
            try await session.pipeline?.replace(on: session.channel, with: [reader])
        } catch {
            server.channel.close(promise: nil)
            throw error
        }
        session.channel.writeAndFlush(Self.established, promise: nil)
        let count = await Tunnel(
            client: Tunnel.End(channel: session.channel, reader: reader), server: server, executor: core.executor,
            idleLimit: GatewayLimits.tunnelIdleTimeout
        ).run()
        core.services.tunnelEnded(
            TunnelUse(
                host: target.host, application: head.headers.first(name: "user-agent"), bytesOut: count.fromClient,
                bytesIn: count.fromServer))
        core.logger.debug(
            "tunnel", metadata: ["bytes-out": "\(count.fromClient)", "bytes-in": "\(count.fromServer)"])
        return .close
    }

    // MARK: Interception

    private func intercept(_ interception: Interception) async throws -> Exchange.Outcome {
        let context: NIOSSLContext
        do {
            guard let contexts = core.contexts else { throw ChannelError.inappropriateOperationForState }
            context = try contexts.context(for: interception.target.host)
        } catch {
            core.logger.error("no certificate for a host", metadata: ["cause": .string("\(type(of: error))")])
            let message =
                "\(interception.target.host) is an AI provider's host, and no certificate can be made to inspect what goes there. \(error)"
            session.write(OwnReply(message, kind: .upstreamFailure, status: 503), close: true, bodiless: false)
            return .refused
        }
        let channel = session.channel
        let secured = core.loop.makePromise(of: ServerProtocol.self)
        channel.closeFuture.whenComplete { _ in secured.fail(ChannelError.eof) }
        let deadline = core.loop.scheduleTask(in: GatewayLimits.handshakeTimeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        // TLS reads on its own account until it stands.
        try channel.syncOptions?.setOption(.autoRead, value: true)
        let two = H2Server(core, port: session.port, interception, session.activity)
        let greeting = ByteToMessageHandler(Self.greeting(channel, interception.target.host, context, two, secured))
        try await session.pipeline?.replace(on: channel, with: [greeting])
        channel.writeAndFlush(Self.established, promise: nil)
        do {
            let negotiated = try await secured.futureResult.get()
            deadline.cancel()
            return try await serve(interception, negotiated)
        } catch let error as NIOSSLError {
            // Most often a client that does not trust the device's authority.
            core.logger.notice("TLS with a client failed", metadata: ["cause": .string("\(type(of: error))")])
            return .close
        }
    }

    /// How an intercepted connection is read.
    enum ServerProtocol: Sendable {
        case one(ServerPipeline)
        case two
    }

    /// Looks at the name in the client's greeting, and goes on with TLS only if it is the one of the CONNECT request.
    private static func greeting(
        _ channel: any Channel, _ host: String, _ context: NIOSSLContext, _ two: H2Server,
        _ secured: EventLoopPromise<ServerProtocol>
    ) -> SNIHandler {
        SNIHandler { name in
            channel.eventLoop.makeCompletedFuture {
                guard case .hostname(let sent) = name, CatalogueHosts.normalised(sent) == host else {
                    secured.fail(CancellationError())
                    channel.close(promise: nil)
                    return
                }
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLServerHandler(context: context))
                try pipeline.addHandler(
                    HandshakeWaiter { result in
                        secured.completeWith(
                            result.flatMap { negotiated in Result { try Self.secure(channel, negotiated, two) } })
                    })
            }
        }
    }

    private static func secure(
        _ channel: any Channel, _ negotiated: String?, _ two: H2Server
    ) throws -> ServerProtocol {
        if negotiated == "h2" {
            try two.configure(channel)
            return .two
        }
        let pipeline = try ServerPipeline(adding: channel, maxFieldBytes: GatewayLimits.maxProxyFieldBytes)
        // From here on nothing is read before it is asked for.
        try channel.syncOptions?.setOption(.autoRead, value: false)
        return .one(pipeline)
    }

    private func serve(_ interception: Interception, _ negotiated: ServerProtocol) async throws -> Exchange.Outcome {
        switch negotiated {
        case .one(let pipeline):
            let inner = ClientSession(
                core: core, channel: session.channel, reader: pipeline.reader, pipeline: pipeline,
                activity: session.activity,
                port: session.port,
                entrance: .tunnel(interception))
            await inner.run()
            return .close
        case .two:
            try? await session.channel.closeFuture.get()
            return .close
        }
    }
}
