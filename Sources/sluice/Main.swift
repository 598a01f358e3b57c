import ArgumentParser
import Glibc
import Hooks

/// The workstation's program: command line and agent.
struct Sluice: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Keeps secrets and personal data out of AI prompts.",
        discussion: """
            Sluice finds what must not leave a workstation, and lets a text pass, replaces exactly the bytes that matter, or stops it.

            On files and pipes:
              sluice scan app.log                 what is in it, and where
              journalctl -u api | sluice redact   the same text with placeholders
              sluice explain < app.log            why, and how to rotate it
            """,
        version: version,
        subcommands: [
            ScanCommand.self,
            RedactCommand.self,
            ExplainCommand.self,
            RulesCommand.self,
            PackCommand.self,
            PolicyCommand.self,
            ProvidersCommand.self, ModelsCommand.self,
            HookCommand.self,
            ExposureCommand.self,
            DiscoverCommand.self,
            AgentCommand.self,
            // Asked for so often that it stands beside the agent as well as under it.
            AgentCommand.Doctor.self,
            CertificateCommand.self,
            ClipboardCommand.self,
            AgentCommand.Doctor.self,
            JournalCommand.self,
        ])
}

@main enum Program {
    /// Every error ends with 2, also a wrong flag: scripts tell "found something" (1) from "did not work" by it.
    static let errorStatus: Int32 = 2

    static func main() async {
        // An assistant waits for each answer of a hook, and the parser of all commands would take half of the time.
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "hook", let host = HookHosts.named(arguments[2]) {
            exit(await HookAnswering.run(host))
        }
        do {
            // Building the parser of all commands takes longer than scanning a file; a wrong flag is left to it, for its message.
            var command: any ParsableCommand
            if arguments.count > 1, arguments[1] == "scan", let scan = try? ScanCommand.parse(Array(arguments[2...])) {
                command = scan
            } else {
                command = try Sluice.parseAsRoot()
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            StandardOutput.shared.flush()
        } catch let status as ExitCode {
            StandardOutput.shared.flush()
            exit(status.rawValue)
        } catch {
            StandardOutput.shared.flush()
            let text = Sluice.fullMessage(for: error)
            // Help and version are errors to the parser, and results to the user.
            if Sluice.exitCode(for: error) == .success {
                if !text.isEmpty { StandardOutput.shared.write(text + "\n") }
                StandardOutput.shared.flush()
                exit(0)
            }
            if let failure = error as? CommandFailure {
                StandardError.write("sluice: \(failure.description)\n")
            } else {
                StandardError.write(text + "\n")
            }
            exit(errorStatus)
        }
    }
}
