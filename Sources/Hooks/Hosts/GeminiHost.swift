import PromptFormats

/// Gemini CLI. Formats: google-gemini/gemini-cli, docs/hooks/reference.md. Of all hosts only its `BeforeModel` takes another request.
package struct GeminiHost: HookHost {
    package init() {}

    package let id = "gemini"
    package let name = "Gemini CLI"
    package let surface = "gemini-code-assist-individual"
    package let timeLimit = 10

    package var settings: HookSettings {
        HookSettings(
            user: ".gemini/settings.json", project: ".gemini/settings.json", managed: "/etc/gemini-cli/settings.json",
            shape: .nested(seconds: false),
            entries: [
                HookEntry("BeforeAgent"), HookEntry("BeforeModel", matcher: "*"), HookEntry("BeforeTool", matcher: "*"),
                HookEntry("AfterTool", matcher: "*"),
            ])
    }

    package func read(_ payload: JSONTape) throws(HookProblem) -> HookCall {
        let root = JSONTape.root
        guard let name = payload.text(root, "hook_event_name") else {
            throw HookProblem("the host's message names no event (\"hook_event_name\")")
        }
        var call = HookCall(Self.event(name), name: name, payload: payload)
        call.session = payload.text(root, "session_id")
        call.folder = payload.text(root, "cwd")
        switch call.event {
        case .prompt:
            guard let prompt = payload.member(root, "prompt"), payload.kind(prompt) == .string else {
                throw HookProblem("the host's message holds no prompt")
            }
            // The request that follows shows it once more, with the files that it mentions, and can be rewritten there. A prompt that may
            // not leave at all is stopped here, since only here it is dropped from the history as well.
            call.add(prompt, role: .user, isRewritable: true)
        case .model:
            guard let request = payload.member(root, "llm_request") else {
                throw HookProblem("the host's message holds no request")
            }
            call.model = payload.text(request, "model")
            if let messages = payload.member(request, "messages") {
                for message in payload.children(of: messages) {
                    let role: HookText.Role =
                        switch payload.text(message, "role") {
                        case "model": .assistant
                        case "system": .system
                        default: .user
                        }
                    if let content = payload.member(message, "content") {
                        call.addLeaves(of: content, role: role, isRewritable: true)
                    }
                }
            }
        case .toolBefore:
            ToolUse.describe(
                &call, tool: payload.text(root, "tool_name") ?? "", input: payload.member(root, "tool_input"),
                canRewrite: true)
        case .toolAfter:
            call.tool = payload.text(root, "tool_name")
            if let response = payload.member(root, "tool_response") {
                call.addLeaves(
                    of: payload.member(response, "llmContent") ?? response, role: .tool, isRewritable: true)
            }
        case .fileRead, .settings, .other: break
        }
        return call
    }

    private static func event(_ name: String) -> HookEvent {
        switch name {
        case "BeforeAgent": .prompt
        case "BeforeModel": .model
        case "BeforeTool": .toolBefore
        case "AfterTool": .toolAfter
        default: .other
        }
    }

    package func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        var object = AnswerObject()
        switch decision {
        case .pass: return HookAnswer()
        case .tell(let message): object.set("systemMessage", message)
        case .block(let message):
            object.set("decision", "deny")
            object.set("reason", message)
        case .rewrite(let texts, let message):
            switch call.event {
            case .prompt: return HookAnswer()
            case .model:
                guard let request = call.payload.member(JSONTape.root, "llm_request") else { return refuse(message) }
                var output = AnswerObject()
                output.set("hookEventName", call.eventName)
                output.set("llm_request", raw: call.rewritten(request, texts))
                object.set("hookSpecificOutput", output)
            case .toolAfter:
                // The reason of a refusal takes the place of the result.
                object.set("decision", "deny")
                let parts = call.texts.enumerated().map { index, text in
                    (index < texts.count ? texts[index] : nil) ?? text.text
                }
                object.set("reason", String(decoding: Array(parts.joined(separator: [0x0A])), as: UTF8.self))
            default:
                var output = AnswerObject()
                output.set("hookEventName", call.eventName)
                if let input = call.payload.member(JSONTape.root, "tool_input") {
                    output.set("tool_input", raw: call.rewritten(input, texts))
                }
                object.set("hookSpecificOutput", output)
            }
            object.set("systemMessage", message)
        }
        return object.answer
    }
}
