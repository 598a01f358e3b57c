import PromptFormats

/// GitHub Copilot, command line and coding agent. Formats: docs.github.com, "Hooks configuration reference". It speaks two dialects,
/// chosen by how the event's name is written in the settings: we install the one in camel case and read both.
package struct CopilotHost: HookHost {
    package init() {}

    package let id = "copilot"
    package let name = "GitHub Copilot"
    package let surface = "copilot-individual"
    package let timeLimit = 10

    package var settings: HookSettings {
        HookSettings(
            user: ".copilot/hooks/sluice.json", project: ".github/hooks/sluice.json",
            managed: "/etc/github-copilot/policy.d/50-sluice.json", shape: .copilot,
            entries: ["userPromptSubmitted", "userPromptTransformed", "preToolUse", "postToolUse"].map { HookEntry($0) }
        )
    }

    package func read(_ payload: JSONTape) throws(HookProblem) -> HookCall {
        let root = JSONTape.root
        if payload.member(root, "hook_event_name") != nil { return try ClaudeDialect.read(payload) }
        // The camel-case dialect does not name its event: what it holds tells.
        let input = payload.member(root, "toolArgs")
        let result = payload.member(root, "toolResult")
        var call: HookCall
        if let prompt = payload.member(root, "transformedPrompt"), payload.kind(prompt) == .string {
            call = HookCall(.model, name: "userPromptTransformed", payload: payload)
            call.add(prompt, role: .user, isRewritable: true)
        } else if let prompt = payload.member(root, "prompt"), payload.kind(prompt) == .string {
            call = HookCall(.prompt, name: "userPromptSubmitted", payload: payload)
            call.add(prompt, role: .user, isRewritable: false)
            call.files = Mentions.paths(in: call.texts[0].text)
        } else if let result {
            call = HookCall(.toolAfter, name: "postToolUse", payload: payload)
            call.tool = payload.text(root, "toolName")
            if let text = payload.member(result, "textResultForLlm"), payload.kind(text) == .string {
                call.add(text, role: .tool, isRewritable: true)
            } else {
                call.addLeaves(of: result, role: .tool, isRewritable: false)
            }
        } else if let tool = payload.text(root, "toolName") {
            call = HookCall(.toolBefore, name: "preToolUse", payload: payload)
            // Arguments may come as JSON in a string; then they can be looked at and not be changed.
            let isObject = input.map { payload.kind($0) == .object } ?? false
            ToolUse.describe(&call, tool: tool, input: input, canRewrite: isObject)
            if let input, !isObject, let text = payload.string(input),
                let inner = try? JSONParser.parse(Array(text.utf8))
            {
                Self.describe(inner, tool, &call)
            }
        } else {
            call = HookCall(.other, name: "other", payload: payload)
        }
        call.session = payload.text(root, "sessionId")
        call.folder = payload.text(root, "cwd")
        return call
    }

    private static func describe(_ input: JSONTape, _ tool: String, _ call: inout HookCall) {
        if ToolUse.kind(tool) == .shell { call.command = input.text(JSONTape.root, "command") ?? call.command }
        guard ToolUse.kind(tool) == .writer else { return }
        for key in ["file_path", "path"] as [StaticString] {
            if let path = input.text(JSONTape.root, key) { call.writes.append(path) }
        }
    }

    package func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        if call.payload.member(JSONTape.root, "hook_event_name") != nil {
            return ClaudeDialect.answer(decision, to: call)
        }
        var object = AnswerObject()
        switch (decision, call.event) {
        case (.pass, _): return HookAnswer()
        case (.tell(let message), _): return HookAnswer(message: message)
        case (.block(let message), .toolBefore):
            object.set("permissionDecision", "deny")
            object.set("permissionDecisionReason", message)
        case (.block(let message), .model):
            // This event can't refuse: the model gets the notice in the place of the prompt.
            object.set("modifiedTransformedPrompt", "[The prompt was withheld. \(message)]")
        case (.block(let message), .toolAfter):
            object.set("modifiedResult", Self.result("[withheld by Sluice] \(message)"))
        case (.block(let message), _):
            // Which of them is honoured depends on the version.
            object.set("decision", "block")
            object.set("reason", message)
            object.set("continue", false)
            object.set("stopReason", message)
        case (.rewrite(let texts, _), .model):
            object.set("modifiedTransformedPrompt", Self.first(texts, call))
        case (.rewrite(let texts, _), .toolAfter):
            object.set("modifiedResult", Self.result(Self.first(texts, call)))
        case (.rewrite(let texts, _), _):
            object.set("permissionDecision", "allow")
            if let input = call.payload.member(JSONTape.root, "toolArgs") {
                object.set("modifiedArgs", raw: call.rewritten(input, texts))
            }
        }
        return object.answer
    }

    private static func first(_ texts: [[UInt8]?], _ call: HookCall) -> String {
        String(decoding: (texts.first ?? nil) ?? call.texts.first?.text ?? [], as: UTF8.self)
    }

    private static func result(_ text: String) -> AnswerObject {
        var result = AnswerObject()
        result.set("resultType", "success")
        result.set("textResultForLlm", text)
        return result
    }
}
