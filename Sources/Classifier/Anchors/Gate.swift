/// Says at a literal's hit whether its rule's regex can match there at all.
///
/// Common words start most regexes in vain. A gate reads on from the hit through a deterministic automaton whose states are made
/// when they are first reached, and nearly always ends at the first byte or two. The states are one thread's and only save time:
/// dropping them changes no answer.
final class Gate {
    private let pattern: GatePattern
    private let classCount: Int
    /// The class of each byte; bytes that no position tells apart share one.
    private let classes: UnsafeMutablePointer<UInt8>
    /// `next[row + class]`, where a state's row is its number times `classCount`: the next state's row, or one of the marks below.
    @exclusivity(unchecked) private var next: UnsafeMutablePointer<Int32>
    /// States that `next` has room for.
    private var capacity = 8
    private var members: [[Int16]] = []
    /// Whether no match is under way in the state.
    @exclusivity(unchecked) private var isIdle: [Bool] = []
    private var lastByte: [Last] = []
    /// Whether a match that is read backwards may begin at the state's byte, if what stands before it allows.
    private var isBeginning: [Bool] = []
    private var ids: [Key: Int32] = [:]
    private let representatives: [UInt8]

    private struct Key: Hashable {
        var members: [Int16]
        var last: Last
    }

    /// What counts of the byte that led to a state.
    private struct Last: Hashable {
        var isWord: Bool
        /// Whether a match may begin after it.
        var isLead: Bool
    }

    private static let unmade: Int32 = -1
    private static let dead: Int32 = -2
    private static let match: Int32 = -3

    /// States kept; a walk that would need one more counts as a match.
    static let maxStates = 256
    /// Bytes that a walk reads at most before it counts as a match.
    static let maxSteps = 512

    init(_ pattern: GatePattern) {
        self.pattern = pattern
        var ids: [[Bool]: UInt8] = [:]
        classes = .allocate(capacity: 256)
        var representatives: [UInt8] = []
        let distinct = Array(Set(pattern.sets)) + [.word, pattern.lead ?? .all, pattern.backLead ?? .all]
        for byte in UInt8.min...UInt8.max {
            let signature = distinct.map { $0.contains(byte) }
            let known = ids[signature] ?? UInt8(ids.count)
            if ids[signature] == nil {
                ids[signature] = known
                representatives.append(byte)
            }
            (classes + Int(byte)).initialize(to: known)
        }
        self.representatives = representatives
        classCount = representatives.count
        next = .allocate(capacity: capacity * representatives.count)
        next.initialize(repeating: Self.unmade, count: capacity * representatives.count)
        // The state before the literal's first byte.
        members.append([])
        isIdle.append(true)
        isBeginning.append(false)
        lastByte.append(Last(isWord: false, isLead: true))
    }

    deinit {
        classes.deallocate()
        next.deallocate()
    }

    /// Whether a match may hold the literal that begins at `start`. `made` counts the states that had to be made.
    ///
    /// Precondition: `0 <= start <= count`, and `text` is readable for `count` bytes.
    @inline(__always)
    func mayMatch(_ text: UnsafeRawPointer, _ count: Int, from start: Int, made: inout Int) -> Bool {
        var row: Int32 = 0
        var at = start
        let end = min(count, start + Self.maxSteps)
        while at < end {
            let kind = Int(classes[Int(text.load(fromByteOffset: at, as: UInt8.self))])
            var target = next[Int(row) &+ kind]
            if target < 0 {
                if target != Self.unmade { return target == Self.match }
                made += 1
                target = make(row, kind)
                if target < 0 { return target == Self.match }
            }
            row = target
            at += 1
        }
        return at - start >= Self.maxSteps
    }

    /// Whether a match may begin at or before the digit at `start` and hold it, for a pattern that is read backwards.
    func mayBegin(_ text: UnsafeRawPointer, before start: Int, made: inout Int) -> Bool {
        var row: Int32 = 0
        var at = start
        let floor = max(0, start - Self.maxSteps)
        while at >= floor {
            let kind = Int(classes[Int(text.load(fromByteOffset: at, as: UInt8.self))])
            var target = next[Int(row) &+ kind]
            if target < 0 {
                if target != Self.unmade { return target == Self.match }
                made += 1
                target = make(row, kind)
                if target < 0 { return target == Self.match }
            }
            row = target
            at -= 1
        }
        return floor > 0 || isBeginning[Int(row) / classCount]
    }

    private func grow() {
        let old = next
        next = .allocate(capacity: 2 * capacity * classCount)
        next.moveInitialize(from: old, count: capacity * classCount)
        (next + capacity * classCount).initialize(repeating: Self.unmade, count: capacity * classCount)
        old.deallocate()
        capacity *= 2
    }

    /// Whether a match may lie in `range` and begin before `lastStart`. `made` as above; the precondition is that the range is readable.
    func mayMatch(_ text: UnsafeRawPointer, in range: Range<Int>, lastStart: Int, made: inout Int) -> Bool {
        var row: Int32 = 0
        for at in range {
            if at >= lastStart, isIdle[Int(row) / classCount] { return false }
            let kind = Int(classes[Int(text.load(fromByteOffset: at, as: UInt8.self))])
            var target = next[Int(row) &+ kind]
            if target < 0 {
                if target != Self.unmade { return target == Self.match }
                made += 1
                target = make(row, kind)
                if target < 0 { return target == Self.match }
            }
            row = target
        }
        return false
    }

    private func make(_ row: Int32, _ kind: Int) -> Int32 {
        let state = Int(row) / classCount
        let byte = representatives[kind]
        if isBeginning[state], let lead = pattern.backLead, lead.contains(byte) {
            next[Int(row) + kind] = Self.match
            return Self.match
        }
        let last = Last(isWord: isWordByte(byte), isLead: pattern.lead?.contains(byte) ?? false)
        var set: Set<Int16> = []
        if state == 0 || lastByte[state].isLead {
            for position in pattern.starts where pattern.sets[Int(position)].contains(byte) { set.insert(position) }
        }
        for position in members[state] {
            for target in pattern.follow[Int(position)] where pattern.sets[Int(target)].contains(byte) {
                set.insert(target)
            }
            guard last.isWord != lastByte[state].isWord else { continue }
            for target in pattern.followAtBoundary[Int(position)] where pattern.sets[Int(target)].contains(byte) {
                set.insert(target)
            }
        }
        let value = id(of: set, last)
        next[Int(row) + kind] = value
        return value
    }

    private func id(of set: Set<Int16>, _ last: Last) -> Int32 {
        if set.isEmpty, pattern.lead == nil { return Self.dead }
        let isWhole = set.contains { pattern.isLast[Int($0)] }
        if isWhole, pattern.backLead == nil { return Self.match }
        let key = Key(members: set.sorted(), last: last)
        if let known = ids[key] { return known }
        guard members.count < Self.maxStates else { return Self.match }
        if members.count == capacity { grow() }
        let id = Int32(members.count * classCount)
        ids[key] = id
        members.append(key.members)
        isIdle.append(key.members.isEmpty)
        isBeginning.append(isWhole)
        lastByte.append(last)
        return id
    }
}

/// Tells whether a stretch of text holds a long enough run of certain bytes, reading a few of them only.
struct RunProbe: Sendable {
    let set: ByteSet
    let length: Int

    /// Shorter runs stand everywhere, and looking for them would cost what it saves.
    static let minLength = 6

    init?(_ node: PatternNode) {
        let run = node.requiredRun
        guard run.length >= Self.minLength, run.set.count <= 128 else { return nil }
        set = run.set
        length = min(run.length, 256)
    }

    /// Whether such a run lies within `range`. Any run covers one of the places that are a run's length apart.
    ///
    /// Precondition: the range lies within the text.
    func occurs(_ text: Text, in range: Range<Int>) -> Bool {
        var low = range.lowerBound
        var at = low + length - 1
        while at < range.upperBound {
            // Backwards from the place where a run that begins at `low` would end.
            var back = at
            while back >= low, set.contains(text[back]) { back -= 1 }
            if back < low { return true }
            low = back + 1
            at = low + length - 1
        }
        return false
    }
}

/// The gates of a rule set's rules, each made when its rule is first hit.
struct Gates: ~Copyable {
    private enum Kind {
        case unmade
        /// Nothing is known: the rule is always run.
        case open
        /// A walk from the literal on.
        case forward
        /// The hand-written readers of secrets behind a name or label.
        case assigned
        case labelled
        /// A match may lie anywhere in the rule's window.
        case window
    }

    private struct Slot {
        var kind = Kind.unmade
        /// Owned by `Gates`.
        var gate: Unmanaged<Gate>?
        /// For a rule on digit runs: leads from a run's first digit back to where a match may begin.
        var back: Unmanaged<Gate>?
        var begin: BeginProbe?
        var probe: RunProbe?
        var before = 0
        var after = 0
    }

    /// One for each rule; initialised in `init`, freed in `deinit`, touched by the owner alone.
    private let slots: UnsafeMutablePointer<Slot>
    private let count: Int

    init(_ rules: RuleSet) {
        count = rules.rules.count
        slots = .allocate(capacity: max(1, count))
        slots.initialize(repeating: Slot(), count: count)
    }

    deinit {
        for index in 0..<count {
            slots[index].gate?.release()
            slots[index].back?.release()
        }
        slots.deallocate()
    }

    /// Whether the rule's regex can match at the literal; `made` counts the states that had to be made to tell.
    @inline(__always)
    func mayMatch(
        _ rule: Int, _ rules: RuleSet, _ text: Text, _ anchor: Range<Int>, _ masks: ClassMasks, made: inout Int
    ) -> Bool {
        precondition(rule >= 0 && rule < count, "a rule of the set")
        let slot = slots + rule
        if slot.pointee.kind == .unmade { make(slot, rules.compiled[rule]) }
        switch slot.pointee.kind {
        case .open, .unmade: return true
        case .assigned: return AssignedGate.mayMatch(text, anchor)
        case .labelled: return LabelGate.mayMatch(text, label: anchor, masks)
        case .forward:
            guard let gate = slot.pointee.gate else { return true }
            var count = 0
            let answer = gate._withUnsafeGuaranteedRef {
                $0.mayMatch(text.base, text.count, from: anchor.lowerBound, made: &count)
            }
            made += count
            return answer
        case .window:
            let window =
                max(
                    0, anchor.lowerBound - slot.pointee.before)..<min(
                    text.count, anchor.upperBound + slot.pointee.after)
            if let probe = slot.pointee.probe, !probe.occurs(text, in: window) { return false }
            return mayMatch(slot, text, window, lastStart: window.upperBound, made: &made)
        }
    }

    /// Whether the rule's regex can match around a run of digits or of token bytes: a match begins before the run's end.
    func mayMatch(_ rule: Int, _ rules: RuleSet, _ text: Text, run: Range<Int>, made: inout Int) -> Bool {
        precondition(rule >= 0 && rule < count, "a rule of the set")
        let slot = slots + rule
        if slot.pointee.kind == .unmade { make(slot, rules.compiled[rule]) }
        if slot.pointee.kind == .labelled { return LabelGate.mayMatch(text, run: run, rules.shapes.services) }
        guard slot.pointee.kind == .window else { return true }
        if slot.pointee.begin?.mayBegin(text, before: run.lowerBound) == false { return false }
        if let back = slot.pointee.back {
            let mayBegin = back._withUnsafeGuaranteedRef { $0.mayBegin(text.base, before: run.lowerBound, made: &made) }
            if !mayBegin { return false }
        }
        let window = max(0, run.lowerBound - slot.pointee.before)..<min(text.count, run.upperBound + slot.pointee.after)
        return mayMatch(slot, text, window, lastStart: run.upperBound, made: &made)
    }

    private func mayMatch(
        _ slot: UnsafeMutablePointer<Slot>, _ text: Text, _ window: Range<Int>, lastStart: Int, made: inout Int
    ) -> Bool {
        guard let gate = slot.pointee.gate, window.count <= Self.maxWindowBytes else { return true }
        return gate._withUnsafeGuaranteedRef {
            $0.mayMatch(text.base, in: window, lastStart: lastStart, made: &made)
        }
    }

    /// Largest window that is walked through before the regex is run, in bytes.
    private static let maxWindowBytes = 512

    /// What a walk may begin with, in lower case; nil if an anchor is a shape without bytes of its own.
    private static func literals(_ anchors: [Anchor]) -> [[UInt8]]? {
        if anchors.contains(.shape(.email)) {
            return anchors.allSatisfy { $0 == .shape(.email) || $0 == .shape(.alone) } ? [[UInt8(ascii: "@")]] : nil
        }
        return RegexPlanner.literalBytes(anchors)
    }

    private func make(_ slot: UnsafeMutablePointer<Slot>, _ rule: CompiledRule) {
        switch rule.engine {
        case .matcher(.assignedSecret): slot.pointee.kind = .assigned
        case .matcher(.labelledSecret), .matcher(.serviceKey): slot.pointee.kind = .labelled
        default: slot.pointee.kind = .open
        }
        guard case .regex(let plan) = rule.engine, let node = PatternParser.parse(plan.regex.pattern) else { return }
        if let literals = Self.literals(rule.definition.anchors),
            let pattern = GatePattern(node, literals: literals, isLenient: plan.coversAnchor)
        {
            slot.pointee.kind = .forward
            slot.pointee.gate = .passRetained(Gate(pattern))
        } else if !plan.mayGrow, plan.anchorOffset == nil {
            slot.pointee.kind = .window
            slot.pointee.before = plan.before
            slot.pointee.after = plan.after
            slot.pointee.probe = RunProbe(node)
            if rule.definition.anchors.contains(.shape(.digits)), node.beginsBeforeDigits {
                slot.pointee.begin = BeginProbe(node)
                slot.pointee.back = GatePattern(backFromDigit: node).map { .passRetained(Gate($0)) }
            }
            if plan.before + plan.after <= Self.maxWindowBytes, let pattern = GatePattern(anywhere: node) {
                slot.pointee.gate = .passRetained(Gate(pattern))
            }
        }
    }
}
