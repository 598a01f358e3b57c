import Inspection
import Logging
import NIOCore
import NIOHTTP1
import Policy
import PromptFormats

extension Exchange {
    /// Whether a request asks for a WebSocket (RFC 6455, section 4.2.1).
    static func asksForWebSocket(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.version == .http1_1
            && head.headers["upgrade"].map { $0.lowercased() } == ["websocket"]
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers["sec-websocket-version"] == ["13"] && head.headers["sec-websocket-key"].count == 1
    }

    /// Opens a WebSocket to the provider, and passes on each message of the client when it may leave.
    ///
    /// Nothing is redacted here, since no reply is restored: what policy would redact it stops. Extensions are negotiated away.
    mutating func webSocket(_ admitted: Admitted) async throws -> Outcome {
        // The URL may carry text; what it carries is judged before anything is connected to.
        let judged = try await judge(ByteBuffer(), admitted)
        let connection = try await lease(judged, admitted)
        defer { connection.channel.close(promise: nil) }
        connection.channel.write(HTTPClientRequestPart.head(webSocketHead(judged, admitted)), promise: nil)
        connection.channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        guard case .head(let reply)? = try? await connection.reader.next(within: GatewayLimits.connectTimeout) else {
            throw unreachable(UpstreamError(.closed, admitted.provider.route.authority), judged, admitted)
        }
        guard reply.status == .switchingProtocols else { return try await relay(reply, connection, judged, admitted) }
        guard !reply.headers.contains(name: "sec-websocket-extensions"),
            reply.headers["upgrade"].map({ $0.lowercased() }) == ["websocket"]
        else {
            throw unreachable(
                UpstreamError(.badReply, admitted.provider.route.authority, "another protocol"), judged, admitted)
        }
        status = 101
        let server = try await rawServer(connection)
        let client = try await rawClient(reply)
        await WebSocketRelay(exchange: self, admitted: admitted, client: client, server: server).run()
        return .close
    }

    private func webSocketHead(_ judged: Judged, _ admitted: Admitted) -> HTTPRequestHead {
        let outgoing = HeaderRules.Outgoing(
            authority: admitted.provider.route.authority, bodyBytes: nil, needsPlainReply: false,
            edits: judged.wire.headers)
        var fields = HeaderRules.toProvider(head.headers, outgoing)
        fields.remove(name: "sec-websocket-extensions")
        fields.add(name: "Connection", value: "Upgrade")
        fields.add(name: "Upgrade", value: "websocket")
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: admitted.provider.route.upstream.basePath + admitted.path,
            headers: fields)
    }

    /// The provider's side without HTTP.
    private func rawServer(_ connection: UpstreamConnection) async throws -> Tunnel.End {
        // The decoder ends the reply with its head; what follows is for whoever comes after it.
        _ = try await connection.reader.next(within: GatewayLimits.connectTimeout)
        let pipeline = connection.channel.pipeline.syncOperations
        let reader = PartReader<ByteBuffer>(on: connection.channel.eventLoop)
        try await pipeline.removeHandler(connection.reader).get()
        try await pipeline.removeHandler(
            context: pipeline.context(handlerType: HTTPRequestEncoder.self)
        ).get()
        try pipeline.addHandler(reader)
        try await pipeline.removeHandler(
            context: pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self)
        ).get()
        return Tunnel.End(channel: connection.channel, reader: reader)
    }

    /// The client's side without HTTP, after the provider's word that the protocol has changed.
    private func rawClient(_ reply: HTTPResponseHead) async throws -> Tunnel.End {
        var fields = HeaderRules.toClient(reply.headers, length: nil, keepsLength: false, event: nil, isProxied: true)
        fields.add(name: "Connection", value: "Upgrade")
        fields.add(name: "Upgrade", value: "websocket")
        let out = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: fields)
        session.channel.writeAndFlush(HTTPServerResponsePart.head(out), promise: nil)
        let reader = PartReader<ByteBuffer>(on: session.channel.eventLoop)
        try await session.pipeline?.replace(on: session.channel, with: [reader])
        return Tunnel.End(channel: session.channel, reader: reader)
    }

    /// Why a message is stopped; nil if it may leave.
    fileprivate mutating func problem(_ payload: [UInt8], _ admitted: Admitted) async -> String? {
        let parsed: ParsedRequest
        do {
            parsed = try admitted.format.parse(payload, of: admitted.requestHead)
        } catch {
            // What is no JSON is looked at as it is.
            guard
                let whole = try? GenericFormat(provider: admitted.requestHead.provider).parse(
                    payload, of: admitted.requestHead)
            else { return "A message can't be read, so it was not sent." }
            parsed = whole
        }
        let segments = PromptBuilder.segments(parsed).map { segment in
            var sealed = segment
            sealed.rewritable = false
            return sealed
        }
        let prompt = prompt(parsed, segments: segments, opaque: PromptBuilder.opaque(parsed), admitted)
        let verdict = await core.services.inspector.inspect(prompt)
        action = verdict.action.rawValue
        guard verdict.action > .coach || !verdict.edits.isEmpty else { return nil }
        return verdict.message.isEmpty ? "Sluice stopped this message." : verdict.message
    }
}

/// Both directions of an open WebSocket.
private final class WebSocketRelay: @unchecked Sendable {
    private var exchange: Exchange
    private let admitted: Exchange.Admitted
    private let client: Tunnel.End
    private let server: Tunnel.End
    private var isStopped = false

    init(exchange: Exchange, admitted: Exchange.Admitted, client: Tunnel.End, server: Tunnel.End) {
        self.exchange = exchange
        self.admitted = admitted
        self.client = client
        self.server = server
    }

    /// Runs until one side ends, breaks the protocol, or is stopped. Closes both.
    func run() async {
        let downward = Task(executorPreference: exchange.core.executor) { [self] in
            await carryReplies()
            server.channel.close(promise: nil)
            // Who is stopped is told so first.
            if !isStopped { client.channel.close(promise: nil) }
        }
        let last = await carryMessages()
        isStopped = last != nil
        // Behind the last whole frame of the provider.
        server.channel.close(promise: nil)
        await downward.value
        if let last, client.channel.isActive {
            try? await client.channel.writeAndFlush(ByteBuffer(bytes: last)).get()
        }
        client.channel.close(promise: nil)
    }

    /// Returns the Close frame that the client is to get, if it is stopped.
    private func carryMessages() async -> [UInt8]? {
        var frames = WebSocketFrames(isMasked: true)
        while let piece = try? await client.reader.next(within: GatewayLimits.tunnelIdleTimeout) {
            for action in frames.feed(piece.readableBytesView) {
                switch action {
                case .forward(let bytes): server.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
                case .fail(let code, let reason): return WebSocketFrames.close(code, reason)
                case .judge(let payload, let raw):
                    if let problem = await exchange.problem(payload, admitted) {
                        exchange.core.logger.info("websocket stopped")
                        return WebSocketFrames.close(1008, problem)
                    }
                    server.channel.writeAndFlush(ByteBuffer(bytes: raw), promise: nil)
                }
            }
            await server.reader.writable()
        }
        return nil
    }

    private func carryReplies() async {
        var frames = WebSocketFrames(isMasked: false)
        while let piece = try? await server.reader.next(within: GatewayLimits.tunnelIdleTimeout) {
            for action in frames.feed(piece.readableBytesView) {
                switch action {
                case .forward(let bytes), .judge(_, let bytes):
                    client.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
                case .fail: return
                }
            }
            await client.reader.writable()
        }
    }
}
