import Hooks
import Testing

/// An assistant that acts as the user tries to switch the gate off.
@Suite struct TamperGuardTests {
    private let guardian = TamperGuard(
        home: "/home/u", ownFolders: ["/home/u/.config/sluice", "/home/u/.local/state/sluice", "/run/user/1000/sluice"])

    private func check(command: String) throws -> TamperGuard.Attempt? {
        let json =
            #"{"hook_event_name":"PreToolUse","cwd":"/home/u/app","tool_name":"Bash","tool_input":{"command":\#(AnswerText.quoted(command))}}"#
        return guardian.check(try ClaudeCodeHost().read(Array(json.utf8)))
    }

    private func check(tool: String, path: String) throws -> TamperGuard.Attempt? {
        let json =
            #"{"hook_event_name":"PreToolUse","cwd":"/home/u/app","tool_name":"\#(tool)","tool_input":{"file_path":\#(AnswerText.quoted(path)),"content":"x"}}"#
        return guardian.check(try ClaudeCodeHost().read(Array(json.utf8)))
    }

    @Test(arguments: [
        ("sluice justify 7F3K because", TamperGuard.Attempt.ownCommands), ("sluice pause 15m", .ownCommands),
        ("cd /x && /usr/bin/sluice release 7F3K", .ownCommands),
        ("sluice --verbose hook remove claude-code", .ownCommands),
        ("echo y | 'slu'ice ca remove", .ownCommands), ("sluice ca renew --force", .ownCommands),
        ("sudo sluice ca install --yes", .ownCommands), ("sluice ca adopt < x", .ownCommands),
        ("$(sluice clipboard release)", .ownCommands),
        ("unset HTTPS_PROXY; curl https://x", .variables),
        ("OPENAI_BASE_URL=https://api.openai.com/v1 python a.py", .variables),
        ("env -u ANTHROPIC_BASE_URL claude", .variables), ("export no_proxy='*'", .variables),
        ("rm ~/.claude/settings.json", .hookSettings), ("sed -i s/sluice// $HOME/.claude/settings.json", .hookSettings),
        ("echo '{}' > .claude/settings.local.json", .hookSettings),
        ("cat x > /home/u/.cursor/hooks.json", .hookSettings),
        ("python3 -c \"open('/home/u/.gemini/settings.json','w')\"", .hookSettings),
        ("cp a /home/u/app/../.codex/config.toml", .hookSettings),
        ("tee /etc/claude-code/managed-settings.json", .hookSettings),
        ("rm -rf ~/.config/sluice", .ownFiles), ("echo x >>/home/u/.local/state/sluice/journal.db", .ownFiles),
        ("chmod 0 /run/user/1000/sluice/agent.sock", .stopping), ("pkill -9 sluice", .stopping),
        ("systemctl --user stop sluice.service", .stopping), ("sudo killall sluice", .stopping),
    ])
    func anAttemptIsRecognised(command: String, attempt: TamperGuard.Attempt) throws {
        let found = try check(command: command)
        // Stopping and the files that it concerns are one and the same to the user.
        #expect(found == attempt || (found == .ownFiles && attempt == .stopping))
    }

    @Test(arguments: [
        "ls -l ~/.claude", "cat ~/.claude/settings.json", "grep hooks .claude/settings.json", "sluice scan app.log",
        "git diff | sluice redact", "sluice agent status", "make test", "echo $HTTPS_PROXY", "kill 4711",
        "curl -s http://127.0.0.1:7788/healthz", "vi src/settings.json", "python -m http.server", "rm build/hooks.json",
    ])
    func anOrdinaryCommandPasses(command: String) throws {
        #expect(try check(command: command) == nil)
    }

    @Test func writingToolsAreWatchedToo() throws {
        #expect(try check(tool: "Write", path: "/home/u/.claude/settings.json") == .hookSettings)
        #expect(try check(tool: "Edit", path: ".claude/settings.local.json") == .hookSettings)
        #expect(try check(tool: "Edit", path: "../.cursor/hooks.json") == .hookSettings)
        #expect(try check(tool: "Write", path: "/etc/sluice/agent.toml") == .ownFiles)
        #expect(try check(tool: "Write", path: "/home/u/app/settings.json") == nil)
        #expect(try check(tool: "Read", path: "/home/u/.claude/settings.json") == nil)
        let patch =
            #"{"hook_event_name":"PreToolUse","cwd":"/home/u","tool_name":"apply_patch","tool_input":{"input":"*** Begin Patch\n*** Update File: .codex/hooks.json\n"}}"#
        #expect(guardian.check(try CodexHost().read(Array(patch.utf8))) == .hookSettings)
    }
}
