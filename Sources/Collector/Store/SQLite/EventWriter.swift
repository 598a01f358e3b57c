import Events
import Foundation
import GRDB
import Primitives
import Synchronization

/// Writes batches inside a transaction that its caller commits.
final class EventWriter: Sendable {
    /// Events that one commit removes at most when the store is full: the removal keeps pace and no commit stalls.
    static let maxPrunedPerCommit = 2_000

    private let names: NameTable
    private let limits: CollectorLimits
    private struct Tally {
        var stored: Int
        var pruned = 0
    }
    private let tally: Mutex<Tally>

    init(names: NameTable, limits: CollectorLimits, stored: Int) {
        self.names = names
        self.limits = limits
        tally = Mutex(Tally(stored: stored))
    }

    /// Events in the table after the last commit.
    var stored: Int { tally.withLock { $0.stored } }

    func committed(added: Int) {
        tally.withLock { tally in
            tally.stored += added - tally.pruned
            tally.pruned = 0
        }
    }

    func rolledBack() { tally.withLock { $0.pruned = 0 } }

    /// Stores what is new in a batch and says how far the journal is held.
    func write(
        _ batch: PreparedBatch, added: inout [(id: Int64, row: FacetIndex.Row)], in db: Database
    ) throws -> Committed {
        let device = try deviceRow(batch, in: db)
        var journal = try journalRow(batch, device: device, in: db)
        var answer = Committed(contiguous: 0, stored: 0, duplicates: 0, conflicts: 0)
        for prepared in batch.events {
            let sequence = Int64(prepared.event.sequence)
            switch try claim(sequence, prepared, journal: journal, now: batch.now, in: db) {
            case .held: answer.duplicates += 1
            case .conflict: answer.conflicts += 1
            case .new:
                answer.stored += 1
                if let row = try insert(
                    prepared, device: batch.batch.device, journal: journal.id, now: batch.now, in: db)
                {
                    added.append(row)
                }
                if let gap = prepared.event.gap, gap.last >= gap.first {
                    journal.dropped = (journal.dropped &+ Int64(clamping: gap.last - gap.first) &+ 1) & Int64.max
                }
            }
            journal.highest = max(journal.highest, sequence)
        }
        journal.conflicts += Int64(answer.conflicts)
        journal.contiguous = max(journal.contiguous, Int64(batch.batch.oldest) - 1)
        try advance(&journal, in: db)
        try db.cachedStatement(
            sql: """
                UPDATE journal SET contiguous = ?, highest = ?, dropped = ?, conflicts = ?, last_seen = ? WHERE id = ?
                """
        ).execute(arguments: [
            journal.contiguous, journal.highest, journal.dropped, journal.conflicts, Int64(batch.now), journal.id,
        ])
        try db.cachedStatement(sql: "UPDATE device SET events = events + ? WHERE id = ?")
            .execute(arguments: [answer.stored, device])
        answer.contiguous = UInt64(max(journal.contiguous, 0))
        return answer
    }

    /// Removes the events that arrived first when there are more than may be kept. What a journal has delivered stays known through
    /// `contiguous`, so a pruned event is not taken again.
    func prune(in db: Database) throws {
        let excess = stored - limits.maxStoredEvents
        guard excess > 0 else { return }
        let count = min(excess, Self.maxPrunedPerCommit)
        guard
            let last = try Int64.fetchOne(
                db, sql: "SELECT id FROM event ORDER BY id LIMIT 1 OFFSET ?", arguments: [count - 1])
        else { return }
        try db.execute(sql: "DELETE FROM body WHERE event <= ?", arguments: [last])
        try db.execute(sql: "DELETE FROM alias WHERE event <= ?", arguments: [last])
        try db.execute(sql: "DELETE FROM event WHERE id <= ?", arguments: [last])
        let removed = db.changesCount
        try db.execute(
            sql: """
                DELETE FROM record WHERE (journal, sequence) IN (
                    SELECT r.journal, r.sequence FROM journal j CROSS JOIN record r ON r.journal = j.id
                    WHERE r.sequence <= j.contiguous - ? LIMIT ?)
                """, arguments: [limits.maxStoredEvents, count])
        tally.withLock { $0.pruned += removed }
    }

    // MARK: Rows

    private struct JournalRow {
        var id: Int64
        var contiguous: Int64
        var highest: Int64
        var dropped: Int64
        var conflicts: Int64
    }

    private enum Claim { case new, held, conflict }

    private func deviceRow(_ batch: PreparedBatch, in db: Database) throws -> Int64 {
        let record = batch.events.last?.event.device
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO device (uid, hostname, system, version, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                ON CONFLICT (uid) DO UPDATE SET hostname = coalesce(?2, hostname), system = coalesce(?3, system),
                    version = coalesce(?4, version), last_seen = max(last_seen, ?5)
                RETURNING id
                """)
        return try Int64.fetchOne(
            statement,
            arguments: [
                batch.batch.device, record?.hostname, record?.system, batch.events.last?.event.productVersion,
                Int64(batch.now),
            ]) ?? 0
    }

    private func journalRow(_ batch: PreparedBatch, device: Int64, in db: Database) throws -> JournalRow {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO journal (device, uid, last_seen) VALUES (?, ?, ?)
                ON CONFLICT (device, uid) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)
                RETURNING id, contiguous, highest, dropped, conflicts
                """)
        let row = try Row.fetchOne(statement, arguments: [device, batch.batch.journal, Int64(batch.now)])
        guard let row else { throw DatabaseError(message: "no journal row") }
        return JournalRow(id: row[0], contiguous: row[1], highest: row[2], dropped: row[3], conflicts: row[4])
    }

    /// Takes the name (journal, sequence) for these bytes, or says who holds it.
    private func claim(
        _ sequence: Int64, _ prepared: PreparedEvent, journal: JournalRow, now: UInt64, in db: Database
    ) throws -> Claim {
        let held = try Data.fetchOne(
            db.cachedStatement(sql: "SELECT digest FROM record WHERE journal = ? AND sequence = ?"),
            arguments: [journal.id, sequence])
        guard let held else {
            // Below the mark without a record: it was pruned, or is behind a gap that the device itself has declared.
            if sequence <= journal.contiguous { return .held }
            try db.cachedStatement(sql: "INSERT INTO record (journal, sequence, digest) VALUES (?, ?, ?)")
                .execute(arguments: [journal.id, sequence, prepared.digest])
            return .new
        }
        if held == prepared.digest { return .held }
        let kept = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM conflict WHERE journal = ?"), arguments: [journal.id])
        if kept ?? 0 < limits.maxConflictsPerJournal {
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO conflict (journal, sequence, digest, seen, json) VALUES (?, ?, ?, ?, ?)"
            ).execute(arguments: [journal.id, sequence, prepared.digest, Int64(now), prepared.json])
        }
        return .conflict
    }

    /// Moves the mark over all records that follow it without a hole.
    private func advance(_ journal: inout JournalRow, in db: Database) throws {
        guard journal.highest > journal.contiguous else { return }
        let sequences = try Int64.fetchCursor(
            db.cachedStatement(sql: "SELECT sequence FROM record WHERE journal = ? AND sequence > ? ORDER BY sequence"),
            arguments: [journal.id, journal.contiguous])
        while let sequence = try sequences.next(), sequence == journal.contiguous + 1 { journal.contiguous = sequence }
    }
}

extension EventWriter {
    /// Adds a first event, or lets an update raise the count of the one that it names. Gives the row for the facets of a new one.
    private func insert(
        _ prepared: PreparedEvent, device: String, journal: Int64, now: UInt64, in db: Database
    ) throws -> (id: Int64, row: FacetIndex.Row)? {
        let event = prepared.event
        let finding = event.finding.description
        let present = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM event WHERE uid = ? AND journal = ?"),
            arguments: [finding, journal])
        if let present {
            try db.cachedStatement(
                sql: "UPDATE event SET count = max(count, ?), last_seen = max(last_seen, ?) WHERE id = ?"
            ).execute(arguments: [Int64(clamping: event.count), Int64(clamping: event.lastSeen), present])
            if event.content.id != event.finding {
                try db.cachedStatement(sql: "INSERT OR IGNORE INTO alias (uid, event) VALUES (?, ?)")
                    .execute(arguments: [event.content.id.description, present])
            }
            return nil
        }
        let row = try facetRow(prepared, device: device, now: now, in: db)
        let id = try insertRow(prepared, row: row, journal: journal, now: now, in: db)
        try db.cachedStatement(sql: "INSERT INTO body (event, json) VALUES (?, ?)").execute(arguments: [
            id, prepared.json,
        ])
        return (id, row)
    }

    private func facetRow(_ prepared: PreparedEvent, device: String, now: UInt64, in db: Database) throws
        -> FacetIndex.Row
    {
        let event = prepared.event
        let facets = try Facet.allCases.map { facet in
            switch facet {
            case .action: try names.number(.action, event.action?.rawValue, in: db)
            case .dataClass: try names.number(.classes, prepared.classes, in: db)
            case .tier: try names.number(.tier, event.destination?.tier, in: db)
            case .provider:
                try names.number(
                    .provider, event.destination?.provider, label: event.destination?.providerName, in: db)
            case .application: try names.number(.application, event.origin?.application?.value, in: db)
            case .user: try names.number(.user, event.origin?.user, in: db)
            case .device: try names.number(.device, device, label: event.device.hostname, in: db)
            }
        }
        return FacetIndex.Row(
            time: Int64(clamping: prepared.sortTime(now: now)),
            words: try names.number(.words, prepared.words, in: db), short: event.finding.short, facets: facets)
    }

    private func insertRow(
        _ prepared: PreparedEvent, row: FacetIndex.Row, journal: Int64, now: UInt64, in db: Database
    ) throws -> Int64 {
        let event = prepared.event
        let destination = event.destination
        let columns = Facet.allCases.map(\.column).joined(separator: ", ")
        let arguments: [(any DatabaseValueConvertible)?] =
            [
                journal, event.finding.description, row.short, row.time, Int64(clamping: event.milliseconds),
                Int64(clamping: event.lastSeen), Int64(clamping: now), Int64(clamping: event.count),
                event.kind.rawValue, event.severity?.rawValue, try names.number(.title, event.title, in: db), row.words,
                try names.number(.destination, destination?.surfaceName ?? destination?.surface, in: db),
                try names.number(.model, destination?.model?.value, in: db),
                prepared.lead?.excerpt?.text, prepared.lead?.excerpt?.mark.start, prepared.lead?.excerpt?.mark.end,
            ] + row.facets
        let marks = Array(repeating: "?", count: arguments.count).joined(separator: ", ")
        try db.cachedStatement(
            sql: """
                INSERT INTO event (journal, uid, short, time, made, last_seen, received, count, kind, severity, title, words,
                    destination, model, excerpt, mark_start, mark_end, \(columns))
                VALUES (\(marks))
                """
        ).execute(arguments: StatementArguments(arguments))
        return db.lastInsertedRowID
    }
}
