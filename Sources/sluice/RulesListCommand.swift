import ArgumentParser
import Classifier
import Glibc
import Packs
import Primitives

extension RulesCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the rules, and which are in use.",
            discussion: """
                Columns: id, severity, kind, data class, country, name; "off" stands before the name of a rule that is not in use.
                With --format json each rule is one object a line.

                Examples:
                  sluice rules list github               rules whose id begins with github
                  sluice rules list --kind pii --locale de
                  sluice rules list --off                what --enable could switch on
                  sluice rules list --locales de,fr --in-use --format json
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

        @Option(help: "How to print.")
        var format = Format.text

        @OptionGroup var rules: RuleOptions

        @Option(help: "Only rules of this kind: \(FindingKind.allCases.map(\.rawValue).joined(separator: ", ")).")
        var kind: String?

        @Option(name: .customLong("class"), help: "Only rules of this data class, such as credential.")
        var dataClass: String?

        @Option(help: "Only rules of this severity: \(Severity.allCases.map(\.rawValue).joined(separator: ", ")).")
        var severity: String?

        @Option(help: "Only rules of this country, such as de; \"none\" for those of no country.")
        var locale: String?

        @Flag(name: .customLong("in-use"), help: "Only rules that a scan with these options uses.")
        var inUse = false

        @Flag(help: "Only rules that a scan with these options does not use.")
        var off = false

        @Argument(help: "Only rules whose id begins with one of these.")
        var prefixes: [String] = []

        func validate() throws {
            if let kind, FindingKind(rawValue: kind) == nil { throw ValidationError("\"\(kind)\" is no kind of rule") }
            if let severity, Severity(rawValue: severity) == nil {
                throw ValidationError("\"\(severity)\" is no severity")
            }
            guard !(inUse && off) else { throw ValidationError("--in-use and --off exclude each other") }
        }

        func run() throws {
            let loaded = try rules.load()
            let sources = loaded.pack.sources.filter { matches($0.definition, loaded.selection) }
            let style = Style.of(STDOUT_FILENO)
            let width = sources.map { $0.definition.id.count }.max() ?? 0
            for source in sources {
                let isUsed = loaded.selection.includes(source.definition)
                switch format {
                case .text:
                    let rule = source.definition
                    StandardOutput.shared.write(
                        style.bold(rule.id.padded(to: width + 2)) + rule.severity.rawValue.padded(to: 10)
                            + rule.kind.rawValue.padded(to: 9) + rule.dataClass.rawValue.padded(to: 15)
                            + (rule.locale ?? "-").padded(to: 4) + (isUsed ? "" : style.dim("off  ")) + rule.name + "\n"
                    )
                case .json: StandardOutput.shared.write(Self.json(source, isUsed).bytes + [0x0A])
                }
            }
            StandardOutput.shared.flush()
            if format == .text {
                let used = sources.count { loaded.selection.includes($0.definition) }
                StandardError.write("\(counted(sources.count, "rule")), \(used) in use\n")
            }
        }

        private func matches(_ rule: RuleDefinition, _ selection: RuleSelection) -> Bool {
            if let kind, rule.kind.rawValue != kind { return false }
            if let dataClass, rule.dataClass.rawValue != dataClass { return false }
            if let severity, rule.severity.rawValue != severity { return false }
            if let locale, rule.locale != (locale == "none" ? nil : locale) { return false }
            if inUse, !selection.includes(rule) { return false }
            if off, selection.includes(rule) { return false }
            return prefixes.isEmpty || prefixes.contains { rule.id.hasPrefix($0) }
        }

        private static func json(_ source: RuleSource, _ isUsed: Bool) -> JSONText {
            let rule = source.definition
            var json = JSONText()
            json.object { json in
                json.member("id", rule.id)
                json.member("name", rule.name)
                json.member("description", source.summary)
                json.member("kind", rule.kind.rawValue)
                json.member("class", rule.dataClass.rawValue)
                json.member("severity", rule.severity.rawValue)
                json.member("confidence") { $0.literal(Score.text(rule.confidence)) }
                json.member("locale", rule.locale)
                json.member("enabled", rule.isEnabled)
                json.member("inUse", isUsed)
                json.member("validators", rule.validators)
                json.member("fingerprint", rule.fingerprint.rawValue)
                json.member("revoke", rule.revoke)
                json.member("references", rule.references)
                json.member("file", source.file)
                json.member("line", source.position.line)
            }
            return json
        }
    }
}
