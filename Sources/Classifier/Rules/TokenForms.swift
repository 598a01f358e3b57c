/// The forms that rules on long runs of letters, digits and `+ / _ -` look for.
struct TokenForms: Sendable {
    /// Patterns of letters and digits alone, looked for in stretches of nothing else.
    private(set) var plain = PositionAutomaton()
    /// Shortest match of those, in bytes.
    private(set) var plainLength = Int.max
    /// Patterns that may hold every byte of a run.
    private(set) var mixed = PositionAutomaton()
    /// Rules whose matches may leave the run that they are found by.
    private(set) var wide: [Int] = []
    private(set) var edges = WideEdges()
    /// Rules whose form isn't understood: tried at every run.
    private(set) var unknown: [Int] = []
    private var known: Set<Int> = []

    private static let alphanumeric = ByteSet.letters.union(.digits)
    /// Shorter stretches than this stand in every run.
    private static let minPlainLength = 8

    mutating func add(_ rule: CompiledRule) {
        guard known.insert(rule.index).inserted else { return }
        guard case .regex = rule.engine, let pattern = rule.pattern, pattern.maxLength != nil else {
            unknown.append(rule.index)
            return
        }
        if pattern.alphabet.isSubset(of: Self.alphanumeric), pattern.minLength >= Self.minPlainLength,
            plain.add(pattern, rule: rule.index) != nil
        {
            plainLength = min(plainLength, pattern.minLength)
        } else if pattern.alphabet.isSubset(of: .token), mixed.add(pattern, rule: rule.index) != nil {
            return
        } else if wide.count < WideEdges.maxRules, !pattern.alphabet.isSubset(of: .token) {
            edges.add(pattern, at: wide.count)
            wide.append(rule.index)
        } else {
            unknown.append(rule.index)
        }
    }
}

/// For each literal of a table the rules that it starts, as plain memory: written in `init` alone, freed in `deinit`.
final class LiteralRules: @unchecked Sendable {
    private let starts: UnsafeMutablePointer<Int32>
    private let rules: UnsafeMutablePointer<UInt16>
    private let count: Int

    init(_ lists: [[CompiledRule]]) {
        count = lists.count
        starts = .allocate(capacity: count + 1)
        rules = .allocate(capacity: max(1, lists.reduce(0) { $0 + $1.count }))
        var used = 0
        for (literal, list) in lists.enumerated() {
            (starts + literal).initialize(to: Int32(used))
            for rule in list {
                (rules + used).initialize(to: UInt16(rule.index))
                used += 1
            }
        }
        (starts + count).initialize(to: Int32(used))
    }

    deinit {
        starts.deallocate()
        rules.deallocate()
    }

    /// The indices of the rules. Valid as long as the table.
    @inline(__always)
    func of(_ literal: Int) -> UnsafeBufferPointer<UInt16> {
        precondition(literal >= 0 && literal < count, "a literal of the table")
        let start = Int(starts[literal])
        return UnsafeBufferPointer(start: rules + start, count: Int(starts[literal + 1]) - start)
    }
}
