import Inspection
import NIOCore
import Policy
import Primitives
import PromptFormats
import Testing

@testable import Gateway

@Suite struct ForwardingTests {
    @Test func aCleanRequestPassesByteForByteWithItsFieldsInOrder() async throws {
        let gate = try await TestGateway()
        let body =
            "{ \"messages\" : [ {\"role\":\"user\",\"content\":\"a\\u00e9\\/b\"} ] ,\"x\":[1.0,1e3,-0.0],\n\t\"x\":2}  "
        let fields = [
            "X-First: 1", "authorization: Bearer t", "x-first: two", "Content-Type: application/json",
            "X-Odd_ok:   padded",
            "Accept-Encoding: gzip, br", "TE: trailers", "Connection: keep-alive, X-Mine", "X-Mine: hop",
            "Keep-Alive: 5",
        ]
        let reply = try await gate.ask(gate.post(body, path: "/openai/v1/chat/completions?x=1&y=%20", fields: fields))
        #expect(reply.status == 200)
        let request = try #require(gate.standIn.requests.first)
        #expect(request.line == "POST /v1/chat/completions?x=1&y=%20 HTTP/1.1")
        #expect(request.body == Array(body.utf8))
        #expect(
            request.fields.map { "\($0.name): \($0.value)" } == [
                "Host: 127.0.0.1:\(gate.standIn.port)", "X-First: 1", "authorization: Bearer t", "x-first: two",
                "Content-Type: application/json", "X-Odd_ok: padded", "Accept-Encoding: gzip, br",
                "Content-Length: \(body.utf8.count)",
            ])
        await gate.stop()
    }

    @Test func theSameRequestPassesForEveryWayOfCuttingIt() async throws {
        let gate = try await TestGateway()
        let client = try await gate.client()
        let request = Array(gate.post(chat("hello"), fields: ["X-A: b"]).utf8)
        for cut in 1..<request.count {
            client.send(request[..<cut])
            // A round trip on another connection: by then the first piece has been read alone.
            _ = try await gate.ask("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:\(gate.port)\r\n\r\n")
            client.send(request[cut...])
            #expect(try await client.reply().status == 200)
        }
        let bodies = Set(gate.standIn.requests.map(\.body))
        #expect(bodies == [Array(chat("hello").utf8)])
        #expect(gate.standIn.requests.count == request.count - 1)
        await client.close()
        await gate.stop()
    }

    @Test func aChunkedBodyLeavesWithALength() async throws {
        let gate = try await TestGateway()
        let body = chat("hello")
        let half = body.utf8.count / 2
        let pieces = [Array(body.utf8.prefix(half)), Array(body.utf8.dropFirst(half))]
        var request = Array(
            "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: localhost:\(gate.port)\r\nTransfer-Encoding: chunked\r\nX-Z: 1\r\n\r\n"
                .utf8)
        for piece in pieces {
            request += Array("\(String(piece.count, radix: 16));ext=1\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        request += Array("0\r\nX-Trailer: gone\r\n\r\n".utf8)
        let client = try await gate.client()
        client.send(request)
        #expect(try await client.reply().status == 200)
        let seen = try #require(gate.standIn.requests.first)
        #expect(seen.body == Array(body.utf8))
        #expect(seen.fields.map(\.name) == ["Host", "Content-Length", "X-Z"])
        await client.close()
        await gate.stop()
    }

    @Test func anEditIsSplicedAndTheLengthFollows() async throws {
        let gate = try await TestGateway(
            ScriptedInspector { prompt in
                let index = prompt.segments.firstIndex { $0.place.role == .user } ?? 0
                let text = prompt.segments[index].text
                let start = text.count - 6
                return Verdict(
                    action: .redact,
                    edits: [
                        PromptEdit(
                            segment: index, span: ByteSpan(start: start, end: text.count),
                            replacement: Array("HIDDEN_VALUE".utf8))
                    ], tier: .tolerated, eventID: "7F3K", recorded: .committed)
            })
        let reply = try await gate.ask(gate.post(chat("it is s3cret"), fields: ["X-A: 1"]))
        #expect(reply.value("x-sluice-event") == "7F3K")
        let seen = try #require(gate.standIn.requests.first)
        #expect(String(decoding: seen.body, as: UTF8.self) == chat("it is HIDDEN_VALUE"))
        #expect(seen.value("content-length") == "\(chat("it is HIDDEN_VALUE").utf8.count)")
        await gate.stop()
    }

    @Test func aBlockIsAnsweredInTheProvidersShapeAndNothingLeaves() async throws {
        let gate = try await TestGateway(
            ScriptedInspector { _ in
                Verdict(
                    action: .block, tier: .tolerated, eventID: "7F3K", recorded: .committed,
                    message: "Sluice stopped this prompt.")
            })
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        let openAI = try await client.reply()
        #expect(openAI.status == 403)
        #expect(openAI.text.contains(#""code":"policy_blocked""#))
        #expect(openAI.value("x-should-retry") == "false")
        // The same connection goes on.
        client.send(
            gate.post(#"{"model":"claude","messages":[{"role":"user","content":"x"}]}"#, path: "/anthropic/v1/messages")
        )
        let anthropic = try await client.reply()
        #expect(anthropic.status == 400)
        #expect(anthropic.text.contains(#""type":"invalid_request_error""#))
        #expect(gate.standIn.connections == 0)
        await client.close()
        await gate.stop()
    }

    @Test(arguments: [PolicyAction.justify, .reroute])
    func whatThisChannelCannotDoItStops(_ action: PolicyAction) async throws {
        let gate = try await TestGateway(ScriptedInspector { _ in Verdict(action: action, tier: .tolerated) })
        #expect(try await gate.ask(gate.post(chat("x"))).status == 403)
        #expect(gate.standIn.connections == 0)
        await gate.stop()
    }

    @Test func connectionsToTheProviderAreReused() async throws {
        let gate = try await TestGateway()
        let client = try await gate.client()
        for _ in 0..<20 {
            client.send(gate.post(chat("x")))
            #expect(try await client.reply().status == 200)
        }
        #expect(gate.standIn.requests.count == 20)
        #expect(gate.standIn.connections == 1)
        await client.close()
        await gate.stop()
    }

    @Test func aConnectionThatTheProviderClosedIsNotReused() async throws {
        let gate = try await TestGateway(answer: { _ in .bytes(StandIn.reply("{}"), thenClose: true) })
        for number in 1...5 {
            #expect(try await gate.ask(gate.post(chat("x"))).status == 200)
            try await gate.standIn.waitForNoConnection()
            #expect(gate.standIn.connections == number)
        }
        await gate.stop()
    }

    @Test func requestsInOneGoAreAnsweredInOrder() async throws {
        let gate = try await TestGateway(answer: { .bytes(StandIn.reply("\"\($0.value("x-number") ?? "")\"")) })
        let client = try await gate.client()
        client.send((1...5).map { gate.post(chat("x"), fields: ["X-Number: \($0)"]) }.joined())
        for number in 1...5 { #expect(try await client.reply().text == "\"\(number)\"") }
        await client.close()
        await gate.stop()
    }

    @Test func aHeadRequestGetsNoBody() async throws {
        let gate = try await TestGateway(answer: { _ in
            .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Up: 1\r\n\r\n".utf8))
        })
        let client = try await gate.client()
        client.send("HEAD /anthropic/api/hello HTTP/1.1\r\nHost: localhost:\(gate.port)\r\n\r\n")
        let bytes = try await client.read { $0.suffix(4) == [13, 10, 13, 10] }
        #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Up: 1\r\n\r\n")
        client.send("HEAD /nowhere HTTP/1.1\r\nHost: localhost:\(gate.port)\r\n\r\n")
        let refused = try await client.read { $0.count > bytes.count && $0.suffix(4) == [13, 10, 13, 10] }
        #expect(String(decoding: refused.dropFirst(bytes.count), as: UTF8.self).hasPrefix("HTTP/1.1 404 "))
        await client.close()
        await gate.stop()
    }

    @Test func anOldClientGetsABodyThatEndsWithTheConnection() async throws {
        let gate = try await TestGateway(answer: { _ in .bytes(StandIn.chunked(["one", "two"])) })
        let client = try await gate.client()
        client.send("GET /openai/v1/models HTTP/1.0\r\nHost: localhost:\(gate.port)\r\n\r\n")
        let text = String(decoding: try await client.untilClosed(), as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\nonetwo"))
        #expect(!text.lowercased().contains("transfer-encoding"))
        await gate.stop()
    }

    @Test func aClientThatWaitsToBeAskedIsAsked() async throws {
        let gate = try await TestGateway()
        let client = try await gate.client()
        let request = gate.post(chat("x"), fields: ["Expect: 100-continue"])
        let end = try #require(request.range(of: "\r\n\r\n")).upperBound
        client.send(String(request[..<end]))
        let go = try await client.read { !$0.isEmpty }
        #expect(String(decoding: go, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send(String(request[end...]))
        let all = try await client.read { WireReply(Array($0.dropFirst(go.count))) != nil }
        #expect(WireReply(Array(all.dropFirst(go.count)))?.status == 200)
        #expect(gate.standIn.requests.first?.value("expect") == nil)
        await client.close()
        await gate.stop()
    }

    @Test func whatTheProviderAllowsWebPagesIsNotPassedOn() async throws {
        let gate = try await TestGateway(answer: { _ in
            .bytes(
                StandIn.reply(
                    "{}", fields: ["Access-Control-Allow-Origin: *", "X-Request-Id: 1", "x-sluice-event: FAKE"]))
        })
        let reply = try await gate.ask(gate.post(chat("x")))
        #expect(reply.fields.map(\.name) == ["X-Request-Id", "Content-Length"])
        await gate.stop()
    }
}

extension String {
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(needle) }.map { $0..<index($0, offsetBy: needle.count) }
    }
}
