import Clipboard
import Hooks

/// Finds the doors of a machine: those that are covered right now, those that are not, and those that nobody can cover.
public struct Doors: Sendable {
    private let facts: MachineFacts

    /// Takes what is known of the machine.
    public init(_ facts: MachineFacts) { self.facts = facts }

    /// All of them, in a fixed order.
    public func all() -> [Door] {
        clipboard() + assistants() + baseURLs() + [proxy()] + browsers() + sandboxedBrowsers() + Self.alwaysOpen
    }

    // MARK: Clipboard

    private func clipboard() -> [Door] {
        let isWayland = facts.variable("WAYLAND_DISPLAY") != nil
        guard isWayland || facts.variable("DISPLAY") != nil || facts.clipboard?.display != nil else { return [] }
        let name = isWayland ? "Clipboard (Wayland)" : "Clipboard (X11)"
        guard facts.hasDesktop else {
            return [
                Door(
                    "clipboard", name, .open, "this program was built without the desktop's libraries",
                    close: "build it with make, or with: swift build --traits Desktop")
            ]
        }
        guard let standing = facts.clipboard else {
            return [Door("clipboard", name, .open, "no agent runs", close: "sluice agent run")]
        }
        guard let display = standing.display else {
            return [
                Door(
                    "clipboard", name, .open, standing.problem ?? "it is not watched",
                    close: isWayland ? "" : "set watch = true under [clipboard] in agent.toml")
            ]
        }
        var doors = [Door("clipboard", name, .covered, "each program gets what policy lets it have")]
        if standing.mode != "guard" {
            doors[0] = Door(
                "clipboard", name, .partly,
                "policy's mode is \(standing.mode): findings are recorded, pasting is not stopped",
                close: "mode = \"guard\" under [clipboard] in policy.toml")
        } else if standing.hasGivenUp {
            doors[0] = Door(
                "clipboard", name, .partly,
                "another program, a clipboard manager perhaps, took the clipboard back each time: it is watched, not guarded",
                close: "end that program, then: sluice agent run")
        } else if display == "x11", isWayland {
            doors[0] = Door(
                "clipboard", name, .partly,
                "the compositor has no data control (GNOME has none): only what X programs see through XWayland is guarded"
            )
        } else if !standing.tellsRequestors {
            doors[0].why =
                "who pastes can't be told under Wayland: everybody gets placeholders until sluice clipboard release"
        }
        doors.append(primary(standing.primary, isWatched: standing.mode == "guard" && !standing.hasGivenUp))
        return doors
    }

    private func primary(_ isGuarded: Bool, isWatched: Bool) -> Door {
        isGuarded && isWatched
            ? Door(
                "clipboard:primary", "Marked text, pasted with the middle button", .covered,
                "it is guarded like the clipboard")
            : Door(
                "clipboard:primary", "Marked text, pasted with the middle button", .open,
                "it is not guarded: marked text would lose its highlight",
                close: "primary = true under [clipboard] in policy.toml")
    }

    // MARK: Coding assistants

    /// Programs and folders by which an assistant is seen to be there.
    private static let traces: [String: (programs: [String], folders: [String])] = [
        "claude-code": (["claude"], [".claude"]), "codex": (["codex"], [".codex"]),
        "cursor": (["cursor", "cursor-agent"], [".cursor"]), "copilot": (["copilot"], [".copilot"]),
        "gemini": (["gemini"], [".gemini"]),
    ]

    private func assistants() -> [Door] {
        HookHosts.all.compactMap { host in
            guard let trace = Self.traces[host.id],
                facts.hasProgram(trace.programs)
                    || trace.folders.contains(where: { facts.exists("\(facts.home)/\($0)") })
            else { return nil }
            let install = "sluice hook install \(host.id)"
            switch facts.hooks(host.id) {
            case "complete":
                return Door("hook:\(host.id)", host.name, .covered, "its hooks are in place")
            case "outdated":
                return Door("hook:\(host.id)", host.name, .partly, "its hooks are of another version", close: install)
            case "disabled":
                return Door(
                    "hook:\(host.id)", host.name, .open, "its settings switch hooks off",
                    close: "take disableAllHooks out of its settings")
            default:
                return Door("hook:\(host.id)", host.name, .open, "it has no hooks of Sluice's", close: install)
            }
        }
    }

    // MARK: Gateway and proxy

    private func baseURLs() -> [Door] {
        [("OPENAI_BASE_URL", "openai/v1"), ("ANTHROPIC_BASE_URL", "anthropic")].map { name, path in
            let port = facts.port ?? AgentSettings.standardPort
            let url = "http://127.0.0.1:\(port)/\(path)"
            let value = facts.variable(name)
            let isOurs = value.map { $0.replacing("localhost", with: "127.0.0.1").hasPrefix(url) } ?? false
            if isOurs, facts.port != nil {
                return Door("variable:\(name)", "Tools that obey \(name)", .covered, "it leads through the gateway")
            }
            let why =
                facts.port == nil
                ? "no agent runs" : value == nil ? "it is not set in this shell" : "it leads elsewhere"
            return Door("variable:\(name)", "Tools that obey \(name)", .open, why, close: "export \(name)=\(url)")
        }
    }

    private func proxy() -> Door {
        let id = "proxy"
        let name = "Programs that obey HTTPS_PROXY"
        let port = facts.port ?? AgentSettings.standardPort
        let set = "export HTTPS_PROXY=http://127.0.0.1:\(port)"
        guard facts.port != nil else { return Door(id, name, .open, "no agent runs", close: "sluice agent run") }
        let value = facts.variable("HTTPS_PROXY") ?? facts.variable("https_proxy")
        guard let value, value.replacing("localhost", with: "127.0.0.1").hasPrefix("http://127.0.0.1:\(port)") else {
            return Door(
                id, name, .open, value == nil ? "it is not set in this shell" : "it leads elsewhere", close: set)
        }
        guard facts.hasAuthority else {
            return Door(
                id, name, .partly, "it leads through the gate, which can't look into TLS without an authority",
                close: "sluice ca install")
        }
        return Door(id, name, .covered, "it leads through the gate")
    }

    // MARK: Browsers

    private static let browsers = [
        ("firefox", "Firefox", ["firefox", "firefox-esr"]), ("chromium", "Chromium", ["chromium", "chromium-browser"]),
        ("chrome", "Google Chrome", ["google-chrome", "google-chrome-stable"]),
        ("brave", "Brave", ["brave-browser", "brave"]),
        ("edge", "Microsoft Edge", ["microsoft-edge", "microsoft-edge-stable"]),
        ("vivaldi", "Vivaldi", ["vivaldi", "vivaldi-stable"]),
        ("opera", "Opera", ["opera"]),
    ]

    private func browsers() -> [Door] {
        let behindProxy = proxy().state == .covered
        let behindClipboard = clipboard().first.map { $0.state == .covered } ?? false
        return Self.browsers.filter { facts.hasProgram($0.2) }.map { id, name, _ in
            if behindProxy {
                return Door(
                    "browser:\(id)", name, .partly,
                    "started from this shell it goes through the gate; started from the desktop it follows the desktop's proxy",
                    close: "set the automatic proxy address to http://127.0.0.1:\(facts.port ?? 0)/proxy.pac")
            }
            return Door(
                "browser:\(id)", name, behindClipboard ? .partly : .open,
                behindClipboard
                    ? "what is pasted is guarded; what is typed or uploaded is not"
                    : "nothing of what it sends is seen",
                close: "sluice ca install, then set its automatic proxy address to the gate's /proxy.pac")
        }
    }

    private func sandboxedBrowsers() -> [Door] {
        let flatpaks = [
            ("org.mozilla.firefox", "Firefox"), ("org.chromium.Chromium", "Chromium"),
            ("com.google.Chrome", "Google Chrome"),
            ("com.brave.Browser", "Brave"), ("com.microsoft.Edge", "Microsoft Edge"),
        ]
        let found = flatpaks.filter { id, _ in
            facts.exists("/var/lib/flatpak/app/\(id)") || facts.exists("\(facts.home)/.local/share/flatpak/app/\(id)")
        }.map { id, name in
            Door(
                "flatpak:\(id)", "\(name) (Flatpak)", .open,
                "it has its own roots and settings: the proxy's certificates and policies don't reach it",
                close: "flatpak uninstall \(id), and install the distribution's package")
        }
        let snaps = ["firefox", "chromium", "brave", "opera"].filter { facts.exists("/snap/bin/\($0)") }.map { id in
            Door(
                "snap:\(id)", "\(id.prefix(1).uppercased() + id.dropFirst()) (Snap)", .open,
                "it has its own roots and settings: the proxy's certificates and policies don't reach it",
                close: "snap remove \(id), and install a package of another kind")
        }
        return found + snaps
    }

    /// What stays open whatever is installed here.
    static let alwaysOpen = [
        Door(
            "open:sockets", "Programs that obey no variable and open sockets themselves", .open,
            "what does not go through the gate is not seen", close: "a rule of the network that lets only the gate out"),
        Door(
            "open:quic", "QUIC (HTTP/3)", .open, "it goes past proxies",
            close: "block UDP port 443 to AI hosts in the network"),
        Door("open:containers", "Containers and virtual machines", .open, "they have networks and roots of their own"),
        Door("open:remote", "Remote editors and shells", .open, "what runs on another machine is sent from there"),
        Door("open:drag", "Drag and drop", .open, "its content goes from window to window without the clipboard"),
        Door("open:typing", "Retyping, a photo, another device", .open, "nobody on this machine can see it"),
    ]
}
