import PromptFormats

/// Codex CLI. Formats: developers.openai.com/codex/hooks and the hook schemas of openai/codex. It refuses answers with keys that it does
/// not know, and skips a hook that the user has not approved in `/hooks`.
package struct CodexHost: HookHost {
    package init() {}

    package let id = "codex"
    package let name = "Codex CLI"
    package let surface = "openai-codex"
    package let timeLimit = 10

    package var settings: HookSettings {
        HookSettings(
            user: ".codex/hooks.json", project: ".codex/hooks.json", managed: nil, shape: .nested(seconds: true),
            entries: [
                HookEntry("UserPromptSubmit"), HookEntry("PreToolUse", matcher: "*"),
                HookEntry("PostToolUse", matcher: "*"),
            ], others: [".codex/config.toml", "/etc/codex/requirements.toml"],
            note: "Approve the hook once in Codex with /hooks: until then Codex skips it without a word.")
    }

    package func read(_ payload: JSONTape) throws(HookProblem) -> HookCall { try ClaudeDialect.read(payload) }

    package func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        ClaudeDialect.answer(decision, to: call)
    }
}
