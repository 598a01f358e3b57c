/// A place on this machine where what was sent to a model, or typed, is written down.
struct ExposureSource: Sendable {
    /// The name for people.
    var name: String
    /// Who received it; nil where the text went nowhere by itself.
    var provider: String?
    /// Folders and files below the home folder; `*` stands for one name.
    var places: [String]
    /// Ends of file names that are read; empty for all.
    var endings: [String]

    /// The assistants whose records are known, and shell history. Places: the tools' own documents and what they write (November 2026).
    static let all = [
        ExposureSource(
            name: "Claude Code", provider: "Anthropic", places: [".claude/projects", ".claude/history.jsonl"],
            endings: [".jsonl"]),
        ExposureSource(
            name: "Codex CLI", provider: "OpenAI",
            places: [".codex/sessions", ".codex/archived_sessions", ".codex/history.jsonl"], endings: [".jsonl"]),
        ExposureSource(
            name: "Gemini CLI", provider: "Google", places: [".gemini/tmp", ".gemini/history"],
            endings: [".json", ".jsonl"]),
        ExposureSource(
            name: "Cursor", provider: "Cursor",
            places: [
                ".config/Cursor/User/globalStorage/state.vscdb", ".config/Cursor/User/workspaceStorage",
                ".cursor/projects",
                ".cursor/chats",
            ], endings: [".vscdb", ".jsonl", ".txt", ".db"]),
        ExposureSource(
            name: "GitHub Copilot", provider: "GitHub",
            places: [
                ".copilot/session-state", ".copilot/history-session-state",
                ".config/Code/User/workspaceStorage/*/chatSessions",
                ".config/Code/User/globalStorage/emptyWindowChatSessions",
            ], endings: [".json", ".jsonl"]),
        ExposureSource(
            name: "Shell history", provider: nil,
            places: [".bash_history", ".zsh_history", ".zhistory", ".local/share/fish/fish_history", ".histfile"],
            endings: []),
    ]
}
