import Inspection
import NIOCore
import Policy
import PromptFormats
import Testing

@testable import Gateway

/// WebSockets of catalogue hosts through the proxy.
@Suite struct WebSocketTests {
    /// A frame as a client sends it.
    static func frame(_ payload: [UInt8], opcode: UInt8 = 1, isLast: Bool = true, mask: [UInt8]? = [1, 2, 3, 4])
        -> [UInt8]
    {
        var out: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
        let bit: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ..<126: out.append(bit | UInt8(payload.count))
        case ..<65_536: out += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: out += [bit | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        guard let mask else { return out + payload }
        return out + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    private func text(_ text: String, opcode: UInt8 = 1, isLast: Bool = true) -> [UInt8] {
        Self.frame(Array(text.utf8), opcode: opcode, isLast: isLast)
    }

    // MARK: Frames

    @Test func aStreamMeansTheSameHoweverItIsCut() {
        let stream =
            text("one") + text("tw", isLast: false) + Self.frame([], opcode: 9) + text("o", opcode: 0)
            + text(String(repeating: "x", count: 300)) + text("bye", opcode: 10)
        var whole = WebSocketFrames(isMasked: true)
        let wanted = whole.feed(stream)
        #expect(wanted.count == 5 && wanted[0] == .judge(payload: Array("one".utf8), raw: text("one")))
        #expect(wanted[1] == .forward(Self.frame([], opcode: 9)))
        #expect(
            wanted[2] == .judge(payload: Array("two".utf8), raw: text("tw", isLast: false) + text("o", opcode: 0)))
        #expect(whole.isBetweenMessages)
        for cut in 1..<stream.count {
            var frames = WebSocketFrames(isMasked: true)
            #expect(frames.feed(stream[..<cut]) + frames.feed(stream[cut...]) == wanted)
        }
        var frames = WebSocketFrames(isMasked: true)
        #expect(stream.flatMap { frames.feed([$0]) } == wanted)
    }

    @Test(arguments: [
        WebSocketTests.frame([1], mask: nil), WebSocketTests.frame([1], opcode: 0),
        WebSocketTests.frame([1], opcode: 3),
        WebSocketTests.frame([1], opcode: 9, isLast: false),
        WebSocketTests.frame([UInt8](repeating: 1, count: 126), opcode: 9),
        [0xC1, 0x81, 0, 0, 0, 0, 1], [0x81, 0xFE, 0, 5], [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5],
        [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0],
        WebSocketTests.frame([1], isLast: false) + WebSocketTests.frame([1]),
    ])
    func whatBreaksTheProtocolEndsIt(_ bytes: [UInt8]) {
        var frames = WebSocketFrames(isMasked: true)
        guard case .fail? = frames.feed(bytes).last else {
            Issue.record("taken")
            return
        }
        #expect(frames.feed(text("more")).isEmpty)
    }

    @Test func aMessageHasALimit() {
        var frames = WebSocketFrames(isMasked: true, limit: 140_000)
        let half = [UInt8](repeating: 0x61, count: 70_000)
        #expect(frames.feed(Self.frame(half, isLast: false)).isEmpty)
        #expect(frames.feed(Self.frame(half, opcode: 0, isLast: false)).isEmpty)
        #expect(frames.feed(Self.frame([1], opcode: 0)) == [.fail(code: 1009, "a message over the limit")])
        var many = WebSocketFrames(isMasked: true)
        let empty = (0..<WebSocketFrames.maxFrames).flatMap { Self.frame([], opcode: $0 == 0 ? 1 : 0, isLast: false) }
        #expect(many.feed(empty).isEmpty)
        #expect(many.feed(Self.frame([], opcode: 0)) == [.fail(code: 1009, "a message over the limit")])
    }

    @Test func aReasonIsCutBetweenCharacters() {
        let close = WebSocketFrames.close(1008, String(repeating: "é", count: 100))
        #expect(close.count == 4 + 122 && close[1] == 124 && close[2] == 3 && close[3] == 0xF0)
        #expect(String(validating: close[4...], as: UTF8.self) != nil)
    }

    // MARK: On the wire

    private static let accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"

    private func open(_ gate: TestGateway, extra: String = "") async throws -> RawClient {
        let client = try await gate.tunnel("api.openai.com")
        client.send(
            "GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: api.openai.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\(extra)\r\n"
        )
        return client
    }

    private func said(_ text: String) -> String {
        #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"\#(text)"}]}}"#
    }

    @Test func messagesAreJudgedOneByOneAndRepliesPass() async throws {
        let inspector = ScriptedInspector { prompt in
            let isBad = prompt.segments.contains { String(decoding: $0.text, as: UTF8.self).contains("bad") }
            return Verdict(action: isBad ? .block : .allow, tier: .tolerated, message: "Sluice stopped this message.")
        }
        let greeting = Self.frame(Array("hello".utf8), mask: nil)
        let gate = try await TestGateway.proxied(
            inspector, answer: { _ in .bytes(Array(Self.accepted.utf8) + greeting) })
        let client = try await open(gate)
        let wanted = greeting
        let opened = try await client.read { $0.count > wanted.count && Array($0.suffix(wanted.count)) == wanted }
        #expect(String(decoding: opened, as: UTF8.self).hasPrefix("HTTP/1.1 101 "))
        #expect(!String(decoding: opened, as: UTF8.self).lowercased().contains("sec-websocket-extensions"))
        let request = try #require(gate.standIn.requests.first)
        #expect(request.value("Sec-WebSocket-Extensions") == nil && request.value("Upgrade") == "websocket")
        client.send(text(said("good")) + text(said("bad")) + text(said("never")))
        let all = try await client.untilClosed()
        #expect(String(decoding: all.suffix(28), as: UTF8.self) == "Sluice stopped this message.")
        let texts = inspector.prompts.flatMap { $0.segments.map { String(decoding: $0.text, as: UTF8.self) } }
        #expect(texts.contains("good") && texts.contains("bad") && !texts.contains("never"))
        #expect(inspector.prompts.allSatisfy { $0.channel == .proxy })
        await gate.stop()
    }

    @Test func aRefusalOfTheProviderPassesAsItIs() async throws {
        let gate = try await TestGateway.proxied(answer: { _ in .bytes(StandIn.reply("{}", status: "401 Unauthorized"))
        })
        let client = try await open(gate)
        #expect(try await client.reply().status == 401)
        await gate.stop()
    }

    @Test func anExtensionThatNobodyAskedForIsRefused() async throws {
        let gate = try await TestGateway.proxied(answer: { _ in
            .bytes(
                Array(
                    Self.accepted.replacing(
                        "\r\n\r\n", with: "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
                    ).utf8))
        })
        let client = try await open(gate)
        #expect(try await client.reply().status == 502)
        await gate.stop()
    }

    @Test func theBaseURLsServeNone() async throws {
        let gate = try await TestGateway.proxied()
        let reply = try await gate.ask(
            "GET /openai/v1/realtime HTTP/1.1\r\nHost: 127.0.0.1:\(gate.port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\n\r\n"
        )
        #expect(reply.status == 400 && gate.standIn.connections == 0)
        await gate.stop()
    }
}
