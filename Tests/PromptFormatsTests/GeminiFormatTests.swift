import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct GeminiFormatTests {
    private static let generate = #"""
        {"system_instruction":{"parts":[{"text":"be kind"}]},
         "contents":[
          {"role":"user","parts":[{"text":"part a"},{"text":"part b"},{"inline_data":{"mime_type":"image/png","data":"PNGDATA"}},
            {"fileData":{"mimeType":"application/pdf","fileUri":"https://files.example/f1"}}]},
          {"role":"model","parts":[{"text":"thinking aloud","thought":true},{"text":"I look","thoughtSignature":"c2ln"},
            {"functionCall":{"name":"sql","args":{"query":"select 1","password":"pw1"}},"thoughtSignature":"c2ln"}]},
          {"role":"user","parts":[{"functionResponse":{"name":"sql","response":{"rows":["row one"]}}}]},
          {"parts":{"text":"a single part"}},
          {"role":"user","parts":[{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"hologram":{"deep":"leaf text"}}]}],
         "tools":[{"functionDeclarations":[{"name":"sql","description":"runs sql"}]}],
         "cachedContent":"cachedContents/c1","generationConfig":{"temperature":1}}
        """#

    @Test(arguments: [
        "/v1beta/models/gemini-x:generateContent", "/v1beta/models/gemini-x:streamGenerateContent?alt=sse",
        "/v1/projects/p/locations/l/publishers/google/models/gemini-x:streamGenerateContent",
    ])
    func everyTextPartIsASegmentInItsPlace(path: String) throws {
        let request = try Recorded(provider: "google", path: path, body: Self.generate).checked("google.gemini")
        #expect(request.model == "gemini-x")
        try request.expect([
            Said("system_instruction.parts[0].text", "be kind", .system),
            Said("contents[0].parts[0].text", "part a", .user, 1),
            Said("contents[0].parts[1].text", "part b", .user, 1),
            Said("contents[1].parts[1].text", "I look", .assistant, 2),
            Said("contents[1].parts[2].functionCall.args.password", #""password":"pw1""#, .assistant, 2),
            Said("contents[2].parts[0].functionResponse.response.rows[0]", "row one", .tool, 3),
            Said("contents[3].parts.text", "a single part", .user, 4),
            Said("contents[4].parts[0].executableCode.code", #""code":"print(1)""#, .user, 5),
            Said("contents[4].parts[1].hologram.deep", #""deep":"leaf text""#, .user, 5),
            Said("tools[0].functionDeclarations[0].description", #""description":"runs sql""#, .toolDescription),
        ])
        let groups = request.segments.filter { $0.path.hasPrefix("contents[0].parts[") && $0.path.hasSuffix("text") }
        #expect(Set(groups.map(\.group)).count == 1)
        #expect(request.opaque.map(\.kind) == [.reference, .reference, .unknownShape, .reference])
    }

    @Test func whatTheModelThoughtGoesBackAsItCame() throws {
        let request = try Recorded(
            provider: "google", path: "/v1beta/models/g:generateContent", body: Self.generate
        ).parse()
        let sealed = request.segments.filter { !$0.rewritable }.map(\.path)
        #expect(
            Set(sealed) == [
                "contents[1].parts[0].text", "contents[1].parts[1].thoughtSignature",
                "contents[1].parts[2].thoughtSignature",
            ])
    }

    @Test func otherMethodsHoldTheirTexts() throws {
        let bodies: [(String, String, [Said])] = [
            (
                "countTokens",
                #"{"generateContentRequest":{"model":"models/g","contents":[{"parts":[{"text":"count me"}]}]}}"#,
                [Said("generateContentRequest.contents[0].parts[0].text", "count me", .user, 1)]
            ),
            (
                "embedContent", #"{"content":{"parts":[{"text":"embed me"}]},"title":"my title"}"#,
                [Said("content.parts[0].text", "embed me", .user, 1)]
            ),
            (
                "batchEmbedContents",
                #"{"requests":[{"model":"models/e","content":{"parts":[{"text":"one"}]}},{"model":"models/e","content":{"parts":[{"text":"two"}]}}]}"#,
                [Said("requests[1].content.parts[0].text", "two", .user, 1)]
            ),
            (
                "predict", #"{"instances":[{"prompt":"paint a cat"}],"parameters":{"sampleCount":1}}"#,
                [Said("instances[0].prompt", "paint a cat", .user, 1)]
            ),
        ]
        for (method, body, expected) in bodies {
            let request = try Recorded(provider: "google", path: "/v1beta/models/m1:\(method)", body: body)
                .checked("google.gemini")
            try request.expect(expected)
            #expect(request.model == "m1")
            #expect(request.opaque.isEmpty)
        }
    }

    @Test func codeAssistWrapsTheSame() throws {
        let request = try Recorded(
            provider: "google", path: "/v1internal:streamGenerateContent?alt=sse",
            body:
                #"{"model":"gemini-y","project":"p","user_prompt_id":"u","request":{"contents":[{"role":"user","parts":[{"text":"hello"}]}],"systemInstruction":{"parts":[{"text":"sys"}]},"session_id":"s"}}"#
        ).checked("google.code-assist")
        #expect(request.model == "gemini-y")
        try request.expect([
            Said("request.contents[0].parts[0].text", "hello", .user, 1),
            Said("request.systemInstruction.parts[0].text", "sys", .system),
        ])
        #expect(request.opaque.isEmpty)
    }

    @Test func vertexPassesOthersModelsTheirOwnBodies() throws {
        let base = "/v1/projects/p/locations/l/publishers"
        let anthropic = try Recorded(
            provider: "google", path: "\(base)/anthropic/models/claude-x:streamRawPredict",
            body:
                #"{"anthropic_version":"vertex-2023-10-16","system":"sys","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#
        ).checked("vertex.anthropic")
        #expect(anthropic.model == "claude-x")
        try anthropic.expect([
            Said("system", "sys", .system), Said("messages[0].content[0].text", "hi", .user, 1),
        ])
        let mistral = try Recorded(
            provider: "google", path: "\(base)/mistralai/models/m:rawPredict",
            body: #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
        ).checked("vertex.mistral")
        try mistral.expect([Said("messages[0].content", "hi", .user, 1)])
        let other = try Recorded(
            provider: "google", path: "\(base)/newcomer/models/n:rawPredict", body: #"{"question":"what is it"}"#
        ).checked("generic")
        #expect(other.opaque.map(\.kind) == [.unknownShape])
    }

    // MARK: Replies

    private static func chunk(_ piece: String) -> String {
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":\#(quoted(piece))}]},"index":0}],"modelVersion":"g"}"#
    }
    private static let last =
        #"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"totalTokenCount":5}}"#

    private static func said(_ chunks: [[String: Any]]) -> String {
        chunks.map { value($0, "candidates", 0, "content", "parts", 0, "text") as? String ?? "" }.joined()
    }

    @Test func aStreamOfEventsIsRestored() throws {
        try RecordedStream(
            provider: "google", path: "/v1beta/models/g:streamGenerateContent?alt=sse", type: "text/event-stream",
            make: { pieces in bytes((pieces.map(Self.chunk) + [Self.last]).map { "data: \($0)\r\n\r\n" }.joined()) },
            read: { Self.said(try eventObjects($0)) }
        ).check()
    }

    @Test func aStreamThatIsAnArrayIsRestored() throws {
        try RecordedStream(
            provider: "google", path: "/v1beta/models/g:streamGenerateContent",
            type: "application/json; charset=UTF-8",
            make: { pieces in bytes("[" + (pieces.map(Self.chunk) + [Self.last]).joined(separator: "\n,\r\n") + "\n]\n")
            },
            read: { bytes in
                // A reply that breaks off is no JSON.
                let list = try JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]]
                return Self.said(try #require(list))
            }
        ).check()
    }

    @Test func codeAssistsStreamIsRestored() throws {
        try RecordedStream(
            provider: "google", path: "/v1internal:streamGenerateContent?alt=sse", type: "text/event-stream",
            make: { pieces in
                bytes((pieces.map(Self.chunk) + [Self.last]).map { "data: {\"response\":\($0)}\n\n" }.joined())
            },
            read: { Self.said(try eventObjects($0).compactMap { $0["response"] as? [String: Any] }) }
        ).check()
    }

    @Test func anArraysElementsComeAsTheyAreComplete() {
        var restorer = RequestFormats.match(
            RequestHead(provider: "google", method: "POST", path: "/v1beta/models/g:streamGenerateContent")
        ).reply(ReplyHead(status: 200, headers: [("content-type", "application/json")]))
        let first = bytes("[" + Self.chunk("all of it. "))
        #expect(restorer.feed(first, restoring: resolver) == first)
        // What could be the beginning of a placeholder waits, and so does what comes after it: the array stays in order.
        let second = bytes(",\n" + Self.chunk("ends in s"))
        #expect(restorer.feed(second, restoring: resolver).isEmpty)
        let third = bytes(", {\"usageMetadata\":{}}")
        #expect(restorer.feed(third, restoring: resolver) == second + third)
        #expect(restorer.feed(bytes("]"), restoring: resolver) == bytes("]"))
    }

    @Test func aReplyThatIsNoStreamIsRestoredAndThoughtsAreNot() throws {
        let name = placeholder.description
        let reply =
            #"{"candidates":[{"content":{"parts":[{"text":"\#(name)","thought":true},{"text":"it is \#(name)."},{"functionCall":{"name":"f","args":{"q":"\#(name)"}}}]}}]}"#
        let restorer = RequestFormats.match(
            RequestHead(provider: "google", method: "POST", path: "/v1beta/models/g:generateContent")
        ).reply(ReplyHead(status: 200, headers: [("content-type", "application/json")]))
        let parts = value(try object(run(bytesOf: restorer, [bytes(reply)])), "candidates", 0, "content", "parts")
        #expect(value(parts, 0, "text") as? String == name)
        #expect(value(parts, 1, "text") as? String == "it is \(secretValue).")
        #expect(value(parts, 2, "functionCall", "args", "q") as? String == name)
    }

    @Test func refusalsAreGooglesErrors() throws {
        let refusal = RequestFormats.match(
            RequestHead(provider: "google", method: "POST", path: "/v1beta/models/g:generateContent")
        ).refusal("stopped", eventID: "01AB", kind: .blocked)
        let error = try #require(try object(refusal.body)["error"] as? [String: Any])
        #expect(refusal.status == 403 && error["code"] as? Int == 403)
        #expect(error["status"] as? String == "PERMISSION_DENIED")
        #expect(error["message"] as? String == "stopped")
    }

    @Test func theKeyInTheQueryIsNotAText() {
        let format = RequestFormats.match(
            RequestHead(provider: "google", method: "POST", path: "/v1beta/models/g:generateContent?key=x"))
        let target = "/google/v1beta/models/g:generateContent?alt=sse&Key=AIzaX&note=key%3Dsecret&k%65y=AIzaY&key"
        #expect(
            RequestTargetText.inspected(target, hiding: format.credentialParameters)
                == "/google/v1beta/models/g:generateContent?alt=sse&Key=&note=key%3Dsecret&k%65y=&key")
        #expect(
            RequestTargetText.credentials(target, in: format.credentialParameters) == ["Key=AIzaX", "k%65y=AIzaY"])
        #expect(RequestTargetText.inspected(target, hiding: []) == target)
    }
}
