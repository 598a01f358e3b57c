import Events
import Foundation
import GRDB
import Synchronization

/// Events in one SQLite file (WAL, `synchronous=FULL`), written by one connection with group commit and read by several.
final class SQLiteEventStore: EventStore {
    /// Largest accepted sequence number.
    static let maxSequence: UInt64 = 1 << 62
    /// How long a writer waits for another process's lock, in seconds.
    static let busySeconds = 5.0
    /// Connections that read at the same time.
    static let maxReaders = 4

    let pool: DatabasePool
    let names = NameTable()
    let facetIndex: FacetIndex
    let limits: CollectorLimits
    private let queue: CommitQueue

    /// Opens the file, or makes it with mode 0600 (the caller sets the umask), and brings its tables up to date.
    init(path: String, limits: CollectorLimits = .standard) throws(StoreFailure) {
        self.limits = limits
        facetIndex = FacetIndex(capacity: limits.maxCountedEvents)
        var configuration = Configuration()
        configuration.maximumReaderCount = Self.maxReaders
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.label = "events"
        // An error's text then holds the statement, never its values.
        configuration.publicStatementArguments = false
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL, which may lose the last commits when power fails; we answer 2xx for them.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA cache_size = -65536")
            }
            try SQLiteSchema.migrator.migrate(pool)
            let stored = try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0 }
            let writer = EventWriter(names: names, limits: limits, stored: stored)
            queue = CommitQueue(pool: pool, writer: writer, names: names, facetIndex: facetIndex, limits: limits)
            try fillFacetIndex(stored: stored)
        } catch {
            throw Self.failure(error)
        }
    }

    func append(_ batch: EventBatch, now: UInt64) async throws(StoreFailure) -> Committed {
        guard batch.oldest <= Self.maxSequence, batch.events.allSatisfy({ $0.sequence <= Self.maxSequence }) else {
            throw .sequenceTooLarge
        }
        let prepared: [PreparedEvent]
        do { prepared = try batch.events.map(PreparedEvent.init) } catch { throw Self.failure(error) }
        return try await queue.append(PreparedBatch(batch: batch, events: prepared, now: now))
    }

    func close() async {
        await queue.close()
        try? pool.close()
    }

    /// Runs a read, with the store's own errors.
    func read<Value: Sendable>(
        _ body: @Sendable @escaping (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        do { return try await pool.read(body) } catch { throw Self.failure(error) }
    }

    /// SQLite's code and message; the values of a statement stay out.
    static func failure(_ error: any Error) -> StoreFailure {
        switch error {
        case let failure as StoreFailure: failure
        case let error as DatabaseError:
            error.resultCode == .SQLITE_MISUSE
                ? .closed : .database("\(error.resultCode.rawValue) \(error.message ?? "no message")")
        case let failure as EventCoding.Failure: .database(failure.description)
        default: .database("\(type(of: error))")
        }
    }

    private func fillFacetIndex(stored: Int) throws {
        let columns = Facet.allCases.map(\.column).joined(separator: ", ")
        let rows = try pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, time, words, short, \(columns) FROM event ORDER BY id DESC LIMIT ?",
                arguments: [limits.maxCountedEvents])
        }
        facetIndex.append(
            rows.reversed().map { row in
                (
                    row[0],
                    FacetIndex.Row(
                        time: row[1], words: row[2], short: row[3],
                        facets: Facet.allCases.indices.map { row[4 + $0] as Int64 })
                )
            })
        if stored > rows.count { facetIndex.markPartial() }
    }
}
