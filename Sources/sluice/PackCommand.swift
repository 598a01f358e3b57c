import ArgumentParser
import Classifier
import Glibc
import Packs

/// `sluice pack`
struct PackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Compile rule files into a pack, or look into one.",
        discussion: """
            A pack is one file that holds every rule; it loads in a few milliseconds.

            Examples:
              sluice pack build rules -o default.pack
              sluice pack show default.pack
            """,
        subcommands: [Build.self, Show.self])

    /// Packs are public: everyone may read one.
    private static let mode: mode_t = 0o644

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "build", abstract: "Compile rule files into a pack.",
            discussion: """
                Every mistake in a rule file is named with line and column. The same rules give the same bytes.

                Example:
                  sluice pack build rules -o default.pack
                """)

        @Option(name: [.customShort("o"), .long], help: "The file to write.")
        var output: String

        @Argument(help: "Rule files and folders of rule files.")
        var paths: [String]

        func run() throws {
            let sources: [RuleSource]
            do {
                sources = try RuleFolder.load(paths)
            } catch { throw CommandFailure(error.description) }
            do {
                _ = try RuleSet(sources.map(\.definition))
            } catch { throw CommandFailure(RulesCommand.Test.place(error, sources)) }
            let pack = Pack(sources)
            do {
                let bytes = try pack.encoded()
                try FileBytes.write(bytes, to: output, mode: PackCommand.mode)
                StandardOutput.shared.write(
                    "\(output): \(PackCommand.summary(pack)), \(bytes.count) bytes, digest \(pack.digestText)\n")
            } catch { throw CommandFailure("\(output): \(error)") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Say what a pack holds, and which one is in use.",
            discussion: """
                Without a path: the pack that every other command uses, in the order of --pack, $SLUICE_PACK, the installed pack, the one
                beside the program, the one that make build made.

                Example:
                  sluice pack show
                """)

        @Argument(help: "A pack; by default the one in use.")
        var path: String?

        func run() throws {
            let loaded: LoadedPack
            do {
                loaded = try PackLocator().load(path)
            } catch { throw CommandFailure(error.description) }
            for note in loaded.notes { StandardError.note(note) }
            let pack = loaded.pack
            var lines = ["\(loaded.origin): \(PackCommand.summary(pack))", "digest \(pack.digestText)"]
            let byFile = Dictionary(grouping: pack.sources, by: \.file)
            lines += pack.fileNames.map { "  \($0): \(counted(byFile[$0]?.count ?? 0, "rule"))" }
            StandardOutput.shared.write(lines.joined(separator: "\n") + "\n")
        }
    }

    private static func summary(_ pack: Pack) -> String {
        "\(counted(pack.sources.count, "rule")), \(counted(pack.literalCount, "literal"))"
    }
}
