/// One hook that is put into a host's settings.
package struct HookEntry: Sendable, Hashable {
    /// The host's name of the event.
    package var event: String
    /// Which tools, where the host wants that said.
    package var matcher: String?

    /// Makes an entry.
    package init(_ event: String, matcher: String? = nil) {
        self.event = event
        self.matcher = matcher
    }
}

/// Where a host keeps its hooks, and in what form.
package struct HookSettings: Sendable, Hashable {
    /// The form of the file.
    package enum Shape: Sendable, Hashable {
        /// `{"hooks":{EVENT:[{"matcher":…,"hooks":[{"type":"command",…,"timeout":N}]}]}}`, as Claude Code has it; the time limit in
        /// seconds or else in milliseconds.
        case nested(seconds: Bool)
        /// `{"version":1,"hooks":{EVENT:[{"command":…,"timeout":N,"failClosed":true}]}}`, as Cursor has it.
        case cursor
        /// `{"version":1,"hooks":{EVENT:[{"type":"command","bash":…,"timeoutSec":N}]}}`, as Copilot has it.
        case copilot
    }

    /// The user's file, below the home folder.
    package var user: String
    /// The project's file, below the project's folder.
    package var project: String
    /// The file that an administrator owns; nil where the host has none in this form.
    package var managed: String?
    /// The form of all three.
    package var shape: Shape
    /// What is put in.
    package var entries: [HookEntry]
    /// Further files of the host that can switch hooks off: below the home folder, or absolute.
    package var others: [String]
    /// What the user has to do besides.
    package var note: String?

    /// Makes settings.
    package init(
        user: String, project: String, managed: String?, shape: Shape, entries: [HookEntry], others: [String] = [],
        note: String? = nil
    ) {
        self.user = user
        self.project = project
        self.managed = managed
        self.shape = shape
        self.entries = entries
        self.others = others
        self.note = note
    }
}
