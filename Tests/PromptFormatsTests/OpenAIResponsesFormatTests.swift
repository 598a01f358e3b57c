import Primitives
import PromptFormats
import Testing

@Suite struct OpenAIResponsesFormatTests {
    private let format = WireFormat.openAIResponses

    private let body = bytes(
        #"""
        {"model":"gpt-y","stream":false,"store":false,"previous_response_id":"resp_1","instructions":"be exact",
         "input":[
          {"role":"user","content":"no type"},
          {"type":"message","role":"developer","content":[{"type":"input_text","text":"part a"},{"type":"input_text","text":"part b"},
            {"type":"input_image","image_url":"https://pics.example/b.png"},{"type":"input_file","filename":"f.pdf","file_id":"file-9"}]},
          {"type":"function_call","call_id":"call_1","name":"run","arguments":"{\"cmd\":\"ls\",\"api_key\":\"k\\\"1\"}"},
          {"type":"function_call_output","call_id":"call_1","output":"out text"},
          {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"listed"}]},
          {"type":"custom_tool_call","name":"patch","input":"free text"},
          {"type":"local_shell_call","action":{"type":"exec","command":["bash","-lc","export PW=1"],"env":{"SECRET":"s"}}},
          {"type":"shell_call_output","output":[{"stdout":"std out","stderr":"std err","outcome":{"type":"exit","exit_code":0}}]},
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"I think"}],"encrypted_content":"gAAA"},
          {"type":"mcp_call","name":"m","arguments":"{\"a\":\"b\"}","output":"mcp out"},
          {"type":"item_reference","id":"msg_5"},
          {"type":"teleport","to":"mars"}],
         "tools":[{"type":"function","name":"run","description":"runs"}],
         "prompt":{"id":"pmpt","variables":{"city":"Bonn"}},"metadata":{"team":"red"}}
        """#)

    @Test func everyTextPartIsASegmentInItsPlace() throws {
        let request = try format.parse(body)
        #expect(request.model == "gpt-y")
        #expect(!request.streams)
        #expect(request.store == false)
        let expected: [(String, String, SegmentRole, Int?)] = [
            ("instructions", "be exact", .system, nil), ("input[0].content", "no type", .user, 1),
            ("input[1].content[0].text", "part a", .system, 2), ("input[1].content[1].text", "part b", .system, 2),
            ("input[2].arguments.cmd", #""cmd":"ls""#, .assistant, 3),
            ("input[2].arguments.api_key", #""api_key":"k"1""#, .assistant, 3),
            ("input[3].output", "out text", .tool, 4),
            ("input[4].output[0].text", "listed", .tool, 5), ("input[5].input", "free text", .assistant, 6),
            ("input[6].action.command[2]", "export PW=1", .assistant, 7),
            ("input[6].action.env.SECRET", #""SECRET":"s""#, .assistant, 7),
            ("input[7].output[0].stdout", "std out", .tool, 8),
            ("input[7].output[0].stderr", "std err", .tool, 8), ("input[9].output", "mcp out", .assistant, 10),
            ("input[9].arguments.a", #""a":"b""#, .assistant, 10), ("input[11].to", #""to":"mars""#, .user, 12),
            ("tools[0].description", #""description":"runs""#, .toolDescription, nil),
            ("prompt.variables.city", #""city":"Bonn""#, .user, nil),
            ("metadata.team", #""team":"red""#, .metadata, nil),
        ]
        for (path, text, role, message) in expected {
            let segment = try request.segment(at: path)
            #expect(PromptFormatsTests.text(segment.text) == text)
            #expect(segment.role == role)
            #expect(segment.message == message)
        }
        #expect(
            request.opaque.map(\.kind) == [.reference, .reference, .reference, .reference, .unknownShape])
    }

    @Test func reasoningIsInspectedAndStaysAsItIs() throws {
        let request = try format.parse(body)
        let sealed = request.segments.filter { $0.path.hasPrefix("input[8]") }
        #expect(sealed.contains { text($0.text) == #""text":"I think""# })
        #expect(sealed.contains { text($0.text) == #""encrypted_content":"gAAA""# })
        #expect(sealed.allSatisfy { !$0.rewritable })
    }

    @Test func inputMayBeOneString() throws {
        let request = try format.parse(bytes(#"{"input":"just this"}"#))
        #expect(request.segments.map { text($0.text) } == ["just this"])
        #expect(request.segments.map(\.message) == [1])
    }

    @Test func anEditInArgumentsIsEscapedTwice() throws {
        let request = try format.parse(body)
        #expect(
            request.replacing("k\"1", with: "a\"b", in: body)
                == text(body).replacingOnce(#"k\\\"1"#, with: #"a\\\"b"#))
    }

    @Test(arguments: [
        ("/v1/responses", true), ("/responses?x=1", true), ("/v1/responses/input_tokens", true),
        ("/v1/responses/compact", true),
        ("/v1/responses/resp_1", false), ("/v1/chat/completions", false),
    ])
    func pathsAreMatchedAsServersReadThem(path: String, accepted: Bool) {
        #expect(format.accepts(RequestHead(provider: "openai", method: "POST", path: path)) == accepted)
    }
}
