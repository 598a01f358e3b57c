import Agent
import ArgumentParser
import Events
import Glibc
import Inventory
import Journal
import Policy
import Primitives

/// `sluice discover`
struct DiscoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Show which AI services and models are used on this machine, approved or not.",
        discussion: """
            Reads the journal for who sent prompts where (clean ones are counted too, their content is not kept), and looks for local
            runners and weights: Ollama, the Hugging Face cache, *.gguf and *.safetensors files. Nothing leaves this machine.

            Examples:
              sluice discover                          destinations by program, runners, weights
              sluice discover --unapproved             only what policy does not approve
              sluice discover --format cyclonedx > ml-bom.json     a bill of materials of models, CycloneDX 1.6
              sluice discover --look-in /data/models   one more place to look for weights
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, cyclonedx }

    @Option(help: "How to print what was found: text, json or cyclonedx.")
    var format = Format.text

    @Flag(help: "Show only destinations that policy does not approve.")
    var unapproved = false

    @Option(help: "One more folder to look for weights in; may be given again.")
    var lookIn: [String] = []

    @Option(help: "Look at the last so many days of the journal.")
    var days = 30

    @Option(help: "Home folder to look in; by default yours.")
    var home: String?

    @OptionGroup var place: JournalCommand.Place

    func validate() throws {
        guard (1...3_650).contains(days) else { throw ValidationError("--days is a number from 1 to 3650") }
    }

    func run() throws {
        guard let home = home ?? getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
            throw CommandFailure("name a home folder with --home")
        }
        // What a running agent has counted since its last report is written first; without an agent the journal is all there is.
        _ = try? ControlClient(path: place.paths.socket, seconds: 5).ask(ControlQuestion(.usage))
        var seen = try destinations()
        if unapproved { seen = seen.filter { $0.tier != Tier.approved.rawValue } }
        let inventory = MachineInventory.take(
            home: home, folders: lookIn.map(Self.absolute),
            environment: { getenv($0).map { String(cString: $0) } })
        let report = DiscoveryReport(destinations: seen, inventory: inventory)
        switch format {
        case .text: StandardOutput.shared.write(report.text(style: .of(STDOUT_FILENO)))
        case .json: StandardOutput.shared.write(report.json + [0x0A])
        case .cyclonedx: StandardOutput.shared.write(report.cycloneDX(now: Int(time(nil))) + [0x0A])
        }
        if !inventory.isComplete {
            StandardError.note(
                "not everything was visited: after \(InventoryLimits.maxEntries) entries the search ends; name a folder with --look-in"
            )
        }
    }

    private func destinations() throws -> [SeenDestination] {
        guard access(place.journal ?? place.paths.journal, F_OK) == 0 else {
            StandardError.note("no journal yet: nothing is known of destinations until the agent has run")
            return []
        }
        let reader = try place.open()
        let oldest = UInt64(max(0, Int(time(nil)) - days * 86_400)) * 1_000
        var collected = SeenDestinations()
        do throws(JournalError) {
            try reader.eachBackwards { stored throws(JournalError) in
                guard let event = try? EventCoding.decode(stored.body) else { return true }
                guard event.lastSeen >= oldest else { return false }
                collected.add(event)
                return true
            }
        } catch { throw CommandFailure(error.description) }
        return collected.sorted
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }
}
