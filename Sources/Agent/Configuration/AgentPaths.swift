import Glibc

/// Where the agent keeps what. The XDG base directories (specifications.freedesktop.org/basedir), or what flags and settings say.
public struct AgentPaths: Sendable, Hashable {
    /// `$XDG_CONFIG_HOME/sluice`: settings.
    public var configuration: String
    /// `$XDG_STATE_HOME/sluice`: journal and device key.
    public var state: String
    /// `$XDG_RUNTIME_DIR/sluice`: control socket, port, lock.
    public var runtime: String
    /// Whether the runtime folder is a substitute, since the session has none.
    public var runtimeIsSubstitute: Bool

    /// Managed settings, which win over the user's.
    public static let managedFile = "/etc/sluice/agent.toml"

    /// Takes the folders from the environment.
    public init(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
        func absolute(_ name: String) -> String? { environment(name).flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let home = absolute("HOME") ?? "/nonexistent"
        configuration = (absolute("XDG_CONFIG_HOME") ?? home + "/.config") + "/sluice"
        state = (absolute("XDG_STATE_HOME") ?? home + "/.local/state") + "/sluice"
        if let runtime = absolute("XDG_RUNTIME_DIR") {
            self.runtime = runtime + "/sluice"
            runtimeIsSubstitute = false
        } else if Self.isOurs("/run/user/\(getuid())") {
            runtime = "/run/user/\(getuid())/sluice"
            runtimeIsSubstitute = false
        } else {
            // A session without a runtime folder (su, cron, a container): the state folder is private as well.
            runtime = state + "/run"
            runtimeIsSubstitute = true
        }
    }

    /// The user's settings.
    public var settingsFile: String { configuration + "/agent.toml" }
    /// The journal.
    public var journal: String { state + "/journal.db" }
    /// The device's secret.
    public var deviceKey: String { state + "/device.key" }
    /// The control socket.
    public var socket: String { runtime + "/agent.sock" }
    /// The socket of the session's helper for the clipboard.
    public var clipboardSocket: String { runtime + "/clipboard.sock" }
    /// The port that the gateway listens on, as text.
    public var port: String { runtime + "/port" }
    /// Held for as long as an agent runs.
    public var lock: String { runtime + "/agent.lock" }

    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == getuid()
    }
}

/// Folders and files that only their owner may read.
enum PrivateFiles {
    /// Makes a folder (and those above it) with mode 0700. Throws when it is another user's or open to others.
    static func makeFolder(_ path: String) throws(AgentProblem) {
        var sofar = ""
        for part in path.split(separator: "/") {
            sofar += "/" + part
            if mkdir(sofar, 0o700) != 0, errno != EEXIST {
                throw AgentProblem("\(sofar) can't be made: \(String(cString: strerror(errno)))")
            }
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw AgentProblem("\(path) is not a folder")
        }
        guard status.st_uid == getuid() else {
            throw AgentProblem("\(path) belongs to another user (uid \(status.st_uid)); name another folder")
        }
        if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 {
            throw AgentProblem(
                "\(path) is open to other users, and can't be closed: \(String(cString: strerror(errno)))")
        }
    }
}

/// Why the agent can't do something, as a sentence that says what would help.
public struct AgentProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Takes the sentence.
    public init(_ description: String) { self.description = description }
}
