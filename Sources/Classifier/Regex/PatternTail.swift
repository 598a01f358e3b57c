/// Follows a pattern past a literal, to learn which bytes may come next.
struct PatternTail {
    private let literal: [UInt8]
    private var sets: [ByteSet]
    private var steps = 0

    private static let maxSteps = 10_000

    private struct TooComplex: Error {}

    private init(_ literal: [UInt8], count: Int) {
        self.literal = literal
        sets = [ByteSet](repeating: ByteSet(), count: count)
    }

    /// For each of the `count` places after `literal` (in lower case), the bytes that a match which begins with it may hold
    /// there; nil if that isn't known. Where a match may end, any byte may follow.
    static func bytes(after literal: [UInt8], in node: PatternNode, count: Int) -> [ByteSet]? {
        var tail = PatternTail(literal, count: count)
        do {
            try tail.walk([node], at: 0)
        } catch { return nil }
        return tail.sets
    }

    /// `rest` is what is still to be matched, the next part last.
    private mutating func walk(_ rest: [PatternNode], at place: Int) throws {
        steps += 1
        if steps > Self.maxSteps { throw TooComplex() }
        let ahead = place - literal.count
        if ahead >= sets.count { return }
        var rest = rest
        guard let node = rest.popLast() else {
            if ahead >= 0 { for index in ahead..<sets.count { sets[index] = .all } }
            return
        }
        switch node {
        case .anything: throw TooComplex()
        case .nothing, .neighbour, .boundary: try walk(rest, at: place)
        case .set(let set):
            if ahead >= 0 {
                sets[ahead] = sets[ahead].union(set)
            } else if !set.caseless.contains(literal[place]) {
                return
            }
            try walk(rest, at: place + 1)
        case .sequence(let parts): try walk(rest + parts.reversed(), at: place)
        case .choice(let parts): for part in parts { try walk(rest + [part], at: place) }
        case .repeated(let inner, let least, let most):
            if least == 0 { try walk(rest, at: place) }
            guard most.map({ $0 > 0 }) ?? true, inner.maxLength != 0 else { return }
            let more = PatternNode.repeated(inner, min: max(0, least - 1), max: most.map { $0 - 1 })
            try walk(rest + [more, inner], at: place)
        }
    }
}
