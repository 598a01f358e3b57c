import Clipboard
import Events
import Testing

@testable import Agent

@Suite("Doors")
struct DoorsTests {
    private func doors(
        variables: [String: String] = [:], files: Set<String> = [], hooks: [String: String] = [:],
        clipboard: ClipboardStanding? = nil, port: Int? = 7788, authority: Bool = false, desktop: Bool = true
    ) -> [String: Door] {
        var variables = variables
        variables["PATH"] = "/usr/bin"
        let all = Doors(
            MachineFacts(
                variable: { [variables] in variables[$0] }, exists: { files.contains($0) },
                hooks: { hooks[$0] ?? "absent" }, clipboard: clipboard, port: port, hasAuthority: authority,
                hasDesktop: desktop, home: "/home/me")
        ).all()
        #expect(Set(all.map(\.id)).count == all.count)
        return Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    }

    private func watched(
        _ display: String = "x11", mode: String = "guard", tells: Bool = true, primary: Bool = false,
        givenUp: Bool = false
    ) -> ClipboardStanding {
        var standing = ClipboardStanding(problem: nil)
        standing.display = display
        standing.mode = mode
        standing.tellsRequestors = tells
        standing.primary = primary
        standing.hasGivenUp = givenUp
        return standing
    }

    @Test func withoutADisplayThereIsNoClipboard() {
        #expect(doors()["clipboard"] == nil)
    }

    @Test func theClipboardIsAsCoveredAsItStands() {
        let x11 = ["DISPLAY": ":0"]
        let wayland = ["DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"]
        #expect(doors(variables: x11, clipboard: watched())["clipboard"]?.state == .covered)
        #expect(doors(variables: x11, clipboard: watched())["clipboard:primary"]?.state == .open)
        #expect(doors(variables: x11, clipboard: watched(primary: true))["clipboard:primary"]?.state == .covered)
        #expect(doors(variables: x11, clipboard: watched(mode: "coach"))["clipboard"]?.state == .partly)
        #expect(doors(variables: x11, clipboard: watched(givenUp: true))["clipboard"]?.state == .partly)
        #expect(doors(variables: x11)["clipboard"]?.close == "sluice agent run")
        #expect(doors(variables: x11, clipboard: watched(), desktop: false)["clipboard"]?.state == .open)
        let ext = doors(variables: wayland, clipboard: watched("wayland-ext", tells: false))["clipboard"]
        #expect(ext?.state == .covered && ext?.why.contains("release") == true)
        let gnome = doors(variables: wayland, clipboard: watched("x11"))["clipboard"]
        #expect(gnome?.state == .partly && gnome?.why.contains("GNOME") == true)
        let none = doors(
            variables: wayland, clipboard: ClipboardStanding(problem: "the compositor has no data control"))[
                "clipboard"]
        #expect(none?.state == .open && none?.why.contains("data control") == true)
    }

    @Test func assistantsThatAreHereAreDoorsAndOthersAreNot() {
        let all = doors(
            files: ["/usr/bin/claude", "/home/me/.codex", "/usr/bin/gemini"],
            hooks: ["claude-code": "complete", "gemini": "disabled"])
        #expect(all["hook:claude-code"]?.state == .covered)
        #expect(all["hook:codex"]?.state == .open)
        #expect(all["hook:codex"]?.close == "sluice hook install codex")
        #expect(all["hook:gemini"]?.state == .open)
        #expect(all["hook:cursor"] == nil)
    }

    @Test func variablesMustLeadToTheGate() {
        let ours = doors(variables: [
            "OPENAI_BASE_URL": "http://localhost:7788/openai/v1", "ANTHROPIC_BASE_URL": "https://elsewhere.example",
            "HTTPS_PROXY": "http://127.0.0.1:7788",
        ])
        #expect(ours["variable:OPENAI_BASE_URL"]?.state == .covered)
        #expect(ours["variable:ANTHROPIC_BASE_URL"]?.state == .open)
        #expect(ours["proxy"]?.state == .partly)
        #expect(ours["proxy"]?.close == "sluice ca install")
        let proxied = doors(variables: ["https_proxy": "http://localhost:7788/"], authority: true)
        #expect(proxied["proxy"]?.state == .covered)
        let dead = doors(variables: ["OPENAI_BASE_URL": "http://127.0.0.1:7788/openai/v1"], port: nil)
        #expect(dead["variable:OPENAI_BASE_URL"]?.state == .open)
    }

    @Test func browsersInSandboxesAreOpen() {
        let all = doors(files: [
            "/usr/bin/firefox-esr", "/snap/bin/chromium", "/home/me/.local/share/flatpak/app/org.mozilla.firefox",
        ])
        #expect(all["browser:firefox"]?.state == .open)
        #expect(all["snap:chromium"]?.state == .open)
        #expect(all["flatpak:org.mozilla.firefox"]?.state == .open)
    }

    @Test func whatNobodyCanCloseIsNamed() {
        for id in ["open:sockets", "open:quic", "open:containers", "open:remote", "open:drag", "open:typing"] {
            #expect(doors()[id]?.state == .open)
        }
    }

    @Test func theHeartbeatHoldsIdsAndStates() throws {
        let all = Array(doors(variables: ["DISPLAY": ":0"], clipboard: watched()).values)
        let event = Doors.event(all, user: "me", now: 1_700_000_000_000)
        #expect(event.kind == .health)
        #expect(event.policy?.trace.contains { $0.text == "clipboard: covered" } == true)
        #expect(event.policy?.trace.count == all.count)
    }
}
