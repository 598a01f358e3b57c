import ArgumentParser
import Glibc
import Packs
import Policy

/// `sluice models`
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract:
            "Show what is known of models: publisher, law, weights, licence, summary of the training data, withdrawals.",
        discussion: """
            What is used on this machine, and its bill of materials, is shown by sluice discover.

            Examples:
              sluice models list                        every family of models
              sluice models list --weights open
              sluice models show eu.anthropic.claude-opus-4-5-v1:0     one model, as a request names it
              sluice models show deepseek               all families of a publisher
            """,
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List every family of models with its facts.")

        @Option(help: "Show families with these weights only: open, closed, mixed or unknown.")
        var weights: String?

        @Option(help: "Show families of publishers under this law only, an ISO 3166 code: US, FR, CN.")
        var law: String?

        func run() throws {
            let wanted = try weights.map { name in
                guard let value = ModelFamily.Weights(rawValue: name) else {
                    let names = ModelFamily.Weights.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("there are no weights \"\(name)\": use \(names)")
                }
                return value
            }
            let models = try PolicyHome().readCatalogue().models
            var table = TextTable([
                "PUBLISHER", "FAMILY", "LAW", "WEIGHTS", "LICENCE", "SUMMARY", "EU CODE", "WITHDRAWALS",
            ])
            for publisher in models.publishers where law.map({ $0.uppercased() == publisher.jurisdiction }) ?? true {
                for family in publisher.families where wanted.map({ $0 == family.weights }) ?? true {
                    table.add([
                        publisher.id, family.id, publisher.jurisdiction, family.weights.rawValue, family.licence,
                        family.trainingSummary.status.rawValue, publisher.codeOfPractice.rawValue,
                        family.withdrawals.isEmpty ? "none known" : "\(family.withdrawals.count)",
                    ])
                }
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show the facts of a model or publisher, with their sources.")

        @Argument(help: "A model as a request names it, or a publisher's id.")
        var name: String

        func run() throws {
            let models = try PolicyHome().readCatalogue().models
            if let publisher = models.publisher(name) {
                print(Self.head(publisher))
                for family in publisher.families { print("\n" + Self.describe(family)) }
            } else if let resolved = models.resolve(name) {
                print(Self.lines([("model", name)]))
                print(Self.head(resolved.publisher))
                if let family = resolved.family { print("\n" + Self.describe(family)) }
            } else {
                throw ValidationError("nothing is known of \"\(Printable.text(name))\": see sluice models list")
            }
        }

        private static func head(_ publisher: ModelPublisher) -> String {
            lines([
                ("publisher", "\(publisher.name) (\(publisher.id))"), ("law", publisher.jurisdiction),
                ("EU code", publisher.codeOfPractice.rawValue), ("source", publisher.codeSource ?? ""),
            ])
        }

        private static func describe(_ family: ModelFamily) -> String {
            let summary = family.trainingSummary
            var facts = [
                ("family", family.id), ("names", family.patterns.joined(separator: ", ")),
                ("weights", family.weights.rawValue), ("licence", family.licence),
                ("made from", family.basePublisher.map { "a model of \($0)" } ?? ""),
                (
                    "training data",
                    (["summary published: \(summary.status.rawValue)"]
                        + [summary.date, summary.link, summary.note].compactMap { $0 })
                        .joined(separator: "; ")
                ),
            ]
            facts += family.withdrawals.map { ("withdrawal", "\($0.date): \($0.what); \($0.status) (\($0.source))") }
            facts.append(("notes", family.notes))
            facts += family.sources.map { ("source", $0) }
            facts.append(("checked", family.checked))
            return lines(facts)
        }

        private static func lines(_ facts: [(String, String)]) -> String {
            facts.filter { !$0.1.isEmpty }.map { TextTable.pad($0.0, 16) + $0.1 }.joined(separator: "\n")
        }
    }
}
