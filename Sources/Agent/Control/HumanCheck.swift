import Glibc

/// The program at the other end of a control connection, as the kernel names it.
public struct ControlPeer: Sendable, Hashable {
    /// Process that has connected.
    public var pid: Int32
    /// Its user.
    public var uid: UInt32

    /// Makes a peer.
    public init(pid: Int32, uid: UInt32) {
        self.pid = pid
        self.uid = uid
    }
}

/// Whether a command comes from a human at a terminal, and not from a coding assistant that acts as him.
///
/// A release or a reason is a human's word. The command's process must have a terminal, its ancestors must lead to a program that shows
/// one, and no assistant may be among them. A program of the same user that takes pains can still pretend (docs/limits.md); each word is an
/// event.
struct HumanCheck: Sendable {
    /// What is known of a process.
    struct Facts: Sendable, Hashable {
        var parent: Int32
        var hasTerminal: Bool
        /// Names: of the program's file, of its first arguments' files, and as the kernel has it; in lower case.
        var names: [String]
        /// Names of the variables that it was started with.
        var variables: Set<String>
    }

    /// Longest chain of ancestors that is followed.
    static let maxAncestors = 64

    /// Coding assistants, and editors in whose terminals they run commands.
    static let assistants: Set<String> = [
        "claude", "claude-code", "codex", "cursor", "cursor-agent", "gemini", "gemini-cli", "copilot", "copilot-agent",
        "gh-copilot", "aider", "opencode", "goose", "amp", "q", "qchat", "kiro", "kiro-cli", "windsurf", "cline",
        "crush", "grok", "qwen", "kimi", "droid", "auggie", "cody", "continue", "cn", "code", "code-insiders",
        "codium", "vscodium", "zed", "zed-editor", "antigravity", "trae", "openhands", "warp",
    ]
    /// What assistants set for the commands that they run.
    static let marks: Set<String> = [
        "CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED", "GEMINI_CLI",
        "CURSOR_AGENT", "CURSOR_TRACE_ID", "COPILOT_AGENT_SESSION_ID", "OPENCODE", "AIDER_MODEL", "CLINE_ACTIVE",
        "AI_AGENT", "VSCODE_INJECTION",
    ]
    /// Programs that show a human a terminal, or bring him there.
    static let terminals: Set<String> = [
        "gnome-terminal-server", "gnome-terminal-", "kgx", "ptyxis", "ptyxis-agent", "konsole", "yakuake", "xterm",
        "uxterm", "rxvt", "urxvt", "urxvtd", "alacritty", "kitty", "foot", "footclient", "wezterm", "wezterm-gui",
        "ghostty", "st", "terminator", "tilix", "xfce4-terminal", "mate-terminal", "lxterminal", "qterminal",
        "terminology", "guake", "tilda", "cool-retro-term", "deepin-terminal", "io.elementary.terminal", "blackbox",
        "rio", "contour", "hyper", "tabby", "tmux", "tmux:", "screen", "zellij", "login", "agetty", "sshd",
        "sshd-session", "sshd-auth", "mosh-server", "dropbear", "eternalterminal", "etserver",
    ]

    private let facts: @Sendable (Int32) -> Facts?

    /// Looks at the system's processes, or at those that a test gives.
    init(facts: @escaping @Sendable (Int32) -> Facts? = { Facts(process: $0) }) { self.facts = facts }

    /// Why the peer is not taken for a human; nil where it is.
    func refusal(of peer: ControlPeer) -> String? {
        guard let own = facts(peer.pid) else { return "the process that asks has gone" }
        guard own.hasTerminal else { return "it was not called from a terminal" }
        var next: Int32? = peer.pid
        var showsTerminal = false
        for _ in 0..<Self.maxAncestors {
            guard let pid = next, pid > 1, let process = facts(pid) else { break }
            if process.names.contains(where: Self.assistants.contains)
                || !process.variables.isDisjoint(with: Self.marks)
            {
                return "it was called from within a coding assistant"
            }
            showsTerminal = showsTerminal || process.names.contains(where: Self.terminals.contains)
            next = process.parent
        }
        return showsTerminal ? nil : "no known terminal program stands behind it"
    }
}

extension HumanCheck.Facts {
    /// From /proc (man 5 proc). Nil when there is no such process.
    init?(process: Int32) {
        guard let stat = Self.read("/proc/\(process)/stat", max: 4096),
            let close = stat.lastIndex(of: UInt8(ascii: ")")), let open = stat.firstIndex(of: UInt8(ascii: "("))
        else { return nil }
        // The name in parentheses may hold anything; after it: state, parent, group, session, terminal.
        let fields = String(decoding: stat[(close + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 4, let parent = Int32(fields[1]), let terminal = Int32(fields[4]) else { return nil }
        var names = [String(decoding: stat[(open + 1)..<close], as: UTF8.self)]
        let arguments = (Self.read("/proc/\(process)/cmdline", max: 64 << 10) ?? []).split(separator: 0)
        // Interpreters show what they run in their arguments.
        for argument in arguments.prefix(3) {
            let file = argument.split(separator: UInt8(ascii: "/")).last ?? argument
            names.append(String(decoding: file, as: UTF8.self))
        }
        let environment = (Self.read("/proc/\(process)/environ", max: 1 << 20) ?? []).split(separator: 0)
        self.init(
            parent: parent, hasTerminal: terminal != 0,
            names: names.map { name in
                let lower = name.lowercased()
                // A shell by which one logs in begins with a dash; scripts end with what they are written in.
                let bare = lower.hasPrefix("-") ? String(lower.dropFirst()) : lower
                return bare.hasSuffix(".js") || bare.hasSuffix(".py") ? String(bare.dropLast(3)) : bare
            },
            variables: Set(environment.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self) }))
    }

    private static func read(_ path: String, max: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < max {
            let count = buffer.withUnsafeMutableBytes { raw in
                raw.baseAddress.map { Glibc.read(descriptor, $0, raw.count) } ?? 0
            }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}
