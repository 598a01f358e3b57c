import Events
import Foundation
import GRDB
import Primitives

extension SQLiteEventStore {
    /// Search texts that one search may match; further ones are left out.
    static let maxMatchedTexts = 5_000

    func events(
        matching filter: EventFilter, after: EventCursor?, limit: Int
    ) async throws(StoreFailure) -> EventPage {
        let limit = pageLimit(limit)
        return try await read { [self] db in
            let page = try rows(matching: filter, after: after, limit: limit, columns: "id, time", in: db)
            let events = try page.rows.compactMap { try stored($0[0], in: db) }
            return EventPage(events: events, next: page.next)
        }
    }

    func summaries(
        matching filter: EventFilter, after: EventCursor?, limit: Int
    ) async throws(StoreFailure) -> SummaryPage {
        let limit = pageLimit(limit)
        return try await read { [self] db in
            let page = try rows(matching: filter, after: after, limit: limit, columns: Self.summaryColumns, in: db)
            return SummaryPage(events: try page.rows.compactMap { try summary($0, in: db) }, next: page.next)
        }
    }

    func event(_ id: EventID) async throws(StoreFailure) -> StoredEvent? {
        try await read { [self] db in
            guard let number = try position(id, in: db) else { return nil }
            return try stored(number, in: db)
        }
    }

    func activity(
        matching filter: EventFilter, in range: Range<UInt64>, buckets: Int
    ) async throws(StoreFailure) -> [ActivityBucket] {
        try await read { [self] db in
            guard var query = try query(filter, in: db), buckets > 0 else { return [] }
            query.since = Int64(clamping: range.lowerBound)
            query.until = Int64(clamping: range.upperBound)
            let blocked = try names.numbers(.action, ["block", "justify"], in: db)
            let redacted = try names.numbers(.action, ["redact", "reroute"], in: db)
            var out = Array(repeating: ActivityBucket(), count: buckets)
            let width = max((query.until - query.since) / Int64(buckets), 1)
            facetIndex.forEachMatch(query) { time, action in
                let bucket = min(Int((time - query.since) / width), buckets - 1)
                if blocked.contains(action) {
                    out[bucket].blocked += 1
                } else if redacted.contains(action) {
                    out[bucket].redacted += 1
                } else {
                    out[bucket].other += 1
                }
            }
            return out
        }
    }

    func facets(matching filter: EventFilter) async throws(StoreFailure) -> Facets {
        try await read { [self] db in
            var facets = Facets(counts: [:], matching: 0, isPartial: false)
            guard let query = try query(filter, in: db) else { return facets }
            let counted = facetIndex.count(query)
            facets.matching = counted.matching
            facets.isPartial = counted.isPartial
            for (index, facet) in Facet.allCases.enumerated() {
                facets.counts[facet] = try named(counted.counts[index], facet: facet, in: db)
            }
            return facets
        }
    }

    func devices(limit: Int) async throws(StoreFailure) -> [DeviceSummary] {
        try await read { db in
            let devices = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, uid, hostname, system, version, first_seen, last_seen, events FROM device
                    ORDER BY last_seen DESC, id LIMIT ?
                    """, arguments: [limit])
            let journals = try db.cachedStatement(
                sql: """
                    SELECT uid, highest, contiguous, dropped, conflicts, last_seen,
                        (SELECT count(*) FROM record r WHERE r.journal = j.id AND r.sequence > j.contiguous)
                    FROM journal j WHERE device = ? ORDER BY last_seen DESC, id DESC LIMIT 20
                    """)
            return try devices.map { row in
                DeviceSummary(
                    uid: row[1], hostname: row[2], system: row[3], productVersion: row[4], lastSeen: row[6],
                    firstSeen: row[5],
                    journals: try Row.fetchAll(journals, arguments: [row[0] as Int64]).map(Self.journal),
                    events: row[7])
            }
        }
    }

    func totals() async throws(StoreFailure) -> StoreTotals {
        try await read { db in
            StoreTotals(
                events: try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0,
                devices: try Int.fetchOne(db, sql: "SELECT count(*) FROM device") ?? 0)
        }
    }

    // MARK: From rows

    private static let summaryColumns = """
        id, time, uid, kind, title, severity, action, classes, provider, destination, tier, model, application, user, device, made,
        last_seen, count, excerpt, mark_start, mark_end
        """

    private func pageLimit(_ limit: Int) -> Int { min(max(limit, 1), limits.maxPageEvents) }

    /// One page of rows; `columns` begin with id and time.
    private func rows(
        matching filter: EventFilter, after: EventCursor?, limit: Int, columns: String, in db: Database
    ) throws -> (rows: [Row], next: EventCursor?) {
        guard let query = try query(filter, in: db) else { return ([], nil) }
        var (conditions, arguments) = query.sql()
        if let after {
            conditions.append("(time, id) < (?, ?)")
            arguments += [Int64(clamping: after.milliseconds), after.number] as [any DatabaseValueConvertible]
        }
        let narrowing = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let rows = try Row.fetchAll(
            db, sql: "SELECT \(columns) FROM event \(narrowing) ORDER BY time DESC, id DESC LIMIT ?",
            arguments: StatementArguments(arguments + [limit + 1]))
        let shown = Array(rows.prefix(limit))
        let next = rows.count > limit ? shown.last.map { EventCursor(milliseconds: $0[1], number: $0[0]) } : nil
        return (shown, next)
    }

    /// An event with the count and last time of its updates.
    private func stored(_ number: Int64, in db: Database) throws -> StoredEvent? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT e.received, e.count, e.last_seen, j.uid, b.json FROM event e
                JOIN body b ON b.event = e.id JOIN journal j ON j.id = e.journal WHERE e.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [number]) else { return nil }
        let stored = try EventCoding.decode(Array(row[4] as Data))
        let count: Int64 = row[1]
        let event = Event(
            content: stored.content, sequence: stored.sequence, previousHash: stored.previousHash,
            device: stored.device, productVersion: stored.productVersion, count: UInt64(max(count, 1)),
            lastSeen: UInt64(max(row[2] as Int64, 0)), updates: stored.updates)
        return StoredEvent(event: event, received: UInt64(max(row[0] as Int64, 0)), journal: row[3])
    }

    private static func journal(_ row: Row) -> JournalSummary {
        let highest: Int64 = row[1]
        let contiguous: Int64 = row[2]
        let beyond: Int64 = row[6]
        return JournalSummary(
            id: row[0], highest: UInt64(max(highest, 0)), contiguous: UInt64(max(contiguous, 0)),
            missing: UInt64(max(highest - contiguous - beyond, 0)), dropped: row[3], conflicts: row[4], lastSeen: row[5]
        )
    }

    private func summary(_ row: Row, in db: Database) throws -> EventSummary? {
        guard let id = EventID(row[2] as String), let kind = EventKind(rawValue: row[3]) else { return nil }
        let name = { (column: Int) in try self.names.entry(row[column], in: db) }
        let device = try name(14)
        let start: Int? = row[19]
        let end: Int? = row[20]
        return EventSummary(
            id: id, kind: kind, title: try name(4)?.value ?? "", severity: row[5],
            action: try name(6).flatMap { RecordedAction(rawValue: $0.value) },
            classes: try name(7)?.value.split(separator: ",").map(String.init) ?? [],
            provider: try name(8)?.value, destination: try name(9)?.value, tier: try name(10)?.value,
            model: try name(11)?.value, application: try name(12)?.value, user: try name(13)?.value,
            device: device?.label ?? device?.value ?? "", milliseconds: row[15], lastSeen: row[16], count: row[17],
            excerpt: row[18], mark: start.flatMap { start in end.flatMap { start <= $0 ? start..<$0 : nil } })
    }

    private func named(_ counts: [Int64: Int], facet: Facet, in db: Database) throws -> [FacetCount] {
        var byValue: [String: FacetCount] = [:]
        for (number, count) in counts {
            guard let entry = try names.entry(number, in: db) else { continue }
            if facet == .dataClass {
                for name in entry.value.split(separator: ",").map(String.init) {
                    byValue[name, default: FacetCount(value: name, label: name, count: 0)].count += count
                }
            } else {
                byValue[entry.value] = FacetCount(
                    value: entry.value, label: entry.label ?? entry.value, count: count)
            }
        }
        return byValue.values.sorted { ($1.count, $0.value) < ($0.count, $1.value) }
    }

    // MARK: Filters

    private func position(_ id: EventID, in db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM event WHERE uid = ? ORDER BY id LIMIT 1"),
            arguments: [id.description])
            ?? Int64.fetchOne(
                db.cachedStatement(sql: "SELECT event FROM alias WHERE uid = ? ORDER BY event LIMIT 1"),
                arguments: [id.description])
    }

    /// The filter in numbers; nil when it can match nothing.
    private func query(_ filter: EventFilter, in db: Database) throws -> FacetIndex.Query? {
        var query = FacetIndex.Query(
            facets: [], since: Int64(clamping: filter.since ?? 0),
            until: filter.until.map { Int64(clamping: $0) } ?? .max)
        for facet in Facet.allCases {
            guard let values = filter.values[facet], !values.isEmpty else {
                query.facets.append(nil)
                continue
            }
            query.facets.append(
                facet == .dataClass
                    ? try names.classSets(holding: values, in: db)
                    : try names.numbers(facet.dimension, values, in: db))
        }
        switch filter.search.flatMap(SearchTerm.init) {
        case nil: break
        case .id(let id): query.uid = try position(id, in: db).map { .at($0) } ?? .nowhere
        case .short(let short):
            query.short = short
            query.words = try names.texts(holding: [short.lowercased()], limit: Self.maxMatchedTexts, in: db)
        case .words(let words):
            query.words = try names.texts(holding: words, limit: Self.maxMatchedTexts, in: db)
        }
        return query
    }
}

extension FacetIndex.Query {
    /// The conditions of a WHERE clause and their values.
    func sql() -> (conditions: [String], arguments: [any DatabaseValueConvertible]) {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        // Numbers of our own tables: safe to write out, and so no limit of bound values is met.
        let list = { (numbers: Set<Int64>) in numbers.sorted().map(String.init).joined(separator: ",") }
        for (facet, wanted) in zip(Facet.allCases, facets) {
            if let wanted { conditions.append("\(facet.column) IN (\(list(wanted)))") }
        }
        if since > 0 {
            conditions.append("time >= ?")
            arguments.append(since)
        }
        if until < .max {
            conditions.append("time < ?")
            arguments.append(until)
        }
        switch uid {
        case nil: break
        case .nowhere: conditions.append("0")
        case .at(let id):
            conditions.append("id = ?")
            arguments.append(id)
        }
        switch (short, words) {
        case (nil, nil): break
        case (let short?, let words):
            conditions.append("(short = ? OR words IN (\(list(words ?? []))))")
            arguments.append(short)
        case (nil, let words?): conditions.append("words IN (\(list(words)))")
        }
        return (conditions, arguments)
    }
}
