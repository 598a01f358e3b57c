/// The forms of numbers that rules on digit runs look for, ready to be told apart by shape.
///
/// All digits count as one byte here, as do all capitals and all small letters: a walk through the automaton says which rules' shapes a
/// run has, in a few hundred states for any text, and their regexes and check digits decide about the digits.
struct NumberForms: Sendable {
    /// What is to be known about a rule before its regex is run.
    struct Facts: Sendable {
        /// Fewest digits of a match.
        var minDigits = 0
        /// A context word is needed, and `ContextFilter` knows all of them.
        var needsContext = false
        /// A run of one group that has the rule's shape is itself the value, so that the validators can be asked first.
        var isGroup = false
    }

    /// The shapes, digits and letters taken together.
    private(set) var shapes = PositionAutomaton()
    /// For each rule of the set, its facts.
    private(set) var facts: [Facts]
    /// Rules whose shape isn't understood: tried at every run.
    private(set) var unknown: [Int] = []
    /// Rules whose matches may reach far beyond the run that they were found by.
    private(set) var wide: [Int] = []
    /// Which of them may go on at a byte before or behind a run.
    private(set) var edges = WideEdges()

    /// How far around a run its shape is looked at, in bytes.
    static let reach = 6
    /// Longest pattern that is taken in, in bytes.
    private static let maxBytes = 64

    static let separators = ByteSet(" -./".utf8)

    init(ruleCount: Int) { facts = [Facts](repeating: Facts(), count: ruleCount) }

    var isEmpty: Bool { shapes.starts.isEmpty && unknown.isEmpty && wide.isEmpty }

    mutating func add(_ rule: CompiledRule) {
        facts[rule.index].minDigits = rule.minDigits
        facts[rule.index].needsContext = rule.definition.contextRequired && ContextFilter.knows(rule)
        guard case .regex(let plan) = rule.engine, let pattern = rule.pattern, let longest = pattern.maxLength,
            let added = shapes.add(pattern.byShape, rule: rule.index)
        else {
            unknown.append(rule.index)
            return
        }
        let isContained =
            longest <= Self.maxBytes && shapes.keepsToRun(added, separators: Self.separators, reach: Self.reach)
        if !isContained {
            if wide.count < WideEdges.maxRules {
                edges.add(pattern, at: wide.count)
                wide.append(rule.index)
            } else {
                unknown.append(rule.index)
            }
        }
        facts[rule.index].isGroup =
            pattern.alphabet.isSubset(of: .digits.union(Self.separators)) && shapes.standsApart(added)
            && !rule.validators.isEmpty && plan.group <= 1 && !plan.regex.pattern.hasCaptures
    }
}

extension PatternNode {
    /// The pattern with every set that holds a digit holding all of them, and so for capitals and for small letters.
    fileprivate var byShape: PatternNode {
        switch self {
        case .set(let set):
            var whole = set
            for kind in [ByteSet.digits, .upper, .lower] where set.intersection(kind) != ByteSet() {
                whole = whole.union(kind)
            }
            return .set(whole)
        case .sequence(let parts): return .sequence(parts.map(\.byShape))
        case .choice(let parts): return .choice(parts.map(\.byShape))
        case .repeated(let node, let least, let most): return .repeated(node.byShape, min: least, max: most)
        default: return self
        }
    }
}

extension String {
    /// Whether a regex may have capture groups.
    fileprivate var hasCaptures: Bool {
        let bytes = Array(utf8)
        for index in bytes.indices where bytes[index] == UInt8(ascii: "(") {
            if index > 0, bytes[index - 1] == UInt8(ascii: "\\") { continue }
            guard index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "?") else { return true }
            if "P'".utf8.contains(bytes[index + 2]) { return true }
            guard bytes[index + 2] == UInt8(ascii: "<"), index + 3 < bytes.count else { continue }
            if bytes[index + 3] != UInt8(ascii: "="), bytes[index + 3] != UInt8(ascii: "!") { return true }
        }
        return false
    }
}

extension PositionAutomaton {
    /// Whether each match of the rule with these positions lies within one run of digits and single separators and at most `reach` bytes
    /// on either side: a run's shape then tells all.
    fileprivate func keepsToRun(_ added: Range<Int>, separators: ByteSet, reach: Int) -> Bool {
        // The first position is what stands before a match, the last what stands behind it.
        let body = added.dropFirst().dropLast()
        let isDigit = body.map { sets[$0].isSubset(of: .digits) }
        func digit(_ position: Int) -> Bool { isDigit[position - body.lowerBound] }
        var fromDigit = Set<Int>()
        var toDigit = Set<Int>()
        // Positions are numbered in the order of the pattern, so that one pass each way settles what reaches what; a loop leads back.
        for position in body {
            for next in follow[position] where body.contains(Int(next)) {
                if Int(next) <= position { return false }
                if digit(position) || fromDigit.contains(position) { fromDigit.insert(Int(next)) }
            }
        }
        for position in body.reversed() {
            let leads = follow[position].contains {
                body.contains(Int($0)) && (digit(Int($0)) || toDigit.contains(Int($0)))
            }
            if leads { toDigit.insert(position) }
        }
        var before = [Int](repeating: 0, count: body.count)
        var behind = [Int](repeating: 0, count: body.count)
        for position in body where !digit(position) {
            let isInside = fromDigit.contains(position) && toDigit.contains(position)
            if isInside, !sets[position].isSubset(of: separators) { return false }
            for next in follow[position] where body.contains(Int(next)) && !digit(Int(next)) {
                if isInside || toDigit.contains(Int(next)) && fromDigit.contains(Int(next)) { return false }
                if toDigit.contains(position) {
                    before[Int(next) - body.lowerBound] = max(
                        before[Int(next) - body.lowerBound], before[position - body.lowerBound] + 1)
                }
            }
        }
        for position in body.reversed() where !digit(position) && !toDigit.contains(position) {
            for next in follow[position] where body.contains(Int(next)) {
                behind[position - body.lowerBound] = max(
                    behind[position - body.lowerBound], behind[Int(next) - body.lowerBound] + 1)
            }
        }
        return (before.max() ?? 0) < reach - 1 && (behind.max() ?? 0) < reach - 1
    }

    /// Whether no digit may stand right before or behind a match.
    fileprivate func standsApart(_ added: Range<Int>) -> Bool {
        guard let first = added.first, let last = added.last else { return false }
        return sets[first].intersection(.digits) == ByteSet() && sets[last].intersection(.digits) == ByteSet()
    }
}

/// For rules whose matches may leave the run that they are found by: at which bytes beside the run they can.
struct WideEdges: Sendable {
    /// For each byte the rules, one bit each, whose matches may hold it right before a run.
    private(set) var before = [UInt64](repeating: 0, count: 256)
    private(set) var behind = [UInt64](repeating: 0, count: 256)

    /// Most rules that are told apart.
    static let maxRules = 64

    mutating func add(_ pattern: PatternNode, at index: Int) {
        let bit = UInt64(1) << UInt64(index)
        var edges = pattern.runEdges ?? (pattern.alphabet, pattern.alphabet)
        // What begins before the run shows there.
        if pattern.beginsBeforeDigits { edges.behind = ByteSet() }
        for byte in edges.before.members { before[Int(byte)] |= bit }
        for byte in edges.behind.members { behind[Int(byte)] |= bit }
    }
}

extension PatternNode {
    /// Whether no match begins with a digit or separator, so that one which holds a digit of a run began before that run.
    var beginsBeforeDigits: Bool {
        let first = possibleFirst
        return !first.mayBeEmpty && first.set.intersection(.digits.union(NumberForms.separators)) == ByteSet()
    }

    /// What a match may begin with, and whether it may be empty.
    private var possibleFirst: (set: ByteSet, mayBeEmpty: Bool) {
        switch self {
        case .nothing, .neighbour, .boundary: return (ByteSet(), true)
        case .anything: return (.all, true)
        case .set(let set): return (set, false)
        case .repeated(let node, let least, _):
            let first = node.possibleFirst
            return (first.set, first.mayBeEmpty || least == 0)
        case .choice(let parts):
            let firsts = parts.map(\.possibleFirst)
            return (firsts.reduce(ByteSet()) { $0.union($1.set) }, firsts.contains { $0.mayBeEmpty })
        case .sequence(let parts):
            var set = ByteSet()
            for part in parts {
                let first = part.possibleFirst
                set = set.union(first.set)
                if !first.mayBeEmpty { return (set, false) }
            }
            return (set, true)
        }
    }

    /// If each match holds a plain number that is a run of its own at one place, the bytes that may stand right before and behind it.
    fileprivate var runEdges: (before: ByteSet, behind: ByteSet)? {
        let parts = flattened.filter { $0.maxLength != 0 }
        let place = parts.firstIndex { $0.minLength >= ByteShape.minDigits && $0.alphabet.isSubset(of: .digits) }
        guard let place else { return nil }
        return (Self.nearest(parts[..<place].reversed()), Self.nearest(Array(parts[(place + 1)...])))
    }

    /// What the first two bytes of the parts may be, and perhaps more.
    private static func nearest(_ parts: [PatternNode]) -> ByteSet {
        var set = ByteSet()
        var length = 0
        for part in parts where length < 2 {
            set = set.union(part.alphabet)
            length += part.minLength
        }
        return set
    }
}
