import Agent
import ArgumentParser
import Clipboard
import Glibc

/// `sluice clipboard`
struct ClipboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clipboard",
        abstract: "See how the clipboard stands, and release what it holds back.",
        discussion: """
            What is copied is looked at once. Where something is found, whoever pastes it decides what happens: AI applications, and browsers
            whose window shows an AI site, get placeholders; editors and terminals get the text. Policy says how far ([clipboard]).

            Examples:
              sluice clipboard status
              sluice clipboard release --reason "ticket 4711, test system"     paste the original anywhere for a minute
            """,
        subcommands: [Status.self, Release.self, Run.self])

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show how the clipboard is watched. Ends with 1 when it is not.")

        @OptionGroup var place: AgentCommand.Place

        @Flag(help: "As JSON.")
        var json = false

        func run() throws {
            let answer = try ClipboardCommand.ask(place, ControlClipboard(.standing))
            guard let standing = answer.standing else { throw CommandFailure("no answer; is it another version?") }
            StandardOutput.shared.write((json ? try standing.json : standing.summary) + "\n")
            if standing.display == nil { throw ExitCode(1) }
        }
    }

    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release",
            abstract: "Let the original be pasted anywhere for a time.",
            discussion: """
                A human's decision: it works in a terminal of your own, not from within a coding assistant. The reason is recorded.
                """)

        @OptionGroup var place: AgentCommand.Place

        @Option(help: "Why; it is recorded, so it must hold no secret.")
        var reason: String

        @Option(help: "For how long, in seconds: 1 to 600.")
        var seconds = 60

        func run() throws {
            guard (1...600).contains(seconds) else { throw CommandFailure("--seconds must be from 1 to 600") }
            guard !reason.isEmpty, reason.utf8.count <= 500 else {
                throw CommandFailure("--reason must say something, in at most 500 bytes")
            }
            let answer = try ClipboardCommand.ask(
                place, ControlClipboard(.release, seconds: seconds, reason: reason))
            StandardOutput.shared.write(
                "released for \(answer.released ?? seconds) s. Event \(answer.event ?? "(unrecorded)").\n")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Watch this session's clipboard for an agent that runs as another user.",
            discussion: "Where the agent runs as you, it watches the clipboard itself, and this command is not needed.")

        @OptionGroup var place: AgentCommand.Place

        @Option(help: "The agent's control socket; by default the one of this user.")
        var agentSocket: String?

        func run() async throws {
            do {
                let settings = try place.settings()
                try await ClipboardProgram.run(settings, agentSocket: agentSocket ?? settings.paths.socket)
            } catch let error as CommandFailure {
                throw error
            } catch {
                throw CommandFailure("\(error)")
            }
        }
    }

    /// The session's helper where one runs, else the agent.
    static func ask(_ place: AgentCommand.Place, _ question: ControlClipboard) throws -> ControlClipboardAnswer {
        let paths = try place.settings().paths
        let socket = access(paths.clipboardSocket, F_OK) == 0 ? paths.clipboardSocket : paths.socket
        do {
            guard let answer = try ControlClient(path: socket).ask(ControlQuestion(clipboard: question)).clipboard
            else {
                throw CommandFailure("no answer; is it another version?")
            }
            return answer
        } catch let error as ControlClient.NotRunning {
            throw CommandFailure("\(error)")
        } catch let error as AgentProblem {
            throw CommandFailure("\(error)")
        }
    }
}
