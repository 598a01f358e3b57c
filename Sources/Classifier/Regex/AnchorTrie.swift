/// Follows what a pattern can begin with through the anchors of a rule, byte by byte, and gives up at the first way that leads past
/// them all. So the work is bounded by the anchors' length, whatever the pattern goes on to.
struct AnchorTrie {
    static let root = 0

    private struct Node {
        var children: [UInt8: Int] = [:]
        var isEnd = false
    }

    private var nodes = [Node()]

    /// Most bytes of a run that are followed; no anchor is longer.
    private static let maxSteps = Literal.maxBytes

    init(_ anchors: [[UInt8]]) {
        for anchor in anchors {
            var at = Self.root
            for byte in anchor {
                if let next = nodes[at].children[byte] {
                    at = next
                } else {
                    nodes.append(Node())
                    nodes[at].children[byte] = nodes.count - 1
                    at = nodes.count - 1
                }
            }
            nodes[at].isEnd = true
        }
    }

    /// The places in unfinished anchors after `node`, when it starts at each of `places`; nil if some match leads elsewhere.
    /// A way that has passed the end of an anchor is done and no longer in the list.
    func after(_ node: PatternNode, _ places: Set<Int>) -> Set<Int>? {
        if places.isEmpty { return [] }
        switch node {
        case .nothing, .neighbour, .boundary: return places
        case .anything: return nil
        case .set(let set): return step(set, places)
        case .sequence(let parts):
            var places = places
            for part in parts {
                guard let next = after(part, places) else { return nil }
                places = next
            }
            return places
        case .choice(let parts):
            var out: Set<Int> = []
            for part in parts {
                guard let next = after(part, places) else { return nil }
                out.formUnion(next)
            }
            return out
        case .repeated(let node, let least, let most): return repeated(node, least, most, places)
        }
    }

    private func repeated(_ node: PatternNode, _ least: Int, _ most: Int?, _ places: Set<Int>) -> Set<Int>? {
        var current = places
        for _ in 0..<min(least, Self.maxSteps) {
            guard let next = after(node, current) else { return nil }
            current = next
        }
        var out = current
        for _ in 0..<min((most ?? Int.max) - min(least, most ?? least), Self.maxSteps) where !current.isEmpty {
            guard let next = after(node, current) else { return nil }
            current = next.subtracting(out)
            out.formUnion(next)
        }
        return out
    }

    private func step(_ set: ByteSet, _ places: Set<Int>) -> Set<Int>? {
        var out: Set<Int> = []
        for place in places {
            // A set with more bytes than there are ways on leads past the anchors, but for letters that fold into one.
            guard set.count <= 2 * nodes[place].children.count else { return nil }
            for byte in set.members {
                guard let next = nodes[place].children[foldCase(byte)] else { return nil }
                if !nodes[next].isEnd { out.insert(next) }
            }
        }
        return out
    }
}
