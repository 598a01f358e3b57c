import Primitives

/// A finding that has not yet met its rivals.
struct Candidate {
    var finding: Finding
    var specificity: Int
    var kind: FindingKind
    /// Whether the value was read through escapes that a view would resolve better.
    var isSuspect: Bool
    var standing = Standing.plain

    /// What a checksum says of the value.
    enum Standing {
        /// Nothing: there is none.
        case plain
        /// It is right.
        case proven
        /// It is wrong. Never reported itself; what merely stands where a secret would is silenced over the same bytes.
        case refuted
    }
}

/// Settles which of several findings over the same bytes stay.
enum Overlaps {
    /// Longest chain of overlapping findings that is settled as one, in bytes; a longer one is cut at the frontier.
    static let maxGroupBytes = 2 * Scanner.blockBytes

    /// Takes the groups of overlapping candidates that end by `frontier` out of `pending` and hands on what stays of them.
    ///
    /// `settled` is the end of the last finding handed on: what a cut chain still brings before it is dropped.
    /// Precondition: no later candidate starts before `frontier`.
    static func settle(_ pending: inout [Candidate], frontier: Int, settled: inout Int, emit: (Finding) -> Void) {
        pending.removeAll { $0.finding.span.start < settled }
        guard !pending.isEmpty else { return }
        var last = settled
        defer { settled = last }
        pending.sort { precedes($0, $1) }
        var kept = pending.startIndex
        var start = pending.startIndex
        while start < pending.endIndex {
            var end = start + 1
            var reach = pending[start].finding.span.end
            while end < pending.endIndex, pending[end].finding.span.start < reach {
                reach = max(reach, pending[end].finding.span.end)
                end += 1
            }
            if reach > frontier, frontier - pending[start].finding.span.start <= maxGroupBytes { break }
            for winner in winners(pending[start..<end]) {
                emit(winner)
                last = max(last, winner.span.end)
            }
            start = end
            kept = end
        }
        pending.removeSubrange(pending.startIndex..<kept)
    }

    /// A total order, so that the result doesn't depend on the order of arrival.
    private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        if a.finding.span != b.finding.span { return a.finding.span < b.finding.span }
        if a.finding.rule != b.finding.rule { return a.finding.rule < b.finding.rule }
        if a.finding.views.count != b.finding.views.count { return a.finding.views.count < b.finding.views.count }
        return a.finding.confidence > b.finding.confidence
    }

    /// Without what a wrong checksum refutes: `token = ghp_...` whose last six characters don't fit is no token of any kind.
    private static func standing(_ group: ArraySlice<Candidate>) -> [Candidate] {
        let refuted = group.filter { $0.standing == .refuted }.map(\.finding.span)
        return group.filter { candidate in
            switch candidate.standing {
            case .refuted: false
            case .proven: true
            case .plain:
                candidate.kind != .secret
                    || !refuted.contains {
                        $0.start <= candidate.finding.span.start && candidate.finding.span.end <= $0.end
                    }
            }
        }
    }

    private static func winners(_ group: ArraySlice<Candidate>) -> [Finding] {
        if group.count == 1, let only = group.first { return only.standing == .refuted ? [] : [only.finding] }
        let group = group.contains { $0.standing == .refuted } ? standing(group)[...] : group
        // Ascending and apart, so that a binary search finds the one neighbour that may overlap.
        var chosen: [Finding] = []
        for candidate in group.sorted(by: beats) {
            let span = candidate.finding.span
            var low = 0
            var high = chosen.count
            while low < high {
                let middle = (low + high) / 2
                if chosen[middle].span.end <= span.start { low = middle + 1 } else { high = middle }
            }
            if low < chosen.count, chosen[low].span.start < span.end { continue }
            chosen.insert(candidate.finding, at: low)
        }
        return chosen
    }

    /// The most specific rule wins; between equals a clean reading, the higher score, the longer value, the plainer view.
    private static func beats(_ a: Candidate, _ b: Candidate) -> Bool {
        if a.isSuspect != b.isSuspect { return b.isSuspect }
        if a.specificity != b.specificity { return a.specificity > b.specificity }
        if a.finding.confidence != b.finding.confidence { return a.finding.confidence > b.finding.confidence }
        if a.finding.span.count != b.finding.span.count { return a.finding.span.count > b.finding.span.count }
        return precedes(a, b)
    }
}
