/// Finds a regex's own anchors: literals of which at least one stands in every match.
public enum AnchorFinder {
    /// What was found for a regex.
    public struct Choice: Sendable, Hashable {
        /// At least one stands in every match.
        public var anchors: [Anchor]
        /// How rare the most common of them is, in bits: about 4 a byte.
        public var rarity: Double
    }

    /// The rarest set of literals; nil if the regex isn't understood or has none.
    ///
    /// Literals at a known distance from a match's start are preferred, since the engine then tries one place and not a window.
    public static func anchors(of regex: String) -> Choice? {
        guard let node = PatternParser.parse(regex), let found = LiteralSearch.best(node), found.rarity > 0 else {
            return nil
        }
        let anchors = found.literals.map { literal in
            Anchor.literal(literal.folds ? literal.bytes.map(foldCase) : literal.bytes, caseSensitive: !literal.folds)
        }
        return Choice(anchors: Array(Set(anchors)).sorted(by: comesFirst), rarity: found.rarity)
    }

    /// Whether every match of the regex holds one of the words, without regard to case; false if that isn't known.
    public static func holds(_ regex: String, oneOf words: [String]) -> Bool {
        guard let node = PatternParser.parse(regex) else { return false }
        let words = words.map { $0.utf8.map(foldCase) }
        return LiteralSearch.candidates(node).contains { candidate in
            candidate.literals.allSatisfy { literal in
                let text = literal.bytes.map(foldCase)
                return words.contains { contains(text, $0) }
            }
        }
    }

    fileprivate static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }

    private static func comesFirst(_ a: Anchor, _ b: Anchor) -> Bool {
        guard case .literal(let first, _) = a, case .literal(let second, _) = b else { return false }
        return first.lexicographicallyPrecedes(second)
    }
}

/// Walks a pattern for sets of literals.
private struct LiteralSearch {
    struct Literal: Hashable {
        var bytes: [UInt8]
        /// One byte of it stands for both cases of a letter.
        var folds: Bool

        static func + (a: Literal, b: Literal) -> Literal {
            Literal(bytes: a.bytes + b.bytes, folds: a.folds || b.folds)
        }
    }

    struct Candidate {
        var literals: Set<Literal>
        var rarity: Double
    }

    /// Most literals in one set, and most alternatives that are written out.
    private static let maxLiterals = 96
    /// Bytes of a literal beyond which more makes nothing rarer.
    private static let maxBytes = 16
    /// Most sets that are compared in one pattern; keeps the work within bounds for any regex.
    private static let maxCandidates = 2_000
    /// What a literal far from the match's start, or at an unknown distance, loses.
    private static let farBits = 10.0
    /// A set this rare is rare enough: beyond it, the nearer to the start the better.
    private static let enoughBits = 26.0

    static func best(_ node: PatternNode) -> Candidate? {
        candidates(node).max { min($0.rarity, enoughBits) < min($1.rarity, enoughBits) }
    }

    static func candidates(_ node: PatternNode) -> [Candidate] {
        var out: [Candidate] = []
        collect(node, isNear: true, &out, depth: 0)
        return out
    }

    private static func collect(_ node: PatternNode, isNear: Bool, _ out: inout [Candidate], depth: Int) {
        guard depth < 100, out.count < maxCandidates else { return }
        let parts = node.flattened
        var near: Int? = isNear ? 0 : nil
        for start in parts.indices {
            runs(parts, from: start, isNear: near != nil, &out)
            switch parts[start] {
            case .choice(let branches): union(branches, isNear: near != nil, &out, depth: depth + 1)
            case .repeated(let inner, let least, _) where least > 0:
                collect(inner, isNear: near != nil, &out, depth: depth + 1)
            default: break
            }
            // Beyond this a search from the start of what may match would cost more than it finds.
            near = parts[start].maxLength.flatMap { length in near.map { $0 + length } }
            if let distance = near, distance > 256 { near = nil }
        }
    }

    /// Every run of parts from `start` on that can be written out.
    private static func runs(
        _ parts: [PatternNode], from start: Int, isNear: Bool, _ out: inout [Candidate]
    ) {
        var run: Set<Literal> = [Literal(bytes: [], folds: false)]
        for part in parts[start...] {
            guard let next = written(part), run.count * next.count <= maxLiterals, out.count < maxCandidates else {
                return
            }
            var longer: Set<Literal> = []
            for left in run { for right in next { longer.insert(left + right) } }
            let isLonger = longer != run
            run = longer
            let shortest = run.map(\.bytes.count).min() ?? 0
            if shortest > 0, isLonger { add(run, isNear: isNear, &out) }
            if shortest >= maxBytes { return }
        }
    }

    /// One literal of each branch will do, if each branch has one.
    private static func union(
        _ branches: [PatternNode], isNear: Bool, _ out: inout [Candidate], depth: Int
    ) {
        var all: Set<Literal> = []
        for branch in branches {
            var inner: [Candidate] = []
            collect(branch, isNear: isNear, &inner, depth: depth)
            guard let best = inner.max(by: { min($0.rarity, enoughBits) < min($1.rarity, enoughBits) }) else { return }
            all.formUnion(best.literals)
            if all.count > maxLiterals { return }
        }
        add(all, isNear: isNear, &out)
    }

    private static func add(_ literals: Set<Literal>, isNear: Bool, _ out: inout [Candidate]) {
        let cut = Set(literals.map { Literal(bytes: Array($0.bytes.prefix(maxBytes)), folds: $0.folds) })
        // A part of a character has no place in a rule file, which is UTF-8.
        guard cut.allSatisfy({ String(validating: $0.bytes, as: UTF8.self) != nil }) else { return }
        guard let least = cut.map(rarity).min() else { return }
        var spread = 0.0
        var count = cut.count
        while count > 1 {
            spread += 0.5
            count /= 2
        }
        let bits = least - spread - (isNear ? 0 : farBits)
        out.append(Candidate(literals: cut, rarity: bits))
    }

    /// Words that stand in every other file: they trigger, but seldom lead to anything.
    private static let common: [[UInt8]] = [
        "secret", "token", "password", "passwd", "key", "api", "access", "auth", "user", "client", "http", "https",
        "https://", "http://", "://", ".com", ".com/", "name", "data", "kind:", "true", "id", "com", "www.", "account",
        "session", "storage", "azure", "google", "github", "private",
    ].map { Array($0.utf8) }

    private static func rarity(_ literal: Literal) -> Double {
        let folded = literal.bytes.map(foldCase)
        // Below three bytes the engine accepts a literal only where its neighbours tell it apart: small letters seldom are.
        let isSmall = literal.bytes.count == 2 && folded.allSatisfy(isASCIILetter)
        if literal.bytes.count < 2 || isSmall && (literal.folds || literal.bytes == folded) { return -100 }
        if common.contains(where: { AnchorFinder.contains($0, folded) }) { return 8 }
        var bits = literal.bytes.count == 2 ? -6.0 : 0
        for byte in literal.bytes {
            if byte == 0x20 || byte == 0x0A || byte == 0x2D {
                bits += 1.5
            } else if isASCIILetter(byte) {
                bits += literal.folds ? 3.2 : ByteSet.upper.contains(byte) ? 4.6 : 3.6
            } else {
                bits += 4
            }
        }
        return bits
    }

    /// Everything that the node matches, if that is little.
    private static func written(_ node: PatternNode) -> Set<Literal>? {
        switch node {
        case .nothing, .neighbour, .boundary: return [Literal(bytes: [], folds: false)]
        case .anything: return nil
        case .set(let set): return written(set)
        case .sequence(let parts):
            var run: Set<Literal> = [Literal(bytes: [], folds: false)]
            for part in parts {
                guard let next = written(part), run.count * next.count <= maxLiterals else { return nil }
                var longer: Set<Literal> = []
                for left in run { for right in next { longer.insert(left + right) } }
                run = longer
                if run.contains(where: { $0.bytes.count > 4 * maxBytes }) { return nil }
            }
            return run
        case .choice(let branches):
            var all: Set<Literal> = []
            for branch in branches {
                guard let next = written(branch) else { return nil }
                all.formUnion(next)
                if all.count > maxLiterals { return nil }
            }
            return all
        case .repeated(let inner, let least, let most):
            guard let most, most <= 8 else { return nil }
            return written(.choice((least...max(least, most)).map { .sequence(Array(repeating: inner, count: $0)) }))
        }
    }

    private static func written(_ set: ByteSet) -> Set<Literal>? {
        guard set.count <= 16 else { return nil }
        var all: Set<Literal> = []
        for byte in set.members {
            let other = isASCIILetter(byte) ? byte ^ 0x20 : byte
            let folds = other != byte && set.contains(other)
            all.insert(Literal(bytes: [folds ? foldCase(byte) : byte], folds: folds))
        }
        return all
    }
}
