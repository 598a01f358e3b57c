import Inspection
import NIOCore
import Policy
import Primitives
import PromptFormats
import Testing

@testable import Gateway

/// Replies: passed untouched, or with values put back.
@Suite struct ReplyTests {
    private static let value = "the true value"

    private func restoring(_ answer: @escaping @Sendable (WireRequest) -> StandIn.Answer) async throws -> TestGateway {
        try await TestGateway(
            vault: { _ in OneValue(placeholder: Array(Placeholders.valid.utf8), value: Array(Self.value.utf8)) },
            answer: answer)
    }

    private static func event(_ text: String) -> String {
        #"data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n"
    }

    @Test func aStreamPassesUntouchedEventByEvent() async throws {
        let pieces = [": ping\n\n", Self.event("one"), Self.event("two"), "data: [DONE]\n\n"]
        let gate = try await TestGateway(answer: { _ in .bytes(StandIn.chunked(pieces)) })
        let reply = try await gate.ask(gate.post(chat("x")))
        #expect(reply.text == pieces.joined())
        #expect(reply.value("content-type") == "text/event-stream")
        await gate.stop()
    }

    @Test func theFirstEventArrivesBeforeTheSecondIsSent() async throws {
        let first = StandIn.chunked([Self.event("one")]).dropLast(5)
        let gate = try await TestGateway(answer: { _ in .bytes(Array(first)) })
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        // The stand-in never sends more: only an unbuffered way lets this through.
        let bytes = try await client.read { String(decoding: $0, as: UTF8.self).contains("one") }
        #expect(String(decoding: bytes, as: UTF8.self).contains(Self.event("one")))
        await client.close()
        await gate.stop()
    }

    @Test func aPlaceholderThatIsSplitOverEventsComesBackAsItsValue() async throws {
        let text = "it is \(Placeholders.valid) indeed"
        for size in [1, 3, 7] {
            var pieces: [String] = []
            var rest = Substring(text)
            while !rest.isEmpty {
                pieces.append(Self.event(String(rest.prefix(size))))
                rest = rest.dropFirst(size)
            }
            let events = pieces + ["data: [DONE]\n\n"]
            let gate = try await restoring { _ in .bytes(StandIn.chunked(events)) }
            let reply = try await gate.ask(gate.post(chat("x"), fields: ["Accept-Encoding: gzip"]))
            let deltas = reply.text.split(separator: "\"content\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }
                .joined()
            #expect(deltas == "it is \(Self.value) indeed")
            // Only so can the reply be read.
            #expect(gate.standIn.requests.first?.value("accept-encoding") == "identity")
            await gate.stop()
        }
    }

    @Test func aWholeReplyGetsItsNewLength() async throws {
        let body = #"{"choices":[{"index":0,"message":{"role":"assistant","content":"it is \#(Placeholders.valid)"}}]}"#
        let gate = try await restoring { _ in .bytes(StandIn.reply(body)) }
        let client = try await gate.client()
        client.send(gate.post(chat("x")))
        let reply = try await client.reply()
        #expect(reply.text == body.replacing(Placeholders.valid, with: Self.value))
        #expect(reply.value("content-length") == "\(reply.body.count)")
        // The connection goes on.
        client.send(gate.post(chat("x")))
        #expect(try await client.reply().status == 200)
        await client.close()
        await gate.stop()
    }

    @Test func aReplyInACodingPassesUntouched() async throws {
        let gate = try await restoring { _ in
            .bytes(
                StandIn.reply(
                    "\u{1F}gzip \(Placeholders.valid)",
                    fields: ["Content-Type: application/json", "Content-Encoding: gzip"]))
        }
        let reply = try await gate.ask(gate.post(chat("x")))
        #expect(reply.text == "\u{1F}gzip \(Placeholders.valid)")
        await gate.stop()
    }

    @Test func scopesDifferByCredentialDestinationAndConversation() async throws {
        let gate = try await TestGateway()
        let first = #"{"messages":[{"role":"user","content":"first"}]}"#
        let grown =
            #"{"messages":[{"role":"user","content":"first"},{"role":"assistant","content":"a"},{"role":"user","content":"b"}]}"#
        let other = #"{"messages":[{"role":"user","content":"other"}]}"#
        _ = try await gate.ask(gate.post(first, fields: ["Authorization: Bearer one"]))
        _ = try await gate.ask(gate.post(grown, fields: ["authorization: Bearer one"]))
        _ = try await gate.ask(gate.post(first, fields: ["Authorization: Bearer two"]))
        _ = try await gate.ask(gate.post(other, fields: ["Authorization: Bearer one"]))
        _ = try await gate.ask(gate.post(first, path: "/anthropic/v1/messages", fields: ["Authorization: Bearer one"]))
        let scopes = gate.inspector.prompts.map(\.scope)
        // What survives a resent conversation keeps its placeholders.
        #expect(scopes[0] == scopes[1])
        #expect(Set(scopes).count == 4)
        #expect(!scopes.contains { String(decoding: $0.credential, as: UTF8.self).contains("one") })
        await gate.stop()
    }

    @Test func aConversationThatTheProviderKeepsHasOneScope() async throws {
        let gate = try await TestGateway()
        for text in ["first", "second"] {
            _ = try await gate.ask(
                gate.post(#"{"input":"\#(text)","previous_response_id":"r"}"#, path: "/openai/v1/responses"))
        }
        for text in ["first", "second"] {
            _ = try await gate.ask(gate.post(#"{"input":"\#(text)","store":false}"#, path: "/openai/v1/responses"))
        }
        let scopes = gate.inspector.prompts.map(\.scope)
        #expect(scopes[0] == scopes[1])
        #expect(scopes[2] != scopes[3])
        await gate.stop()
    }
}

/// A placeholder with a right check character.
private enum Placeholders {
    static let valid = Placeholder.make(kind: "GITHUB_TOKEN", digest: Array(1...16)).description
}
