import Logging
import NIOCore
import NIOHTTP1
import PromptFormats

/// One client's connection, from its first request to its last. Runs as one task on the connection's event loop.
struct ClientSession {
    let core: GatewayCore
    let channel: any Channel
    let reader: PartReader<HTTPServerRequestPart>
    /// What reads HTTP/1.1; nil for a stream in HTTP/2, which has one request.
    let pipeline: ServerPipeline?
    let activity: SessionActivity
    /// The gateway's own port.
    let port: Int
    var entrance = Entrance.port

    /// Where a connection's requests come in.
    enum Entrance {
        /// At the loopback port itself: base URLs, and the proxy's two ways of asking.
        case port
        /// In a tunnel whose TLS ends here.
        case tunnel(Interception)
    }

    /// Serves requests until the client goes, asks to close, or breaks a rule.
    func run() async {
        do {
            while try await serveOne() {}
        } catch is CancellationError {
            // The client went away, or the agent stops.
        } catch let error as BrokenReply {
            // Headers are out: all that is left is to end the connection without ending the body.
            core.logger.notice("reply broken off", metadata: ["cause": .string(error.cause)])
        } catch is TimedOut {
            if activity.isBusy { await refuse("The request took too long to arrive.", 408) }
        } catch is HTTPParserError {
            await refuse("The request is not well-formed HTTP/1.1.", 400)
        } catch {
            core.logger.debug("connection broke", metadata: ["cause": .string("\(type(of: error))")])
        }
        await finishWriting()
        channel.close(promise: nil)
    }

    /// Waits until the client has taken the last answer, as far as the system's buffers go: closing throws away what is still here.
    private func finishWriting() async {
        guard let written = activity.written, channel.isActive else { return }
        let deadline = core.loop.scheduleTask(in: GatewayLimits.bodyTimeout) { [channel] in channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        try? await written.get()
    }

    /// One request; false ends the connection.
    private func serveOne() async throws -> Bool {
        activity.isBusy = false
        guard !activity.isStopping else { return false }
        pipeline?.clock.arm()
        guard let part = try await reader.next(within: GatewayLimits.idleTimeout) else { return false }
        pipeline?.clock.stop()
        activity.isBusy = true
        guard case .head(let head) = part else { return false }
        if case .port = entrance, head.method == .CONNECT, let proxy = core.configuration.proxy {
            return try await connect(head, proxy)
        }
        var exchange = Exchange(session: self, head: head)
        let outcome = try await exchange.run()
        switch outcome {
        case .next: return !activity.isStopping
        case .close: return false
        case .refused:
            await linger()
            return false
        }
    }

    private func connect(_ head: HTTPRequestHead, _ proxy: ProxyConfiguration) async throws -> Bool {
        if let problem = HeaderRules.problem(head) {
            write(OwnReply(problem, kind: .badRequest), close: true, bodiless: false)
            await linger()
            return false
        }
        let outcome = try await ConnectRequest(session: self, head: head, proxy: proxy).run()
        if case .refused = outcome { await linger() }
        return false
    }

    private func refuse(_ message: String, _ status: Int) async {
        core.logger.info("request refused", metadata: ["status": "\(status)", "reason": .string(message)])
        write(OwnReply(message, kind: .badRequest, status: status), close: true, bodiless: false)
        await linger()
    }

    /// Ends the connection so that the client still reads the answer: closing at once while it is sending would reset it.
    private func linger() async {
        reader.discardRest()
        channel.close(mode: .output, promise: nil)
        try? channel.syncOptions?.setOption(.autoRead, value: true)
        let deadline = core.loop.scheduleTask(in: .seconds(2)) { [channel] in channel.close(promise: nil) }
        try? await channel.closeFuture.get()
        deadline.cancel()
    }

    /// Tells a client that waits for it to send its body.
    func writeContinue() {
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        channel.writeAndFlush(HTTPServerResponsePart.head(go), promise: nil)
    }

    /// Writes an answer of the gate's own.
    func write(_ reply: OwnReply, close: Bool, bodiless: Bool) {
        var head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: reply.headers)
        if close { head.headers.replaceOrAdd(name: "connection", value: "close") }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !bodiless {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: reply.body))), promise: nil)
        }
        writeEnd()
    }

    /// Ends a reply.
    func writeEnd(trailers: HTTPHeaders? = nil) {
        activity.written = channel.writeAndFlush(HTTPServerResponsePart.end(trailers))
    }
}

/// Whether a connection has a request under way; touched on its event loop only.
final class SessionActivity: @unchecked Sendable {
    var isBusy = false
    /// The end of the last reply.
    var written: EventLoopFuture<Void>?
    var isStopping = false
}

/// The reply broke off after its head was sent.
struct BrokenReply: Error {
    var cause: String
}
