import Foundation
import PromptFormats
import Testing

@Suite struct MistralFormatTests {
    @Test func completionsAgentsAndOCRAreRead() throws {
        let fim = try Recorded(
            provider: "mistral", path: "/v1/fim/completions",
            body: #"{"model":"codestral","prompt":"def f(","suffix":"return x","stream":true}"#
        ).checked("mistral.completions")
        try fim.expect([Said("prompt", "def f(", .user, 1), Said("suffix", "return x", .user, 1)])
        let agent = try Recorded(
            provider: "mistral", path: "/v1/agents/completions",
            body: #"{"agent_id":"ag_1","messages":[{"role":"user","content":"hi there"}]}"#
        ).checked("mistral.completions")
        try agent.expect([Said("messages[0].content", "hi there", .user, 1)])
        #expect(agent.opaque.map(\.kind) == [.reference])
        let ocr = try Recorded(
            provider: "mistral", path: "/v1/ocr",
            body: #"{"model":"ocr","document":{"type":"document_url","document_url":"https://docs.example/a.pdf"}}"#
        ).checked("mistral.ocr")
        #expect(ocr.opaque.map(\.kind) == [.reference])
        #expect(
            RequestFormats.match(RequestHead(provider: "mistral", method: "POST", path: "/v1/chat/completions")).id
                == "openai.chat")
    }

    @Test func conversationsAreRead() throws {
        let entries = try Recorded(
            provider: "mistral", path: "/v1/conversations",
            body:
                #"{"model":"m","store":false,"instructions":"be kind","inputs":[{"type":"message.input","role":"user","content":"first"},{"role":"user","content":[{"type":"text","text":"second"}]},{"type":"function.result","tool_call_id":"t1","result":"row one"},{"type":"function.call","name":"sql","arguments":"{\"q\":\"select 1\"}"},{"type":"teleport","to":"mars"}]}"#
        ).checked("mistral.conversations")
        #expect(entries.store == false)
        try entries.expect([
            Said("instructions", "be kind", .system), Said("inputs[0].content", "first", .user, 1),
            Said("inputs[1].content[0].text", "second", .user, 2), Said("inputs[2].result", "row one", .tool, 3),
            Said("inputs[3].arguments.q", #""q":"select 1""#, .assistant, 4),
        ])
        #expect(entries.opaque.map(\.kind) == [.unknownShape])
        let one = try Recorded(
            provider: "mistral", path: "/v1/conversations/conv_1", body: #"{"inputs":"just this"}"#
        ).checked("mistral.conversations")
        try one.expect([Said("inputs", "just this", .user, 1)])
        #expect(
            RequestFormats.match(RequestHead(provider: "mistral", method: "POST", path: "/v1/conversations"))
                .keepsConversation)
    }

    @Test func aConversationsStreamIsRestored() throws {
        try RecordedStream(
            provider: "mistral", path: "/v1/conversations", type: "text/event-stream",
            make: { pieces in
                let data =
                    [#"{"type":"conversation.response.started","conversation_id":"c"}"#]
                    + pieces.map { #"{"type":"message.output.delta","output_index":0,"content":\#(quoted($0))}"# }
                    + [#"{"type":"conversation.response.done","usage":{}}"#]
                return bytes(data.map { "event: \($0.dropFirst(9).prefix { $0 != "\"" })\ndata: \($0)\n\n" }.joined())
            }, read: { try eventObjects($0).map { $0["content"] as? String ?? "" }.joined() }
        ).check()
    }
}
