/// A rule made ready for the scanner.
final class CompiledRule: Sendable {
    let index: Int
    let definition: RuleDefinition
    let engine: Engine
    let validators: [Validator]
    let literals: [Literal]
    /// Lower-case context words as bytes.
    let context: [[UInt8]]
    let stopValues: Set<[UInt8]>
    /// What a match must pass after the regex; nil at most rules.
    let checks: CompiledChecks?
    /// Fewest digits that a match holds; a digit run with fewer is not tried.
    let minDigits: Int
    /// What values look like; for rules of the matcher `service-key`.
    let forms: [ValueForm]
    /// Of two findings that overlap, the one of the rule with the higher number stays.
    let specificity: Int

    enum Engine: Sendable {
        case regex(RegexPlan)
        case matcher(MatcherKind)
    }

    /// How a regex is run at an anchor. A class, so that the many runs share it without copying.
    final class RegexPlan: Sendable {
        let regex: LazyRegex
        let group: Int
        /// Every match has the anchor exactly this many bytes after its start: one attempt at one place. Nil: a search.
        let anchorOffset: Int?
        /// Bytes before the anchor at which a search starts.
        let before: Int
        /// Bytes after the anchor's start that the regex may see, at first.
        let after: Int
        /// Whether a match that ends with the window is tried again with a larger one.
        let mayGrow: Bool
        /// Whether a match must cover the anchor.
        let coversAnchor: Bool
        /// Fewest bytes between a match's start and the anchor, where that is known.
        let leastOffset: Int

        init(_ pattern: String, _ run: RulePlan.Run) {
            regex = LazyRegex(pattern, isAnchored: run.anchorOffset != nil, isOpenEnded: run.mayGrow)
            group = run.group
            anchorOffset = run.anchorOffset
            before = run.before
            after = run.after
            mayGrow = run.mayGrow
            coversAnchor = run.coversAnchor
            leastOffset = run.leastOffset
        }

        /// The last place at which a match may begin; nil for an attempt at one place.
        func lastStart(_ anchor: Range<Int>, windowEnd: Int) -> Int? {
            if anchorOffset != nil { return nil }
            return coversAnchor ? max(0, anchor.lowerBound - leastOffset) : windowEnd
        }
    }

    init(
        index: Int, definition: RuleDefinition, engine: Engine, validators: [Validator], literals: [Literal],
        minDigits: Int, specificity: Int, forms: [ValueForm] = []
    ) {
        self.forms = forms
        self.index = index
        self.definition = definition
        self.engine = engine
        self.validators = validators
        self.literals = literals
        self.minDigits = minDigits
        self.specificity = specificity
        checks = CompiledChecks(definition)
        // A service's names are found by their own table.
        context = forms.isEmpty ? definition.context.map { $0.utf8.map(foldCase) } : []
        stopValues = Set(definition.stopValues.map { $0.utf8.map(foldCase) })
    }
}

extension CompiledRule {
    /// The regex's shape, worked out anew; nil if it isn't understood. The automata for digit and token runs want it.
    var pattern: PatternNode? { definition.regex.flatMap { PatternParser.parse($0) } }
}

/// The hand-written matchers.
enum MatcherKind: String, Sendable, CaseIterable {
    case assignedSecret = "assigned-secret"
    /// Values behind a word for a key.
    case labelledSecret = "labelled-secret"
    /// The same for one service's keys; its forms follow the name: `service-key: hex:32 uuid`.
    case serviceKey = "service-key"
    case digitRun = "digit-run"
    case email
    case seedPhrase = "seed-phrase"
}
