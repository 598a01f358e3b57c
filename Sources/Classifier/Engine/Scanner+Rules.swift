import Primitives

extension Scanner {
    /// Most matches that one search takes from its window.
    private static let maxMatchesPerWindow = 256
    /// How sure a rule that wants a context word is of a value that only stands alone, at most.
    private static let aloneConfidence = 0.6

    /// Runs a rule at one of its anchors.
    mutating func run(_ rule: CompiledRule, at anchor: Range<Int>, _ slice: Slice) {
        switch rule.engine {
        case .regex(let plan):
            guard let code = plan.regex.compiled() else {
                note(.rule)
                return
            }
            if let offset = plan.anchorOffset {
                guard anchor.lowerBound >= offset else { return }
                _ = attempt(rule, plan, code, from: anchor.lowerBound - offset, anchor, slice)
            } else {
                search(rule, plan, code, anchor, slice)
            }
        case .matcher(let kind):
            guard spend(bytes: 0, windows: Self.cost(of: kind)) else { return }
            match(kind, rule, anchor, slice)
        }
    }

    private mutating func search(
        _ rule: CompiledRule, _ plan: CompiledRule.RegexPlan, _ code: OpaquePointer, _ anchor: Range<Int>,
        _ slice: Slice
    ) {
        if plan.coversAnchor, anchor.lowerBound < scratch.resume[rule.index] { return }
        var from = max(0, anchor.lowerBound - plan.before)
        for _ in 0..<Self.maxMatchesPerWindow {
            guard let whole = attempt(rule, plan, code, from: from, anchor, slice) else { return }
            scratch.resume[rule.index] = max(scratch.resume[rule.index], whole.upperBound)
            if plan.coversAnchor, whole.lowerBound > anchor.lowerBound || whole.upperBound >= anchor.upperBound {
                return
            }
            from = max(whole.upperBound, from + 1)
            if from >= anchor.upperBound + plan.after { return }
        }
    }

    /// Matches from `from` on, with a larger window as long as the match might go on; returns the whole match.
    private mutating func attempt(
        _ rule: CompiledRule, _ plan: CompiledRule.RegexPlan, _ code: OpaquePointer, from: Int, _ anchor: Range<Int>,
        _ slice: Slice
    ) -> Range<Int>? {
        let text = slice.text
        let limit = min(text.count, anchor.upperBound + ScanLimits.maxWindowBytes)
        var after = plan.after
        while true {
            let end = min(limit, anchor.upperBound + after)
            guard from <= end, spend(bytes: end - from) else { return nil }
            let mayGrow = plan.mayGrow && end < limit
            let outcome = regex.match(
                code, text.base, from: from, lastStart: plan.lastStart(anchor, windowEnd: end), to: end,
                group: plan.group, isPartial: mayGrow)
            switch outcome {
            case .noMatch: return nil
            case .limit:
                note(.matchLimit)
                return nil
            case .partial: break
            case .match(let whole, let value):
                if mayGrow, whole.upperBound == end { break }
                var proof: String?
                if let checks = rule.checks {
                    let floor = max(0, anchor.lowerBound - Self.maxLookBack)
                    let judged = checks.judge(
                        regex, text, whole: whole, value: value, floor: floor, ceiling: min(text.count, limit + 1024))
                    if judged.isLimited { note(.matchLimit) }
                    switch judged.outcome {
                    case .drop: return whole
                    case .refuted:
                        refute(rule, value: value, slice)
                        return whole
                    case .keep: break
                    case .proven(let method): proof = method
                    }
                }
                accept(rule, value: value, slice, proof: proof)
                return whole
            }
            after *= 4
        }
    }

    /// Pays for one run over so many bytes; false when the block's budget is spent.
    mutating func spend(bytes: Int, windows: Int = 1) -> Bool {
        work.windows += windows
        work.regexBytes += bytes
        if work.windows > limits.maxWindowsPerBlock {
            note(.windows)
            return false
        }
        if work.regexBytes > limits.maxRegexBytesPerBlock {
            note(.regexBytes)
            return false
        }
        return true
    }

    /// How many runs of a regex a matcher's run is worth.
    private static func cost(of kind: MatcherKind) -> Int {
        switch kind {
        case .labelledSecret, .serviceKey: 3
        case .assignedSecret: 2
        default: 1
        }
    }

    /// Whether the automata may still be walked in this block.
    var mayWalk: Bool { work.windows <= limits.maxWindowsPerBlock && work.states <= limits.maxStatesPerBlock }

    /// Pays for states that an automaton had to make. They are kept for the scanner's life, so that a used scanner pays less than a new one:
    /// their budget is one of its own, and no ordinary text comes near it, lest findings depend on what was scanned before.
    mutating func charge(states: Int) {
        work.states += states
        if work.states > limits.maxStatesPerBlock { note(.windows) }
    }

    mutating func note(_ reason: IncompleteReason) {
        if work.incomplete == nil { work.incomplete = reason }
    }

    private mutating func match(_ kind: MatcherKind, _ rule: CompiledRule, _ anchor: Range<Int>, _ slice: Slice) {
        switch kind {
        case .assignedSecret:
            if anchor.lowerBound < scratch.resume[rule.index] { return }
            switch AssignedSecret.match(slice.text, anchor) {
            case .nothing: break
            case .hit(let hit): accept(rule, value: hit.value, slice, adjust: hit.adjust)
            case .overlong(let end): scratch.resume[rule.index] = end
            }
        case .labelledSecret, .serviceKey: matchLabelled(anchor, slice)
        case .email:
            if let value = EmailMatcher.match(slice.text, at: anchor.lowerBound) { accept(rule, value: value, slice) }
        case .seedPhrase:
            if anchor.lowerBound < scratch.resume[rule.index] { return }
            for value in SeedPhrase.values(slice.text, near: anchor) where spend(bytes: value.count) {
                accept(rule, value: value, slice)
                scratch.resume[rule.index] = value.upperBound
            }
        case .digitRun:
            for value in DigitRunMatcher.values(slice.text, in: anchor) where spend(bytes: value.count) {
                accept(rule, value: value, slice)
            }
        }
    }

    /// Serves all rules of labelled values at one of their anchors: a label's word, or a long run of token bytes.
    private mutating func matchLabelled(_ anchor: Range<Int>, _ slice: Slice) {
        let services = rules.shapes.services
        let hit =
            anchor.count >= ByteShape.minTokenRun
            ? LabelledSecret.match(slice.text, run: anchor, services)
            : LabelledSecret.match(
                slice.text, label: anchor, services,
                candidates: LabelGate.candidates(slice.text, label: anchor, scratch.masks))
        guard let hit, let rule = hit.service ?? rules.shapes.labelled else { return }
        accept(rules.compiled[rule], value: hit.value, slice, adjust: hit.adjust)
    }

    /// Judges a value that a rule's pattern took; keeps it as a candidate if its score is high enough.
    ///
    /// `isAlone`: it is the whole text, which stands for a required context word.
    mutating func accept(
        _ rule: CompiledRule, value: Range<Int>, _ slice: Slice, adjust: Double = 0, proof: String? = nil,
        isAlone: Bool = false
    ) {
        let text = slice.text
        guard !value.isEmpty else { return }
        let definition = rule.definition
        if !rule.stopValues.isEmpty, rule.stopValues.contains(value.map { foldCase(text[$0]) }) { return }
        for validator in rule.validators where !text.withSpan(value, validator.accepts) {
            if validator.isConclusive { refute(rule, value: value, slice) }
            return
        }
        var confidence = definition.confidence + adjust
        var reasons: [Reason] = [rule.isAssigned ? .key : .pattern]
        if let validator = rule.validators.last {
            confidence = max(confidence, 0.9)
            reasons.append(.validated(validator.name))
        }
        if let proof {
            confidence = max(confidence, 0.9)
            reasons.append(.validated(proof))
        }
        if let least = definition.minRandomness {
            let randomness = text.withSpan(value) { Randomness.score($0) }
            guard randomness >= least else { return }
            if definition.kind == .secret, PublicMaterial.isOne(text, value) { return }
            reasons.append(.random(Int(randomness * 100)))
        }
        if definition.kind == .secret, Placeholders.isOne(text, value) { return }
        if Placeholders.isOwn(text, value) { return }
        if definition.kind == .pii, LogShapes.isPartOfNumber(text, value) { return }
        if isAlone, LogShapes.isOneDigit(text, value) { return }
        let key = KeyFinder.direct(text, before: value.lowerBound)
        if definition.minRandomness != nil || rule.isAssigned, LogShapes.isIdentifier(text, value, key: key) { return }
        if !rule.context.isEmpty {
            let word = ContextWords.find(
                rule.context, in: text, around: value, reach: definition.contextReach, key: key)
            if let word {
                confidence += 0.2
                reasons.append(.context(String(decoding: word, as: UTF8.self)))
            } else if definition.contextRequired {
                guard isAlone else { return }
                confidence = min(confidence, Self.aloneConfidence)
            }
        }
        if isAlone { reasons.append(.alone) }
        confidence = min(1, max(0, confidence))
        guard confidence >= limits.minConfidence else { return }
        let finding = Finding(
            rule: rule.index, span: slice.original(value), confidence: confidence, reasons: reasons,
            views: slice.views, key: key.map { text.string($0) } ?? distantKey(value.lowerBound, slice))
        let isSuspect = rule.isAssigned && value.contains { text[$0] == UInt8(ascii: "\\") }
        pending.append(
            Candidate(
                finding: finding, specificity: rule.specificity, kind: definition.kind, isSuspect: isSuspect,
                standing: rule.validators.isEmpty && proof == nil ? .plain : .proven))
    }

    /// Notes that a value has a rule's form and the wrong checksum.
    private mutating func refute(_ rule: CompiledRule, value: Range<Int>, _ slice: Slice) {
        guard !value.isEmpty else { return }
        let finding = Finding(rule: rule.index, span: slice.original(value), confidence: 0, views: slice.views)
        pending.append(
            Candidate(
                finding: finding, specificity: rule.specificity, kind: rule.definition.kind, isSuspect: false,
                standing: .refuted))
    }
}

extension CompiledRule {
    /// Whether values are found by their key, not by a format of their own.
    var isAssigned: Bool {
        switch engine {
        case .matcher(.assignedSecret), .matcher(.labelledSecret), .matcher(.serviceKey): true
        default: false
        }
    }
}
