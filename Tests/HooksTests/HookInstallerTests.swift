import Hooks
import Testing

@Suite struct HookInstallerTests {
    private func install(_ host: any HookHost, _ text: String?, program: String = "/opt/sluice") throws -> String {
        String(
            decoding: try HookInstaller(host, program: program).install(into: text.map { Array($0.utf8) }),
            as: UTF8.self)
    }

    private func remove(_ host: any HookHost, _ text: String) throws -> String {
        String(decoding: try HookInstaller(host, program: "/opt/sluice").remove(from: Array(text.utf8)), as: UTF8.self)
    }

    @Test func aNewFileHoldsEveryEvent() throws {
        for host in HookHosts.all {
            let text = try install(host, nil)
            for entry in host.settings.entries { #expect(text.contains("\"\(entry.event)\"")) }
            #expect(text.contains("'/opt/sluice' hook \(host.id)"))
            #expect(try HookInstaller(host, program: "/opt/sluice").standing(Array(text.utf8)) == .complete)
        }
        #expect(try install(GeminiHost(), nil).contains("\"timeout\":10000"))
        #expect(try install(ClaudeCodeHost(), "  \n").contains("\"timeout\":10}"))
        #expect(try install(CursorHost(), nil).contains("\"failClosed\":true"))
    }

    static let theirs = """
        {
            "model": "opus",
            "hooks": {
                "PreToolUse": [
                    {"matcher": "Bash", "hooks": [{"type": "command", "command": "their-own hook"}]}
                ]
            },
            "permissions": {"allow": ["Read(*)"]}
        }

        """

    @Test func whatIsThereStaysByteForByte() throws {
        let text = try install(ClaudeCodeHost(), Self.theirs)
        #expect(text.contains(#"{"matcher": "Bash", "hooks": [{"type": "command", "command": "their-own hook"}]},"#))
        #expect(text.hasSuffix("    \"permissions\": {\"allow\": [\"Read(*)\"]}\n}\n"))
        #expect(try remove(ClaudeCodeHost(), text) == Self.theirs)
    }

    @Test func installingTwiceChangesNothing() throws {
        for host in HookHosts.all {
            for given in [nil, "{}", "{\"hooks\":{}}", "{\n\t\"version\": 1\n}", Self.theirs] {
                let once = try install(host, given)
                #expect(try install(host, once) == once)
            }
        }
    }

    @Test func anOlderHookOfOursIsReplaced() throws {
        let old = try install(ClaudeCodeHost(), Self.theirs, program: "/old place/sluice")
        #expect(try HookInstaller(ClaudeCodeHost(), program: "/opt/sluice").standing(Array(old.utf8)) == .outdated)
        #expect(try install(ClaudeCodeHost(), old) == install(ClaudeCodeHost(), Self.theirs))
    }

    @Test func aProgramsPathMayHoldAQuote() throws {
        #expect(try install(ClaudeCodeHost(), nil, program: "/o'b/sluice").contains(#"'/o'\\''b/sluice' hook"#))
    }

    @Test func aFileThatSwitchesHooksOffSaysSo() throws {
        let text = try install(ClaudeCodeHost(), "{\"disableAllHooks\": true}")
        #expect(try HookInstaller(ClaudeCodeHost(), program: "/opt/sluice").standing(Array(text.utf8)) == .disabled)
        #expect(try HookInstaller(ClaudeCodeHost(), program: "/opt/sluice").standing(nil) == .absent)
    }

    @Test(arguments: ["{ // note\n}", "[]", "{\"hooks\": 1}", "{\"hooks\": {\"PreToolUse\": {}}}", "{"])
    func aFileThatCantBeEditedIsLeftAlone(text: String) {
        #expect(throws: HookProblem.self) { try install(ClaudeCodeHost(), text) }
    }

    @Test func aFileMayBeAsLargeAsTheLimit() throws {
        let fill = { (count: Int) in "{\"a\":\"" + String(repeating: "x", count: count - 8) + "\"}" }
        #expect(throws: HookProblem.self) { try install(ClaudeCodeHost(), fill(HookLimits.maxSettingsBytes + 1)) }
        #expect(throws: Never.self) { try remove(ClaudeCodeHost(), fill(HookLimits.maxSettingsBytes)) }
    }
}
