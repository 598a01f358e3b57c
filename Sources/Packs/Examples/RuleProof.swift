import Classifier
import Primitives

/// What running every hit and miss has shown.
public struct ProofReport: Sendable, Hashable {
    /// Rules that were tested.
    public var rules = 0
    /// Hits that were tested.
    public var hits = 0
    /// Misses that were tested.
    public var misses = 0
    /// Each example that did not come out, at its place.
    public var failures: [SourceMistake] = []
    /// Whether everything came out.
    public var isProven: Bool { failures.isEmpty }
}

/// Runs the examples of rules against the classifier.
///
/// A hit: the rule by itself finds exactly the marked bytes, and among all rules each mark is still covered by a finding. A miss:
/// the rule by itself finds nothing, which no other rule can change.
public enum RuleProof {
    /// Expands and scans everything. `sources` are the rules to prove, `all` those they live with.
    public static func run(_ sources: [RuleSource], among all: [RuleSource]) throws(RuleError) -> ProofReport {
        let selection = RuleSelection()
        var whole = Scanner(try RuleSet(selection.active(all).map(\.definition)))
        // A rule that is off unless asked for lives with all the others only when it was asked for.
        var wholeWithAll = Scanner(try RuleSet(all.map(\.definition)))
        var report = ProofReport()
        for source in sources {
            report.rules += 1
            let set = try RuleSet([source.definition])
            var alone = Scanner(set)
            for (index, example) in source.hits.enumerated() {
                report.hits += 1
                guard let text = expand(source, example, "hit", index, &report) else { continue }
                if text.marks.isEmpty {
                    fail(source, example, "hit \(index + 1) has no « » mark", &report)
                    continue
                }
                let reason =
                    source.definition.isEnabled
                    ? hitFailure(text, &alone, &whole) : hitFailure(text, &alone, &wholeWithAll)
                if let reason {
                    fail(source, example, "hit \(index + 1): \(reason)", &report)
                }
            }
            for (index, example) in source.misses.enumerated() {
                report.misses += 1
                guard let text = expand(source, example, "miss", index, &report) else { continue }
                if !text.marks.isEmpty {
                    fail(source, example, "miss \(index + 1) has a « » mark", &report)
                    continue
                }
                let found = text.text.withUnsafeBytes { alone.scan($0) }
                if let first = found.findings.first {
                    let score = Score.text(first.confidence)
                    fail(
                        source, example, "miss \(index + 1): found \(place(first.span)) with confidence \(score)",
                        &report)
                }
            }
        }
        return report
    }

    /// The name that seeds an example's draws.
    public static func seed(_ id: String, _ kind: String, _ index: Int) -> String { "\(id)/\(kind)/\(index)" }

    private static func expand(
        _ source: RuleSource, _ example: RuleExample, _ kind: String, _ index: Int, _ report: inout ProofReport
    ) -> ExpandedExample? {
        do {
            return try ExampleTemplate.expand(
                example.template, name: seed(source.definition.id, kind, index))
        } catch {
            fail(source, example, "\(kind) \(index + 1): \(error)", &report)
            return nil
        }
    }

    private static func hitFailure(
        _ text: ExpandedExample, _ alone: inout Scanner, _ whole: inout Scanner
    ) -> String? {
        let found = text.text.withUnsafeBytes { alone.scan($0) }
        if let incomplete = found.incomplete { return "the scan ended early (\(incomplete.rawValue))" }
        let spans = found.findings.map(\.span)
        if spans != text.marks {
            let wanted = text.marks.map(place).joined(separator: ", ")
            return spans.isEmpty
                ? "found nothing, the mark is at \(wanted)"
                : "found \(spans.map(place).joined(separator: ", ")), the mark is at \(wanted)"
        }
        let together = text.text.withUnsafeBytes { whole.scan($0) }.findings
        for mark in text.marks where !together.contains(where: { $0.span.overlaps(mark) }) {
            return "found by itself, but not among all rules"
        }
        return nil
    }

    private static func place(_ span: ByteSpan) -> String { "bytes \(span.start)..<\(span.end)" }

    private static func fail(
        _ source: RuleSource, _ example: RuleExample, _ what: String, _ report: inout ProofReport
    ) {
        report.failures.append(
            SourceMistake(file: source.file, position: example.position, what: "\(source.definition.id): \(what)"))
    }
}

/// Confidences as people and JSON see them.
public enum Score {
    /// Two digits after the point at most: `0.9`, `0.75`.
    public static func text(_ confidence: Double) -> String {
        let hundredths = Int((min(max(confidence, 0), 1) * 100).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole).0" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
