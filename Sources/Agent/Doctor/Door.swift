import Clipboard

/// One way by which text can leave this machine for a model, and whether somebody stands in it.
public struct Door: Sendable, Hashable, Codable {
    /// How far it is covered.
    public enum State: String, Sendable, Hashable, Codable {
        /// What goes through it is inspected.
        case covered
        /// Some of it is, or it is watched without being guarded.
        case partly
        /// Nothing that goes through it is seen.
        case open
    }

    /// Stable name: "clipboard", "hook:claude-code", "browser:firefox".
    public var id: String
    /// Its name for people.
    public var name: String
    /// How far it is covered.
    public var state: State
    /// Why.
    public var why: String
    /// The command or setting that closes it; empty where there is none.
    public var close: String

    /// Takes the values as they are.
    public init(_ id: String, _ name: String, _ state: State, _ why: String, close: String = "") {
        self.id = id
        self.name = name
        self.state = state
        self.why = why
        self.close = close
    }
}

/// What is looked at to find doors. Values, so that a test can be any machine.
public struct MachineFacts: Sendable {
    /// Value of an environment variable; nil where it is not set or empty.
    public var variable: @Sendable (String) -> String?
    /// Whether a path is there.
    public var exists: @Sendable (String) -> Bool
    /// Where hooks of an assistant stand: "complete", "outdated", "absent", "disabled"; by the assistant's id.
    public var hooks: @Sendable (String) -> String
    /// The clipboard of the agent or its helper; nil where none answers.
    public var clipboard: ClipboardStanding?
    /// Port of the running gateway; nil where no agent runs.
    public var port: Int?
    /// Whether the device has a certificate authority.
    public var hasAuthority: Bool
    /// Whether the program was built with the desktop's libraries.
    public var hasDesktop: Bool
    /// The user's home folder.
    public var home: String

    /// Takes the values as they are.
    public init(
        variable: @escaping @Sendable (String) -> String?, exists: @escaping @Sendable (String) -> Bool,
        hooks: @escaping @Sendable (String) -> String, clipboard: ClipboardStanding?, port: Int?, hasAuthority: Bool,
        hasDesktop: Bool, home: String
    ) {
        self.variable = variable
        self.exists = exists
        self.hooks = hooks
        self.clipboard = clipboard
        self.port = port
        self.hasAuthority = hasAuthority
        self.hasDesktop = hasDesktop
        self.home = home
    }

    /// Whether a program is on the search path.
    func hasProgram(_ names: [String]) -> Bool {
        let folders = (variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return names.contains { name in folders.contains { exists("\($0)/\(name)") } }
    }
}
