import Inspection
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Policy
import PromptFormats

@testable import Gateway

#if canImport(Glibc)
    import Glibc
#endif

/// A request as it stood on the wire.
struct WireRequest: Sendable {
    var line: String
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    func value(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// A provider's stand-in: takes requests byte by byte and answers with bytes that a test chose.
final class StandIn: Sendable {
    /// What it does with a request.
    enum Answer: Sendable {
        case bytes([UInt8], thenClose: Bool = false)
        /// Says nothing and closes.
        case close
        /// Writes pieces for as long as the socket takes them.
        case endless(head: [UInt8], piece: [UInt8])
        /// Leaves the request unanswered.
        case silence
    }

    let port: Int
    private let channel: any NIOCore.Channel
    private let state: NIOLockedValueBox<State>

    fileprivate struct State {
        var requests: [WireRequest] = []
        var connections = 0
        var open = 0
        var streamedBytes = 0
        var answer: @Sendable (WireRequest) -> Answer
        var waiters: [(test: @Sendable (State) -> Bool, promise: EventLoopPromise<Void>)] = []
    }

    init(
        tls: NIOSSLContext? = nil, _ answer: @escaping @Sendable (WireRequest) -> Answer = { _ in .bytes(reply("{}")) }
    ) async throws {
        let state = NIOLockedValueBox(State(answer: answer))
        self.state = state
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(StandInHandler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress!.port!
    }

    var requests: [WireRequest] { state.withLockedValue { $0.requests } }
    var connections: Int { state.withLockedValue { $0.connections } }
    var streamedBytes: Int { state.withLockedValue { $0.streamedBytes } }

    func answers(_ answer: @escaping @Sendable (WireRequest) -> Answer) {
        state.withLockedValue { $0.answer = answer }
    }

    /// Returns when that many requests have come.
    func waitForRequests(_ count: Int) async throws { try await wait { $0.requests.count >= count } }

    /// Returns when no connection is open.
    func waitForNoConnection() async throws { try await wait { $0.open == 0 } }

    private func wait(_ test: @escaping @Sendable (State) -> Bool) async throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        state.withLockedValue { state in
            if test(state) { promise.succeed() } else { state.waiters.append((test, promise)) }
        }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(20)) { promise.fail(TimedOut()) }
        defer { deadline.cancel() }
        try await promise.futureResult.get()
    }

    func stop() async { try? await channel.close() }

    /// A whole reply.
    static func reply(
        _ body: String, status: String = "200 OK", fields: [String] = ["Content-Type: application/json"]
    ) -> [UInt8] {
        Array(
            "HTTP/1.1 \(status)\r\n\((fields + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n"))\r\n\r\n\(body)"
                .utf8)
    }

    /// A reply in chunks.
    static func chunked(_ pieces: [String], type: String = "text/event-stream") -> [UInt8] {
        var out = Array("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for piece in pieces { out += Array("\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n".utf8) }
        return out + Array("0\r\n\r\n".utf8)
    }
}

private func reply(_ body: String) -> [UInt8] { StandIn.reply(body) }

extension NIOLockedValueBox where Value == StandIn.State {
    fileprivate func change(_ body: (inout StandIn.State) -> Void) {
        let ready = withLockedValue { state in
            body(&state)
            let now = state
            state.waiters.removeAll { $0.test(now) }
            return now.waiters.filter { $0.test(now) }
        }
        for waiter in ready { waiter.promise.succeed() }
    }
}

private final class StandInHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: NIOLockedValueBox<StandIn.State>
    private var bytes: [UInt8] = []
    private var endless: [UInt8]?

    init(_ state: NIOLockedValueBox<StandIn.State>) { self.state = state }

    func channelActive(context: ChannelHandlerContext) {
        state.change {
            $0.connections += 1
            $0.open += 1
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        endless = nil
        state.change { $0.open -= 1 }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += Array(Self.unwrapInboundIn(data).readableBytesView)
        while let request = take() {
            state.change { $0.requests.append(request) }
            let answer = state.withLockedValue { $0.answer }
            perform(answer(request), context)
        }
    }

    private func take() -> WireRequest? {
        guard let end = (0..<max(bytes.count - 3, 0)).first(where: { Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] })
        else {
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let name = line.prefix { $0 != ":" }
            return (String(name), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        let body = Array(bytes[(end + 4)..<(end + 4 + length)])
        bytes.removeFirst(end + 4 + length)
        return WireRequest(line: lines[0], fields: fields, body: body)
    }

    private func perform(_ answer: StandIn.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .bytes(let bytes, let close):
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            if close { context.close(promise: nil) }
        case .close:
            context.close(promise: nil)
        case .silence:
            break
        case .endless(let head, let piece):
            context.write(Self.wrapOutboundOut(ByteBuffer(bytes: head)), promise: nil)
            endless = piece
            stream(context)
        }
    }

    private func stream(_ context: ChannelHandlerContext) {
        while let endless, context.channel.isWritable {
            state.change { $0.streamedBytes += endless.count }
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: endless)), promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { stream(context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A client that sends bytes and reads bytes.
final class RawClient: Sendable {
    let channel: any NIOCore.Channel
    private let received: NIOLockedValueBox<Received>

    fileprivate struct Received {
        var bytes: [UInt8] = []
        var ended = false
        var waiter: (test: @Sendable ([UInt8]) -> Bool, promise: EventLoopPromise<[UInt8]>)?
    }

    init(port: Int, reads: Bool = true, host: String = "127.0.0.1") async throws {
        let received = NIOLockedValueBox(Received())
        self.received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawHandler(received), name: RawClient.handlerName)
                }
            }
            .connect(host: host, port: port).get()
    }

    /// Speaks TLS from here on, with the name that is sent, and trusts that authority alone.
    func startTLS(
        _ host: String, trusting root: [UInt8], protocols: [String] = [],
        then ready: (@Sendable (any NIOCore.Channel) throws -> Void)? = nil
    ) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: root, format: .der)])
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let secured = channel.eventLoop.makePromise(of: Void.self)
        channel.closeFuture.whenComplete { _ in secured.fail(ChannelError.eof) }
        try await channel.eventLoop.submit { [channel] in
            let pipeline = channel.pipeline.syncOperations
            let waiter = HandshakeWaiter { result in
                guard case .success = result, let ready else { return secured.completeWith(result.map { _ in () }) }
                // Another reader takes the place of ours before the first byte comes.
                pipeline.removeHandler(name: RawClient.handlerName, promise: nil)
                secured.completeWith(Result { try ready(channel) })
            }
            try pipeline.addHandler(waiter, position: .first)
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: host), position: .first)
        }.get()
        try await secured.futureResult.get()
    }

    fileprivate static let handlerName = "raw"

    func send(_ bytes: some Sequence<UInt8>) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func send(_ text: String) { send(text.utf8) }
    func close() async { try? await channel.close() }

    /// What has come once the test holds; what has come at all when the other side closes first.
    func read(until test: @escaping @Sendable ([UInt8]) -> Bool) async throws -> [UInt8] {
        let promise = channel.eventLoop.makePromise(of: [UInt8].self)
        received.withLockedValue { received in
            if received.ended || test(received.bytes) {
                promise.succeed(received.bytes)
            } else {
                received.waiter = (test, promise)
            }
        }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(20)) { promise.fail(TimedOut()) }
        defer { deadline.cancel() }
        return try await promise.futureResult.get()
    }

    /// One whole reply, taken from the front of what has come.
    func reply() async throws -> WireReply {
        let bytes = try await read { WireReply($0) != nil }
        guard let reply = WireReply(bytes) else { throw ChannelError.eof }
        received.withLockedValue { $0.bytes.removeFirst(reply.size) }
        return reply
    }

    func untilClosed() async throws -> [UInt8] { try await read { _ in false } }
}

private final class RawHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    private let received: NIOLockedValueBox<RawClient.Received>

    init(_ received: NIOLockedValueBox<RawClient.Received>) { self.received = received }

    private func change(_ body: (inout RawClient.Received) -> Void) {
        let done = received.withLockedValue { received -> (EventLoopPromise<[UInt8]>, [UInt8])? in
            body(&received)
            guard let waiter = received.waiter, received.ended || waiter.test(received.bytes) else { return nil }
            received.waiter = nil
            return (waiter.promise, received.bytes)
        }
        if let done { done.0.succeed(done.1) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
        change { $0.bytes += bytes }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { change { $0.ended = true } }
    }

    func channelInactive(context: ChannelHandlerContext) { change { $0.ended = true } }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A reply as it stood on the wire; nil until it is whole. Without a length and chunks it has no body.
struct WireReply {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]
    /// Bytes on the wire.
    var size: Int

    var text: String { String(decoding: body, as: UTF8.self) }
    func value(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }

    init?(_ bytes: [UInt8]) {
        guard let end = (0..<max(bytes.count - 3, 0)).first(where: { Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] })
        else {
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        fields = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return (String(name), String(line.dropFirst(name.count + 1).drop { $0 == " " }))
        }
        body = []
        size = end + 4
        if let length = value("content-length").flatMap({ Int($0) }) {
            guard bytes.count >= size + length else { return nil }
            body = Array(bytes[size..<size + length])
            size += length
        } else if value("transfer-encoding") == "chunked" {
            while true {
                guard
                    let line = (size..<max(bytes.count - 1, size)).first(where: {
                        bytes[$0] == 13 && bytes[$0 + 1] == 10
                    }),
                    let count = Int(String(decoding: bytes[size..<line], as: UTF8.self), radix: 16),
                    bytes.count >= line + 2 + count + 2
                else { return nil }
                body += bytes[(line + 2)..<(line + 2 + count)]
                size = line + 2 + count + 2
                if count == 0 { break }
            }
        }
    }
}

/// An Inspector that does what a test says.
final class ScriptedInspector: Inspecting {
    private let seen = NIOLockedValueBox<[Prompt]>([])
    private let judge: @Sendable (Prompt) async -> Verdict

    init(_ judge: @escaping @Sendable (Prompt) async -> Verdict = { _ in Verdict(action: .allow, tier: .tolerated) }) {
        self.judge = judge
    }

    var prompts: [Prompt] { seen.withLockedValue { $0 } }

    func inspect(_ prompt: Prompt) async -> Verdict {
        seen.withLockedValue { $0.append(prompt) }
        return await judge(prompt)
    }
}

/// A vault with one value, for every scope.
struct OneValue: PlaceholderResolving {
    var placeholder: [UInt8]
    var value: [UInt8]

    func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]? {
        placeholder == self.placeholder && context == .prose ? value : nil
    }
}

/// A vault that is empty.
struct NoValues: PlaceholderResolving {
    var isEmpty: Bool { true }
    func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]? { nil }
}

/// A gateway before a stand-in.
struct TestGateway {
    let gateway: Gateway
    let standIn: StandIn
    let inspector: ScriptedInspector
    let port: Int
    /// Tunnels that have ended.
    let tunnels = NIOLockedValueBox<[TunnelUse]>([])

    init(
        _ inspector: ScriptedInspector = ScriptedInspector(), uid: UInt32 = getuid(), upstream: String? = nil,
        vault: @escaping @Sendable (RestoreScope) -> any PlaceholderResolving = { _ in NoValues() },
        standIn tls: NIOSSLContext? = nil, trustFile: String? = nil,
        proxy: (@Sendable (_ standInPort: Int) -> ProxyConfiguration)? = nil,
        answer: @escaping @Sendable (WireRequest) -> StandIn.Answer = { _ in .bytes(StandIn.reply("{}")) }
    ) async throws {
        standIn = try await StandIn(tls: tls, answer)
        self.inspector = inspector
        let address = try UpstreamAddress(upstream ?? "http://127.0.0.1:\(standIn.port)")
        let routes = [
            GatewayRoute(provider: "openai", surface: "openai-api", upstream: address),
            GatewayRoute(provider: "anthropic", surface: "claude-api", upstream: address),
        ]
        gateway = try await Gateway.make(
            GatewayConfiguration(
                port: 0, routes: routes, uid: uid, trustFile: trustFile, proxy: proxy?(standIn.port)),
            services: GatewayServices(
                inspector: inspector, resolver: vault, scopeKey: Array("test key".utf8),
                hosts: { TestCatalogue.hosts }, user: "someone",
                tunnelEnded: { [tunnels] use in tunnels.withLockedValue { $0.append(use) } },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            group: MultiThreadedEventLoopGroup.singleton)
        port = try await gateway.start()
    }

    func client(reads: Bool = true) async throws -> RawClient { try await RawClient(port: port, reads: reads) }

    /// Sends one request on a connection of its own, and returns its reply.
    func ask(_ request: String) async throws -> WireReply {
        let client = try await client()
        client.send(request)
        let reply = try await client.reply()
        await client.close()
        return reply
    }

    func post(_ body: String, path: String = "/openai/v1/chat/completions", fields: [String] = []) -> String {
        let lines =
            ["POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + fields + ["Content-Length: \(body.utf8.count)"]
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    func stop() async {
        await gateway.stop()
        await standIn.stop()
    }
}

/// A chat request with one message.
func chat(_ text: String) -> String { #"{ "model":"gpt-5", "messages":[{"role":"user","content":"\#(text)"}] }"# }
