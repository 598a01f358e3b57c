import ArgumentParser
import Glibc
import Packs
import Policy

/// `sluice providers`
struct ProvidersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Show what the catalogue knows of AI providers, and the tier that your policy gives them.",
        discussion: """
            Examples:
              sluice providers list                 every surface with its tier
              sluice providers list --tier approved
              sluice providers show openai-api      facts, controls and sources of one surface
              sluice providers show deepseek        of all surfaces of a provider
            """,
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List every surface with its tier.")

        @Option(help: "Show one tier only: approved, tolerated, unapproved or forbidden.")
        var tier: String?

        @Option(help: "Policy file; by default the one in force.")
        var policy: String?

        func run() throws {
            let engine = try PolicyHome().load(file: policy ?? PolicyHome.standardFile()).engine
            let wanted = try tier.map { name in
                guard let tier = Tier(rawValue: name) else {
                    throw ValidationError(
                        "there is no tier \"\(name)\": use \(Tier.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return tier
            }
            var table = TextTable(["SURFACE", "NAME", "TIER", "TRAINS", "STORED FOR", "LAW"])
            for provider in engine.catalogue.providers {
                for surface in provider.surfaces {
                    let decided = engine.tier(of: surface, of: provider, now: Int64(time(nil)))
                    guard wanted == nil || wanted == decided else { continue }
                    table.add([
                        surface.id, surface.name, decided.rawValue, surface.training.rawValue, surface.retentionText,
                        provider.jurisdictionCode,
                    ])
                }
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show facts, controls and sources of a surface or provider.")

        @Argument(help: "Surface or provider, as in sluice providers list.")
        var id: String

        func run() throws {
            let engine = try PolicyHome().load(file: PolicyHome.standardFile()).engine
            let catalogue = engine.catalogue
            if let surface = catalogue.surface(id), let provider = catalogue.provider(ofSurface: id) {
                print(Self.head(provider))
                print(Self.describe(surface, of: provider, engine))
            } else if let provider = catalogue.provider(id) {
                print(Self.head(provider))
                for surface in provider.surfaces { print(Self.describe(surface, of: provider, engine)) }
            } else {
                throw ValidationError("the catalogue has no \"\(id)\": see sluice providers list")
            }
        }

        private static func head(_ provider: Provider) -> String {
            lines([
                ("provider", "\(provider.name) (\(provider.id))"), ("law", provider.jurisdiction),
                ("owner", provider.ownership), ("data regions", provider.dataRegions),
                ("models", provider.modelPatterns.joined(separator: ", ")), ("provenance", provider.provenance),
                ("restrictions", provider.restrictions),
            ])
        }

        private static func describe(
            _ surface: ProviderSurface, of provider: Provider, _ engine: PolicyEngine
        ) -> String {
            var facts = [
                ("surface", "\(surface.name) (\(surface.id))"), ("plan", surface.plan),
                ("tier", engine.tier(of: surface, of: provider, now: Int64(time(nil))).rawValue),
                ("hosts", surface.hosts.joined(separator: ", ")),
                (
                    "trains",
                    [surface.training.rawValue, surface.trainingNote].filter { !$0.isEmpty }.joined(separator: "; ")
                ),
                ("opt out", surface.optOut), ("stored for", surface.retentionText),
                ("zero retention", surface.zeroRetention), ("human review", surface.humanReview),
            ]
            facts += surface.controls.map {
                (
                    "\($0.mode) \($0.location)",
                    "\($0.name) = \($0.requiredValue): \($0.effect)\($0.verified ? "" : " (unverified)")"
                )
            }
            facts += surface.tenantHeaders.map { ("tenant header", "\($0.name): \($0.value)") }
            facts += surface.accountEvidence.map { ("account", $0) }
            facts.append(("notes", surface.notes))
            facts += surface.sources.map { ("source", $0) }
            facts.append(("checked", surface.checked + (surface.verified ? "" : ", unverified")))
            return "\n" + lines(facts)
        }

        private static func lines(_ facts: [(String, String)]) -> String {
            facts.filter { !$0.1.isEmpty }.map { TextTable.pad($0.0, 16) + $0.1 }.joined(separator: "\n")
        }
    }
}
