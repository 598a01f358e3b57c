import Primitives

/// Checks one rule and makes it ready; throws the first mistake.
struct RuleCompiler {
    let rule: RuleDefinition
    let index: Int

    /// Longest regex accepted, in bytes.
    static let maxRegexBytes = 16 << 10
    /// Most anchors of one rule.
    static let maxAnchors = 256
    /// Most context words or stop values of one rule.
    static let maxWords = 512

    /// Makes the rule ready as its plan says, or as one made now; a rule that comes with a plan was checked with it.
    func compile(_ plan: RulePlan?, checkingRegex: Bool) throws(RuleError) -> CompiledRule {
        let made: RulePlan
        if let plan {
            try checkPlainFields()
            made = plan
        } else {
            made = try checkedPlan(checkingRegex: checkingRegex)
        }
        let engine: CompiledRule.Engine
        var isGeneric = false
        if let name = rule.matcher {
            let kind = try matcherKind(name)
            engine = .matcher(kind)
            isGeneric = kind == .assignedSecret || kind == .labelledSecret
        } else {
            guard let pattern = rule.regex, let run = made.run else {
                throw error("regex", "a rule needs a regex or a matcher")
            }
            engine = .regex(CompiledRule.RegexPlan(pattern, run))
        }
        return CompiledRule(
            index: index, definition: rule, engine: engine, validators: try validators(), literals: made.literals,
            minDigits: made.minDigits, specificity: specificity(isGeneric: isGeneric), forms: made.forms)
    }

    /// Checks everything and plans.
    func checkedPlan(checkingRegex: Bool) throws(RuleError) -> RulePlan {
        try checkPlainFields()
        _ = try validators()
        switch (rule.regex, rule.matcher) {
        case (nil, nil): throw error("regex", "a rule needs a regex or a matcher")
        case (.some, .some): throw error("matcher", "a rule has a regex or a matcher, not both")
        case (nil, let name?):
            let (_, forms) = try matcher(name)
            guard rule.discard.isEmpty, rule.checksum == nil else {
                throw error("discard", "needs a regex")
            }
            let literals = RegexPlanner(rule: rule, node: nil).literals
            try checkShort(literals)
            return RulePlan(literals: literals, forms: forms)
        case (let pattern?, nil): return try regexPlan(pattern, checking: checkingRegex)
        }
    }

    private func validators() throws(RuleError) -> [Validator] {
        var validators: [Validator] = []
        for name in rule.validators {
            guard let validator = Validators.named(name) else {
                throw error("validators", "no validator is called \"\(name)\"")
            }
            validators.append(validator)
        }
        return validators
    }

    private func matcherKind(_ text: String) throws(RuleError) -> MatcherKind {
        let name = Matchers.name(of: text)
        guard let kind = MatcherKind(rawValue: name) else {
            throw error(
                "matcher", "no matcher is called \"\(name)\"; there are \(Matchers.names.joined(separator: ", "))")
        }
        return kind
    }

    /// The matcher of a name such as `assigned-secret` or `service-key: hex:32`, with its forms.
    private func matcher(_ text: String) throws(RuleError) -> (MatcherKind, [ValueForm]) {
        let name = Matchers.name(of: text)
        let kind = try matcherKind(text)
        let isLabelled = kind == .serviceKey || kind == .labelledSecret
        guard isLabelled == rule.anchors.contains(.shape(.label)), !isLabelled || rule.anchors.count == 1 else {
            throw error("anchors", "matchers of labelled values hang on \"shape:label\" alone, and no other rule does")
        }
        guard kind == .serviceKey else {
            guard name == text else { throw error("matcher", "\"\(name)\" takes no forms") }
            return (kind, [])
        }
        guard let forms = ValueForm.list(text.dropFirst(name.utf8.count + 1)) else {
            throw error("matcher", "forms are such as hex:32, alnum:20-40 or uuid, with a blank between them")
        }
        guard rule.context.contains(where: { ServiceTable.normalised($0).count >= ServiceTable.minNameBytes }) else {
            throw error(
                "context", "names no service of at least \(ServiceTable.minNameBytes) letters, so nothing is ever found"
            )
        }
        return (kind, forms)
    }

    private func error(_ field: String, _ reason: String) -> RuleError {
        RuleError(rule: rule.id, field: field, reason: reason)
    }

    private func checkPlainFields() throws(RuleError) {
        guard !rule.id.isEmpty else { throw error("id", "is empty") }
        guard (0...1).contains(rule.confidence) else { throw error("confidence", "must lie between 0 and 1") }
        if let least = rule.minRandomness, !(0...1).contains(least) {
            throw error("min_randomness", "must lie between 0 and 1")
        }
        guard (0...4096).contains(rule.contextReach) else { throw error("context_reach", "must be 0 to 4096 bytes") }
        guard rule.context.count <= Self.maxWords else { throw error("context", "more than \(Self.maxWords) words") }
        guard rule.stopValues.count <= Self.maxWords else {
            throw error("stop_values", "more than \(Self.maxWords) values")
        }
        guard !rule.context.contains(where: \.isEmpty) else { throw error("context", "a word is empty") }
        if rule.contextRequired, rule.context.isEmpty {
            throw error("context_required", "needs context words, or nothing is ever found")
        }
        if let window = rule.window {
            guard window.before >= 0, window.after >= 0, window.before <= Scanner.maxLookBack,
                window.after <= ScanLimits.maxWindowBytes
            else {
                throw error(
                    "window",
                    "must be 0 to \(Scanner.maxLookBack) bytes before and 0 to \(ScanLimits.maxWindowBytes) after")
            }
        }
        try checkAnchors()
    }

    private func checkAnchors() throws(RuleError) {
        guard !rule.anchors.isEmpty else { throw error("anchors", "none, so nothing can trigger the rule") }
        if rule.matcher == nil, rule.anchors.contains(.shape(.label)) {
            throw error("anchors", "\"shape:label\" is for the matchers of labelled values")
        }
        guard rule.anchors.count <= Self.maxAnchors else { throw error("anchors", "more than \(Self.maxAnchors)") }
        for case .literal(let bytes, _) in rule.anchors {
            guard bytes.count >= Literal.minBytes else {
                throw error(
                    "anchors",
                    "\"\(String(decoding: bytes, as: UTF8.self))\" is shorter than \(Literal.minBytes) bytes")
            }
            guard bytes.count <= Literal.maxBytes else {
                throw error(
                    "anchors",
                    "\"\(String(decoding: bytes, as: UTF8.self))\" is longer than \(Literal.maxBytes) bytes")
            }
        }
    }

    private func regexPlan(_ pattern: String, checking: Bool) throws(RuleError) -> RulePlan {
        guard pattern.utf8.count <= Self.maxRegexBytes else {
            throw error("regex", "longer than \(Self.maxRegexBytes) bytes")
        }
        var captures = RegexMemory.maxCaptures
        if checking {
            do {
                let facts = try LazyRegex.check(pattern)
                captures = facts.captureCount
                if facts.matchesEmpty { throw error("regex", "matches the empty string") }
            } catch let failure as LazyRegex.Failure {
                throw error("regex", "\(failure.message) at offset \(failure.offset)")
            } catch let other as RuleError {
                throw other
            } catch { throw self.error("regex", "\(error)") }
            guard captures <= RegexMemory.maxCaptures else {
                throw error("regex", "more than \(RegexMemory.maxCaptures) groups")
            }
            if let group = rule.secretGroup, group < 0 || group > captures {
                throw error("secret_group", "the regex has \(captures) groups")
            }
        }
        try CompiledChecks.check(rule, captures: captures, regexes: checking)
        let node = PatternParser.parse(pattern)
        if let node, rule.window == nil { try checkReachable(node) }
        let planner = RegexPlanner(rule: rule, node: node)
        let literals = planner.literals
        try checkShort(literals)
        return RulePlan(run: planner.run, minDigits: node?.minDigits ?? 0, literals: literals)
    }

    /// A literal of two bytes is an anchor only if the regex says what stands after it.
    private func checkShort(_ literals: [Literal]) throws(RuleError) {
        for literal in literals where literal.bytes.count < Literal.minPlainBytes {
            if literal.tail.prefix(2).allSatisfy({ $0.count <= Self.maxTailBytes }) { continue }
            throw error(
                "anchors",
                "\"\(String(decoding: literal.bytes, as: UTF8.self))\" is shorter than \(Literal.minPlainBytes) bytes and would trigger everywhere"
            )
        }
    }

    /// Most different bytes after a two-byte literal: base64 and a little more.
    private static let maxTailBytes = 70

    /// Without a window of its own, a rule's match covers its anchor, so the anchor must be able to stand in a match.
    private func checkReachable(_ node: PatternNode) throws(RuleError) {
        let alphabet = node.alphabet.caseless
        for case .literal(let bytes, _) in rule.anchors where !ByteSet(bytes).isSubset(of: alphabet) {
            throw error(
                "anchors",
                "\"\(String(decoding: bytes, as: UTF8.self))\" can't stand in a match of the regex; state a window if it stands near it"
            )
        }
    }

    /// Literal anchors beat shapes, long ones beat short ones, a validator beats none, and the generic rule loses to all.
    private func specificity(isGeneric: Bool) -> Int {
        if isGeneric { return 0 }
        var shortest = Literal.maxBytes
        for anchor in rule.anchors {
            switch anchor {
            case .literal(let bytes, let isCaseSensitive):
                shortest = min(shortest, bytes.count + (isCaseSensitive ? 2 : 0))
            case .shape(.pem): shortest = min(shortest, 10)
            case .shape(.alone): continue
            case .shape: shortest = 0
            }
        }
        var score = 100 + min(shortest, 16)
        if !rule.validators.isEmpty { score += 32 }
        // A password in an address, `https://me:hunter2@host`, reads like mail to `hunter2@host`: the secret wins.
        if rule.kind == .secret { score += 40 }
        // A rule that is less sure of itself gives way.
        score += Int(((rule.confidence - RuleDefinition.defaultConfidence) * 100).rounded())
        if rule.contextRequired { score -= 4 }
        if rule.kind == .marking { score -= 90 }
        return score
    }
}
