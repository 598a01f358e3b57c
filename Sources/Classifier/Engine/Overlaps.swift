import Primitives

/// A finding that has not yet met its rivals.
struct Candidate {
    var finding: Finding
    var specificity: Int
    /// Whether the value was read through escapes that a view would resolve better.
    var isSuspect: Bool
}

/// Settles which of several findings over the same bytes stay.
enum Overlaps {
    /// Takes the groups of overlapping candidates that end by `frontier` out of `pending` and hands on what stays of them.
    ///
    /// Precondition: no later candidate starts before `frontier`.
    static func settle(_ pending: inout [Candidate], frontier: Int, emit: (Finding) -> Void) {
        guard !pending.isEmpty else { return }
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
            if reach > frontier { break }
            if end == start + 1 {
                emit(pending[start].finding)
            } else {
                for winner in winners(pending[start..<end]) { emit(winner) }
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

    private static func winners(_ group: ArraySlice<Candidate>) -> [Finding] {
        var chosen: [Finding] = []
        for candidate in group.sorted(by: beats)
        where !chosen.contains(where: { $0.span.overlaps(candidate.finding.span) }) {
            chosen.append(candidate.finding)
        }
        return chosen.sorted { $0.span < $1.span }
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
