import Synchronization

/// The facets of the newest events, in memory: the sidebar counts without touching the disk.
///
/// Derived from the table: built at start, added to after each commit, bounded to the newest `capacity` by arrival.
final class FacetIndex: Sendable {
    /// One event, as numbers of `name`.
    struct Row: Sendable {
        var time: Int64
        var words: Int64
        var short: String
        /// In the order of `Facet.allCases`.
        var facets: [Int64]
    }

    /// A filter with its words turned into numbers. Nil: not narrowed.
    struct Query: Sendable {
        var facets: [Set<Int64>?]
        var since: Int64
        var until: Int64
        var words: Set<Int64>?
        var short: String?
        var uid: EventPosition?
    }

    /// Where an id stands: nothing, or one event.
    enum EventPosition: Sendable { case nowhere, at(Int64) }

    struct Counts {
        /// In the order of `Facet.allCases`: number of the value -> events.
        var counts: [[Int64: Int]]
        var matching = 0
        var isPartial = false
    }

    private struct Ring {
        var rows: [Row] = []
        var ids: [Int64] = []
        var next = 0
        var isPartial = false
    }

    private let capacity: Int
    private let ring = Mutex(Ring())

    init(capacity: Int) { self.capacity = capacity }

    func append(_ new: [(id: Int64, row: Row)]) {
        ring.withLock { ring in
            for (id, row) in new {
                if ring.rows.count < capacity {
                    ring.rows.append(row)
                    ring.ids.append(id)
                } else {
                    ring.rows[ring.next] = row
                    ring.ids[ring.next] = id
                    ring.next = (ring.next + 1) % capacity
                    ring.isPartial = true
                }
            }
        }
    }

    func markPartial() { ring.withLock { $0.isPartial = true } }

    /// Counts in one pass: an event that passes all filters counts for every facet, one that fails a single facet's filter counts for that facet,
    /// since it would show if another value were chosen there.
    func count(_ query: Query) -> Counts {
        ring.withLock { ring in
            var out = Counts(counts: Array(repeating: [:], count: Facet.allCases.count), isPartial: ring.isPartial)
            for (index, row) in ring.rows.enumerated() {
                guard row.time >= query.since, row.time < query.until, query.accepts(row, id: ring.ids[index]) else {
                    continue
                }
                var failed = -1
                var failures = 0
                for (facet, wanted) in query.facets.enumerated() {
                    if let wanted, !wanted.contains(row.facets[facet]) {
                        failed = facet
                        failures += 1
                    }
                }
                if failures == 0 {
                    out.matching += 1
                    for facet in row.facets.indices { out.counts[facet][row.facets[facet], default: 0] += 1 }
                } else if failures == 1 {
                    out.counts[failed][row.facets[failed], default: 0] += 1
                }
            }
            return out
        }
    }

    /// Calls `body` with time and action of each event that passes the whole filter.
    func forEachMatch(_ query: Query, _ body: (Int64, Int64) -> Void) {
        let action = Facet.allCases.firstIndex(of: .action) ?? 0
        ring.withLock { ring in
            for (index, row) in ring.rows.enumerated() {
                guard row.time >= query.since, row.time < query.until, query.accepts(row, id: ring.ids[index]) else {
                    continue
                }
                let passes = zip(query.facets, row.facets).allSatisfy { wanted, value in wanted?.contains(value) ?? true
                }
                if passes { body(row.time, row.facets[action]) }
            }
        }
    }
}

extension FacetIndex.Query {
    func accepts(_ row: FacetIndex.Row, id: Int64) -> Bool {
        switch uid {
        case .nowhere: return false
        case .at(let wanted): return wanted == id
        case nil: break
        }
        if short == nil, words == nil { return true }
        return row.short == short || words?.contains(row.words) == true
    }
}
