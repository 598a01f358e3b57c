import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct OtherFormatsTests {
    // MARK: GitHub Copilot

    @Test func copilotsChatAndCompletionsAreRead() throws {
        let chat = try Recorded(
            provider: "github-copilot", path: "/chat/completions",
            body: #"{"model":"gpt-x","messages":[{"role":"user","content":"hi there"}]}"#
        ).checked("copilot.chat")
        try chat.expect([Said("messages[0].content", "hi there", .user, 1)])
        let completion = try Recorded(
            provider: "github-copilot", path: "/v1/engines/gpt-41-copilot/completions",
            body:
                #"{"prompt":"// Path: a.swift\nlet","suffix":"\n}","stream":true,"extra":{"language":"swift","prompt_tokens":10}}"#
        ).checked("copilot.completions")
        #expect(completion.model == "gpt-41-copilot")
        try completion.expect([
            Said("prompt", "// Path: a.swift\nlet", .user, 1), Said("suffix", "\n}", .user, 1),
            Said("extra.language", #""language":"swift""#, .user),
        ])
        for (path, id) in [("/responses", "openai.responses"), ("/v1/messages", "anthropic.messages")] {
            #expect(
                RequestFormats.match(RequestHead(provider: "github-copilot", method: "POST", path: path)).id == id)
        }
        let thread = try Recorded(
            provider: "github-copilot", path: "/github/chat/threads/t1/messages",
            body: #"{"content":"on the web","references":[{"type":"file","path":"a.swift"}]}"#
        ).checked("copilot.threads")
        #expect(thread.segments.allSatisfy { !$0.rewritable })
        let refusal = RequestFormats.match(
            RequestHead(provider: "github-copilot", method: "POST", path: "/chat/completions")
        ).refusal("stopped", eventID: "01AB", kind: .blocked)
        #expect(refusal.status == 400)
    }

    // MARK: Model Context Protocol

    private static let toolCall =
        #"{"jsonrpc":"2.0","id":"req-7","method":"tools/call","params":{"name":"query_db","arguments":{"sql":"select 1","nested":{"password":"pw1"}}}}"#

    @Test func toolCallsAreRead() throws {
        let call = Recorded(provider: "", path: "/mcp", body: Self.toolCall)
        let request = try call.checked("mcp")
        try request.expect([
            Said("params.arguments.sql", #""sql":"select 1""#, .user, 1),
            Said("params.arguments.nested.password", #""password":"pw1""#, .user, 1),
        ])
        #expect(request.callID == bytes(#""req-7""#))
        #expect(request.segments.contains { $0.rewritable })
        #expect(request.opaque.isEmpty)
        let answer = try Recorded(
            provider: "", path: "/any", headers: [("Mcp-Session-Id", "s")],
            body:
                #"[{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"row one"},{"type":"resource_link","uri":"file:///x"}]}}]"#
        ).checked("mcp")
        try answer.expect([Said("[0].result.content[0].text", "row one", .tool)])
        #expect(answer.opaque.map(\.kind) == [.reference])
        let mirrored = try Recorded(
            provider: "", path: "/mcp", headers: [("Mcp-Param-sql", "select 1")], body: Self.toolCall
        ).parse()
        #expect(mirrored.segments.allSatisfy { !$0.rewritable })
    }

    @Test func aStoppedCallIsAnsweredAsAToolsError() throws {
        let call = Recorded(provider: "", path: "/mcp", body: Self.toolCall)
        let refusal = call.format.refusal("stopped", eventID: "01AB", kind: .blocked, to: try call.parse())
        let json = try object(refusal.body)
        #expect(refusal.status == 200 && json["id"] as? String == "req-7")
        let result = try #require(json["result"] as? [String: Any])
        #expect(result["isError"] as? Bool == true)
        #expect(value(result, "content", 0, "text") as? String == "stopped")
        let unread = call.format.refusal("broken", eventID: "", kind: .badRequest)
        #expect(unread.status == 400)
        #expect(value(try object(unread.body), "error", "code") as? Int == -32001)
    }

    // MARK: Hugging Face, Replicate, Workers AI

    @Test func modelsByTaskAreRead() throws {
        let face = try Recorded(
            provider: "huggingface", path: "/hf-inference/models/org/model-x",
            body: #"{"inputs":"summarise this","parameters":{"max_length":5}}"#
        ).checked("huggingface.inputs")
        #expect(face.model == "org/model-x")
        try face.expect([Said("inputs", "summarise this", .user, 1)])
        let question = try Recorded(
            provider: "huggingface", path: "/models/qa",
            body: #"{"inputs":{"question":"who is it","context":"it is Ann"}}"#
        ).checked("huggingface.inputs")
        try question.expect([Said("inputs.context", #""context":"it is Ann""#, .user, 1)])
        let replicate = try Recorded(
            provider: "replicate", path: "/v1/models/meta/llama/predictions",
            body: #"{"input":{"prompt":"say this","image":"https://pics.example/a.png"}}"#
        ).checked("replicate")
        #expect(replicate.model == "meta/llama")
        try replicate.expect([Said("input.prompt", "say this", .user, 1)])
        let workers = try Recorded(
            provider: "cloudflare", path: "/client/v4/accounts/a/ai/run/@cf/meta/llama-x",
            body: #"{"messages":[{"role":"user","content":"hi there"}]}"#
        ).checked("cloudflare.run")
        #expect(workers.model == "@cf/meta/llama-x")
        #expect(face.opaque.isEmpty && question.opaque.isEmpty && workers.opaque.isEmpty)
    }

    @Test func huggingFacesStreamRepeatsItsText() throws {
        try RecordedStream(
            provider: "huggingface", path: "/models/m/generate_stream", type: "text/event-stream",
            make: { pieces in
                var events = pieces.map {
                    #"data:{"token":{"id":1,"text":\#(quoted($0)),"special":false},"generated_text":null}"#
                }
                events.append(
                    #"data:{"token":{"id":2,"text":"</s>","special":true},"generated_text":\#(quoted(pieces.joined()))}"#
                )
                return bytes(events.map { $0 + "\n\n" }.joined())
            },
            read: { stream in
                let events = try text(stream).split(separator: "\n").map { try object($0.dropFirst(5).utf8) }
                let said = events.dropLast().map { value($0, "token", "text") as? String ?? "" }.joined()
                let whole = events.last?["generated_text"] as? String
                return whole == nil || whole == said ? said : "?"
            }
        ).check()
    }
}
