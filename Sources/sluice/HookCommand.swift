import Agent
import ArgumentParser
import Glibc
import Hooks
import Packs

/// `sluice hook`
struct HookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Stand between a coding assistant and its model.",
        discussion: """
            An assistant that has hooks asks before it sends a prompt, reads a file, runs a command or calls a tool, and hands over what came
            back. Sluice answers: pass, pass with placeholders where the assistant can take other texts, or stop, with the reason.

            \(HookHosts.all.map { "  \(TextTable.pad($0.id, 13))\($0.name)" }.joined(separator: "\n"))
              git          git: pre-commit and pre-push stop secrets before they are shared

            Examples:
              sluice hook install claude-code      for you, in ~/.claude/settings.json
              sluice hook install git              for the repository in this folder
              sluice hook status                   where hooks are in place
              sluice hook remove claude-code       take it out again

            The assistant calls: sluice hook HOST, with its question on standard input.
            """,
        subcommands: [Install.self, Status.self, Remove.self, Answer.self], defaultSubcommand: Answer.self)

    /// What the assistant calls.
    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "answer", abstract: "Answer a question on standard input, in the assistant's dialect.",
            shouldDisplay: false)

        @Argument(help: "The assistant, or git.")
        var host: String

        @Argument(parsing: .captureForPassthrough, help: "What git passes to its hooks.")
        var rest: [String] = []

        func run() async throws {
            if host == GitHook.id { throw ExitCode(try GitHook.run(rest)) }
            guard let known = HookHosts.named(host) else { throw HookPlace.unknown(host) }
            throw ExitCode(await HookAnswering.run(known))
        }
    }

    /// Which files are meant.
    struct Place: ParsableArguments {
        @Flag(help: "The project in this folder, instead of your own settings.")
        var project = false

        @Flag(help: "The file that an administrator owns.")
        var managed = false

        func validate() throws {
            guard !(project && managed) else { throw ValidationError("--project and --managed exclude each other") }
        }

        var kind: HookPlace.Kind { managed ? .managed : project ? .project : .user }
    }

    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Put Sluice's hooks into an assistant's settings; what is there stays.")

        @Argument(help: "The assistant (see sluice hook --help), or git.")
        var host: String

        @OptionGroup var place: Place

        func run() throws {
            if host == GitHook.id { return try GitHook.install() }
            guard let known = HookHosts.named(host) else { throw HookPlace.unknown(host) }
            let file = try HookPlace(known, place.kind)
            let installer = HookInstaller(known, program: PackLocator().executable)
            let before = try file.read()
            let after = try file.edit { try installer.install(into: before) }
            if after == before {
                print("\(known.name): the hooks are in \(file.path) already")
            } else {
                try file.write(after)
                print("\(known.name): hooks written to \(file.path)")
            }
            if let note = known.settings.note { print(note) }
            print("Undo: sluice hook remove \(known.id)")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take Sluice's hooks out of an assistant's settings; the rest stays.")

        @Argument(help: "The assistant (see sluice hook --help), or git.")
        var host: String

        @OptionGroup var place: Place

        func run() throws {
            guard isatty(STDIN_FILENO) == 1 || isatty(STDOUT_FILENO) == 1 || geteuid() == 0 else {
                throw CommandFailure("taking a hook out is a human's decision: run it on a terminal")
            }
            if host == GitHook.id { return try GitHook.remove() }
            guard let known = HookHosts.named(host) else { throw HookPlace.unknown(host) }
            let file = try HookPlace(known, place.kind)
            guard let before = try file.read() else {
                print("\(known.name): there is no \(file.path)")
                return
            }
            let installer = HookInstaller(known, program: PackLocator().executable)
            let after = try file.edit { try installer.remove(from: before) }
            if after == before {
                print("\(known.name): no hooks of Sluice's in \(file.path)")
            } else {
                try file.write(after)
                print("\(known.name): hooks taken out of \(file.path)")
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show where hooks are in place, and where they are not.")

        @Argument(help: "One assistant; by default all.")
        var host: String?

        func run() throws {
            if let host, HookHosts.named(host) == nil, host != GitHook.id { throw HookPlace.unknown(host) }
            var table = TextTable(["host", "place", "standing", "file"])
            for known in HookHosts.all where host == nil || host == known.id {
                let installer = HookInstaller(known, program: PackLocator().executable)
                for kind in HookPlace.Kind.allCases where kind != .managed || known.settings.managed != nil {
                    let file = try HookPlace(known, kind)
                    let standing: String
                    do {
                        standing = Self.word(try installer.standing(try file.read()))
                    } catch { standing = "unreadable: \(error)" }
                    table.add([known.id, kind.rawValue, standing, file.path])
                }
            }
            if host == nil || host == GitHook.id { table.add(GitHook.statusRow()) }
            print(table.text)
        }

        private static func word(_ standing: HookInstaller.Standing) -> String {
            switch standing {
            case .absent: "none"
            case .complete: "in place"
            case .outdated: "outdated: install again"
            case .disabled: "switched off in the file (disableAllHooks)"
            }
        }
    }
}

/// Reads the question, answers it, and nothing else: the assistant waits.
enum HookAnswering {
    static func run(_ host: any HookHost) async -> Int32 {
        let answer: HookAnswer
        do throws(FileProblem) {
            let payload = try FileBytes.read(
                descriptor: STDIN_FILENO, path: "standard input", max: HookLimits.maxPayloadBytes)
            answer = await HookRunner(host).run(payload)
        } catch {
            answer = host.refuse("Sluice stopped this: the assistant's message can't be read: \(error)")
        }
        if !answer.output.isEmpty { StandardOutput.shared.write(answer.output) }
        StandardOutput.shared.flush()
        if !answer.message.isEmpty { StandardError.write(answer.message + "\n") }
        return answer.status
    }
}

/// One settings file of a host.
struct HookPlace {
    enum Kind: String, CaseIterable { case user, project, managed }

    let path: String

    init(_ host: any HookHost, _ kind: Kind) throws {
        switch kind {
        case .user:
            guard let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
                throw CommandFailure("$HOME is not set: where are your settings?")
            }
            path = home + "/" + host.settings.user
        case .project:
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard getcwd(&buffer, buffer.count) != nil else { throw CommandFailure("this folder can't be found") }
            path =
                String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/"
                + host.settings.project
        case .managed:
            guard let managed = host.settings.managed else {
                throw CommandFailure("\(host.name) has no file of this kind for administrators")
            }
            path = managed
        }
    }

    static func unknown(_ host: String) -> CommandFailure {
        CommandFailure(
            "no assistant \"\(host)\": known are \((HookHosts.all.map(\.id) + [GitHook.id]).joined(separator: ", "))")
    }

    /// The file's bytes; nil where there is none.
    func read() throws -> [UInt8]? {
        guard access(path, F_OK) == 0 else { return nil }
        do throws(FileProblem) {
            return try FileBytes.read(path, max: HookLimits.maxSettingsBytes)
        } catch { throw CommandFailure("\(error)") }
    }

    /// Edits, and names the file in what goes wrong.
    func edit(_ body: () throws -> [UInt8]) throws -> [UInt8] {
        do { return try body() } catch let problem as HookProblem { throw CommandFailure("\(path): \(problem)") }
    }

    /// Replaces the file as a whole. A link stays a link, the mode stays.
    func write(_ bytes: [UInt8]) throws {
        var target = path
        if let resolved = realpath(path, nil) {
            target = String(cString: resolved)
            free(resolved)
        }
        var made = ""
        for part in target.split(separator: "/").dropLast() {
            made += "/" + part
            if mkdir(made, 0o755) != 0, errno != EEXIST {
                throw CommandFailure("\(made) can't be made: \(String(cString: strerror(errno)))")
            }
        }
        var status = stat()
        let mode = stat(target, &status) == 0 ? status.st_mode & 0o777 : 0o644
        do throws(FileProblem) {
            try FileBytes.write(bytes, to: target, mode: mode)
        } catch { throw CommandFailure("\(error)") }
    }
}
