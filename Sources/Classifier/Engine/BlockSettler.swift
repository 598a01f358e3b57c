import Primitives

/// What one block of an input has brought, before it meets what its neighbours have.
public struct BlockFindings: Sendable {
    var candidates: [Candidate]
    var incomplete: IncompleteReason?
}

/// Puts the findings of an input's blocks together, in the blocks' order: the same for one thread and for many.
public struct BlockSettler: Sendable {
    private let maxFindings: Int
    private var pending: [Candidate] = []
    private var emitted = 0
    /// End of the last finding handed on.
    private var settled = 0
    /// Why not everything was looked at; nil if it was.
    public private(set) var incomplete: IncompleteReason?
    /// No finding that is still to come begins before this offset.
    public private(set) var frontier = 0

    /// Longest way back from `frontier` to the start of a finding that is emitted next, in bytes: an overlap group that was kept
    /// open, and a value.
    public static let maxReachBack = Overlaps.maxGroupBytes + Scanner.maxLookBack + ScanLimits.maxWindowBytes

    /// Makes a settler for one input.
    public init(_ limits: ScanLimits = .standard) { maxFindings = limits.maxFindings }

    /// Takes what the block at absolute offset `block` has brought and emits what no later block can change, in order.
    public mutating func add(_ findings: BlockFindings, block: Int, isLast: Bool, emit: (Finding) -> Void) {
        var candidates = findings.candidates
        let end = block + Scanner.blockBytes - Scanner.maxLookBack
        take(&candidates, findings.incomplete, frontier: isLast ? .max : end, emit: emit)
    }

    /// The same for a scanner that hands on its own list, which is empty afterwards.
    mutating func take(
        _ candidates: inout [Candidate], _ reason: IncompleteReason?, frontier bound: Int, emit: (Finding) -> Void
    ) {
        if pending.isEmpty { swap(&pending, &candidates) } else { pending += candidates }
        candidates.removeAll(keepingCapacity: true)
        if incomplete == nil { incomplete = reason }
        var count = emitted
        let limit = maxFindings
        Overlaps.settle(&pending, frontier: bound, settled: &settled) { finding in
            if count < limit { emit(finding) }
            count += 1
        }
        emitted = count
        if count > limit, incomplete == nil { incomplete = .findings }
        frontier = min(bound, pending.first?.finding.span.start ?? bound)
    }
}
