import Foundation
import PromptFormats
import Testing

@Suite struct CohereFormatTests {
    @Test func bothVersionsOfChatAreRead() throws {
        let second = try Recorded(
            provider: "cohere", path: "/v2/chat",
            body:
                #"{"model":"command-x","stream":true,"messages":[{"role":"system","content":"sys"},{"role":"user","content":[{"type":"text","text":"part a"},{"type":"image_url","image_url":{"url":"https://pics.example/a.png"}}]},{"role":"assistant","tool_plan":"I will look","tool_calls":[{"id":"t1","type":"function","function":{"name":"sql","arguments":"{\"query\":\"select 1\"}"}}]},{"role":"tool","tool_call_id":"t1","content":[{"type":"document","document":{"id":"d1","data":"row one"}}]}],"documents":["doc one",{"id":"d2","data":{"snippet":"doc two"}}]}"#
        ).checked("cohere.chat")
        #expect(second.model == "command-x" && second.streams)
        try second.expect([
            Said("messages[0].content", "sys", .system, 1), Said("messages[1].content[0].text", "part a", .user, 2),
            Said("messages[2].tool_plan", #""tool_plan":"I will look""#, .assistant, 3),
            Said("messages[2].tool_calls[0].function.arguments.query", #""query":"select 1""#, .assistant, 3),
            Said("messages[3].content[0].document.data", #""data":"row one""#, .tool, 4),
            Said("documents[0]", "doc one", .user), Said("documents[1].data.snippet", #""snippet":"doc two""#, .user),
        ])
        #expect(second.opaque.map(\.kind) == [.reference])
        let first = try Recorded(
            provider: "cohere", path: "/v1/chat",
            body:
                #"{"message":"now","preamble":"be kind","chat_history":[{"role":"USER","message":"before"},{"role":"CHATBOT","message":"answer"}],"documents":[{"title":"my title"}]}"#
        ).checked("cohere.chat")
        try first.expect([
            Said("message", "now", .user, 1), Said("preamble", "be kind", .system),
            Said("chat_history[0].message", "before", .user, 1),
            Said("chat_history[1].message", "answer", .assistant, 2),
            Said("documents[0].title", #""title":"my title""#, .user),
        ])
        #expect(first.opaque.isEmpty)
    }

    @Test func embedAndRerankAreRead() throws {
        let embed = try Recorded(
            provider: "cohere", path: "/v2/embed",
            body:
                #"{"model":"embed-x","texts":["first text"],"inputs":[{"content":[{"type":"text","text":"second text"}]}]}"#
        ).checked("cohere.texts")
        try embed.expect([
            Said("texts[0]", "first text", .user, 1), Said("inputs[0].content[0].text", "second text", .user, 1),
        ])
        let rerank = try Recorded(
            provider: "cohere", path: "/v2/rerank",
            body: #"{"query":"what is it","documents":["doc one",{"text":"doc two"}],"top_n":3}"#
        ).checked("cohere.texts")
        try rerank.expect([
            Said("query", "what is it", .user, 1), Said("documents[1].text", #""text":"doc two""#, .user),
        ])
        #expect(embed.opaque.isEmpty && rerank.opaque.isEmpty)
    }

    @Test func theStreamOfVersionTwoIsRestored() throws {
        try RecordedStream(
            provider: "cohere", path: "/v2/chat", type: "text/event-stream",
            make: { pieces in
                let data =
                    [
                        #"{"type":"message-start","id":"m"}"#,
                        #"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
                    ]
                    + pieces.map {
                        #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":\#(quoted($0))}}}}"#
                    } + [#"{"type":"content-end","index":0}"#, #"{"type":"message-end","delta":{}}"#]
                return bytes(data.map { "event: \($0.dropFirst(9).prefix { $0 != "\"" })\ndata: \($0)\n\n" }.joined())
            },
            read: { stream in
                try eventObjects(stream).map {
                    value($0, "delta", "message", "content", "text") as? String ?? ""
                }.joined()
            }
        ).check()
    }

    @Test func theStreamOfVersionOneRepeatsItsText() throws {
        try RecordedStream(
            provider: "cohere", path: "/v1/chat", type: "application/stream+json",
            make: { pieces in
                let lines =
                    [#"{"is_finished":false,"event_type":"stream-start"}"#]
                    + pieces.map { #"{"is_finished":false,"event_type":"text-generation","text":\#(quoted($0))}"# } + [
                        #"{"is_finished":true,"event_type":"stream-end","response":{"text":\#(quoted(pieces.joined()))}}"#
                    ]
                return bytes(lines.map { $0 + "\n" }.joined())
            },
            read: { stream in
                let lines = try text(stream).split(separator: "\n").map { try object($0.utf8) }
                let said = lines.compactMap { $0["text"] as? String }.joined()
                let last = try #require(lines.last?["response"] as? [String: Any])
                #expect(last["text"] as? String == said)
                return said
            }
        ).check()
    }

    @Test func refusalsAreCoheresErrors() throws {
        let refusal = RequestFormats.match(RequestHead(provider: "cohere", method: "POST", path: "/v2/chat"))
            .refusal("stopped", eventID: "01AB", kind: .blocked)
        #expect(refusal.status == 403)
        #expect(try object(refusal.body)["message"] as? String == "stopped")
    }
}
