import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import Collector

/// What a connection may do, over raw sockets.
@Suite struct ConnectionTests {
    @Test func headersAtTheLimitAreTakenAndLongerOnesEndTheConnection() async throws {
        var limits = CollectorLimits()
        limits.maxHeaderBytes = 2_000
        try await Self.serve(limits) { port in
            let fits = String(repeating: "a", count: 1_500)
            let small = try await RawClient.talk(
                port, send: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: \(fits)\r\nConnection: close\r\n\r\n")
            #expect(small.hasPrefix("HTTP/1.1 200"))
            let long = String(repeating: "a", count: 3_000)
            let large = try await RawClient.talk(
                port, send: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: \(long)\r\n\r\n")
            #expect(large.isEmpty || large.hasPrefix("HTTP/1.1 4"))
            #expect(!large.contains("200 OK"))
        }
    }

    @Test func aHeadThatNeverEndsIsCutOff() async throws {
        var limits = CollectorLimits()
        limits.maxIdleSeconds = 1
        try await Self.serve(limits) { port in
            // Nothing more is sent; the answer is the closed connection.
            let answer = try await RawClient.talk(port, send: "GET /healthz HTTP/1.1\r\nHost: local")
            #expect(!answer.contains("200 OK"))
        }
    }

    @Test func aBodyThatDripsIsCutOff() async throws {
        var limits = CollectorLimits()
        limits.maxIdleSeconds = 60
        limits.maxBodySeconds = 1
        try await Self.serve(limits) { port in
            let head = """
                POST /api/v1/events HTTP/1.1\r
                Host: localhost\r
                Authorization: Bearer \(TestCollector.token)\r
                Content-Length: 1000\r
                \r
                {"device"
                """
            let answer = try await RawClient.talk(port, send: head)
            #expect(!answer.contains("200 OK"))
        }
    }

    @Test func anEndlessBodyIsRefusedAtTheLimit() async throws {
        var limits = CollectorLimits()
        limits.maxBatchBytes = 10_000
        try await Self.serve(limits) { port in
            let chunk = "2000\r\n" + String(repeating: " ", count: 0x2000) + "\r\n"
            let head = """
                POST /api/v1/events HTTP/1.1\r
                Host: localhost\r
                Authorization: Bearer \(TestCollector.token)\r
                Transfer-Encoding: chunked\r
                Connection: close\r
                \r

                """
            let answer = try await RawClient.talk(port, send: head + chunk + chunk + "0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func aForeignHostReadsNothingButMayDeliver() async throws {
        try await Self.serve(.standard) { port in
            for path in [
                "/console", "/api/v1/events", "/metrics", "/console/live", "/api/v1/openapi.json", "/console/devices",
            ] {
                let answer = try await RawClient.talk(
                    port, send: "GET \(path) HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 403"), "\(path)")
            }
            let none = try await RawClient.talk(port, send: "GET /console HTTP/1.0\r\nConnection: close\r\n\r\n")
            #expect(!none.contains("200 OK"))
            let body = String(buffer: try Sample.body(Sample.batch([Sample.event(1)])))
            let delivery = try await RawClient.talk(
                port,
                send: """
                    POST /api/v1/events HTTP/1.1\r
                    Host: collector.example\r
                    Authorization: Bearer \(TestCollector.token)\r
                    Content-Length: \(body.utf8.count)\r
                    Connection: close\r
                    \r
                    \(body)
                    """)
            #expect(delivery.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func anOpenConsoleHearsOfAnEventAndTheStopEndsItsStream() async throws {
        let heard = try await Self.serve(.standard) { port in
            let stream = try await RawClient.open(port)
            try await stream.send("GET /console/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await stream.wait(for: "retry: 5000")
            let body = String(buffer: try Sample.body(Sample.batch([Sample.event(1)])))
            _ = try await RawClient.talk(
                port,
                send: """
                    POST /api/v1/events HTTP/1.1\r
                    Host: localhost\r
                    Authorization: Bearer \(TestCollector.token)\r
                    Content-Length: \(body.utf8.count)\r
                    Connection: close\r
                    \r
                    \(body)
                    """)
            try await stream.wait(for: "event: changed")
            return stream
        }
        // `serve` has returned, so the stream did not hold the stop up; its end has been closed.
        try await heard.waitForClose()
    }

    @Test func connectionsPastTheLimitWaitUntilOthersEnd() async throws {
        var limits = CollectorLimits()
        limits.maxConnections = 2
        let test = try TestCollector(limits: limits)
        // Run as the program does: the testing client's way of running drops the limit from the configuration.
        let (ports, ready) = AsyncStream.makeStream(of: Int.self)
        let application = test.collector.application(host: "127.0.0.1", port: 0) { ready.yield($0) }
        let group = ServiceGroup(services: [application], logger: test.collector.logger)
        async let running: Void = group.run()
        let port = try #require(await ports.first { _ in true })
        var clients: [RawClient] = []
        for _ in 0..<16 {
            let client = try await RawClient.open(port)
            try await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            clients.append(client)
        }
        try await clients[0].wait(for: "ok\n")
        try await clients[0].send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try await clients[0].wait(for: "not_found")
        let served = clients.count { !$0.text.isEmpty }
        #expect(served <= 2 + CollectorLimits.maxAcceptedAtOnce - 1)
        // In the order of their opening, each gets its turn when one before it has gone.
        for client in clients {
            try await client.wait(for: "ok\n")
            try await client.close()
        }
        await group.triggerGracefulShutdown()
        try await running
        await test.store.close()
    }

    @Test func noMoreConsolesListenThanMay() {
        let bell = ChangeBell(maxListeners: 2)
        let first = bell.listen()
        var second = bell.listen()
        #expect(first != nil && second != nil)
        #expect(bell.listen() == nil)
        second = nil
        #expect(bell.listeners == 1)
        #expect(bell.listen() != nil)
    }

    @Test func ringsWhileNobodyLooksAreOne() async {
        let bell = ChangeBell(maxListeners: 1)
        let stream = bell.listen()
        for _ in 0..<1_000 { bell.ring() }
        var iterator = stream?.makeAsyncIterator()
        #expect(await iterator?.next() != nil)
        bell.ring()
        #expect(await iterator?.next() != nil)
    }

    private static func serve<Value: Sendable>(
        _ limits: CollectorLimits, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let test = try TestCollector(limits: limits)
        return try await test.run { client in try await body(try #require(client.port)) }
    }
}

/// A connection that sends bytes as they are and collects what comes back.
final class RawClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var text = ""
        var isClosed = false
        var waiting: [(needle: String, CheckedContinuation<Void, any Error>)] = []
        var channel: (any Channel)?
    }
    private let state = Mutex(State())

    struct Closed: Error {}

    static func open(_ port: Int) async throws -> RawClient {
        let client = RawClient()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(client) }
            .connect(host: "127.0.0.1", port: port).get()
        client.state.withLock { $0.channel = channel }
        return client
    }

    /// Sends, waits until the other side closes, and gives all that came.
    static func talk(_ port: Int, send text: String) async throws -> String {
        let client = try await open(port)
        // The other side may close before it has taken all.
        try? await client.send(text)
        try await client.waitForClose()
        return client.state.withLock { $0.text }
    }

    func send(_ text: String) async throws {
        let channel = state.withLock { $0.channel }
        try await channel?.writeAndFlush(ByteBuffer(string: text))
    }

    var text: String { state.withLock { $0.text } }

    func close() async throws { try await state.withLock { $0.channel }?.close() }

    func wait(for needle: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let now: Result<Void, any Error>? = state.withLock { state in
                if state.text.contains(needle) { return .success(()) }
                if state.isClosed { return .failure(Closed()) }
                state.waiting.append((needle, continuation))
                return nil
            }
            if let now { continuation.resume(with: now) }
        }
    }

    func waitForClose() async throws {
        try await state.withLock { $0.channel }?.closeFuture.get()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        let woken = state.withLock { state in
            state.text += text
            let woken = state.waiting.filter { state.text.contains($0.needle) }
            state.waiting.removeAll { state.text.contains($0.needle) }
            return woken.map(\.1)
        }
        for continuation in woken { continuation.resume() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let woken = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting.map(\.1)
        }
        for continuation in woken { continuation.resume(throwing: Closed()) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
