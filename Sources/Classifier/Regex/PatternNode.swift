/// The shape of a regex as far as the engine must know it: lengths, first bytes, digits.
///
/// PCRE2 decides what matches; this tree only bounds it. Where a construct isn't understood, it says "anything of any length".
indirect enum PatternNode: Sendable {
    /// Matches no bytes: an assertion. `ahead` is how far it may look past its place.
    case nothing(ahead: Int)
    /// An assertion about the one byte before or behind its place: it is of the set, or the text begins or ends there.
    case neighbour(ByteSet, isBefore: Bool)
    /// `\b`.
    case boundary
    case set(ByteSet)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repeated(PatternNode, min: Int, max: Int?)
    /// Anything of any length: a back reference, a recursion.
    case anything

    /// Fewest bytes that a match takes.
    var minLength: Int {
        switch self {
        case .nothing, .neighbour, .boundary, .anything: 0
        case .set: 1
        case .sequence(let parts): parts.reduce(0) { Self.bounded($0 + $1.minLength) }
        case .choice(let parts): parts.map(\.minLength).min() ?? 0
        case .repeated(let node, let least, _): Self.bounded(node.minLength * least)
        }
    }

    /// Most bytes that a match takes; nil without bound.
    var maxLength: Int? {
        switch self {
        case .nothing, .neighbour, .boundary: return 0
        case .anything: return nil
        case .set: return 1
        case .sequence(let parts):
            var sum = 0
            for part in parts {
                guard let length = part.maxLength else { return nil }
                sum = Self.bounded(sum + length)
            }
            return sum
        case .choice(let parts):
            var most = 0
            for part in parts {
                guard let length = part.maxLength else { return nil }
                most = max(most, length)
            }
            return most
        case .repeated(let node, _, let most):
            guard let length = node.maxLength else { return most == 0 ? 0 : nil }
            if length == 0 { return 0 }
            guard let most else { return nil }
            return Self.bounded(length * most)
        }
    }

    /// Fewest decimal digits in a match.
    var minDigits: Int {
        switch self {
        case .nothing, .neighbour, .boundary, .anything: 0
        case .set(let set): set.isSubset(of: .digits) ? 1 : 0
        case .sequence(let parts): parts.reduce(0) { Self.bounded($0 + $1.minDigits) }
        case .choice(let parts): parts.map(\.minDigits).min() ?? 0
        case .repeated(let node, let least, _): Self.bounded(node.minDigits * least)
        }
    }

    /// Every byte that a match may hold.
    var alphabet: ByteSet {
        switch self {
        case .nothing, .neighbour, .boundary: ByteSet()
        case .anything: .all
        case .set(let set): set
        case .sequence(let parts), .choice(let parts): parts.reduce(ByteSet()) { $0.union($1.alphabet) }
        case .repeated(let node, _, let most): most == 0 ? ByteSet() : node.alphabet
        }
    }

    /// How far past a match an assertion may look.
    var lookAhead: Int {
        switch self {
        case .nothing(let ahead): ahead
        case .boundary: 1
        case .neighbour(_, let isBefore): isBefore ? 0 : 1
        case .set, .anything: 0
        case .sequence(let parts), .choice(let parts): parts.map(\.lookAhead).max() ?? 0
        case .repeated(let node, _, _): node.lookAhead
        }
    }

    /// Lengths beyond this are all the same to us; keeps the sums from overflowing.
    private static func bounded(_ length: Int) -> Int { min(length, 1 << 24) }
}

extension PatternNode {
    /// Whether each match begins with one of the anchors (all in lower case).
    func begins(withOneOf anchors: [[UInt8]]) -> Bool {
        AnchorTrie(anchors).after(self, [AnchorTrie.root])?.isEmpty ?? false
    }

    /// The node as a list of parts that follow each other, groups without choice dissolved.
    var flattened: [PatternNode] {
        switch self {
        case .sequence(let parts): parts.flatMap(\.flattened)
        case .choice(let parts) where parts.count == 1: parts[0].flattened
        case .repeated(let node, 1, 1): node.flattened
        default: [self]
        }
    }

    /// Whether `\b` comes first in every match.
    var startsAtBoundary: Bool {
        switch self {
        case .boundary: true
        case .sequence(let parts): parts.first?.startsAtBoundary ?? false
        case .choice(let parts): parts.allSatisfy(\.startsAtBoundary)
        case .repeated(let node, let least, _): least > 0 && node.startsAtBoundary
        default: false
        }
    }

    /// The set, if the node matches exactly one byte.
    var oneByte: ByteSet? {
        switch self {
        case .set(let set): return set
        case .sequence(let parts): return parts.count == 1 ? parts[0].oneByte : nil
        case .choice(let parts):
            var union = ByteSet()
            for part in parts {
                guard let set = part.oneByte else { return nil }
                union = union.union(set)
            }
            return union
        case .repeated(let node, 1, 1): return node.oneByte
        default: return nil
        }
    }
}
