import Classifier
import Primitives

/// What lint has to say about rules.
public struct LintReport: Sendable, Hashable {
    /// Must be mended: the rule is slow, unproven or unusable.
    public var errors: [SourceMistake] = []
    /// Should be mended.
    public var warnings: [SourceMistake] = []
    /// Rules that were looked at.
    public var rules = 0
    /// Distinct anchor literals that the rules share.
    public var literalCount = 0
    /// What each rule that compiles takes, in the rules' order.
    public var costs: [RuleCost] = []
}

/// What a rule takes at most.
public struct RuleCost: Sendable, Hashable {
    /// The rule's id.
    public var id: String
    /// Bytes that its regex sees around an anchor at first; 0 for a hand-written matcher.
    public var windowBytes: Int
    /// Whether the window grows as long as a match might go on, up to `ScanLimits.maxWindowBytes`.
    public var mayGrow: Bool
    /// Match steps that sufficed on every hostile window; one of `RuleLint.stepClasses`. Nil if none did.
    public var maxSteps: UInt32?
}

/// Judges rules beyond what reading and compiling judge: proof, documentation, anchors and speed.
public enum RuleLint {
    /// A rule must stay below the scanner's match limit divided by this on its worst window.
    public static let speedMargin: UInt32 = 4
    /// Random bits that a value must hold by its format before its fingerprint may leave the device.
    public static let minOrgFingerprintBits = 64.0
    /// Shortest literal anchor, in bytes; a shorter one triggers on nearly every line.
    public static let minAnchorBytes = 2

    /// Looks at every rule.
    public static func run(_ sources: [RuleSource]) -> LintReport {
        var report = LintReport()
        report.rules = sources.count
        report.literalCount = Pack(sources).literalCount
        for source in sources {
            documentation(source, &report)
            anchors(source, &report)
            examples(source, &report)
            safety(source, &report)
        }
        return report
    }

    /// Looks at every rule's anchors and speed alone.
    public static func safetyReport(_ sources: [RuleSource]) -> LintReport {
        var report = LintReport()
        report.rules = sources.count
        report.literalCount = Pack(sources).literalCount
        for source in sources {
            anchors(source, &report)
            safety(source, &report)
        }
        return report
    }

    /// What makes a rule unsafe to run: it doesn't compile, or comes near the match limit on a hostile window.
    public static func safety(_ source: RuleSource) -> [SourceMistake] {
        var report = LintReport()
        safety(source, &report)
        return report.errors
    }

    /// The limits that are tried one after the other; the last is what a rule must stay below.
    public static let stepClasses: [UInt32] = [1_000, 5_000, ScanLimits.standard.matchLimit / speedMargin]

    private static func safety(_ source: RuleSource, _ report: inout LintReport) {
        do {
            let plan = try RulePlan(source.definition)
            let set = try RuleSet([source.definition], plans: [plan])
            var cost = RuleCost(
                id: source.definition.id, windowBytes: plan.windowBytes, mayGrow: plan.mayGrow, maxSteps: nil)
            var reason: (what: String, mend: String)?
            for limit in stepClasses {
                var limits = ScanLimits.standard
                limits.matchLimit = limit
                reason = SpeedProbe.slowness(source, set, limits)
                if reason == nil {
                    cost.maxSteps = limit
                    break
                }
            }
            report.costs.append(cost)
            if let reason { report.errors.append(source.mistake(at: "regex", reason.what, mend: reason.mend)) }
        } catch {
            report.errors.append(source.mistake(at: error.field, error.reason))
        }
    }

    private static func documentation(_ source: RuleSource, _ report: inout LintReport) {
        let rule = source.definition
        if rule.references.isEmpty {
            report.errors.append(
                source.mistake(at: "id", "no \"references\"", mend: "link what documents the format"))
        }
        if rule.kind == .secret, rule.revoke == nil {
            report.warnings.append(
                source.mistake(at: "id", "no \"revoke\"", mend: "link where such a value is revoked or rotated"))
        }
        if source.summary.isEmpty {
            report.warnings.append(
                source.mistake(at: "id", "no \"description\"", mend: "say in one sentence why it must not leave"))
        }
    }

    private static func anchors(_ source: RuleSource, _ report: inout LintReport) {
        for anchor in source.definition.anchors {
            guard case .literal(let bytes, _) = anchor, bytes.count < minAnchorBytes else { continue }
            report.errors.append(
                source.mistake(
                    at: "anchors", "an anchor of \(bytes.count) byte triggers nearly everywhere",
                    mend: "use at least \(minAnchorBytes) bytes, or a shape"))
        }
    }

    private static func examples(_ source: RuleSource, _ report: inout LintReport) {
        if source.hits.isEmpty {
            report.errors.append(source.mistake(at: "id", "no \"hits\"", mend: "give at least one, with « » marks"))
        }
        if source.misses.isEmpty {
            report.errors.append(source.mistake(at: "id", "no \"misses\"", mend: "give at least one look-alike"))
        }
        var expanded: [ExpandedExample] = []
        for (index, hit) in source.hits.enumerated() {
            let name = RuleProof.seed(source.definition.id, "hit", index)
            if let text = try? ExampleTemplate.expand(hit.template, name: name) { expanded.append(text) }
        }
        guard !expanded.isEmpty else { return }
        let bits = expanded.map(\.randomBits).max() ?? 0
        if source.definition.fingerprint == .org, bits == 0 {
            report.warnings.append(
                source.mistake(
                    at: "hits", "no mark has a generator, so nothing shows that \"org\" is right",
                    mend: "write the random part as a generator such as {base62:30}"))
        } else if source.definition.fingerprint == .org, bits < minOrgFingerprintBits {
            report.errors.append(
                source.mistake(
                    at: "fingerprint", "\"org\" where no hit has \(Int(minOrgFingerprintBits)) random bits",
                    mend: "what can be guessed must not be compared off the device: use \"device\""))
        }
        if let prefix = source.definition.publicPrefix {
            let isShown = expanded.contains { text in
                text.marks.contains { text.text[$0.range].starts(with: prefix.utf8) }
            }
            if !isShown {
                report.errors.append(
                    source.mistake(at: "public_prefix", "no marked value begins with \"public_prefix\""))
            }
        }
    }
}
