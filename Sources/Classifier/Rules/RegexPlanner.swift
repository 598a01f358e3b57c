/// Works out from a regex's shape how it is to be run at its anchors.
struct RegexPlanner {
    private let rule: RuleDefinition
    private let node: PatternNode?
    private let place: Place?

    /// Room after a match for `\b` and its like.
    private static let boundaryBytes = 4
    /// What a search sees before the anchor when the regex says nothing.
    private static let defaultBefore = 256
    /// What a regex without bound sees at first.
    private static let firstGrowthBytes = 512

    /// Where in a match an anchor always stands.
    private struct Place {
        /// Bytes from the match's start.
        var range: ClosedRange<Int>
        /// The pattern from the anchor on.
        var rest: PatternNode
        /// Whether `\b` stands right before the anchor.
        var isAtBoundary: Bool
    }

    init(rule: RuleDefinition, node: PatternNode?) {
        self.rule = rule
        self.node = node
        place = node.flatMap { Self.place(of: rule.anchors, in: $0) }
    }

    var run: RulePlan.Run {
        let longest = node?.maxLength.map { min($0, ScanLimits.maxWindowBytes) }
        let ahead = min(node?.lookAhead ?? 0, ScanLimits.maxWindowBytes) + Self.boundaryBytes
        var after = min((longest ?? Self.firstGrowthBytes) + ahead, ScanLimits.maxWindowBytes)
        // A window of its own only narrows what the rule sees when each match has an anchor at a known place.
        let place = self.place?.range
        let mayGrow = longest == nil && rule.window == nil
        if let window = rule.window { after = place == nil ? window.after : min(after, window.after) }
        let isAtOnePlace = place?.count == 1
        let before: Int
        if let place {
            before = min(place.upperBound, rule.window?.before ?? Scanner.maxLookBack)
        } else {
            before = rule.window?.before ?? min(longest ?? Self.defaultBefore, Scanner.maxLookBack)
        }
        return RulePlan.Run(
            group: rule.secretGroup ?? 1,
            anchorOffset: isAtOnePlace ? place?.lowerBound : nil, before: before, after: after, mayGrow: mayGrow,
            coversAnchor: place != nil || rule.window == nil && hasLiteralsOnly, leastOffset: place?.lowerBound ?? 0)
    }

    private var hasLiteralsOnly: Bool { Self.literalBytes(rule.anchors) != nil }

    private static let pemBegin = Array("-----BEGIN".utf8)

    /// The anchors in lower case; nil if one is a shape.
    static func literalBytes(_ anchors: [Anchor]) -> [[UInt8]]? {
        var literals: [[UInt8]] = []
        for anchor in anchors {
            switch anchor {
            case .literal(let bytes, _): literals.append(bytes.map(foldCase))
            case .shape(.pem): literals.append(pemBegin.map(foldCase))
            case .shape(.alone): continue
            case .shape: return nil
            }
        }
        return literals
    }

    private static func place(of anchors: [Anchor], in node: PatternNode) -> Place? {
        guard let literals = literalBytes(anchors) else { return nil }
        let parts = node.flattened
        var low = 0
        var high = 0
        var isAtBoundary = false
        for index in parts.indices {
            let rest = PatternNode.sequence(Array(parts[index...]))
            if rest.begins(withOneOf: literals) {
                return Place(range: low...high, rest: rest, isAtBoundary: isAtBoundary)
            }
            guard let longest = parts[index].maxLength else { return nil }
            if case .boundary = parts[index] { isAtBoundary = true } else if longest > 0 { isAtBoundary = false }
            low += parts[index].minLength
            high += longest
            if high > Scanner.maxLookBack { return nil }
        }
        return nil
    }

    /// The rule's literal anchors for the shared table, with the bytes that may stand around them.
    var literals: [Literal] {
        rule.anchors.compactMap { anchor in
            switch anchor {
            case .literal(let bytes, let isCaseSensitive): literal(bytes, isCaseSensitive)
            case .shape(.pem): Literal(bytes: Self.pemBegin, isCaseSensitive: true)
            case .shape: nil
            }
        }
    }

    private func literal(_ bytes: [UInt8], _ isCaseSensitive: Bool) -> Literal? {
        let folded = bytes.map(foldCase)
        var literal = Literal(bytes: isCaseSensitive ? bytes : folded, isCaseSensitive: isCaseSensitive)
        guard let place else { return literal }
        // `\b` may stand inside a group as well.
        if place.isAtBoundary || place.rest.startsAtBoundary, let first = bytes.first, isWordByte(first) {
            literal.lead = ByteSet.word.inverted
        }
        if let tail = PatternTail.bytes(after: folded, in: place.rest, count: Literal.tailCount) {
            // Another anchor stands in each match that this one could stand in.
            if tail[0] == ByteSet() { return nil }
            literal.tail = tail
        }
        return literal
    }
}
