import PromptFormats

/// The payloads and answers of Claude Code, which Codex and VS Code took over.
enum ClaudeDialect {
    static func read(_ payload: JSONTape) throws(HookProblem) -> HookCall {
        guard let name = payload.text(JSONTape.root, "hook_event_name") ?? payload.text(JSONTape.root, "hookEventName")
        else { throw HookProblem("the host's message names no event (\"hook_event_name\")") }
        var call = HookCall(event(name), name: name, payload: payload)
        call.session = payload.text(JSONTape.root, "session_id") ?? payload.text(JSONTape.root, "sessionId")
        call.folder = payload.text(JSONTape.root, "cwd")
        call.model = payload.text(JSONTape.root, "model")
        let tool = payload.text(JSONTape.root, "tool_name") ?? ""
        switch call.event {
        case .prompt:
            guard let prompt = payload.member(JSONTape.root, "prompt"), payload.kind(prompt) == .string else {
                throw HookProblem("the host's message holds no prompt")
            }
            call.add(prompt, role: .user, isRewritable: false)
            call.files = Mentions.paths(in: call.texts[0].text)
        case .toolBefore:
            ToolUse.describe(
                &call, tool: tool, input: payload.member(JSONTape.root, "tool_input"), canRewrite: true)
        case .toolAfter:
            call.tool = tool
            if let response = payload.member(JSONTape.root, "tool_response") {
                call.addLeaves(of: response, role: .tool, isRewritable: true)
            }
        case .model, .fileRead, .settings, .other: break
        }
        return call
    }

    private static func event(_ name: String) -> HookEvent {
        switch name {
        case "UserPromptSubmit", "UserPromptExpansion": .prompt
        case "PreToolUse", "PermissionRequest": .toolBefore
        case "PostToolUse", "PostToolUseFailure": .toolAfter
        case "ConfigChange": .settings
        default: .other
        }
    }

    static func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        var object = AnswerObject()
        switch decision {
        case .pass: return HookAnswer()
        case .tell(let message):
            object.set("systemMessage", message)
        case .block(let message):
            switch call.event {
            case .toolBefore:
                var output = AnswerObject()
                output.set("hookEventName", call.eventName)
                output.set("permissionDecision", "deny")
                output.set("permissionDecisionReason", message)
                object.set("hookSpecificOutput", output)
            case .prompt, .toolAfter, .model, .fileRead:
                object.set("decision", "block")
                object.set("reason", message)
                if call.event == .toolAfter { withhold(message, call, &object) }
            case .settings, .other: return HookAnswer(message: message, status: 2)
            }
        case .rewrite(let texts, let message):
            var output = AnswerObject()
            output.set("hookEventName", call.eventName)
            if call.event == .toolBefore, let input = call.payload.member(JSONTape.root, "tool_input") {
                output.set("permissionDecision", "allow")
                output.set("permissionDecisionReason", message)
                output.set("updatedInput", raw: call.rewritten(input, texts))
            } else if let response = call.payload.member(JSONTape.root, "tool_response") {
                output.set(outputKey(call), raw: call.rewritten(response, texts))
            }
            object.set("hookSpecificOutput", output)
            object.set("systemMessage", message)
        }
        return object.answer
    }

    /// The tool has run: only another result in the place of its own keeps that from the model.
    private static func withhold(_ message: String, _ call: HookCall, _ object: inout AnswerObject) {
        guard let response = call.payload.member(JSONTape.root, "tool_response") else { return }
        var output = AnswerObject()
        output.set("hookEventName", call.eventName)
        let withheld = Array("[withheld by Sluice]".utf8)
        output.set(outputKey(call), raw: call.rewritten(response, call.texts.map { _ in withheld }))
        object.set("hookSpecificOutput", output)
    }

    private static func outputKey(_ call: HookCall) -> StaticString {
        (call.tool ?? "").hasPrefix("mcp__") ? "updatedMCPToolOutput" : "updatedToolOutput"
    }
}
