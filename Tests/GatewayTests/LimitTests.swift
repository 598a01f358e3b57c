import Inspection
import NIOConcurrencyHelpers
import NIOCore
import Policy
import Primitives
import PromptFormats
import Testing

@testable import Gateway

/// Sizes, times and what happens when one side goes away.
@Suite struct LimitTests {
    private func head(_ gate: TestGateway, _ bytes: Int, _ fields: String = "") -> String {
        "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: localhost:\(gate.port)\r\n\(fields)Content-Length: \(bytes)\r\n\r\n"
    }

    @Test func aBodyAtTheLimitIsInspectedAndOneByteMoreIsRefused() async throws {
        let gate = try await TestGateway(
            ScriptedInspector { _ in
                Verdict(action: .block, tier: .tolerated, eventID: "7F3K", recorded: .committed, message: "no")
            })
        let limit = GatewayLimits.maxHeldBodyBytes
        let open = Array(#"{"messages":[{"role":"user","content":""#.utf8)
        let close = Array(#""}]}"#.utf8)
        for (size, status) in [(limit, 403), (limit + 1, 413)] {
            let body = open + [UInt8](repeating: 0x78, count: size - open.count - close.count) + close
            let client = try await gate.client()
            client.send(head(gate, size).utf8)
            client.send(body)
            let reply = try await client.reply()
            #expect(reply.status == status)
            #expect(reply.value("x-sluice-event") == "7F3K")
            await client.close()
        }
        #expect(gate.inspector.prompts.last?.opaque.map(\.reason) == [.tooLarge])
        #expect(gate.standIn.connections == 0)
        await gate.stop()
    }

    @Test func aChunkedBodyOverTheLimitIsRefusedToo() async throws {
        let gate = try await TestGateway()
        let client = try await gate.client()
        client.send(
            "POST /anthropic/v1/messages HTTP/1.1\r\nHost: localhost:\(gate.port)\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        for _ in 0..<33 { client.send(Array("100000\r\n".utf8) + piece + Array("\r\n".utf8)) }
        client.send("0\r\n\r\n")
        let reply = try await client.reply()
        #expect(reply.status == 413 && reply.text.contains("request_too_large"))
        // Read to its end, so the connection goes on.
        client.send(gate.post(chat("x")))
        #expect(try await client.reply().status == 200)
        await client.close()
        await gate.stop()
    }

    @Test func whoWaitsToBeAskedIsToldAtOnceThatItIsTooMuch() async throws {
        let gate = try await TestGateway()
        let client = try await gate.client()
        client.send(head(gate, GatewayLimits.maxHeldBodyBytes + 1, "Expect: 100-continue\r\n"))
        #expect(try await client.reply().status == 413)
        await client.close()
        await gate.stop()
    }

    @Test func theSharedBudgetHoldsAndIsGivenBack() {
        let budget = BodyBudget(limit: 100)
        var first: BodyBudget.Share? = BodyBudget.Share(budget)
        let second = BodyBudget.Share(budget)
        #expect(first?.grow(by: 60) == true)
        #expect(second.grow(by: 41) == false)
        #expect(second.grow(by: 40) == true)
        #expect(budget.heldBytes == 100)
        first = nil
        #expect(budget.heldBytes == 40)
        #expect(second.grow(by: 60) == true)
    }

    @Test(arguments: [1, 10, 60])
    func aClientThatStopsInMidBodySendsNothingOn(_ cut: Int) async throws {
        let gate = try await TestGateway()
        let request = Array(gate.post(chat("hello there, this is a longer text than the cut")).utf8)
        let client = try await gate.client()
        client.send(request.dropLast(cut))
        await client.close()
        #expect(try await gate.ask(gate.post(chat("x"))).status == 200)
        #expect(gate.standIn.requests.map(\.body) == [Array(chat("x").utf8)])
        #expect(gate.inspector.prompts.count == 1)
        await gate.stop()
    }

    @Test func aClientThatLeavesDuringItsVerdictSendsNothingOn() async throws {
        let began = AsyncStream<Void>.makeStream()
        let goOn = AsyncStream<Void>.makeStream()
        let gate = try await TestGateway(
            ScriptedInspector { prompt in
                if prompt.segments.contains(where: { $0.text == Array("slow".utf8) }) {
                    began.continuation.yield()
                    for await _ in goOn.stream { break }
                }
                return Verdict(action: .allow, tier: .tolerated)
            })
        let client = try await gate.client()
        client.send(gate.post(chat("slow")))
        for await _ in began.stream { break }
        await client.close()
        // The gateway's one loop answers a later client only after it has heard that this one has gone.
        #expect(try await gate.ask(gate.post(chat("x"))).status == 200)
        goOn.continuation.yield()
        try await until { gate.gateway.numbers.connections == 0 }
        #expect(gate.standIn.requests.map(\.body) == [Array(chat("x").utf8)])
        await gate.stop()
    }

    @Test func aClientThatLeavesTakesItsRequestWithIt() async throws {
        let gate = try await TestGateway(answer: { _ in .silence })
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        try await gate.standIn.waitForRequests(1)
        await client.close()
        try await gate.standIn.waitForNoConnection()
        await gate.stop()
    }

    @Test func aReplyThatBreaksOffBreaksOffForTheClientToo() async throws {
        let gate = try await TestGateway(answer: { _ in
            .bytes(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".utf8), thenClose: true)
        })
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        let text = String(decoding: try await client.untilClosed(), as: UTF8.self)
        #expect(text.hasSuffix("5\r\nhello\r\n"))
        await gate.stop()
    }

    @Test(arguments: [
        StandIn.Answer.close, .bytes(Array("garbage\r\n\r\n".utf8)), .bytes(Array("HTTP/1.1 101 X\r\n\r\n".utf8)),
    ])
    func aProviderThatDoesNotAnswerIsA502(_ answer: StandIn.Answer) async throws {
        let gate = try await TestGateway(answer: { _ in answer })
        let reply = try await gate.ask(gate.post(chat("x")))
        #expect(reply.status == 502)
        #expect(reply.text.contains("127.0.0.1:\(gate.standIn.port)"))
        await gate.stop()
    }

    @Test func aProviderThatIsNotThereIsA502ThatSaysSo() async throws {
        // A port that was free a moment ago.
        let standIn = try await StandIn()
        await standIn.stop()
        let gate = try await TestGateway(upstream: "http://127.0.0.1:\(standIn.port)")
        let reply = try await gate.ask(gate.post(chat("x"), path: "/anthropic/v1/messages"))
        #expect(reply.status == 502 && reply.text.contains("refused") && reply.text.contains("api_error"))
        await gate.stop()
    }

    @Test func aSlowClientSlowsTheProvider() async throws {
        let piece = [UInt8](repeating: 0x79, count: 16 << 10)
        let chunk = Array("4000\r\n".utf8) + piece + Array("\r\n".utf8)
        let gate = try await TestGateway(answer: { _ in
            .endless(head: Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8), piece: chunk)
        })
        let client = try await gate.client(reads: false)
        client.send(gate.post(chat("x")))
        try await gate.standIn.waitForRequests(1)
        // The stand-in writes until no buffer on the way takes any more; then its count stands still.
        var last = -1
        while gate.standIn.streamedBytes != last || last == 0 {
            last = gate.standIn.streamedBytes
            for _ in 0..<50 { _ = try await gate.ask("GET /healthz HTTP/1.1\r\nHost: localhost:\(gate.port)\r\n\r\n") }
        }
        // The kernel's socket buffers on both legs take some megabytes; ours next to nothing.
        #expect(last < 32 << 20)
        await client.close()
        try await gate.standIn.waitForNoConnection()
        await gate.stop()
    }

    @Test func aBodyInACodingThatCannotBeUndoneIsThePolicysCase() async throws {
        for (action, status) in [(PolicyAction.block, 415), (.coach, 200)] {
            let gate = try await TestGateway(
                ScriptedInspector { _ in Verdict(action: action, tier: .tolerated, message: "No.") })
            let reply = try await gate.ask(gate.post("\u{1F}\u{08}xyz", fields: ["Content-Encoding: gzip"]))
            #expect(reply.status == status)
            #expect(gate.inspector.prompts.first?.opaque.map(\.reason) == [.encoding])
            #expect(gate.standIn.requests.count == (status == 200 ? 1 : 0))
            await gate.stop()
        }
    }

    @Test func aBodyThatIsNoJSONIsRefusedWithItsPlace() async throws {
        let gate = try await TestGateway()
        let reply = try await gate.ask(gate.post(#"{"messages":[{"role":"user",content:"hi"}]}"#))
        #expect(reply.status == 400 && reply.text.contains("byte 28"))
        #expect(gate.inspector.prompts.isEmpty && gate.standIn.connections == 0)
        await gate.stop()
    }

    @Test func aStopLetsARequestInFlightEnd() async throws {
        let began = AsyncStream<Void>.makeStream()
        let goOn = AsyncStream<Void>.makeStream()
        let gate = try await TestGateway(
            ScriptedInspector { _ in
                began.continuation.yield()
                for await _ in goOn.stream { break }
                return Verdict(action: .allow, tier: .tolerated)
            })
        let client = try await gate.client()
        let idle = try await gate.client()
        client.send(gate.post(chat("x")))
        for await _ in began.stream { break }
        async let stopped: Void = gate.gateway.stop()
        #expect(try await idle.untilClosed().isEmpty)
        goOn.continuation.yield()
        let reply = try await client.reply()
        #expect(reply.status == 200 && reply.value("connection") == "close")
        await stopped
        await gate.standIn.stop()
    }

    /// Yields until the test holds; a hang ends in the runner's own limit.
    private func until(_ test: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !test() {
            try #require(ContinuousClock.now < end, "what was waited for did not happen in a minute")
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
