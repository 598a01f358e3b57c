import ArgumentParser
import Glibc
import Packs

extension ImportFormat: ExpressibleByArgument {}

extension RulesCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Turn rules of gitleaks, betterleaks or Kingfisher into ours.",
            discussion: """
                Reads gitleaks' and betterleaks' TOML and Kingfisher's YAML; the format is guessed for each file unless told. What comes out
                is a rule file like any other: sluice pack build makes a pack of it, and its ids begin with import.FORMAT.

                Each rule that can't be taken is named on standard error with the reason, and so is what was left out of a rule that was.
                Network checks of theirs are never taken. Exit status: 0 some rules were taken, 2 none, or an error.

                Examples:
                  sluice rules import gitleaks.toml -o rules/imported.toml
                  sluice rules lint --safety-only rules/imported.toml
                """)

        @Option(help: "gitleaks, betterleaks or kingfisher; guessed by default.")
        var format: ImportFormat?

        @Option(name: [.customShort("o"), .long], help: "The file to write; by default standard output.")
        var output: String?

        @Flag(help: "Don't say what was left out of rules that were taken.")
        var quiet = false

        @Argument(help: "Files, and folders of files.")
        var paths: [String]

        /// Rule files may hold what looks like a live credential: the user's own eyes only.
        private static let mode: mode_t = 0o600

        func run() throws {
            let report: ImportReport
            do {
                report = try RuleImporter.run(try RuleImporter.files(in: paths, format: format), format: format)
            } catch { throw CommandFailure(error.description) }
            if !quiet { for note in report.notes { StandardError.note(note.description) } }
            for refusal in report.refused { StandardError.write("not taken: \(refusal)\n") }
            let summary = "took \(report.rules.count) of \(counted(report.total, "rule"))"
            guard !report.rules.isEmpty else { throw CommandFailure(summary) }
            let formats = report.formats.map(\.rawValue).sorted().joined(separator: ", ")
            let text = RuleFileWriter.text(
                report.rules,
                comment: [
                    "Imported from \(formats) rules by sluice rules import; \(summary).",
                    "The licence of the originals holds for what was taken from them.",
                ])
            guard text.utf8.count <= ConfigurationTable.maxDocumentBytes,
                report.rules.count <= RuleFileReader.maxRulesPerFile
            else {
                throw CommandFailure(
                    "\(report.rules.count) rules in \(text.utf8.count) bytes are more than a rule file may hold "
                        + "(\(RuleFileReader.maxRulesPerFile), \(ConfigurationTable.maxDocumentBytes)): import fewer at once"
                )
            }
            if let output {
                do {
                    try FileBytes.write(Array(text.utf8), to: output, mode: Self.mode)
                } catch { throw CommandFailure("\(output): \(error)") }
            } else {
                StandardOutput.shared.write(text)
            }
            StandardError.write(summary + "\n")
        }
    }

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Print a commented rule to fill in.",
            discussion: """
                Example:
                  sluice rules new acme.token > rules/acme.toml
                """)

        @Argument(help: "The new rule's id: parts of a-z, 0-9 and -, joined by dots.")
        var id: String = "acme.token"

        func run() throws {
            let text = RuleTemplate.text(id: id)
            do {
                _ = try RuleFileReader.read(Array(text.utf8), file: "the new rule")
            } catch { throw CommandFailure(error.description) }
            StandardOutput.shared.write(text)
        }
    }
}
