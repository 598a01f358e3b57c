import PromptFormats

/// Cursor. Formats: cursor.com/docs/agent/hooks. No event rewrites a prompt; where a user message is shown it is sent under both spellings
/// that its versions read.
package struct CursorHost: HookHost {
    package init() {}

    package let id = "cursor"
    package let name = "Cursor"
    package let surface = "cursor-individual"
    package let timeLimit = 10

    package var settings: HookSettings {
        HookSettings(
            user: ".cursor/hooks.json", project: ".cursor/hooks.json", managed: "/etc/cursor/hooks.json",
            shape: .cursor,
            entries: [
                "beforeSubmitPrompt", "beforeReadFile", "beforeShellExecution", "beforeMCPExecution", "preToolUse",
            ].map {
                HookEntry($0)
            } + [HookEntry("postToolUse")])
    }

    package func read(_ payload: JSONTape) throws(HookProblem) -> HookCall {
        let root = JSONTape.root
        guard let name = payload.text(root, "hook_event_name") else {
            throw HookProblem("the host's message names no event (\"hook_event_name\")")
        }
        var call = HookCall(Self.event(name), name: name, payload: payload)
        call.session = payload.text(root, "conversation_id")
        call.model = payload.text(root, "model")
        call.folder = payload.text(root, "cwd")
        if call.folder == nil, let roots = payload.member(root, "workspace_roots") {
            call.folder = payload.children(of: roots).lazy.compactMap { payload.string($0) }.first { _ in true }
        }
        switch name {
        case "beforeSubmitPrompt":
            guard let prompt = payload.member(root, "prompt"), payload.kind(prompt) == .string else {
                throw HookProblem("the host's message holds no prompt")
            }
            call.add(prompt, role: .user, isRewritable: false)
            call.files = Mentions.paths(in: call.texts[0].text)
            if let attachments = payload.member(root, "attachments") {
                for item in payload.children(of: attachments) {
                    let path = payload.text(item, "filePath") ?? payload.text(item, "file_path")
                    if let path, !call.files.contains(path) { call.files.append(path) }
                }
            }
        case "beforeReadFile", "beforeTabFileRead":
            if let content = payload.member(root, "content"), payload.kind(content) == .string {
                call.add(content, role: .tool, isRewritable: false)
            } else if let path = payload.text(root, "file_path") {
                call.files = [path]
            }
        case "beforeShellExecution":
            call.tool = "shell"
            if let command = payload.member(root, "command"), payload.kind(command) == .string {
                call.command = payload.string(command)
                call.add(command, role: .assistant, isRewritable: false)
            }
        case "beforeMCPExecution", "preToolUse":
            ToolUse.describe(
                &call, tool: payload.text(root, "tool_name") ?? "", input: payload.member(root, "tool_input"),
                canRewrite: name == "preToolUse")
        case "postToolUse", "afterMCPExecution":
            call.tool = payload.text(root, "tool_name")
            if let output = payload.member(root, "tool_output") ?? payload.member(root, "result_json") {
                call.addLeaves(of: output, role: .tool, isRewritable: name == "postToolUse")
            }
        default: break
        }
        return call
    }

    private static func event(_ name: String) -> HookEvent {
        switch name {
        case "beforeSubmitPrompt": .prompt
        case "beforeReadFile", "beforeTabFileRead": .fileRead
        case "beforeShellExecution", "beforeMCPExecution", "preToolUse": .toolBefore
        case "postToolUse": .toolAfter
        default: .other
        }
    }

    package func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        var object = AnswerObject()
        switch (decision, call.event) {
        case (.block(let message), .prompt):
            object.set("continue", false)
            Self.tell(message, &object)
        case (.block(let message), .toolAfter):
            // The result has been made; what the host takes in its place is another text.
            object.set("updated_mcp_tool_output", raw: AnswerObject.quoted("[withheld by Sluice] \(message)"))
        case (.block(let message), _):
            object.set("permission", "deny")
            object.set("decision", "deny")
            object.set("reason", message)
            Self.tell(message, &object)
            object.set("agent_message", message)
            object.set("agentMessage", message)
        case (.rewrite(let texts, let message), .toolBefore):
            object.set("permission", "allow")
            object.set("decision", "allow")
            if let input = call.payload.member(JSONTape.root, "tool_input") {
                object.set("updated_input", raw: call.rewritten(input, texts))
            }
            Self.tell(message, &object)
        case (.rewrite(let texts, _), _):
            let output =
                call.payload.member(JSONTape.root, "tool_output") ?? call.payload.member(JSONTape.root, "result_json")
            if let output { object.set("updated_mcp_tool_output", raw: call.rewritten(output, texts)) }
        case (.pass, .prompt), (.tell, .prompt): object.set("continue", true)
        case (.pass, .toolAfter), (.tell, .toolAfter), (.pass, .other), (.tell, .other): break
        case (.pass, _), (.tell, _): object.set("permission", "allow")
        }
        if case .tell(let message) = decision { Self.tell(message, &object) }
        return object.answer
    }

    private static func tell(_ message: String, _ object: inout AnswerObject) {
        object.set("user_message", message)
        object.set("userMessage", message)
    }
}
