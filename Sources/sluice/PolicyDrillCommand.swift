import Agent
import ArgumentParser
import Events
import Glibc
import Journal
import Packs
import Policy

extension PolicyCommand {
    struct Drill: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drill",
            abstract: "Show whom a suspension would stop, by what the journal tells of the last days.",
            discussion: """
                Nothing is changed. Clean prompts count too. Models stand in the journal by family, with other words masked.

                Examples:
                  sluice policy drill --suspend 'gpt-5*' --substitute gpt-4.1
                  sluice policy drill --suspend-publisher deepseek --days 7
                """)

        @Option(help: "Pattern of model names that would be suspended.")
        var suspend: String?

        @Option(help: "Publisher whose models would be suspended, wherever they are served.")
        var suspendPublisher: String?

        @Option(help: "Provider or surface that would be suspended.")
        var suspendProvider: String?

        @Option(help: "Model that requests would be sent to instead.")
        var substitute: String?

        @Option(help: "Look at the last so many days.")
        var days = 30

        @OptionGroup var place: JournalCommand.Place

        func validate() throws {
            guard [suspend, suspendPublisher, suspendProvider].contains(where: { $0 != nil }) else {
                throw ValidationError(
                    "name what would be suspended: --suspend, --suspend-publisher or --suspend-provider")
            }
            guard (1...3_650).contains(days) else { throw ValidationError("--days is a number from 1 to 3650") }
        }

        func run() throws {
            let catalogue = try PolicyHome().readCatalogue()
            _ = try? ControlClient(path: place.paths.socket, seconds: 5).ask(ControlQuestion(.usage))
            var drill = SuspensionDrill(
                catalogue: catalogue, model: suspend, publisher: suspendPublisher, provider: suspendProvider)
            let oldest = UInt64(max(0, Int64(time(nil)) - Int64(days) * 86_400)) * 1_000
            let reader = try place.open()
            do throws(JournalError) {
                try reader.eachBackwards { stored throws(JournalError) in
                    guard let event = try? EventCoding.decode(stored.body) else { return true }
                    guard event.lastSeen >= oldest else { return false }
                    drill.add(event)
                    return true
                }
            } catch { throw CommandFailure(error.description) }
            let rows = drill.sorted
            guard !rows.isEmpty else {
                print("In the last \(days) days nobody on this machine used what would be suspended.")
                return
            }
            var table = TextTable(["PROGRAM", "USER", "SURFACE", "MODEL", "PROMPTS", "SUBSTITUTE"])
            for row in rows {
                table.add([
                    row.program.isEmpty ? "unnamed" : row.program, row.user, row.surface, row.model, "\(row.prompts)",
                    Self.fit(row, substitute, catalogue),
                ])
            }
            print(table.text)
            let prompts = rows.reduce(0) { $0 + $1.prompts }
            let programs = Set(rows.map(\.program)).count
            print(
                "\n\(prompts) \(prompts == 1 ? "prompt" : "prompts") of \(programs) \(programs == 1 ? "program" : "programs") in the last \(days) days would have been stopped\(substitute == nil ? "" : " or sent to the substitute")."
            )
        }

        /// Whether the substitute can take the place: same surface, and a format that names the model in the body.
        private static func fit(_ row: SuspensionDrill.Row, _ substitute: String?, _ catalogue: Catalogue) -> String {
            guard let substitute else { return "none named" }
            guard !["gemini-api-free", "gemini-api-paid", "vertex-ai", "bedrock", "azure-openai"].contains(row.surface)
            else {
                return "refused: the path names the model"
            }
            guard row.channel == "gateway" || row.channel == "proxy" else {
                return "refused: the \(row.channel) sends nothing itself"
            }
            let router = catalogue.provider(ofSurface: row.surface)?.modelPatterns.isEmpty ?? true
            let own = catalogue.publisherIDs(of: substitute).first
            if router { return "speaks its format" }
            return own == row.provider ? "speaks its format" : "not served by \(row.provider)"
        }
    }
}

/// Adds up who used what would be suspended.
struct SuspensionDrill {
    struct Row {
        var program: String
        var user: String
        var channel: String
        var provider: String
        var surface: String
        var model: String
        var prompts: UInt64
    }

    private struct Key: Hashable {
        var program: String
        var user: String
        var channel: String
        var surface: String
        var model: String
    }

    private let catalogue: Catalogue
    private let pattern: String?
    private let publisher: String?
    private let provider: String?
    private var used: [Key: Row] = [:]
    private var judged: [Key: Row] = [:]

    init(catalogue: Catalogue, model: String?, publisher: String?, provider: String?) {
        self.catalogue = catalogue
        pattern = model
        self.publisher = publisher
        self.provider = provider
    }

    /// Usage counts every prompt; verdicts fill in what usage does not tell, in journals from before it was counted.
    mutating func add(_ event: Event) {
        for use in event.usage where use.prompts > 0 { Self.add(use.origin, use.destination, use.prompts, self, &used) }
        guard event.kind == .verdict, let origin = event.origin, let destination = event.destination else { return }
        Self.add(origin, destination, max(event.count, 1), self, &judged)
    }

    private static func add(
        _ origin: OriginRecord, _ destination: DestinationRecord, _ prompts: UInt64, _ drill: SuspensionDrill,
        _ rows: inout [Key: Row]
    ) {
        let model = destination.model?.value ?? ""
        guard drill.concerns(destination, model) else { return }
        let key = Key(
            program: origin.application?.value ?? "", user: origin.user ?? "", channel: origin.channel,
            surface: destination.surface, model: model)
        rows[
            key,
            default: Row(
                program: key.program, user: key.user, channel: key.channel, provider: destination.provider,
                surface: key.surface, model: model, prompts: 0)
        ].prompts += prompts
    }

    private func concerns(_ destination: DestinationRecord, _ model: String) -> Bool {
        if let provider, provider != destination.provider, provider != destination.surface { return false }
        if let publisher, !catalogue.publisherIDs(of: model).contains(publisher) { return false }
        if let pattern, !Catalogue.model(model, fits: pattern) { return false }
        return true
    }

    /// The most used first.
    var sorted: [Row] {
        used.merging(judged.filter { used[$0.key] == nil }) { first, _ in first }.values
            .sorted { ($1.prompts, $0.program, $0.surface) < ($0.prompts, $1.program, $1.surface) }
    }
}
