import Primitives
import PromptFormats
import Testing

@Suite struct AnthropicMessagesFormatTests {
    private let format = WireFormat.anthropicMessages

    private let body = bytes(
        #"""
        {"model":"claude-x","max_tokens":1024,"stream":true,
         "system":[{"type":"text","text":"attribution"},{"type":"text","text":"be kind","cache_control":{"type":"ephemeral"}}],
         "messages":[
          {"role":"user","content":"first"},
          {"role":"assistant","content":[{"type":"thinking","thinking":"hmm key","signature":"c2ln"},{"type":"text","text":"I look"},
            {"type":"tool_use","id":"toolu_01A","name":"sql","input":{"query":"select \"x\"","options":{"password":"pw1"},"limit":41111111111}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01A","content":[{"type":"text","text":"row 1"},{"type":"text","text":"row 2"}]},
            {"type":"tool_result","tool_use_id":"toolu_01B","content":"plain result"},
            {"type":"document","title":"notes","context":"from ann","source":{"type":"text","media_type":"text/plain","data":"doc text"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
            {"type":"image","source":{"type":"url","url":"https://pics.example/a.png?sig=1"}},
            {"type":"search_result","title":"t","source":"https://s.example","content":[{"type":"text","text":"found"}]},
            {"type":"container_upload","file_id":"file_1"}]}],
         "tools":[{"name":"sql","description":"runs sql","input_schema":{"type":"object","properties":{"query":{"type":"string","description":"the query"}}}}],
         "metadata":{"user_id":"user-77"}}
        """#)

    @Test func everyTextPartIsASegmentInItsPlace() throws {
        let request = try format.parse(body)
        #expect(request.model == "claude-x")
        #expect(request.streams)
        #expect(request.store == nil)
        #expect(try request.text(at: "system[1].text") == "be kind")
        #expect(try request.segment(at: "system[1].text").role == .system)
        #expect(try request.segment(at: "system[1].text").message == nil)
        #expect(try request.text(at: "messages[0].content") == "first")
        #expect(try request.text(at: "messages[1].content[2].input.query") == #""query":"select "x"""#)
        #expect(try request.text(at: "messages[1].content[2].input.options.password") == #""password":"pw1""#)
        #expect(try request.text(at: "messages[1].content[2].input.limit") == #""limit":41111111111"#)
        #expect(try !request.segment(at: "messages[1].content[2].input.limit").rewritable)
        let results = try ["0].content[0].text", "0].content[1].text", "1].content"].map {
            try request.segment(at: "messages[2].content[\($0)")
        }
        #expect(results.allSatisfy { $0.role == .tool && $0.message == 3 && $0.rewritable })
        #expect(results[0].group == results[1].group && results[1].group != results[2].group)
        #expect(try request.text(at: "messages[2].content[2].source.data") == "doc text")
        #expect(try request.text(at: "messages[2].content[2].title") == "notes")
        #expect(try request.text(at: "messages[2].content[3].source.content[0].text") == "inner")
        #expect(try request.text(at: "messages[2].content[5].content[0].text") == "found")
        #expect(try request.segment(at: "tools[0].description").role == .toolDescription)
        #expect(try request.text(at: "metadata.user_id") == #""user_id":"user-77""#)
        #expect(request.opaque.map(\.kind) == [.reference, .reference])
        #expect(request.opaque.allSatisfy { $0.message == 3 })
    }

    @Test func thinkingIsInspectedAndStaysAsItIs() throws {
        let request = try format.parse(body)
        for field in ["thinking", "signature"] {
            let segment = try request.segment(at: "messages[1].content[0].\(field)")
            #expect(!segment.rewritable)
        }
        let redacted = try format.parse(
            bytes(#"{"messages":[{"role":"assistant","content":[{"type":"redacted_thinking","data":"abcd"}]}]}"#))
        #expect(redacted.segments.map(\.rewritable) == [false])
    }

    @Test func batchesHoldWholeRequests() throws {
        let request = try format.parse(
            bytes(
                #"{"requests":[{"custom_id":"c1","params":{"system":"sys","messages":[{"role":"user","content":"hello"}]}}]}"#
            ))
        #expect(try request.text(at: "requests[0].params.messages[0].content") == "hello")
        #expect(try request.segment(at: "requests[0].params.system").role == .system)
        #expect(try request.text(at: "requests[0].custom_id") == #""custom_id":"c1""#)
        #expect(request.opaque.isEmpty)
    }

    @Test func aPDFIsOpaqueAndATextFileIsNot() throws {
        let pdf = base64(bytes("%PDF-1.7\n") + (0..<120).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 128) })
        let note = base64(bytes("the token is in the file that was attached to the message"))
        let request = try format.parse(
            bytes(
                #"{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"\#(pdf)"}},{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"\#(note)"}}]}]}"#
            ))
        #expect(request.opaque.map(\.kind) == [.file])
        #expect(request.opaque[0].mediaType == "application/pdf")
        #expect(try request.text(at: "messages[0].content[1].source.data").hasPrefix("the token"))
    }

    @Test func unknownBlocksAreInspectedAndReported() throws {
        let request = try format.parse(
            bytes(
                #"{"messages":[{"role":"user","content":[{"type":"memory","note":{"deep":"leaf text"}}]},5],"system":7}"#
            ))
        #expect(request.segments.map { text($0.text) } == [#""deep":"leaf text""#])
        #expect(request.opaque.map(\.kind) == [.unknownShape, .unknownShape, .unknownShape])
    }

    @Test(arguments: [
        ("/v1/messages", true), ("/v1/messages?beta=true", true), ("/v1/messages/count_tokens", true),
        ("/v1/messages/", true),
        ("//v1//Messages", true), ("/v1/m%65ssages", true), ("/v1/messages/batches", true),
        ("/v1/messages/batches/b1", false),
        ("/v1/threads/t/messages", false), ("/v1/complete", false), ("/v1/models", false),
    ])
    func pathsAreMatchedAsServersReadThem(path: String, accepted: Bool) {
        #expect(format.accepts(RequestHead(provider: "anthropic", method: "POST", path: path)) == accepted)
    }
}
