import Primitives
import PromptFormats

/// What the tools of coding assistants do, as far as their names tell. A tool that no list knows is taken for one that sends.
enum ToolUse {
    /// Runs a command on this machine.
    private static let shells: Set<String> = [
        "bash", "powershell", "shell", "local_shell", "run_shell_command", "run_terminal_cmd", "exec_command",
        "container.exec", "run_in_terminal", "unified_exec",
    ]
    /// Reads files of this machine; what they return is inspected when they have run.
    private static let readers: Set<String> = [
        "read", "grep", "glob", "ls", "list_dir", "list_directory", "read_file", "read_many_files",
        "search_file_content",
        "view", "notebookread", "view_image", "grep_search", "file_search", "read_mcp_resource",
    ]
    /// Writes files of this machine.
    private static let writers: Set<String> = [
        "write", "edit", "multiedit", "notebookedit", "write_file", "replace", "create", "str_replace", "apply_patch",
        "edit_file", "create_file", "str_replace_editor", "insert", "delete_file", "search_replace",
    ]
    /// Keep to themselves: lists, plans and questions of the assistant.
    private static let inner: Set<String> = ["todowrite", "todoread", "exitplanmode", "askuserquestion", "update_plan"]

    enum Kind { case shell, reader, writer, inner, sender }

    static func kind(_ tool: String) -> Kind {
        let name = tool.lowercased()
        if shells.contains(name) { return .shell }
        if readers.contains(name) { return .reader }
        if writers.contains(name) { return .writer }
        return inner.contains(name) ? .inner : .sender
    }

    /// Fills in what a tool is about to do with its arguments. `canRewrite` tells whether the host takes other arguments.
    static func describe(_ call: inout HookCall, tool: String, input: Int?, canRewrite: Bool) {
        call.tool = tool
        guard let input else { return }
        let tape = call.payload
        for key in ["file_path", "path", "notebook_path", "filePath", "target_file", "absolute_path"] as [StaticString]
        {
            if let path = tape.text(input, key), kind(tool) == .writer { call.writes.append(path) }
        }
        switch kind(tool) {
        case .shell:
            // A command that is changed is another command: it runs as it is, or not at all.
            call.command = command(input, tape)
            call.addLeaves(of: input, role: .assistant, isRewritable: false)
        case .writer:
            // A patch names its files in its text.
            if let patch = tape.text(input, "input") ?? tape.text(input, "patch") ?? tape.string(input) {
                call.writes += patchedFiles(patch)
            }
        case .reader, .inner: break
        case .sender: call.addLeaves(of: input, role: .assistant, isRewritable: canRewrite)
        }
    }

    private static func command(_ input: Int, _ tape: JSONTape) -> String? {
        if let text = tape.string(input) { return text }
        for key in ["command", "cmd", "script"] as [StaticString] {
            guard let node = tape.member(input, key) else { continue }
            if let text = tape.string(node) { return text }
            if tape.kind(node) == .array {
                return tape.children(of: node).compactMap { tape.string($0) }.joined(separator: " ")
            }
        }
        return nil
    }

    /// The files of a patch in Codex's form (`*** Update File: path`) or git's (`+++ b/path`).
    static func patchedFiles(_ patch: String) -> [String] {
        patch.split(separator: "\n").compactMap { line in
            for mark in [
                "*** Update File: ", "*** Add File: ", "*** Delete File: ", "*** Move to: ", "+++ b/", "--- a/",
            ]
            where line.hasPrefix(mark) {
                return String(line.dropFirst(mark.count))
            }
            return nil
        }
    }
}
