/// Recognises an assistant's attempt to switch the gate off or to speak for the user.
///
/// An assistant reads our messages and runs commands: what a model can read, a model can run. The guard reads commands as text, with
/// quotes and backslashes taken out; a determined program can hide what it does (docs/limits.md), and stays visible through the journal.
package struct TamperGuard: Sendable {
    /// What was attempted.
    package enum Attempt: String, Sendable, Hashable, CaseIterable {
        /// Writing a file that holds hook settings of an assistant.
        case hookSettings = "change of hook settings"
        /// Writing Sluice's own settings, state or program.
        case ownFiles = "change of Sluice's files"
        /// Setting or clearing a variable that leads traffic through the gate.
        case variables = "change of proxy or base-URL variables"
        /// Calling one of Sluice's commands that are a human's.
        case ownCommands = "call of a command that is a human's"
        /// Stopping the agent.
        case stopping = "stopping of the agent"
    }

    private let hookFiles: [String]
    private let ownFolders: [String]

    private static let variables = [
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "openai_base_url", "openai_api_base",
        "anthropic_base_url",
        "gemini_base_url", "google_gemini_base_url", "node_extra_ca_certs", "ssl_cert_file", "requests_ca_bundle",
        "claude_config_dir", "copilot_home", "sluice_pack", "sluice_config",
    ]
    /// Commands of Sluice's that change what it does, each as the words after the program's name.
    private static let humanCommands = [
        ["justify"], ["release"], ["pause"], ["hook", "remove"], ["hook", "install"], ["ca", "remove"],
        ["ca", "install"], ["ca", "renew"], ["ca", "adopt"],
        ["clipboard", "release"], ["agent", "stop"], ["agent", "reload"], ["agent", "run"], ["pack", "build"],
    ]
    /// Programs that read and do nothing else.
    private static let readers: Set<String> = [
        "cat", "less", "more", "head", "tail", "ls", "stat", "file", "grep", "rg", "jq", "wc", "diff", "cmp", "bat",
        "test", "[",
    ]

    /// For a user: his home folder, and the folders of Sluice's settings, state and sockets.
    package init(home: String, ownFolders: [String]) {
        var files: [String] = []
        for host in HookHosts.all {
            let settings = host.settings
            files += [home + "/" + settings.user, "/" + settings.project]
            if let managed = settings.managed { files.append(managed) }
            files += settings.others.map { $0.hasPrefix("/") ? $0 : home + "/" + $0 }
        }
        files += ["/.claude/settings.local.json", "/etc/claude-code/", "/etc/github-copilot/", "/etc/codex/"]
        hookFiles = files
        self.ownFolders = ownFolders + ["/etc/sluice", "/sluice/agent.toml", "/sluice/policy.toml"]
    }

    /// What the call attempts; nil for an ordinary one.
    package func check(_ call: HookCall) -> Attempt? {
        guard call.event == .toolBefore || call.event == .settings else { return nil }
        for path in call.writes {
            let full = Self.normal(path.hasPrefix("/") ? path : (call.folder ?? "") + "/" + path)
            if let attempt = file(full) { return attempt }
        }
        return call.command.flatMap { check(command: $0) }
    }

    private func file(_ path: String) -> Attempt? {
        if hookFiles.contains(where: { path.hasSuffix($0) || ($0.hasSuffix("/") && path.hasPrefix($0)) }) {
            return .hookSettings
        }
        if ownFolders.contains(where: { path == $0 || path.hasPrefix($0 + "/") || path.hasSuffix($0) }) {
            return .ownFiles
        }
        return nil
    }

    /// Reads a shell command.
    func check(command raw: String) -> Attempt? {
        // What a shell drops when it puts words together.
        let text = raw.filter { $0 != "'" && $0 != "\"" && $0 != "\\" }
        for line in Self.commands(of: text) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            guard !words.isEmpty else { continue }
            if let attempt = ownCommand(words) ?? stopping(words) ?? variable(words) { return attempt }
            let program = words.first { !$0.contains("=") }.map(Self.base) ?? ""
            let isReader = Self.readers.contains(program) && !line.contains(">")
            guard !isReader else { continue }
            // Arguments of calls in a program's text stand between commas.
            for word in words.flatMap({ $0.split(separator: ",").map(String.init) }) {
                let path = word.drop { $0 == ">" || $0 == "<" || $0.isNumber && word.contains(">") }
                let value = path.split(separator: "=").last.map(String.init) ?? ""
                for candidate in [String(path), value] {
                    if let attempt = mention(candidate) { return attempt }
                }
            }
        }
        return nil
    }

    /// A path in a command, as far as it is written out.
    private func mention(_ word: String) -> Attempt? {
        guard word.contains("/") || word.hasPrefix(".") else { return nil }
        var path = word
        for home in ["~", "$HOME", "${HOME}"] where path.hasPrefix(home) { path = String(path.dropFirst(home.count)) }
        path = Self.normal(path.hasPrefix("/") ? path : "/" + path)
        // Without a home folder in front, the end of the path tells.
        return file(path)
            ?? (hookFiles.contains { $0.hasSuffix(path) && path.count > 8 && path.contains("/.") }
                ? .hookSettings : nil)
            ?? (path.contains("/.config/sluice") || path.contains("/.local/state/sluice") ? .ownFiles : nil)
    }

    private func ownCommand(_ words: [String]) -> Attempt? {
        for (index, word) in words.enumerated() where Self.base(word) == "sluice" {
            let rest = words[(index + 1)...].filter { !$0.hasPrefix("-") }
            if Self.humanCommands.contains(where: { rest.starts(with: $0) }) { return .ownCommands }
        }
        return nil
    }

    private func stopping(_ words: [String]) -> Attempt? {
        let program = Self.base(words[0] == "sudo" && words.count > 1 ? words[1] : words[0])
        let isStop = ["kill", "pkill", "killall", "systemctl", "service"].contains(program)
        guard isStop || ["rm", "chmod", "mv", "ln", "install"].contains(program) else { return nil }
        guard words.dropFirst().contains(where: { Self.base($0).hasPrefix("sluice") }) else { return nil }
        return isStop ? .stopping : .ownFiles
    }

    private func variable(_ words: [String]) -> Attempt? {
        let isAssigning = ["export", "unset", "env", "setenv", "set", "declare", "typeset"].contains(words[0])
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first?.lowercased(), Self.variables.contains(name) else { continue }
            if parts.count == 2 || isAssigning || words.contains("-u") { return .variables }
        }
        return nil
    }

    /// The commands of a line: cut where a shell begins a new one.
    private static func commands(of text: String) -> [String] {
        text.split(whereSeparator: { ";|&\n(){}`".contains($0) }).map(String.init)
    }

    private static func base(_ word: String) -> String { word.split(separator: "/").last.map(String.init) ?? word }

    /// A path without `.`, `..` and doubled slashes.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/") + (path.hasSuffix("/") && !parts.isEmpty ? "/" : "")
    }
}
