/// What a rule's matches look like from one of its literals on, as an automaton of positions (V. Glushkov, 1961).
///
/// It takes a little more than the regex does and never less: look-around is left out, and long counted repeats have no upper bound.
/// A walk through it from an anchor tells, mostly at the first or second byte, that no match can stand there.
struct GatePattern {
    /// For each position the bytes that it takes.
    private(set) var sets: [ByteSet] = []
    /// The positions that may follow a position.
    private(set) var follow: [[Int16]] = []
    /// The positions that may follow it if a word begins or ends between the two.
    private(set) var followAtBoundary: [[Int16]] = []
    /// Positions at which a literal of the rule may begin.
    private(set) var starts: [Int16] = []
    /// Whether a match may end at the position.
    private(set) var isLast: [Bool] = []

    /// Most positions; a longer pattern is cut there, and a walk that comes so far counts as a match.
    static let maxPositions = 448
    /// A counted repeat with more freedom than this is taken as one without upper bound.
    private static let maxFreedom = 8

    /// A place to go on from, and whether a word must begin or end there.
    private struct Edge {
        var position: Int16
        var isBoundary: Bool
    }

    private struct Fragment {
        var first: [Edge] = []
        var last: [Edge] = []
        var canBeEmpty = true
        /// Whether a boundary must stand where the fragment is passed without a byte.
        var isBoundary = false
    }

    /// What may stand before a match, if the walk looks for one; nil for a walk that begins at a literal.
    private(set) var lead: ByteSet?

    /// What may stand before a match that is read backwards, besides the beginning of the text; nil for every other walk.
    private(set) var backLead: ByteSet?

    /// The pattern from the part on that holds one of the literals (in lower case) in every match; nil if there is none.
    ///
    /// With `isLenient` one branch that holds a literal is enough: another can only match where a literal stands by chance.
    init?(_ node: PatternNode, literals: [[UInt8]], isLenient: Bool) {
        let parts = node.flattened
        let search = LiteralSearch(literals: literals, isLenient: isLenient)
        guard let cut = search.cut(parts) else { return nil }
        let inner = add(parts[cut.index...])
        // Where that part itself was cut short, a literal may begin in what is missing.
        guard inner <= Self.maxPositions else { return nil }
        let heads = Set(literals.compactMap(\.first))
        let begin = cut.isAtStart ? starts : Array(0..<inner)
        starts = begin.filter { position in heads.contains { sets[Int(position)].caseless.contains($0) } }
        guard !starts.isEmpty else { return nil }
    }

    /// The whole pattern, for a walk that looks for a match in a stretch of text; nil if it can match nothing.
    init?(anywhere node: PatternNode) {
        let parts = node.flattened
        _ = add(parts[...])
        guard !starts.isEmpty else { return nil }
        var lead = ByteSet.all
        for part in parts {
            guard part.maxLength == 0 else { break }
            if case .neighbour(let set, isBefore: true) = part { lead = lead.intersection(set) }
        }
        self.lead = lead
    }

    /// The pattern read from its end to its start, for a walk that begins at a digit and goes back to where a match may begin.
    init?(backFromDigit node: PatternNode) {
        _ = add(node.reversed.flattened[...])
        var lead = ByteSet.all
        for part in node.flattened {
            guard part.maxLength == 0 else { break }
            if case .neighbour(let set, isBefore: true) = part { lead = lead.intersection(set) }
        }
        // Where the pattern was cut short, a match begins farther ahead.
        backLead = sets.count > Self.maxPositions ? nil : lead
        starts = sets.indices.filter { sets[$0].intersection(.digits) != ByteSet() }.map { Int16($0) }
        guard !starts.isEmpty, isLast.contains(true) else { return nil }
    }

    /// Takes in parts that follow each other; returns how many positions the first has.
    private mutating func add(_ parts: ArraySlice<PatternNode>) -> Int16 {
        var whole = Fragment()
        var inner: Int16?
        for part in parts {
            if sets.count > Self.maxPositions { break }
            whole = join(whole, fragment(part))
            if inner == nil { inner = Int16(sets.count) }
        }
        // A pattern that was cut short ends wherever its last known positions are.
        for edge in whole.last { isLast[Int(edge.position)] = true }
        starts = whole.canBeEmpty ? [] : whole.first.map(\.position)
        return inner ?? 0
    }

    private mutating func newPosition(_ set: ByteSet) -> Int16 {
        sets.append(set)
        follow.append([])
        followAtBoundary.append([])
        isLast.append(false)
        return Int16(sets.count - 1)
    }

    private mutating func link(_ from: [Edge], _ to: [Edge], isBoundary: Bool) {
        for edge in from {
            let position = Int(edge.position)
            for next in to {
                if isBoundary || edge.isBoundary || next.isBoundary {
                    if !followAtBoundary[position].contains(next.position) {
                        followAtBoundary[position].append(next.position)
                    }
                } else if !follow[position].contains(next.position) {
                    follow[position].append(next.position)
                }
            }
        }
    }

    private mutating func fragment(_ node: PatternNode) -> Fragment {
        guard sets.count <= Self.maxPositions else { return Fragment() }
        switch node {
        case .nothing, .neighbour: return Fragment()
        case .boundary: return Fragment(isBoundary: true)
        case .anything: return loop(.set(.all))
        case .set(let set):
            let edge = [Edge(position: newPosition(set), isBoundary: false)]
            return Fragment(first: edge, last: edge, canBeEmpty: false)
        case .sequence(let parts): return parts.reduce(Fragment()) { join($0, fragment($1)) }
        case .choice(let parts):
            var whole = Fragment(canBeEmpty: false, isBoundary: true)
            for part in parts {
                let one = fragment(part)
                whole.first += one.first
                whole.last += one.last
                whole.canBeEmpty = whole.canBeEmpty || one.canBeEmpty
                if one.canBeEmpty, !one.isBoundary { whole.isBoundary = false }
            }
            if !whole.canBeEmpty { whole.isBoundary = false }
            return whole
        case .repeated(let inner, let least, let most): return repeated(inner, least, most)
        }
    }

    private mutating func repeated(_ inner: PatternNode, _ least: Int, _ most: Int?) -> Fragment {
        if inner.maxLength == 0 { return Fragment() }
        var whole = Fragment()
        for _ in 0..<least {
            whole = join(whole, fragment(inner))
            if sets.count > Self.maxPositions { return whole }
        }
        guard let most, most - least <= Self.maxFreedom else { return join(whole, loop(inner)) }
        for _ in least..<max(least, most) {
            var one = fragment(inner)
            one.canBeEmpty = true
            one.isBoundary = false
            whole = join(whole, one)
        }
        return whole
    }

    private mutating func loop(_ inner: PatternNode) -> Fragment {
        var one = fragment(inner)
        link(one.last, one.first, isBoundary: false)
        one.canBeEmpty = true
        one.isBoundary = false
        return one
    }

    private mutating func join(_ one: Fragment, _ two: Fragment) -> Fragment {
        link(one.last, two.first, isBoundary: false)
        var whole = Fragment(
            first: one.first, last: two.last, canBeEmpty: one.canBeEmpty && two.canBeEmpty,
            isBoundary: one.isBoundary || two.isBoundary)
        if one.canBeEmpty {
            whole.first += two.first.map { Edge(position: $0.position, isBoundary: $0.isBoundary || one.isBoundary) }
        }
        if two.canBeEmpty {
            whole.last += one.last.map { Edge(position: $0.position, isBoundary: $0.isBoundary || two.isBoundary) }
        }
        return whole
    }
}

/// Finds the part of a pattern in which its literals stand.
private struct LiteralSearch {
    let literals: [[UInt8]]
    let isLenient: Bool

    /// Deepest nesting and longest sequence that are followed.
    private static let maxDepth = 64

    /// The first part in which a literal begins in every match, and whether it begins with the part.
    func cut(_ parts: [PatternNode]) -> (index: Int, isAtStart: Bool)? {
        for index in parts.indices {
            if begins(parts[index...]) { return (index, true) }
            guard case .choice(let branches) = parts[index] else { continue }
            if covers(branches, parts[(index + 1)...], depth: 0) { return (index, false) }
        }
        return nil
    }

    private func begins(_ parts: ArraySlice<PatternNode>) -> Bool {
        PatternNode.sequence(Array(parts)).begins(withOneOf: literals)
    }

    private func covers(_ branches: [PatternNode], _ rest: ArraySlice<PatternNode>, depth: Int) -> Bool {
        guard depth < Self.maxDepth else { return false }
        let holding = branches.count { branch in
            let own = branch.flattened
            return holds((own + rest)[...], own: own.count, depth: depth + 1)
        }
        return isLenient ? holding > 0 : holding == branches.count
    }

    /// Whether a literal begins in one of the first `own` parts, in every match.
    private func holds(_ parts: ArraySlice<PatternNode>, own: Int, depth: Int) -> Bool {
        var rest = parts
        for _ in 0..<min(own, Self.maxDepth) {
            if begins(rest) { return true }
            guard let part = rest.popFirst() else { return false }
            if case .choice(let branches) = part, covers(branches, rest, depth: depth) { return true }
        }
        return false
    }
}

extension PatternNode {
    /// The pattern of the same matches read backwards.
    fileprivate var reversed: PatternNode {
        switch self {
        case .sequence(let parts): .sequence(parts.reversed().map(\.reversed))
        case .choice(let parts): .choice(parts.map(\.reversed))
        case .repeated(let node, let least, let most): .repeated(node.reversed, min: least, max: most)
        case .neighbour(let set, let isBefore): .neighbour(set, isBefore: !isBefore)
        default: self
        }
    }

    /// A run of bytes that every match holds: at least `length` of `set` in a row; the rarest that the pattern plainly shows.
    var requiredRun: (set: ByteSet, length: Int) {
        var best = (set: alphabet, length: minLength)
        for part in flattened {
            guard let run = part.plainRun, run.length >= 2 else { continue }
            if Self.rarity(run.set, run.length) > Self.rarity(best.set, best.length) { best = run }
        }
        return best
    }

    private var plainRun: (set: ByteSet, length: Int)? {
        switch self {
        case .repeated(.set(let set), let least, _): return (set, least)
        case .repeated(let node, let least, _) where least > 0: return (node.alphabet, node.minLength * least)
        case .choice(let parts):
            var set = ByteSet()
            var length = Int.max
            for part in parts {
                guard part.minLength > 0 else { return nil }
                set = set.union(part.alphabet)
                length = min(length, part.minLength)
            }
            return (set, length)
        default: return nil
        }
    }

    /// How unlikely text is to hold such a run: its length, weighed by how few printable bytes it is made of.
    private static func rarity(_ set: ByteSet, _ length: Int) -> Double {
        let count = set.intersection(printable).count
        return Double(min(length, 64)) * (count > 90 ? 0.1 : count > 60 ? 1 : count > 40 ? 1.2 : count > 20 ? 2 : 4)
    }

    private static let printable = ByteSet(0x20...0x7E)
}
