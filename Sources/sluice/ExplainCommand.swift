import ArgumentParser
import Classifier
import Events
import Glibc
import Packs
import Primitives

/// `sluice explain`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why each finding in a text is one, and what to do about it.",
        discussion: """
            For each finding: the rule, the place, what the score rests on, why it matters, how to rotate it. Then what came close
            and was not reported. Values are masked.

            Examples:
              sluice explain app.log
              pbpaste | sluice explain
            """)

    @OptionGroup var rules: RuleOptions

    @Argument(help: "A file, or - for standard input.")
    var path = FileScan.standardInput

    func run() throws {
        if path == FileScan.standardInput, isatty(STDIN_FILENO) == 1 {
            StandardError.note("reading from the terminal; end with Ctrl-D")
        }
        let loaded = try rules.load()
        let input = try text()
        var limits = ScanLimits.standard
        let bar = limits.minConfidence
        limits.minConfidence = 0
        var scanner = Scanner(try compiled(loaded), limits: limits)
        let result = input.withText { scanner.scan($0) }
        let reporter = FindingReporter(sources: loaded.active, key: nil)
        let all = reporter.report(result.findings, in: input)
        let style = Style.of(STDOUT_FILENO)
        let found = all.filter { $0.confidence >= bar }
        let near = all.filter { $0.confidence < bar }
        for finding in found { StandardOutput.shared.write(explain(finding, style)) }
        if found.isEmpty { StandardOutput.shared.write("Nothing found.\n") }
        if !near.isEmpty {
            StandardOutput.shared.write(
                "\n" + style.bold("Came close, not reported") + " (below \(Score.text(bar))):\n")
            for finding in near {
                let rule = finding.source.definition
                StandardOutput.shared.write(
                    "  line \(finding.start.line), column \(finding.start.column): \(rule.name) (\(rule.id)), "
                        + "\(Score.text(finding.confidence)): \(reasons(finding))\n")
            }
        }
        if let reason = result.incomplete {
            StandardOutput.shared.flush()
            throw CommandFailure("the text could not be looked at in full (\(reason.rawValue))")
        }
    }

    private func text() throws -> InputText {
        do {
            let outcome =
                path == FileScan.standardInput
                ? try InputText.standardInput(evenBinary: true) : try InputText.file(path, evenBinary: true)
            guard case .text(let input) = outcome else { throw CommandFailure("\(path): not text") }
            return input
        } catch let failure as FileProblem { throw CommandFailure(failure.description) }
    }

    private func reasons(_ finding: ReportedFinding) -> String {
        finding.reasons.isEmpty ? "no reason given" : finding.reasons.map(\.description).joined(separator: "; ")
    }

    private func explain(_ finding: ReportedFinding, _ style: Style) -> String {
        let rule = finding.source.definition
        var lines = [
            "\(style.bold(rule.name))  \(style.severity(rule.severity))  "
                + style.dim("line \(finding.start.line), column \(finding.start.column)"),
            "    " + finding.excerpt.text,
        ]
        func line(_ name: String, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            lines.append("  " + style.dim(name.padded(to: 12)) + text)
        }
        line("why", finding.source.summary)
        line("rule", "\(rule.id) (\(finding.source.file):\(finding.source.position.line))")
        line("class", "\(rule.dataClass) (\(rule.kind.rawValue))")
        line("score", "\(Score.text(finding.confidence)): \(reasons(finding))")
        line("checks", rule.validators.joined(separator: ", "))
        line("key", finding.key.map { Printable.text($0) })
        line("seen inside", finding.views.joined(separator: ", "))
        line("rotate", rule.revoke)
        for reference in rule.references { line("see", reference) }
        return lines.joined(separator: "\n") + "\n\n"
    }
}

extension String {
    /// The text with blanks after it up to a width in characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
