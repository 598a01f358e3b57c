import Inspection
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import Policy
import PromptFormats
import Testing

@testable import Gateway

/// HTTP/2 towards clients and providers.
@Suite struct H2Tests {
    // MARK: Translation

    private func request(_ fields: [(String, String)], ends: Bool = true) throws -> HTTPRequestHead {
        try H2Translation.request(HPACKHeaders(fields), endsStream: ends)
    }

    private static let good = [(":method", "GET"), (":scheme", "https"), (":path", "/a"), (":authority", "h.example")]

    @Test func aRequestKeepsItsFieldsInOrderBehindTheHost() throws {
        let head = try request(
            Self.good + [("x-b", "1"), ("cookie", "a=1"), ("x-a", "2"), ("cookie", "b=2")], ends: false)
        #expect(head.method == .GET && head.uri == "/a" && head.version.major == 2)
        #expect(head.headers.map(\.name) == ["host", "x-b", "cookie", "x-a", "cookie", "transfer-encoding"])
        let back = H2Translation.block(head)
        #expect(back.map(\.name) == [":method", ":scheme", ":authority", ":path", "x-b", "cookie", "x-a", "cookie"])
        #expect(back.first(name: ":authority") == "h.example")
    }

    @Test(arguments: [
        [("x", "1"), ("connection", "x")], [("transfer-encoding", "chunked")], [("keep-alive", "1")],
        [("upgrade", "h2c")],
        [("proxy-connection", "a")], [("te", "gzip")], [("host", "other.example")],
        [("host", "h.example"), ("host", "h.example")],
        [("content-length", "1"), ("content-length", "1")], [(":protocol", "websocket")],
        [(String, String)](repeating: ("x", "y"), count: GatewayLimits.maxFields),
    ])
    func whatHTTP2DoesNotAllowIsRefused(_ more: [(String, String)]) {
        #expect(throws: H2Malformed.self) { try request(Self.good + more) }
    }

    @Test func aPlainSchemeAndMissingFieldsAreRefused() {
        #expect(throws: H2Malformed.self) { try request([(":method", "GET"), (":scheme", "http"), (":path", "/")]) }
        #expect(throws: H2Malformed.self) { try request([(":method", "GET"), (":scheme", "https")]) }
        #expect(throws: H2Malformed.self) { try request([(":path", "/"), (":scheme", "https")]) }
    }

    @Test func credentialsStayOutOfTheTable() {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: ["Authorization": "k", "Cookie": "c", "X-A": "a"])
        let block = H2Translation.block(head)
        #expect(block.first { $0.name == "authorization" }?.indexable == .neverIndexed)
        #expect(block.first { $0.name == "cookie" }?.indexable == .nonIndexable)
        #expect(block.first { $0.name == "x-a" }?.indexable == .indexable)
    }

    @Test func interimRepliesAreNotReplies() throws {
        #expect(try H2Translation.reply([":status": "103"]) == nil)
        #expect(try H2Translation.reply([":status": "204"])?.status == .noContent)
        for bad in ["99", "600", "abc", "101", "0200", ""] {
            #expect(throws: H2Malformed.self) { try H2Translation.reply([":status": bad]) }
        }
    }

    // MARK: On the wire

    private static let ok: HPACKHeaders = [":status": "200", "content-type": "application/json"]

    private func pair(
        _ inspector: ScriptedInspector = ScriptedInspector(),
        vault: @escaping @Sendable (RestoreScope) -> any PlaceholderResolving = { _ in NoValues() },
        _ answer: @escaping @Sendable (H2Message) -> H2StandIn.Answer
    ) async throws -> (TestGateway, H2StandIn) {
        let origin = try await H2StandIn(
            try TestAuthority.origin.serverContext("api.openai.com", protocols: ["h2"]), answer)
        let gate = try await TestGateway(
            inspector, vault: vault, trustFile: try TestAuthority.origin.trustFile(),
            proxy: { _ in
                var proxy = ProxyConfiguration(issuer: TestAuthority.device)
                proxy.allowsLoopback = true
                proxy.lookup = Names { _ in ["127.0.0.1"] }.lookup(redirectingTo: origin.port)
                return proxy
            })
        return (gate, origin)
    }

    @Test func bothLegsSpeakHTTP2WhereTheProviderDoes() async throws {
        let (gate, origin) = try await pair { _ in
            .message(Self.ok, [Array("{\"a\":".utf8), Array("1}".utf8)], trailers: ["x-sum": "7"])
        }
        let client = try await H2Client(gate)
        let body = Array(chat("hello").utf8)
        for _ in 0..<3 {
            let reply = try await client.ask(
                H2Client.chat(["x-b": "1", "cookie": "a=1", "authorization": "Bearer k"]),
                [Array(body[..<5]), Array(body[5...])])
            #expect(reply.status == "200" && reply.text == #"{"a":1}"# && reply.trailers?.first(name: "x-sum") == "7")
        }
        let request = try #require(origin.requests.first)
        #expect(request.body == body)
        #expect(
            request.names == [
                ":method", ":scheme", ":authority", ":path", "x-b", "cookie", "authorization", "content-length",
            ])
        #expect(origin.connections == 1)
        #expect(gate.inspector.prompts.count == 3 && gate.inspector.prompts.allSatisfy { $0.channel == .proxy })
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func aClientInHTTP2IsTranslatedWhereTheProviderSpeaksHTTP1() async throws {
        let gate = try await TestGateway.proxied(answer: { _ in
            .bytes(
                Array(
                    "HTTP/1.1 200 OK\r\nX-A: b\r\nConnection: x-c\r\nx-c: d\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 7\r\n\r\n"
                        .utf8))
        })
        let client = try await H2Client(gate)
        let reply = try await client.ask(
            H2Client.chat(["cookie": "a=1", "x-z": "1", "cookie": "b=2"]), [Array(chat("x").utf8)])
        #expect(reply.status == "200" && reply.text == "{}" && reply.names == [":status", "x-a"])
        #expect(reply.trailers?.first(name: "x-sum") == "7")
        let request = try #require(gate.standIn.requests.first)
        #expect(request.line == "POST /v1/chat/completions HTTP/1.1")
        #expect(request.fields.map(\.name) == ["host", "cookie", "x-z", "Content-Length"])
        #expect(request.value("cookie") == "a=1; b=2")
        await client.close()
        await gate.stop()
    }

    @Test func aStoppedPromptIsAnsweredOnItsStreamAlone() async throws {
        let inspector = ScriptedInspector { prompt in
            let isBad = prompt.segments.contains { String(decoding: $0.text, as: UTF8.self) == "bad" }
            return Verdict(
                action: isBad ? .block : .allow, tier: .tolerated, eventID: "e", message: "Sluice stopped this prompt.")
        }
        let (gate, origin) = try await pair(inspector) { _ in .message(Self.ok, [Array("{}".utf8)]) }
        let client = try await H2Client(gate)
        let bad = try await client.ask(H2Client.chat(), [Array(chat("bad").utf8)])
        #expect(
            bad.status == "403" && bad.text.contains("Sluice stopped") && bad.fields.first(name: "connection") == nil)
        let good = try await client.ask(H2Client.chat(), [Array(chat("good").utf8)])
        #expect(good.status == "200" && origin.requests.count == 1)
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func aStreamForAnotherHostIsMisdirected() async throws {
        let (gate, origin) = try await pair { _ in .message(Self.ok, []) }
        let client = try await H2Client(gate)
        #expect(try await client.ask(H2Client.chat(authority: "api.anthropic.com"), [Array("{}".utf8)]).status == "421")
        #expect(origin.connections == 0)
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func manyStreamsShareOneConnectionToTheProvider() async throws {
        let (gate, origin) = try await pair { .message(Self.ok, [$0.body]) }
        let client = try await H2Client(gate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let body = Array(chat("\(number) " + String(repeating: "x", count: 5_000)).utf8)
                    let reply = try await client.ask(H2Client.chat(), [body])
                    #expect(reply.body == body)
                }
            }
            try await group.waitForAll()
        }
        #expect(origin.connections == 1 && gate.inspector.prompts.count == 60)
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func whoWaitsForAContinueGetsOne() async throws {
        let (gate, origin) = try await pair { _ in .message(Self.ok, [Array("{}".utf8)]) }
        let client = try await H2Client(gate)
        let reply = try await client.ask(H2Client.chat(["expect": "100-continue"]), [Array(chat("x").utf8)])
        #expect(reply.interim.map { $0.first(name: ":status") } == ["100"] && reply.status == "200")
        #expect(origin.requests.first?.fields.first(name: "expect") == nil)
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func aReplyThatBreaksOffBreaksTheStreamOffAndNothingElse() async throws {
        let (gate, origin) = try await pair { message in
            message.text.contains("break") ? .broken(Self.ok, Array("{".utf8)) : .message(Self.ok, [Array("{}".utf8)])
        }
        let client = try await H2Client(gate)
        await #expect(throws: (any Error).self) {
            _ = try await client.ask(H2Client.chat(), [Array(chat("break").utf8)])
        }
        #expect(try await client.ask(H2Client.chat(), [Array(chat("go").utf8)]).status == "200")
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func aReaderThatStopsHoldsUpTheProviderAndNotTheMemory() async throws {
        let (gate, origin) = try await pair { message in
            message.text.contains("endless") ? .endless : .message(Self.ok, [Array("{}".utf8)])
        }
        let client = try await H2Client(gate)
        let (stream, _) = try await client.open(H2Client.chat(), [Array(chat("endless").utf8)], reads: false)
        var last = -1
        repeat {
            last = origin.streamedBytes
            try await Task.sleep(for: .milliseconds(300))
        } while origin.streamedBytes != last || last == 0
        let most = GatewayLimits.upstreamWindowBytes + GatewayLimits.streamBufferBytes * 2 + (1 << 20)
        #expect(last <= most, "\(last)")
        // Others on the same connections go on meanwhile.
        #expect(try await client.ask(H2Client.chat(), [Array(chat("x").utf8)]).status == "200")
        stream.close(promise: nil)
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    @Test func valuesComeBackInAStreamOfEvents() async throws {
        let vault = OneValue(placeholder: Array("[SECRET_1]".utf8), value: Array("v".utf8))
        let (gate, origin) = try await pair(vault: { _ in vault }) { _ in .message(Self.ok, [Array("{}".utf8)]) }
        let client = try await H2Client(gate)
        _ = try await client.ask(H2Client.chat(["accept-encoding": "br"]), [Array(chat("x").utf8)])
        #expect(origin.requests.first?.fields.first(name: "accept-encoding") == "identity")
        await client.close()
        await gate.stop()
        await origin.stop()
    }

    // MARK: Floods

    @Test func streamsBrokenOffAsSoonAsOpenedEndTheConnection() async throws {
        let (gate, origin) = try await pair { _ in .silence }
        let client = try await gate.tunnel("api.openai.com", protocols: ["h2"])
        // :method POST, :scheme https and :path / of the static table, :authority as a literal.
        let name = Array("api.openai.com".utf8)
        let block: [UInt8] = [0x83, 0x87, 0x84, 0x01, UInt8(name.count)] + name
        var flood = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        for number in 0..<(GatewayLimits.maxResets + 10) {
            let id = number * 2 + 1
            let stream: [UInt8] = [0, 0, UInt8(id >> 8), UInt8(id & 0xFF)]
            flood += [0, 0, UInt8(block.count), 1, 4] + stream + block
            flood += [0, 0, 4, 3, 0] + stream + [0, 0, 0, 8]
        }
        client.send(flood)
        _ = try await client.untilClosed()
        // The gate serves on.
        let next = try await gate.tunnel("api.openai.com")
        await next.close()
        await gate.stop()
        await origin.stop()
    }

    @Test(arguments: [
        // PING, SETTINGS.
        [UInt8]([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), [0, 0, 0, 4, 0, 0, 0, 0, 0],
    ])
    func aFloodOfControlFramesEndsTheConnection(_ frame: [UInt8]) async throws {
        let (gate, origin) = try await pair { _ in .silence }
        let client = try await gate.tunnel("api.openai.com", protocols: ["h2"])
        client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        client.send((0..<GatewayLimits.maxControlFrames + 10).flatMap { _ in frame })
        _ = try await client.untilClosed()
        await gate.stop()
        await origin.stop()
    }

    @Test func aHeaderListThatIsTooLongIsRefused() async throws {
        let (gate, origin) = try await pair { _ in .message(Self.ok, []) }
        let client = try await H2Client(gate)
        let long = String(repeating: "a", count: GatewayLimits.maxHeaderBytes)
        await #expect(throws: (any Error).self) { _ = try await client.ask(H2Client.chat(["x-long": long]), [[0x7B]]) }
        #expect(origin.connections == 0)
        await client.close()
        await gate.stop()
        await origin.stop()
    }
}
