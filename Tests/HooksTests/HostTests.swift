import Hooks
import Primitives
import Testing

/// Each host's documented questions and answers. The shapes are the vendors' own; the words in them are ours.
@Suite struct HostTests {
    private func call(_ host: any HookHost, _ json: String) throws -> HookCall { try host.read(Array(json.utf8)) }

    private func answer(_ host: any HookHost, _ decision: HookDecision, _ json: String) throws -> String {
        String(decoding: host.answer(decision, to: try call(host, json)).output, as: UTF8.self)
    }

    private func texts(_ call: HookCall) -> [String] { call.texts.map { String(decoding: $0.text, as: UTF8.self) } }

    // MARK: Claude Code

    static let prompt = #"""
        {"session_id":"s1","transcript_path":"/tmp/t","cwd":"/home/u/app","permission_mode":"default","hook_event_name":"UserPromptSubmit","prompt":"see @src/a.log and \"x\""}
        """#
    static let bash = #"""
        {"session_id":"s1","cwd":"/home/u/app","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"psql \"$URL\"","description":"run"},"tool_use_id":"t1"}
        """#
    static let mcp = #"""
        {"session_id":"s1","cwd":"/","hook_event_name":"PreToolUse","tool_name":"mcp__mail__send","tool_input":{"to":["a","b"],"n":3,"body":"say \u00e9"}}
        """#
    static let result = #"""
        {"session_id":"s1","cwd":"/","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"env"},"tool_response":{"stdout":"A=1\nB=2","stderr":"","interrupted":false,"isImage":false}}
        """#

    @Test func claudeCodesPromptIsReadWithTheFilesThatItMentions() throws {
        let read = try call(ClaudeCodeHost(), Self.prompt)
        #expect(read.event == .prompt)
        #expect(read.session == "s1")
        #expect(read.folder == "/home/u/app")
        #expect(texts(read) == ["see @src/a.log and \"x\""])
        #expect(read.texts.first?.isRewritable == false)
        #expect(read.files == ["src/a.log"])
    }

    @Test func claudeCodeIsToldToStopInTheShapeOfEachEvent() throws {
        let host = ClaudeCodeHost()
        #expect(try answer(host, .pass, Self.prompt).isEmpty)
        #expect(
            try answer(host, .block("no \"x\""), Self.prompt) == #"{"decision":"block","reason":"no \"x\""}"# + "\n")
        #expect(try answer(host, .tell("hm"), Self.prompt) == #"{"systemMessage":"hm"}"# + "\n")
        #expect(
            try answer(host, .block("no"), Self.bash)
                == #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}"#
                + "\n")
        #expect(
            try answer(host, .block("no"), Self.result).hasPrefix(
                #"{"decision":"block","reason":"no","hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{"stdout":"[withheld by Sluice]""#
            ))
    }

    @Test func aCommandRunsAsItIsOrNotAtAll() throws {
        let read = try call(ClaudeCodeHost(), Self.bash)
        #expect(read.command == "psql \"$URL\"")
        #expect(read.texts.allSatisfy { !$0.isRewritable })
    }

    @Test func argumentsAndResultsAreRewrittenInPlace() throws {
        let host = ClaudeCodeHost()
        #expect(texts(try call(host, Self.mcp)) == ["a", "b", "say é"])
        #expect(
            try answer(host, .rewrite([nil, nil, Array("é \"1\"".utf8)], message: "m"), Self.mcp)
                == #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"m","updatedInput":{"to":["a","b"],"n":3,"body":"é \"1\""}},"systemMessage":"m"}"#
                + "\n")
        #expect(
            try answer(host, .rewrite([Array("A=1\nB=p".utf8), nil], message: "m"), Self.result)
                == #"{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":{"stdout":"A=1\nB=p","stderr":"","interrupted":false,"isImage":false}},"systemMessage":"m"}"#
                + "\n")
        let fromMCP = Self.result.replacing("\"Bash\"", with: "\"mcp__a__b\"")
        #expect(try answer(host, .rewrite([nil, nil], message: "m"), fromMCP).contains("updatedMCPToolOutput"))
    }

    @Test(arguments: ["SessionStart", "Stop", "Notification", "SomethingNew"])
    func anEventWithoutTextPasses(name: String) throws {
        let read = try call(ClaudeCodeHost(), #"{"hook_event_name":"\#(name)","prompt":"x"}"#)
        #expect(read.event == .other)
        #expect(read.texts.isEmpty)
    }

    @Test func aReadIsInspectedWhenItHasRun() throws {
        let json = #"{"hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"/a"}}"#
        #expect(try call(ClaudeCodeHost(), json).texts.isEmpty)
    }

    // MARK: Codex

    @Test func codexAnswersHoldNoKeyThatItDoesNotKnow() throws {
        let known: Set = [
            "continue", "stopReason", "suppressOutput", "systemMessage", "decision", "reason", "hookSpecificOutput",
            "hookEventName", "additionalContext", "permissionDecision", "permissionDecisionReason", "updatedInput",
            "updatedToolOutput", "updatedMCPToolOutput",
        ]
        for json in [Self.prompt, Self.bash, Self.mcp, Self.result] {
            for decision in [HookDecision.pass, .tell("t"), .block("b")] {
                let text = try answer(CodexHost(), decision, json)
                let keys = text.matches(of: /"(\w+)":/).map { String($0.1) }
                #expect(
                    Set(keys).subtracting(known).subtracting(["stdout", "stderr", "interrupted", "isImage"]).isEmpty)
            }
        }
    }

    // MARK: Cursor

    @Test func cursorIsReadAndAnswered() throws {
        let host = CursorHost()
        let prompt =
            #"{"hook_event_name":"beforeSubmitPrompt","conversation_id":"c","model":"m","workspace_roots":["/w"],"prompt":"hi @b","attachments":[{"type":"file","filePath":"/w/a.txt"}]}"#
        let read = try call(host, prompt)
        #expect(read.files == ["b", "/w/a.txt"])
        #expect(read.folder == "/w")
        #expect(try answer(host, .pass, prompt) == "{\"continue\":true}\n")
        #expect(
            try answer(host, .block("no"), prompt) == #"{"continue":false,"user_message":"no","userMessage":"no"}"#
                + "\n")
        let file = #"{"hook_event_name":"beforeReadFile","file_path":"/w/a","content":"A=1"}"#
        #expect(texts(try call(host, file)) == ["A=1"])
        #expect(try answer(host, .pass, file) == "{\"permission\":\"allow\"}\n")
        #expect(try answer(host, .block("no"), file).hasPrefix(#"{"permission":"deny""#))
        let shell = #"{"hook_event_name":"beforeShellExecution","command":"rm x","cwd":"/w"}"#
        #expect(try call(host, shell).command == "rm x")
        let mcp =
            #"{"hook_event_name":"beforeMCPExecution","tool_name":"send","tool_input":"{\"body\":\"x\"}","url":"u"}"#
        let inner = try call(host, mcp)
        #expect(texts(inner) == ["{\"body\":\"x\"}"])
        #expect(inner.texts.allSatisfy { !$0.isRewritable })
    }

    // MARK: Copilot

    @Test func copilotsTwoDialectsAreRead() throws {
        let host = CopilotHost()
        let camel = #"{"sessionId":"s","timestamp":1,"cwd":"/w","toolName":"bash","toolArgs":{"command":"ls"}}"#
        #expect(try call(host, camel).command == "ls")
        #expect(
            try answer(host, .block("no"), camel) == #"{"permissionDecision":"deny","permissionDecisionReason":"no"}"#
                + "\n")
        let quoted = #"{"sessionId":"s","cwd":"/w","toolName":"bash","toolArgs":"{\"command\":\"ls -l\"}"}"#
        #expect(try call(host, quoted).command == "ls -l")
        let pascal =
            #"{"hook_event_name":"PreToolUse","session_id":"s","cwd":"/w","tool_name":"bash","tool_input":{"command":"ls"}}"#
        #expect(try call(host, pascal).command == "ls")
        #expect(try answer(host, .block("no"), pascal).contains("hookSpecificOutput"))
        let transformed = #"{"sessionId":"s","cwd":"/w","prompt":"p","transformedPrompt":"p and a file"}"#
        #expect(try call(host, transformed).event == .model)
        #expect(
            try answer(host, .rewrite([Array("q".utf8)], message: "m"), transformed)
                == #"{"modifiedTransformedPrompt":"q"}"# + "\n")
        let result =
            #"{"sessionId":"s","cwd":"/w","toolName":"bash","toolResult":{"resultType":"success","textResultForLlm":"A=1"}}"#
        #expect(
            try answer(host, .rewrite([Array("A=p".utf8)], message: "m"), result)
                == #"{"modifiedResult":{"resultType":"success","textResultForLlm":"A=p"}}"# + "\n")
    }

    // MARK: Gemini

    @Test func geminisRequestIsRewrittenAsAWhole() throws {
        let host = GeminiHost()
        let json =
            #"{"session_id":"s","cwd":"/w","hook_event_name":"BeforeModel","llm_request":{"model":"gemini-x","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"key K"}],"config":{"t":1}}}"#
        let read = try call(host, json)
        #expect(read.model == "gemini-x")
        #expect(read.texts.map(\.role) == [.system, .user])
        #expect(
            try answer(host, .rewrite([nil, Array("key P".utf8)], message: "m"), json)
                == #"{"hookSpecificOutput":{"hookEventName":"BeforeModel","llm_request":{"model":"gemini-x","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"key P"}],"config":{"t":1}}},"systemMessage":"m"}"#
                + "\n")
        let prompt = #"{"hook_event_name":"BeforeAgent","prompt":"x"}"#
        #expect(try answer(host, .rewrite([Array("y".utf8)], message: "m"), prompt).isEmpty)
        #expect(try answer(host, .block("no"), prompt) == #"{"decision":"deny","reason":"no"}"# + "\n")
        let tool =
            #"{"hook_event_name":"AfterTool","tool_name":"read_file","tool_response":{"llmContent":"A=1","returnDisplay":"shown"}}"#
        #expect(texts(try call(host, tool)) == ["A=1"])
        #expect(try answer(host, .rewrite([Array("A=p".utf8)], message: "m"), tool).contains(#""reason":"A=p""#))
    }

    // MARK: What is wrong

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"hook_event_name":"UserPromptSubmit"}"#,
        #"{"hook_event_name":"UserPromptSubmit","prompt":7}"#, "\u{0}", #"{"hook_event_name":"beforeSubmitPrompt"}"#,
        #"{"hook_event_name":"BeforeModel"}"#,
    ])
    func aMessageThatIsNotUnderstoodIsAProblemWithoutItsText(json: String) {
        for host in HookHosts.all {
            do {
                let read = try host.read(Array(json.utf8))
                // What another host calls a prompt is an event without text here.
                #expect(read.texts.isEmpty)
            } catch {
                #expect(!error.description.contains("UserPromptSubmit"))
            }
        }
        #expect(throws: HookProblem.self) { try ClaudeCodeHost().read(Array("{".utf8)) }
    }

    @Test func aMessageMayBeAsLargeAsTheLimit() throws {
        let frame = #"{"hook_event_name":"UserPromptSubmit","prompt":""}"#
        let fill = { (count: Int) in
            frame.replacing("\"\"", with: "\"" + String(repeating: "a", count: count - frame.utf8.count) + "\"")
        }
        #expect(try call(ClaudeCodeHost(), fill(HookLimits.maxPayloadBytes)).texts.count == 1)
        #expect(throws: HookProblem.self) { try call(ClaudeCodeHost(), fill(HookLimits.maxPayloadBytes + 1)) }
    }

    @Test(arguments: [
        ("see @a.txt", ["a.txt"]), ("@a", ["a"]), ("mail x@y.z", []),
        ("(@src/b.swift#L3-9), @c.log:10-20.", ["src/b.swift", "c.log"]),
        (#"@"my file.txt" and @d\ e.txt"#, ["my file.txt", "d e.txt"]), ("@~/x @~/x @/etc/y", ["~/x", "/etc/y"]),
        ("@", []), ("@@", []), ("@\"open", ["open"]),
    ])
    func mentionsAreFound(prompt: String, paths: [String]) throws {
        let json = AnswerText.quoted(prompt)
        let read = try call(ClaudeCodeHost(), #"{"hook_event_name":"UserPromptSubmit","prompt":\#(json)}"#)
        #expect(read.files.filter { $0 != "@" } == paths)
    }
}

enum AnswerText {
    static func quoted(_ text: String) -> String {
        "\"" + String(decoding: JSONStringCodec.encode(Array(text.utf8)), as: UTF8.self) + "\""
    }
}
