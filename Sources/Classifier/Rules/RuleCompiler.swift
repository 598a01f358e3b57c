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
    /// Room after a match for `\b` and its like.
    private static let boundaryBytes = 4
    /// What a search sees before the anchor when the regex says nothing.
    private static let defaultBefore = 256
    /// What a regex without bound sees at first.
    private static let firstGrowthBytes = 512

    func compile(checkingRegex: Bool) throws(RuleError) -> CompiledRule {
        try checkPlainFields()
        var validators: [Validator] = []
        for name in rule.validators {
            guard let validator = Validators.named(name) else {
                throw error("validators", "no validator is called \"\(name)\"")
            }
            validators.append(validator)
        }
        switch (rule.regex, rule.matcher) {
        case (nil, nil): throw error("regex", "a rule needs a regex or a matcher")
        case (.some, .some): throw error("matcher", "a rule has a regex or a matcher, not both")
        case (nil, let name?):
            guard let kind = MatcherKind(rawValue: name) else {
                throw error(
                    "matcher", "no matcher is called \"\(name)\"; there are \(Matchers.names.joined(separator: ", "))")
            }
            return CompiledRule(
                index: index, definition: rule, engine: .matcher(kind), validators: validators, minDigits: 0,
                specificity: specificity(isGeneric: kind == .assignedSecret))
        case (let pattern?, nil):
            let (plan, minDigits) = try regexPlan(pattern, checking: checkingRegex)
            return CompiledRule(
                index: index, definition: rule, engine: .regex(plan), validators: validators, minDigits: minDigits,
                specificity: specificity(isGeneric: false))
        }
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
        guard rule.anchors.count <= Self.maxAnchors else { throw error("anchors", "more than \(Self.maxAnchors)") }
        for case .literal(let bytes, _) in rule.anchors {
            let text = String(decoding: bytes, as: UTF8.self)
            guard bytes.count >= LiteralTable.minLiteralBytes else {
                throw error(
                    "anchors",
                    "\"\(text)\" is shorter than \(LiteralTable.minLiteralBytes) bytes and would trigger everywhere")
            }
            guard bytes.count <= LiteralTable.maxLiteralBytes else {
                throw error("anchors", "\"\(text)\" is longer than \(LiteralTable.maxLiteralBytes) bytes")
            }
        }
    }

    private func regexPlan(
        _ pattern: String, checking: Bool
    ) throws(RuleError) -> (CompiledRule.RegexPlan, minDigits: Int) {
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
        let node = PatternParser.parse(pattern)
        if let node, rule.window == nil { try checkReachable(node) }
        return (plan(pattern, node), node?.minDigits ?? 0)
    }

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

    private func plan(_ pattern: String, _ node: PatternNode?) -> CompiledRule.RegexPlan {
        let group = rule.secretGroup ?? 1
        if let window = rule.window {
            return CompiledRule.RegexPlan(
                regex: LazyRegex(pattern, isAnchored: false, isOpenEnded: false), group: group, anchorOffset: nil,
                before: window.before,
                after: window.after, mayGrow: false, coversAnchor: false)
        }
        let longest = node?.maxLength.map { min($0, ScanLimits.maxWindowBytes) }
        let ahead = min(node?.lookAhead ?? 0, ScanLimits.maxWindowBytes) + Self.boundaryBytes
        let after = min((longest ?? Self.firstGrowthBytes) + ahead, ScanLimits.maxWindowBytes)
        let place = node.flatMap(anchorPlace)
        if let place, place.lowerBound == place.upperBound {
            return CompiledRule.RegexPlan(
                regex: LazyRegex(pattern, isAnchored: true, isOpenEnded: longest == nil), group: group,
                anchorOffset: place.lowerBound,
                before: place.lowerBound, after: after, mayGrow: longest == nil, coversAnchor: true)
        }
        let before = place?.upperBound ?? min(longest ?? Self.defaultBefore, Scanner.maxLookBack)
        return CompiledRule.RegexPlan(
            regex: LazyRegex(pattern, isAnchored: false, isOpenEnded: longest == nil), group: group, anchorOffset: nil,
            before: min(before, Scanner.maxLookBack), after: after, mayGrow: longest == nil,
            coversAnchor: hasLiteralsOnly)
    }

    private var hasLiteralsOnly: Bool {
        rule.anchors.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// Where in a match an anchor always stands, counted from the match's start; nil if that isn't known.
    private func anchorPlace(_ node: PatternNode) -> ClosedRange<Int>? {
        guard hasLiteralsOnly else { return nil }
        let literals: [[UInt8]] = rule.anchors.compactMap {
            if case .literal(let bytes, _) = $0 { bytes.map(foldCase) } else { nil }
        }
        let parts = node.flattened
        var low = 0
        var high = 0
        for index in parts.indices {
            if PatternNode.sequence(Array(parts[index...])).begins(withOneOf: literals) { return low...high }
            guard let longest = parts[index].maxLength else { return nil }
            low += parts[index].minLength
            high += longest
            if high > Scanner.maxLookBack { return nil }
        }
        return nil
    }

    /// Literal anchors beat shapes, long ones beat short ones, a validator beats none, and the generic rule loses to all.
    private func specificity(isGeneric: Bool) -> Int {
        if isGeneric { return 0 }
        var shortest = LiteralTable.maxLiteralBytes
        for anchor in rule.anchors {
            switch anchor {
            case .literal(let bytes, let isCaseSensitive):
                shortest = min(shortest, bytes.count + (isCaseSensitive ? 2 : 0))
            case .shape(.pem): shortest = min(shortest, 10)
            case .shape: shortest = 0
            }
        }
        var score = 100 + min(shortest, 16)
        if !rule.validators.isEmpty { score += 32 }
        if rule.kind == .secret { score += 8 }
        if rule.contextRequired { score -= 4 }
        if rule.kind == .marking { score -= 90 }
        return score
    }
}
