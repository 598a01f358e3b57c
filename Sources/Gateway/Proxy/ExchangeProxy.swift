import NIOCore
import NIOHTTP1
import Policy
import PromptFormats

extension Exchange {
    /// Whether the client asked us as a proxy, not by a base URL.
    var isProxied: Bool {
        if case .tunnel = session.entrance { return true }
        return core.configuration.proxy != nil && ProxyTarget.absolute(head.uri) != nil
    }

    /// Whether the client asks for a WebSocket where one is served: in a tunnel whose TLS ends here.
    var isWebSocket: Bool {
        guard case .tunnel = session.entrance else { return false }
        return Self.asksForWebSocket(head)
    }

    // MARK: Admission

    /// A request inside a tunnel whose TLS ends here: for the tunnel's host, and no other.
    mutating func admit(from interception: Interception) async throws -> Admitted {
        let host = interception.target.host
        let hosts = core.services.hosts()
        let match = hosts.match(host: host, path: head.uri)
        let format = GenericFormat(provider: match?.provider ?? "")
        func refused(_ problem: String, _ status: Int, _ reason: String) -> Answered {
            Answered(
                reply: OwnReply(format.refusal(problem, eventID: "", kind: .badRequest), status: status), reason: reason
            )
        }
        let named = head.headers["host"]
        guard named.count == 1, let first = named.first,
            ProxyTarget(authority: first, standardPort: 443) == interception.target
        else {
            throw refused("The Host field must be \(host), for which this connection was opened.", 421, "misdirected")
        }
        try await readEnd()
        if [.CONNECT, .TRACE].contains(head.method) {
            throw refused("\(head.method.rawValue) is not served here.", 405, "method")
        }
        if let problem = RequestTarget.problem(head.uri, maxBytes: GatewayLimits.maxProxyTargetBytes) {
            throw refused(problem, 400, "malformed")
        }
        guard let origins = core.origins else { throw CancellationError() }
        let pool = origins.pool(
            interception.upstream, isNamed: interception.isNamed, offersH2: head.version.major == 2)
        guard let match, !CatalogueHosts.isSignIn(host) else {
            return passing(pool, match?.provider ?? "-", path: head.uri, format)
        }
        let requestHead = RequestHead(
            provider: match.provider, method: head.method.rawValue, path: head.uri,
            headers: head.headers.map { (name: $0.name, value: $0.value) })
        return Admitted(
            provider: GatewayCore.Provider(
                route: GatewayRoute(
                    provider: match.provider, surface: match.surface, upstream: interception.upstream,
                    host: interception.target.authority(secure: true)),
                pool: pool), path: head.uri, requestHead: requestHead, format: RequestFormats.match(requestHead))
    }

    /// A request with an absolute `http` URL. Those for a provider's host are not sent in the clear.
    func admit(absolute target: ProxyTarget, _ path: String) throws -> Admitted {
        func refused(_ problem: String, _ status: Int, _ provider: String = "") -> Answered {
            Answered(
                reply: OwnReply(
                    GenericFormat(provider: provider).refusal(problem, eventID: "", kind: .badRequest), status: status),
                reason: "proxy-refused")
        }
        if [.CONNECT, .TRACE].contains(head.method) {
            throw refused("\(head.method.rawValue) is not served here.", 405)
        }
        let named = head.headers["host"]
        guard named.count == 1, let first = named.first, ProxyTarget(authority: first, standardPort: 80) == target
        else {
            throw refused("The Host field must be that of the URL.", 400)
        }
        if let problem = RequestTarget.problem(path, maxBytes: GatewayLimits.maxProxyTargetBytes) {
            throw refused(problem, 400)
        }
        guard let proxy = core.configuration.proxy, let origins = core.origins, proxy.allows(port: target.port),
            target.port != session.port
        else {
            throw refused("The proxy does not connect to port \(target.port).", 403)
        }
        let hosts = core.services.hosts()
        if hosts.contains(target.host) {
            let provider = hosts.match(host: target.host, path: path)?.provider ?? ""
            throw refused("\(target.host) is reached over TLS only; use https.", 403, provider)
        }
        let address = UpstreamAddress(secure: false, host: target.host, port: target.port)
        return passing(origins.pool(address, isNamed: true), "-", path: path, GenericFormat())
    }

    private func passing(
        _ pool: UpstreamPool, _ provider: String, path: String, _ format: any RequestFormat
    ) -> Admitted {
        Admitted(
            provider: GatewayCore.Provider(
                route: GatewayRoute(provider: provider, surface: "-", upstream: pool.address), pool: pool), path: path,
            requestHead: RequestHead(provider: provider, method: head.method.rawValue, path: path), format: format,
            passes: true)
    }

    // MARK: Passing through

    /// Sends a request on as it comes, and its reply back as it comes.
    mutating func passThrough(_ admitted: Admitted) async throws -> Outcome {
        guard !session.reader.isClosed else { throw CancellationError() }
        let nothing = Judged(body: ByteBuffer(), event: nil, resolver: nil)
        let connection = try await lease(nothing, admitted)
        var parked = false
        defer {
            session.reader.unwatch()
            if !parked { connection.channel.close(promise: nil) }
        }
        let channel = connection.channel
        var fields = HeaderRules.passing(
            head.headers, authority: admitted.provider.route.authority, edits: tenantHeaders(admitted))
        if head.version.major == 2, !connection.isStream { fields = HeaderRules.joiningCookies(fields) }
        let request = HTTPRequestHead(version: .http1_1, method: head.method, uri: admitted.path, headers: fields)
        channel.write(HTTPClientRequestPart.head(request), promise: nil)
        let sending = BodyPump(session: session, channel: channel, isRead: bodyRead)
        if !bodyRead, head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            session.writeContinue()
        }
        let pump = Task(executorPreference: core.executor) { await sending.run() }
        do {
            let reply = try await replyHead(connection, nothing, admitted)
            let outcome = try await relay(reply, connection, nothing, admitted)
            // What the client still sends belongs to a request that has been answered.
            guard sending.isComplete else {
                pump.cancel()
                return .refused
            }
            bodyRead = true
            if reply.isKeepAlive, !session.reader.isClosed {
                session.reader.unwatch()
                admitted.provider.pool.park(connection)
                parked = true
            }
            return outcome
        } catch {
            bodyRead = sending.isComplete
            pump.cancel()
            throw error
        }
    }
}

/// Carries the body of a request that is not held. Touched on the event loop only.
private final class BodyPump: @unchecked Sendable {
    let session: ClientSession
    let channel: any Channel
    /// Whether the request has been read and written to its end.
    private(set) var isComplete = false
    private var isRead: Bool

    init(session: ClientSession, channel: any Channel, isRead: Bool) {
        self.session = session
        self.channel = channel
        self.isRead = isRead
    }

    func run() async {
        let channel = channel
        do {
            var trailers: HTTPHeaders?
            while !isRead {
                switch try await session.reader.next(within: GatewayLimits.bodyTimeout) {
                case .body(let piece):
                    try await channel.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(piece))).get()
                case .end(let fields):
                    trailers = fields
                    isRead = true
                case .head, nil: throw ChannelError.eof
                }
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(HeaderRules.trailers(trailers)), promise: nil)
            isComplete = true
            session.reader.watch { channel.close(promise: nil) }
        } catch {
            channel.close(promise: nil)
        }
    }
}
