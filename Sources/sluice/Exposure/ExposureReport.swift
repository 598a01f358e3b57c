import Classifier
import Packs
import Primitives

/// What `sluice exposure` says.
struct ExposureReport {
    /// Secrets that are listed unless all are asked for.
    static let shown = 5

    /// The worst first.
    let exposures: [Exposure]
    private let rules: [RuleSource]
    private let places: [String]
    private let files: Int
    private let bytes: Int

    init(exposures: [Exposure], rules: [RuleSource], places: [String], files: Int, bytes: Int) {
        self.rules = rules
        self.places = places
        self.files = files
        self.bytes = bytes
        self.exposures = exposures.sorted { a, b in
            // What a provider has counts before what only stands on this machine, then how bad it is, then how new.
            let rank = { (exposure: Exposure) in
                (exposure.providers.isEmpty ? 0 : 1, rules[exposure.rule].definition.severity, exposure.last ?? "")
            }
            return rank(a) != rank(b) ? rank(a) > rank(b) : a.file < b.file
        }
    }

    func text(style: Style, limit: Int?) -> String {
        let read =
            "\(counted(files, "file")) of \(places.isEmpty ? "no assistant" : places.joined(separator: ", ")), \(bytes >> 20) MiB"
        guard !exposures.isEmpty else { return "No secrets found in \(read).\n" }
        let sent = exposures.filter { !$0.providers.isEmpty }
        let providers = Set(sent.flatMap(\.providers))
        let since = sent.compactMap(\.first).min()
        var lines: [String] = []
        if sent.isEmpty {
            lines.append(
                style.bold("\(counted(exposures.count, "secret")) in shell history, none in a transcript")
                    + " (\(read))")
        } else {
            let where_ = counted(providers.count, "provider") + " (\(providers.sorted().joined(separator: ", ")))"
            let date = since.map { ", since \($0)" } ?? ""
            lines.append(style.bold("\(counted(sent.count, "secret")), \(where_)\(date)"))
            let rest = exposures.count - sent.count
            lines.append(
                style.dim("Read: \(read)" + (rest > 0 ? "; \(counted(rest, "more secret")) in shell history only" : ""))
            )
        }
        lines.append("")
        let listed = exposures.prefix(limit ?? exposures.count)
        if exposures.count > 1 {
            lines.append(listed.count < exposures.count ? "These \(listed.count) first:" : "In this order:")
        }
        for (index, exposure) in listed.enumerated() { lines += one(index + 1, exposure, style) }
        if listed.count < exposures.count {
            lines.append("")
            lines.append("\(exposures.count - listed.count) more: sluice exposure --all")
        }
        lines.append("")
        lines.append(
            "Rotate first, then clear the records. To stop the next one: sluice hook install HOST, or the gateway (README)."
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private func one(_ number: Int, _ exposure: Exposure, _ style: Style) -> [String] {
        let rule = rules[exposure.rule]
        let count = exposure.count > 1 ? ", \(exposure.count) times" : ""
        let days =
            exposure.first.map { first in
                first == exposure.last ? ", on \(first)" : ", \(first) to \(exposure.last ?? first)"
            } ?? ""
        var lines = [
            "\(number). \(style.severity(rule.definition.severity)) \(style.bold(rule.definition.name)): \(exposure.sources.sorted().joined(separator: ", "))\(count)\(days)",
            "   \(style.path(Printable.text(exposure.file))):\(exposure.line)",
        ]
        if let revoke = rule.definition.revoke { lines.append("   rotate: \(revoke)") }
        return lines
    }

    var json: String {
        var text = JSONText()
        text.object { text in
            text.member("files", files)
            text.member("bytes", bytes)
            text.member("secrets", exposures.count)
            text.member("providers", Set(exposures.flatMap(\.providers)).sorted())
            text.member("exposures") { text in
                text.array { text in
                    for exposure in exposures { text.object { write(exposure, &$0) } }
                }
            }
        }
        return String(decoding: text.bytes, as: UTF8.self) + "\n"
    }

    private func write(_ exposure: Exposure, _ text: inout JSONText) {
        let rule = rules[exposure.rule]
        text.member("rule", rule.definition.id)
        text.member("name", rule.definition.name)
        text.member("severity", rule.definition.severity.rawValue)
        text.member("count", exposure.count)
        text.member("sources", exposure.sources.sorted())
        text.member("providers", exposure.providers.sorted())
        text.member("first", exposure.first)
        text.member("last", exposure.last)
        text.member("path", exposure.file)
        text.member("line", exposure.line)
        text.member("revoke", rule.definition.revoke)
    }
}
