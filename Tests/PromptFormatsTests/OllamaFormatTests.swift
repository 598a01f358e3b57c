import Foundation
import PromptFormats
import Testing

@Suite struct OllamaFormatTests {
    @Test func chatGenerateAndEmbedAreRead() throws {
        let chat = try Recorded(
            provider: "ollama", path: "/api/chat",
            body:
                #"{"model":"llama-x","messages":[{"role":"system","content":"sys"},{"role":"user","content":"hi there","images":["PNGDATA"]},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"sql","arguments":{"q":"select 1"}}}]},{"role":"tool","content":"row one"}]}"#
        ).checked("ollama")
        #expect(chat.model == "llama-x")
        try chat.expect([
            Said("messages[0].content", "sys", .system, 1), Said("messages[1].content", "hi there", .user, 2),
            Said("messages[2].tool_calls[0].function.arguments.q", #""q":"select 1""#, .assistant, 3),
            Said("messages[3].content", "row one", .tool, 4),
        ])
        let tokens = (0..<40).map { String($0 * 1000) }.joined(separator: ",")
        let generate = try Recorded(
            provider: "ollama", path: "/api/generate",
            body: #"{"model":"m","prompt":"write it","system":"sys","suffix":"the end","context":[\#(tokens)]}"#
        ).checked("ollama")
        try generate.expect([Said("prompt", "write it", .user, 1), Said("system", "sys", .system)])
        #expect(generate.opaque.map(\.kind) == [.tokens])
        let embed = try Recorded(
            provider: "ollama", path: "/api/embed", body: #"{"model":"e","input":["one text","two text"]}"#
        ).checked("ollama")
        try embed.expect([Said("input[1]", "two text", .user, 1)])
    }

    @Test(arguments: ["\n", "\r\n"])
    func linesAreRestored(newline: String) throws {
        for (path, key) in [("/api/chat", "message"), ("/api/generate", "response")] {
            try RecordedStream(
                provider: "ollama", path: path, type: "application/x-ndjson",
                make: { pieces in
                    let lines = pieces.map { piece in
                        key == "message"
                            ? #"{"model":"m","message":{"role":"assistant","content":\#(quoted(piece))},"done":false}"#
                            : #"{"model":"m","response":\#(quoted(piece)),"done":false}"#
                    }
                    let last =
                        #"{"model":"m","\#(key)":\#(key == "message" ? #"{"content":""}"# : #""""#),"done":true}"#
                    return bytes((lines + [last]).map { $0 + newline }.joined())
                },
                read: { stream in
                    try text(stream).split(whereSeparator: \.isNewline).map { line in
                        let line = try object(line.utf8)
                        return value(line, "message", "content") as? String ?? line["response"] as? String ?? ""
                    }.joined()
                }
            ).check()
        }
    }

    @Test func curlsContentTypeHidesNothing() throws {
        let request = try Recorded(
            provider: "ollama", path: "/api/generate",
            headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: #" {"model":"withdrawn","prompt":"a=b&c=%41"}"#
        ).checked("ollama")
        #expect(request.model == "withdrawn")
        try request.expect([Said("prompt", "a=b&c=%41", .user, 1)])
        #expect(request.segments.allSatisfy { $0.rewritable })
    }

    @Test func theLastLineNeedsNoEnd() throws {
        let restorer = RequestFormats.match(RequestHead(provider: "ollama", method: "POST", path: "/api/generate"))
            .reply(ReplyHead(status: 200, headers: [("content-type", "application/x-ndjson")]))
        let out = run(restorer, #"{"response":"it is \#(placeholder)","done":true}"#)
        #expect(try object(out.utf8)["response"] as? String == "it is \(secretValue)")
    }

    @Test func refusalsAreOllamasErrors() throws {
        let refusal = RequestFormats.match(RequestHead(provider: "ollama", method: "POST", path: "/api/chat"))
            .refusal("stopped", eventID: "01AB", kind: .blocked)
        #expect(refusal.status == 403)
        #expect(try object(refusal.body)["error"] as? String == "stopped")
    }
}
