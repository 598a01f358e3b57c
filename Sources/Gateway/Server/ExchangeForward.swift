import Inspection
import NIOCore
import NIOHTTP1
import PromptFormats

extension Exchange {
    /// Sends what may leave and streams the reply back.
    mutating func forward(_ judged: Judged, _ admitted: Admitted) async throws -> Outcome {
        guard !session.reader.isClosed else { throw CancellationError() }
        let connection = try await lease(judged, admitted)
        var parked = false
        defer {
            session.reader.unwatch()
            if !parked { connection.channel.close(promise: nil) }
        }
        guard !session.reader.isClosed else { throw CancellationError() }
        // A client that goes away takes its request with it.
        session.reader.watch { connection.channel.close(promise: nil) }
        let sent = send(judged, admitted, on: connection)
        let reply = try await replyHead(connection, judged, admitted)
        let relayed = try await relay(reply, connection, judged, admitted)
        if reply.isKeepAlive, sent.isComplete, !session.reader.isClosed {
            session.reader.unwatch()
            admitted.provider.pool.park(connection)
            parked = true
        }
        return relayed
    }

    func lease(_ judged: Judged, _ admitted: Admitted) async throws -> UpstreamConnection {
        do {
            return try await admitted.provider.pool.lease()
        } catch {
            throw unreachable(error, judged, admitted)
        }
    }

    private func send(_ judged: Judged, _ admitted: Admitted, on connection: UpstreamConnection) -> SendProgress {
        let statesLength = hasBody || head.headers.contains(name: "content-length")
        let outgoing = HeaderRules.Outgoing(
            authority: admitted.provider.route.authority,
            bodyBytes: statesLength ? judged.body.readableBytes : nil,
            needsPlainReply: judged.resolver != nil || ShownTerms.areShown(to: admitted.requestHead),
            dropsCoding: judged.dropsCoding, edits: judged.wire.headers)
        var fields = HeaderRules.toProvider(head.headers, outgoing)
        if head.version.major == 2, !connection.isStream { fields = HeaderRules.joiningCookies(fields) }
        let request = HTTPRequestHead(
            version: .http1_1, method: head.method, uri: admitted.provider.route.upstream.basePath + admitted.path,
            headers: fields)
        let progress = SendProgress()
        let channel = connection.channel
        channel.write(HTTPClientRequestPart.head(request), promise: nil)
        if judged.body.readableBytes > 0 {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(judged.body)), promise: nil)
        }
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenSuccess { progress.isComplete = true }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: written)
        return progress
    }

    func replyHead(
        _ connection: UpstreamConnection, _ judged: Judged, _ admitted: Admitted
    ) async throws -> HTTPResponseHead {
        let authority = admitted.provider.route.upstream.authority
        do {
            let part = try await connection.reader.next(within: GatewayLimits.replyTimeout)
            if case .head(let reply)? = part, reply.status != .switchingProtocols { return reply }
            throw part == nil
                ? UpstreamError(.closed, authority) : UpstreamError(.badReply, authority, "a switch of protocols")
        } catch {
            if session.reader.isClosed { throw CancellationError() }
            let cause =
                error is HTTPParserError
                ? UpstreamError(.badReply, authority, "not well-formed")
                : UpstreamError(connecting: error, to: authority)
            throw unreachable(cause, judged, admitted)
        }
    }

    func unreachable(_ error: UpstreamError, _ judged: Judged, _ admitted: Admitted) -> Answered {
        let refusal = admitted.format.refusal(
            "Sluice could not reach the provider. \(error)", eventID: judged.event ?? "", kind: .upstreamFailure)
        // Closed before an answer: without the gate, clients try again.
        let extra = error.cause == .closed ? [("x-should-retry", "true")] : []
        return Answered(reply: OwnReply(refusal, adding: extra), reason: "upstream-\(error.cause.rawValue)")
    }

    // MARK: The reply

    /// Streams a reply to the client. From here on the only way to tell of a failure is to break off.
    mutating func relay(
        _ reply: HTTPResponseHead, _ connection: UpstreamConnection, _ judged: Judged, _ admitted: Admitted
    ) async throws -> Outcome {
        status = Int(reply.status.code)
        var exchange = judged.exchange
        var watcher = AccountWatcher(reply, to: admitted.requestHead)
        defer { if let scope = judged.scope { core.services.inspector.observe(watcher.shown, within: scope) } }
        var restorer = judged.resolver.map { _ in
            admitted.format.reply(
                ReplyHead(status: status, headers: reply.headers.map { (name: $0.name, value: $0.value) }))
        }
        if restorer?.mayChangeBytes == false { restorer = nil }
        if restorer != nil, let length = reply.headers.first(name: "content-length").flatMap({ Int($0) }),
            length <= FormatLimits.maxReplyBytes, head.method != .HEAD
        {
            return try await relayWhole(reply, &restorer, &watcher, connection, judged, admitted)
        }
        let goesOn = writeHead(reply, length: restorer == nil ? .asItCame : .unknown, event: judged.event)
        let channel = session.channel
        do {
            while let part = try await connection.reader.next(within: GatewayLimits.replyTimeout) {
                switch part {
                case .head:
                    throw BrokenReply(cause: "a second head")
                case .body(let piece):
                    try await checkStillAllowed(&exchange)
                    watcher.feed(piece)
                    let out = restored(piece, &restorer, judged.resolver)
                    if out.readableBytes > 0 {
                        channel.write(HTTPServerResponsePart.body(.byteBuffer(out)), promise: nil)
                    }
                    if !connection.reader.hasPart {
                        channel.flush()
                        await session.reader.writable()
                        if session.reader.isClosed { throw CancellationError() }
                    }
                case .end(let trailers):
                    let rest = finished(&restorer, judged.resolver)
                    if rest.readableBytes > 0 {
                        channel.write(HTTPServerResponsePart.body(.byteBuffer(rest)), promise: nil)
                    }
                    session.writeEnd(trailers: isProxied ? HeaderRules.trailers(trailers) : nil)
                    return goesOn ? .next : .close
                }
            }
            throw BrokenReply(cause: "the provider closed in mid-reply")
        } catch {
            if session.reader.isClosed { throw CancellationError() }
            if let suspended = error as? SuspendedReply { throw BrokenReply(cause: suspended.cause) }
            // What was held back is the provider's word all the same.
            let rest = finished(&restorer, judged.resolver)
            if rest.readableBytes > 0 {
                channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(rest)), promise: nil)
            }
            throw error as? BrokenReply ?? BrokenReply(cause: "\(type(of: error))")
        }
    }

    private struct SuspendedReply: Error { var cause: String }

    /// Ends a reply whose model or provider has been suspended since it began.
    private mutating func checkStillAllowed(_ exchange: inout OpenExchange?) async throws {
        guard var open = exchange else { return }
        guard core.services.inspector.isStillAllowed(&open) else {
            let event = await core.services.inspector.recordBrokenOff(open)
            action = "suspended"
            throw SuspendedReply(cause: "suspended, event \(event)")
        }
        exchange = open
    }

    /// Relays a reply that is no stream and has values put back: it is held whole anyway, so the client gets a length again.
    private mutating func relayWhole(
        _ reply: HTTPResponseHead, _ restorer: inout (any ReplyRestorer)?, _ watcher: inout AccountWatcher,
        _ connection: UpstreamConnection, _ judged: Judged, _ admitted: Admitted
    ) async throws -> Outcome {
        var whole = ByteBuffer()
        do {
            while let part = try await connection.reader.next(within: GatewayLimits.replyTimeout) {
                if case .body(let piece) = part {
                    watcher.feed(piece)
                    var out = restored(piece, &restorer, judged.resolver)
                    whole.writeBuffer(&out)
                }
                guard case .end = part else { continue }
                var rest = finished(&restorer, judged.resolver)
                whole.writeBuffer(&rest)
                let goesOn = writeHead(reply, length: .bytes(whole.readableBytes), event: judged.event)
                session.channel.write(HTTPServerResponsePart.body(.byteBuffer(whole)), promise: nil)
                session.writeEnd()
                return goesOn ? .next : .close
            }
        } catch {
            // Told below, like a plain end of the connection.
        }
        if session.reader.isClosed { throw CancellationError() }
        let authority = admitted.provider.route.upstream.authority
        throw unreachable(UpstreamError(.closed, authority), judged, admitted)
    }

    private enum ReplyLength {
        case asItCame, unknown
        case bytes(Int)
    }

    private func writeHead(_ reply: HTTPResponseHead, length: ReplyLength, event: String?) -> Bool {
        var count: Int?
        var keepsLength = true
        switch length {
        case .asItCame: break
        case .unknown: keepsLength = false
        case .bytes(let bytes): count = bytes
        }
        var headers = HeaderRules.toClient(
            reply.headers, length: count, keepsLength: keepsLength, event: event, isProxied: isProxied)
        let hasNoBody = head.method == .HEAD || reply.status == .noContent || reply.status == .notModified
        var goesOn = keepsAlive
        if !hasNoBody, !headers.contains(name: "content-length") {
            if head.version == .http1_1 {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            } else {
                // The end of the connection is the end of the body.
                goesOn = false
            }
        }
        if !goesOn { headers.add(name: "Connection", value: "close") }
        let out = HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)
        session.channel.write(HTTPServerResponsePart.head(out), promise: nil)
        return goesOn
    }

    private func restored(
        _ piece: ByteBuffer, _ restorer: inout (any ReplyRestorer)?, _ resolver: (any PlaceholderResolving)?
    ) -> ByteBuffer {
        guard var machine = restorer, let resolver else { return piece }
        // Out of the variable while it works, so that its buffers are not copied.
        restorer = nil
        let out = machine.feed(Array(piece.readableBytesView), restoring: resolver)
        restorer = machine
        return ByteBuffer(bytes: out)
    }

    private func finished(
        _ restorer: inout (any ReplyRestorer)?, _ resolver: (any PlaceholderResolving)?
    ) -> ByteBuffer {
        guard var machine = restorer, let resolver else { return ByteBuffer() }
        restorer = nil
        return ByteBuffer(bytes: machine.finish(restoring: resolver))
    }
}

/// Whether a request has been written to its end. Touched on the event loop only.
final class SendProgress: @unchecked Sendable {
    var isComplete = false
}
