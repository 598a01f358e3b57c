import PromptFormats

/// Claude Code. Formats: code.claude.com/docs/en/hooks and /settings, as of August 2026.
package struct ClaudeCodeHost: HookHost {
    package init() {}

    package let id = "claude-code"
    package let name = "Claude Code"
    package let surface = "claude-code"
    package let timeLimit = 10

    package var settings: HookSettings {
        HookSettings(
            user: ".claude/settings.json", project: ".claude/settings.json",
            managed: "/etc/claude-code/managed-settings.d/50-sluice.json", shape: .nested(seconds: true),
            entries: [
                HookEntry("UserPromptSubmit"), HookEntry("PreToolUse", matcher: "*"),
                HookEntry("PostToolUse", matcher: "*"),
                HookEntry("ConfigChange"),
            ], others: [".claude/settings.local.json", ".claude.json"])
    }

    package func read(_ payload: JSONTape) throws(HookProblem) -> HookCall { try ClaudeDialect.read(payload) }

    package func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        ClaudeDialect.answer(decision, to: call)
    }
}
