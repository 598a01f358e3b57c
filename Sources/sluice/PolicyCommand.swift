import ArgumentParser
import Glibc
import Packs
import Policy
import Primitives

/// `sluice policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check a policy file, or show what the policy says and why.",
        discussion: """
            A policy is policy.toml laid over a preset: observe, balanced or strict. Without --policy the file is
            /etc/sluice/policy.toml, else ~/.config/sluice/policy.toml, else the preset balanced alone is in force.

            Examples:
              sluice policy check policy.toml
              sluice policy explain --class credential --to openai-api
              sluice policy explain --to ollama-local --model gpt-oss:120b-cloud
            """,
        subcommands: [Check.self, Explain.self, Drill.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Read a policy file and name every mistake with its line and column.")

        @Argument(help: "The file; by default the one in force.")
        var file: String?

        func run() throws {
            let path = file ?? PolicyHome.standardFile()
            let loaded = try PolicyHome().load(file: path)
            let document = loaded.engine.document
            let parts = [
                Self.count(document.tiers.count, "tier line"), Self.count(document.tierRules.count, "tier rule"),
                Self.count(document.overrides.count, "override"), Self.count(document.suspensions.count, "suspension"),
                Self.count(document.attestations.count, "attestation"),
            ]
            let subject = path ?? "no policy file: the preset alone is in force"
            print("\(subject): no mistakes; preset \(loaded.engine.name), with it \(parts.joined(separator: ", "))")
        }

        private static func count(_ number: Int, _ word: String) -> String {
            "\(number) \(word)\(number == 1 ? "" : "s")"
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Show the action for a data class and a destination, and every step that leads to it.")

        @Option(
            name: .customLong("class"),
            help:
                "Data class, such as credential, personal, financial, opaque; leave out for a prompt without findings.")
        var dataClass: String?

        @Option(help: "Rule id, for overrides that name rules.")
        var rule: String?

        @Option(name: .customLong("to"), help: "Surface or provider, as in sluice providers list.")
        var destination: String

        @Option(help: "Model that the request names.")
        var model: String?

        @Option(help: "Login name; by default yours.")
        var user: String?

        @Option(help: "Application that sends.")
        var application: String?

        @Option(help: "Policy file; by default the one in force.")
        var policy: String?

        @Option(help: "Preset to lay the file over, instead of its own.")
        var preset: String?

        func run() throws {
            let home = try PolicyHome()
            let loaded = try home.load(file: policy ?? PolicyHome.standardFile(), preset: preset)
            let engine = loaded.engine
            let target = try resolve(engine.catalogue)
            var items: [PolicyItem] = []
            if let dataClass {
                guard let checked = DataClass(validating: dataClass) else {
                    throw ValidationError(
                        "\"\(dataClass)\" can't be a data class: a-z, 0-9 and -, beginning with a letter")
                }
                let names = engine.document.classNames
                guard names.contains(dataClass) else {
                    throw ValidationError(
                        "there is no data class \"\(dataClass)\": \(names.joined(separator: ", ")); one of your own rules is declared in the policy with classes = [\"\(dataClass)\"]"
                    )
                }
                items = [
                    PolicyItem(
                        dataClass: checked, ruleID: rule ?? "", kind: .custom, severity: .high, confidence: 1)
                ]
            }
            let decision = engine.decide(
                PolicyQuestion(
                    destination: target, items: items, channel: "gateway", application: application,
                    user: user ?? Self.loginName(), now: Int64(time(nil))))
            show(decision, engine, file: loaded.file)
        }

        private func resolve(_ catalogue: Catalogue) throws -> Destination {
            if let surface = catalogue.surface(destination), let provider = catalogue.provider(ofSurface: surface.id) {
                return Destination(provider: provider.id, surface: surface.id, model: model)
            }
            if let surface = catalogue.gatewaySurface(of: destination) {
                return Destination(provider: destination, surface: surface.id, model: model)
            }
            if let provider = catalogue.provider(destination) {
                throw ValidationError(
                    "\(provider.name) has several surfaces; name one of \(provider.surfaces.map(\.id).joined(separator: ", "))"
                )
            }
            throw ValidationError("the catalogue has no \"\(destination)\": see sluice providers list")
        }

        private func show(_ decision: PolicyDecision, _ engine: PolicyEngine, file: String?) {
            let name = dataClass ?? "a prompt without findings"
            print("\(name) to \(decision.surface): \(decision.action.rawValue)")
            print("policy: \(file ?? "no file"), preset \(engine.name)")
            print("")
            for (index, line) in decision.trace.enumerated() {
                print("\(TextTable.pad("\(index + 1).", 4))\(TextTable.pad(line.step.rawValue, 10))\(line.text)")
            }
            let key = dataClass ?? PolicyDocument.cleanRow
            guard let row = engine.document.table[key] ?? engine.document.table[PolicyDocument.defaultKey] else {
                return
            }
            print("")
            var table = TextTable(
                ["class"] + Tier.allCases.map { $0 == decision.tier ? "[\($0.rawValue)]" : $0.rawValue })
            table.add([key] + Tier.allCases.map { row[$0]?.rawValue ?? "-" })
            print(table.text)
        }

        private static func loginName() -> String {
            guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "" }
            return String(cString: name)
        }
    }
}

/// Columns of text.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Every column as wide as its widest cell, the last one ragged.
    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.unicodeScalars.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : Self.pad(cell, widths[index] + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
    }
}
