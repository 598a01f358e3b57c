import Classifier
import Glibc
import Packs
import Primitives

/// git's hooks (githooks(5)): pre-commit looks at what is about to be committed, pre-push at what the remote does not have yet. Only
/// secrets stop them: personal data in a repository is a matter of policy, not of one commit.
enum GitHook {
    static let id = "git"
    private static let names = ["pre-commit", "pre-push"]
    private static let begin = "# >>> sluice"
    private static let end = "# <<< sluice"
    /// Most bytes of a diff that are looked at; a larger one is said to be looked at in part.
    static let maxDiffBytes = 128 << 20

    // MARK: Running

    /// Answers git: status 1 stops what it was about to do.
    static func run(_ arguments: [String]) throws -> Int32 {
        guard let name = arguments.first, names.contains(name) else {
            throw CommandFailure("git's hook is named first: sluice hook git pre-commit, or pre-push")
        }
        var findings: [AddedText.Found] = []
        var isCut = false
        for command in name == "pre-commit" ? [stagedDiff] : try pushed() {
            let (diff, cut) = try output(of: command)
            isCut = isCut || cut
            findings += try scan(AddedText.files(ofDiff: diff))
        }
        if isCut {
            StandardError.note("the change is larger than \(maxDiffBytes) bytes; only its beginning was looked at")
        }
        guard !findings.isEmpty else { return isCut ? 1 : 0 }
        report(findings, name)
        return 1
    }

    private static let diffOptions = "--no-color --no-ext-diff --no-textconv --unified=0 --diff-filter=ACMRT"
    private static var stagedDiff: String { "git diff --cached \(diffOptions)" }

    /// One command for each ref that is pushed, from the lines that git writes to a pre-push hook.
    private static func pushed() throws -> [String] {
        var commands: [String] = []
        while let line = readLine() {
            let parts = line.split(separator: " ").map(String.init)
            // "local-ref local-object remote-ref remote-object"; zeros delete the remote ref.
            guard parts.count == 4, isObject(parts[1]), isObject(parts[3]), parts[1].contains(where: { $0 != "0" })
            else { continue }
            let base = parts[3].contains { $0 != "0" } ? "^\(parts[3])" : "--not --remotes"
            commands.append("git log -p -m --format= \(diffOptions) \(parts[1]) \(base)")
        }
        return commands
    }

    private static func isObject(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy { $0 &- 0x30 < 10 || $0 &- 0x61 < 6 }
    }

    private static func output(of command: String) throws -> (bytes: [UInt8], isCut: Bool) {
        guard let pipe = popen(command, "r") else {
            throw CommandFailure("git can't be run: \(String(cString: strerror(errno)))")
        }
        var bytes: [UInt8] = []
        var isCut = false
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            guard count > 0 else { break }
            if bytes.count + count <= maxDiffBytes { bytes += chunk[..<count] } else { isCut = true }
        }
        guard pclose(pipe) == 0 else { throw CommandFailure("git could not show the change (\(command.prefix(24))…)") }
        return (bytes, isCut)
    }

    private static func scan(_ files: [AddedText]) throws -> [AddedText.Found] {
        guard !files.isEmpty else { return [] }
        let loaded = try PackLocator().load(nil)
        let rules = try compiled(loaded)
        var scanner = Scanner(rules)
        var found: [AddedText.Found] = []
        for file in files {
            let result = file.text.withUnsafeBytes { scanner.scan($0) }
            if let reason = result.incomplete {
                // Said and not stopped: a generated file may cost more than a scan may spend, and must be committed all the same.
                StandardError.note("\(Printable.text(file.name)): not looked at in full (\(reason.rawValue))")
            }
            for finding in result.findings where rules.rules[finding.rule].kind == .secret {
                let rule = rules.rules[finding.rule]
                found.append(
                    .init(
                        file: file.name, line: file.line(at: finding.span.start), rule: rule.name, revoke: rule.revoke))
            }
        }
        return found
    }

    private static func report(_ findings: [AddedText.Found], _ name: String) {
        let what = name == "pre-commit" ? "this commit" : "this push"
        var lines = [
            "Sluice stopped \(what): it would share \(findings.count == 1 ? "a secret" : "\(findings.count) secrets")."
        ]
        for finding in findings.prefix(20) {
            lines.append("  \(Printable.text(finding.file)):\(finding.line): \(finding.rule)")
        }
        if findings.count > 20 { lines.append("  and \(findings.count - 20) more") }
        lines.append("Take the value out and read it from the environment or a secret store.")
        if let revoke = findings.lazy.compactMap(\.revoke).first { lines.append("Shared before? Rotate it: \(revoke)") }
        lines.append("A human who knows better: git \(name == "pre-commit" ? "commit" : "push") --no-verify")
        StandardError.write(lines.joined(separator: "\n") + "\n")
    }

    // MARK: Installing

    static func install() throws {
        let program = PackLocator().executable
        for name in names {
            let path = try folder() + "/" + name
            let line = "'\(program)' hook git \(name) \"$@\" || exit 1"
            let block = "\(begin)\n\(line)\n\(end)\n"
            let text = try read(path)
            if let text, text.contains(block) {
                print("git: the hook is in \(path) already")
                continue
            }
            let rest = text.map { without($0) }
            let next: String
            if let rest, !rest.isEmpty {
                guard let first = rest.split(separator: "\n").first, first.hasPrefix("#!"), first.contains("sh") else {
                    throw CommandFailure("\(path) is no shell script; call this in it by hand: \(line)")
                }
                next = first + "\n" + block + rest.dropFirst(first.count + 1)
            } else {
                next = "#!/bin/sh\n" + block
            }
            try write(next, to: path)
            print("git: hook written to \(path)")
        }
        print("Undo: sluice hook remove git")
    }

    static func remove() throws {
        for name in names {
            let path = try folder() + "/" + name
            guard let text = try read(path), text.contains(begin) else {
                print("git: no hook of Sluice's in \(path)")
                continue
            }
            let rest = without(text)
            if rest.split(separator: "\n").allSatisfy({ $0.hasPrefix("#!") }) {
                unlink(path)
            } else {
                try write(rest, to: path)
            }
            print("git: hook taken out of \(path)")
        }
    }

    static func statusRow() -> [String] {
        guard let folder = try? folder() else { return [id, "project", "this folder is no repository", "-"] }
        let standing = names.map { name in
            ((try? read(folder + "/" + name)) ?? nil)?.contains(begin) == true ? "\(name) in place" : "no \(name)"
        }
        return [id, "project", standing.joined(separator: ", "), folder]
    }

    private static func without(_ text: String) -> String {
        guard let start = text.range(of: begin), let stop = text.range(of: end + "\n"),
            start.lowerBound < stop.lowerBound
        else {
            return text
        }
        return String(text[..<start.lowerBound] + text[stop.upperBound...])
    }

    private static func folder() throws -> String {
        let (bytes, _) = try output(of: "git rev-parse --git-path hooks 2>/dev/null")
        let path = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        guard !path.isEmpty else { throw CommandFailure("this folder is no git repository") }
        mkdir(path, 0o755)
        return path
    }

    private static func read(_ path: String) throws -> String? {
        guard access(path, F_OK) == 0 else { return nil }
        do throws(FileProblem) {
            return String(decoding: try FileBytes.read(path, max: 1 << 20), as: UTF8.self)
        } catch { throw CommandFailure("\(error)") }
    }

    private static func write(_ text: String, to path: String) throws {
        do throws(FileProblem) {
            try FileBytes.write(Array(text.utf8), to: path, mode: 0o755)
        } catch { throw CommandFailure("\(error)") }
        chmod(path, 0o755)
    }
}

extension String {
    /// The first place of a word.
    fileprivate func range(of word: String) -> Range<Index>? { firstRange(of: word) }
}
