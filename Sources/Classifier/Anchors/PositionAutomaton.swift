/// The patterns of many rules as one automaton of positions (V. Glushkov, 1961): which bytes each place of a pattern takes, and
/// which places may follow it. It takes a little more than the regexes do, for most assertions are left out, and never less.
///
/// Dozens of number formats hang on the same anchor, a run of digits. One walk over the bytes around the runs tells which
/// of their regexes are worth a try.
struct PositionAutomaton: Sendable {
    /// For each position the bytes that it takes.
    private(set) var sets: [ByteSet] = []
    private(set) var follow: [[Int32]] = []
    /// Positions that a match may begin with: each takes the byte before the match.
    private(set) var starts: [Int32] = []
    /// The rule whose match ends one byte before this position's, -1 for a position inside a match.
    private(set) var accepts: [Int32] = []
    /// The rule whose match may end at this position, if the text ends there; else -1.
    private(set) var endings: [Int32] = []

    /// Most positions of one rule; a longer pattern is not taken in.
    static let maxPositionsPerRule = 400
    /// Most positions in all.
    static let maxPositions = 40_000

    private struct TooLarge: Error {}

    private struct Fragment {
        var first: [Int32] = []
        var last: [Int32] = []
        var canBeEmpty = true
    }

    /// Takes a rule in and returns its positions; nil, and nothing changed, if its pattern is too large.
    mutating func add(_ node: PatternNode, rule: Int) -> Range<Int>? {
        let before = sets.count
        let parts = node.flattened
        let lead = newPosition(Self.leadSet(parts))
        do {
            let body = try fragment(.sequence(parts), floor: before + 1)
            guard !body.canBeEmpty, sets.count <= Self.maxPositions else { throw TooLarge() }
            let end = newPosition(Self.trailSet(parts))
            accepts[Int(end)] = Int32(rule)
            link([lead], body.first)
            link(body.last, [end])
            for position in body.last { endings[Int(position)] = Int32(rule) }
            starts.append(lead)
            return before..<sets.count
        } catch {
            sets.removeSubrange(before...)
            follow.removeSubrange(before...)
            accepts.removeSubrange(before...)
            endings.removeSubrange(before...)
            return nil
        }
    }

    private mutating func newPosition(_ set: ByteSet) -> Int32 {
        sets.append(set)
        follow.append([])
        accepts.append(-1)
        endings.append(-1)
        return Int32(sets.count - 1)
    }

    private mutating func link(_ from: [Int32], _ to: [Int32]) {
        for position in from {
            for next in to where !follow[Int(position)].contains(next) { follow[Int(position)].append(next) }
        }
    }

    private mutating func fragment(_ node: PatternNode, floor: Int) throws -> Fragment {
        guard sets.count - floor <= Self.maxPositionsPerRule else { throw TooLarge() }
        switch node {
        case .nothing, .neighbour, .boundary: return Fragment()
        case .anything: throw TooLarge()
        case .set(let set):
            let position = newPosition(set)
            return Fragment(first: [position], last: [position], canBeEmpty: false)
        case .sequence(let parts):
            var whole = Fragment()
            for part in parts { whole = join(whole, try fragment(part, floor: floor)) }
            return whole
        case .choice(let parts):
            var whole = Fragment(canBeEmpty: false)
            for part in parts {
                let one = try fragment(part, floor: floor)
                whole.first += one.first
                whole.last += one.last
                whole.canBeEmpty = whole.canBeEmpty || one.canBeEmpty
            }
            return whole
        case .repeated(let inner, let least, let most):
            var whole = Fragment()
            for _ in 0..<least { whole = join(whole, try fragment(inner, floor: floor)) }
            guard let most else {
                var loop = try fragment(inner, floor: floor)
                link(loop.last, loop.first)
                loop.canBeEmpty = true
                return join(whole, loop)
            }
            for _ in least..<max(least, most) {
                var one = try fragment(inner, floor: floor)
                one.canBeEmpty = true
                whole = join(whole, one)
            }
            return whole
        }
    }

    private mutating func join(_ one: Fragment, _ two: Fragment) -> Fragment {
        link(one.last, two.first)
        return Fragment(
            first: one.canBeEmpty ? one.first + two.first : one.first,
            last: two.canBeEmpty ? one.last + two.last : two.last, canBeEmpty: one.canBeEmpty && two.canBeEmpty)
    }

    /// What may stand before a match, from the assertions that the pattern begins with.
    private static func leadSet(_ parts: [PatternNode]) -> ByteSet {
        edgeSet(parts, isBefore: true)
    }

    /// What may stand behind a match, from the assertions that the pattern ends with.
    private static func trailSet(_ parts: [PatternNode]) -> ByteSet {
        edgeSet(parts.reversed(), isBefore: false)
    }

    private static func edgeSet(_ parts: [PatternNode], isBefore: Bool) -> ByteSet {
        var allowed = ByteSet.all
        var hasBoundary = false
        for part in parts {
            switch part {
            case .neighbour(let set, isBefore): allowed = allowed.intersection(set)
            case .boundary: hasBoundary = true
            case .nothing, .neighbour: break
            default:
                let inner = isBefore ? part.firstBytes : part.lastBytes
                if hasBoundary, inner.isSubset(of: .word) { allowed = allowed.intersection(ByteSet.word.inverted) }
                return allowed
            }
        }
        return allowed
    }
}

extension PatternNode {
    /// What a match can begin with; every byte if that isn't plain.
    fileprivate var firstBytes: ByteSet { edgeBytes(first: true) }
    /// What a match can end with; every byte if that isn't plain.
    fileprivate var lastBytes: ByteSet { edgeBytes(first: false) }

    private func edgeBytes(first: Bool) -> ByteSet {
        switch self {
        case .set(let set): return set
        case .repeated(let node, let least, _): return least > 0 ? node.edgeBytes(first: first) : .all
        case .choice(let parts): return parts.reduce(ByteSet()) { $0.union($1.edgeBytes(first: first)) }
        case .sequence(let parts):
            guard let part = first ? parts.first : parts.last else { return .all }
            return part.edgeBytes(first: first)
        default: return .all
        }
    }
}
