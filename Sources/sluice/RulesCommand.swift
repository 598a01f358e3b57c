import ArgumentParser
import Classifier
import Glibc
import Packs
import Primitives

/// `sluice rules`
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List, prove and judge detection rules.",
        discussion: """
            A rule is one [[rule]] block in a TOML file and carries its proof: texts in which it must find exactly what stands between
            « and », and look-alikes in which it must find nothing.

            Examples:
              sluice rules list
              sluice rules test rules/acme.toml   prove the examples of one file
              sluice rules lint                   is each rule quick and documented?
              sluice rules new acme.token         print a rule to fill in
              sluice rules import gitleaks.toml -o rules/imported.toml
            """,
        subcommands: [List.self, Test.self, Lint.self, Example.self, New.self, Import.self])

    /// Where rules come from: paths, else the checkout's sources, else the pack with its examples.
    struct SourceOptions: ParsableArguments {
        @OptionGroup var pack: PackOptions

        @Argument(help: "Rule files or folders; by default the rules of this checkout, or those in the pack.")
        var paths: [String] = []

        /// The rules that are meant, and all that they live with.
        func load() throws -> (meant: [RuleSource], all: [RuleSource]) {
            do {
                if !paths.isEmpty {
                    let meant = try RuleFolder.load(paths)
                    let ids = Set(meant.map(\.definition.id))
                    let others = try neighbours().filter { !ids.contains($0.definition.id) }
                    return (meant, meant + others)
                }
                if pack.pack == nil, let folder = PackLocator().checkoutRules {
                    let sources = try RuleFolder.load([folder])
                    return (sources, sources)
                }
            } catch let mistakes as SourceMistakes { throw CommandFailure(mistakes.description) }
            let sources = try pack.load(examples: true).pack.sources
            return (sources, sources)
        }

        private func neighbours() throws -> [RuleSource] {
            if pack.pack != nil { return try pack.load().pack.sources }
            guard let folder = PackLocator().checkoutRules else { return [] }
            return try RuleFolder.load([folder])
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Prove every hit and miss of the rules.",
            discussion: """
                In a hit the rule must find exactly what stands between « and »; in a miss it must find nothing. A failure names the file and
                line of the example. Exit status: 0 all proven, 1 a failure, 2 an error.

                Example:
                  sluice rules test rules/acme.toml
                """)

        @OptionGroup var options: SourceOptions

        func run() throws {
            let (meant, all) = try options.load()
            let report: ProofReport
            do {
                report = try RuleProof.run(meant, among: all)
            } catch { throw CommandFailure(Self.place(error, all)) }
            for failure in report.failures { StandardError.write(failure.description + "\n") }
            let counts =
                "\(counted(report.rules, "rule")), \(counted(report.hits, "hit")), \(counted(report.misses, "miss", "misses"))"
            guard report.isProven else {
                StandardOutput.shared.write("\(counts): \(counted(report.failures.count, "failure"))\n")
                throw ExitCode(1)
            }
            StandardOutput.shared.write("\(counts): all proven\n")
        }

        /// All rules that don't compile, one a line; `error` is what stopped the first.
        static func place(_ error: RuleError, _ sources: [RuleSource]) -> String {
            let mistakes = RuleFolder.uncompiled(sources)
            return mistakes.isEmpty ? error.description : mistakes.map(\.description).joined(separator: "\n")
        }
    }

    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint", abstract: "Judge whether rules are quick, documented and proven.",
            discussion: """
                Errors: no hit or no miss, no reference, an anchor that triggers everywhere, a regex that does not compile or comes near the
                match limit on a hostile window, a fingerprint for the organisation on values that could be guessed. Exit status: 0 no
                error, 1 an error, 2 the rules could not be read. Warnings alone don't change it.

                Example:
                  sluice rules lint rules/acme.toml
                """)

        @OptionGroup var options: SourceOptions

        @Flag(help: "Judge speed and anchors alone, not examples and links: for imported rules.")
        var safetyOnly = false

        @Flag(
            help:
                "Print each rule's largest window and the match steps that sufficed on hostile windows, the dearest first."
        )
        var costs = false

        func run() throws {
            let sources = try options.load().meant
            let report = safetyOnly ? RuleLint.safetyReport(sources) : RuleLint.run(sources)
            let style = Style.of(STDERR_FILENO)
            for warning in report.warnings { StandardError.write("\(warning) \(style.dim("(warning)"))\n") }
            for error in report.errors { StandardError.write("\(error) \(style.red("(error)"))\n") }
            if costs { Self.write(report.costs) }
            let bounds = RuleLint.stepClasses.map { bound in
                "\(report.costs.count { $0.maxSteps == bound }) within \(bound)"
            }
            let widest = report.costs.max { $0.windowBytes < $1.windowBytes }
            StandardOutput.shared.write(
                "match steps on the worst window: \(bounds.joined(separator: ", ")) "
                    + "(the scanner's limit is \(ScanLimits.standard.matchLimit)); widest window "
                    + "\(widest?.windowBytes ?? 0) bytes (\(widest?.id ?? "-")), "
                    + "\(counted(report.costs.count { $0.mayGrow }, "rule")) may grow it to \(ScanLimits.maxWindowBytes)\n"
            )
            StandardOutput.shared.write(
                "\(counted(report.rules, "rule")), \(counted(report.literalCount, "literal")): "
                    + "\(counted(report.errors.count, "error")), \(counted(report.warnings.count, "warning"))\n")
            if !report.errors.isEmpty { throw ExitCode(1) }
        }

        private static func write(_ costs: [RuleCost]) {
            let width = costs.map(\.id.count).max() ?? 0
            func steps(_ cost: RuleCost) -> UInt32 { cost.maxSteps ?? .max }
            for cost in costs.sorted(by: { (steps($0), $0.windowBytes) > (steps($1), $1.windowBytes) }) {
                StandardOutput.shared.write(
                    cost.id.padded(to: width + 2)
                        + "window \(cost.windowBytes)\(cost.mayGrow ? "+" : "")".padded(to: 16)
                        + "steps \(cost.maxSteps.map { "<= \($0)" } ?? "over the limit")\n")
            }
        }
    }

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "example", abstract: "Print a text that a rule finds, to try things out with.",
            discussion: """
                The text is one of the rule's own hits. Its value is made up: right in form and checksum, with no account behind it.

                Example:
                  sluice rules example github.pat.classic | sluice explain
                """)

        @OptionGroup var pack: PackOptions

        @Option(help: "Which of the rule's hits, from 1.")
        var number = 1

        @Argument(help: "The rule's id; see sluice rules list.")
        var id: String

        func run() throws {
            let sources = try pack.load(examples: true).pack.sources
            guard let source = sources.first(where: { $0.definition.id == id }) else {
                throw CommandFailure("there is no rule \"\(id)\"; sluice rules list shows those there are")
            }
            guard source.hits.indices.contains(number - 1) else {
                throw CommandFailure("\(id) has \(counted(source.hits.count, "hit"))")
            }
            let hit = source.hits[number - 1].template
            let name = RuleProof.seed(id, "hit", number - 1)
            do {
                StandardOutput.shared.write(try ExampleTemplate.expand(hit, name: name).text + [0x0A])
            } catch { throw CommandFailure("\(id): \(error)") }
        }
    }
}
