import Crypto
import Events

/// The journal's file: one connection, one thread at a time. All SQL stands in this type.
final class JournalStore {
    let path: String
    let options: JournalOptions
    let database: SQLite
    /// Id of this journal; another file has another.
    let journalID: String
    /// Highest sequence known to be on disk for good.
    var durableThrough: UInt64 = 0

    /// The mutable row of the file, as of the current transaction.
    struct State {
        var journal: String
        /// The next sequence number.
        var next: UInt64
        /// Hash of the last row.
        var head: String
        /// Highest evicted sequence, and its hash.
        var floor: UInt64
        var floorHash: String
        /// Highest sequence that needs no delivery any more.
        var acknowledged: UInt64
        /// Events that could never be written.
        var lost: UInt64
        /// Sequence of the last gap event that an eviction has left, and the first number that it names; zeros before there is one.
        var gap: UInt64
        var gapFirst: UInt64
    }

    /// Opens the file; makes it, its folder and its tables when absent.
    ///
    /// - Parameter isSuspect: look for damage whatever the file's size.
    init(path: String, options: JournalOptions, isSuspect: Bool = false) throws(JournalError) {
        self.path = path
        self.options = options
        if let failure = Platform.parentFolder(path).flatMap(Platform.makeFolder) ?? Platform.preparePrivateFile(path) {
            throw .cannotOpen(path: path, reason: failure)
        }
        database = try SQLite(path: path, writes: true, busyMilliseconds: options.busyMilliseconds, vfs: options.vfs)
        try Self.configure(database)
        try Self.migrate(database, path: path, now: options.now())
        if isSuspect || (Platform.fileSize(path) ?? 0) <= Self.maxCheckedBytes {
            try Self.check(database, path: path)
        }
        journalID = try Self.readState(database, path: path).journal
    }

    /// Files up to this size are checked whole when opened; larger ones only where they are read, to keep the start short.
    static let maxCheckedBytes: Int64 = 8 << 20

    private static func configure(_ database: SQLite) throws(JournalError) {
        // The first statement reads the file's header, so that a damaged file shows here.
        try database.execute("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -512; PRAGMA temp_store = MEMORY;")
        try database.execute("PRAGMA journal_mode = WAL;")
        try database.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 1048576;")
        // The log is folded in at 800 KiB, so that file and log together stay within the cap.
        try database.execute("PRAGMA wal_autocheckpoint = 200;")
    }

    private static func migrate(_ database: SQLite, path: String, now: UInt64) throws(JournalError) {
        let version = { () throws(JournalError) -> Int64 in
            try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        }
        let known = Int64(JournalSchema.migrations.count)
        guard try version() < known else {
            if try version() > known { throw .newerSchema(path: path, version: try version()) }
            return
        }
        try transaction(database, .normal) { () throws(JournalError) in
            // Another process may have done it in the meantime.
            var current = try version()
            while current < known {
                try database.execute(JournalSchema.migrations[Int(current)])
                if current == 0 {
                    try database.run(
                        "INSERT INTO state VALUES(1, ?, 1, ?, 0, ?, 0, 0, 0, 0)",
                        .text(EventID(milliseconds: now).description),
                        .text(Event.noHash), .text(Event.noHash))
                }
                current += 1
                try database.execute("PRAGMA user_version = \(current)")
            }
        }
    }

    private static func check(_ database: SQLite, path: String) throws(JournalError) {
        let result = try database.first("PRAGMA quick_check(1)") { $0.text(0) } ?? "no answer"
        guard result == "ok" else { throw .storage(path: path, code: 11, reason: "damaged: \(result.prefix(120))") }
    }

    static func readState(_ database: SQLite, path: String) throws(JournalError) -> State {
        let state = try database.first(
            "SELECT journal, next, head, floor, floor_hash, acknowledged, lost, gap, gap_first FROM state WHERE one = 1"
        ) { row in
            State(
                journal: row.text(0), next: row.sequence(1), head: row.text(2), floor: row.sequence(3),
                floorHash: row.text(4), acknowledged: row.sequence(5), lost: row.sequence(6), gap: row.sequence(7),
                gapFirst: row.sequence(8))
        }
        guard let state else { throw .storage(path: path, code: 11, reason: "damaged: no state row") }
        return state
    }

    func readState() throws(JournalError) -> State { try Self.readState(database, path: path) }

    private func writeState(_ state: State) throws(JournalError) {
        try database.run(
            """
            UPDATE state SET next = ?, head = ?, floor = ?, floor_hash = ?, acknowledged = ?, lost = ?, gap = ?, gap_first = ?
            WHERE one = 1
            """,
            .sequence(state.next), .text(state.head), .sequence(state.floor), .text(state.floorHash),
            .sequence(state.acknowledged), .sequence(state.lost), .sequence(state.gap), .sequence(state.gapFirst))
    }

    private static func transaction<Value>(
        _ database: SQLite, _ durability: Durability, _ body: () throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        // The pragma has no effect inside a transaction.
        try database.execute(durability == .full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
        try database.execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try database.execute("COMMIT")
            return value
        } catch {
            if database.isInTransaction { try? database.execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs `body` in one write transaction over the state row; everything is undone when it throws.
    ///
    /// - Parameter grows: whether the volume's reserve must be heeded, as for all that adds rows.
    func write<Value>(
        _ durability: Durability, grows: Bool = true, _ body: (inout State) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        if grows { try guardReserve() }
        let (value, last) = try Self.transaction(database, durability) { () throws(JournalError) -> (Value, UInt64) in
            var state = try readState()
            let value = try body(&state)
            try evict(&state)
            try writeState(state)
            return (value, state.next - 1)
        }
        if durability == .full { durableThrough = max(durableThrough, last) }
        return value
    }

    // MARK: Appending

    /// Gives the draft its place and writes it; a draft that is there already stays as it is.
    func append(_ draft: EventDraft, to state: inout State) throws(JournalError) -> Event {
        try insert(
            Event(
                content: draft, sequence: state.next, previousHash: state.head, device: options.device,
                productVersion: options.productVersion), to: &state)
    }

    private func insert(_ event: Event, to state: inout State) throws(JournalError) -> Event {
        guard let body = try? EventCoding.encode(event) else { throw .eventTooLarge }
        do {
            try database.run(
                "INSERT INTO event(sequence, id, body) VALUES(?, ?, ?)", .sequence(event.sequence),
                .text(event.content.id.description), .blob(body))
        } catch {
            if case .storage(_, let code, _) = error, SQLite.isConstraint(code), let known = try find(event.content.id)
            {
                return known
            }
            throw error
        }
        state.next += 1
        state.head = EventCoding.hash(body)
        return event
    }

    /// The event with this id, if the journal still holds it.
    func find(_ id: EventID) throws(JournalError) -> Event? {
        let body = try database.first("SELECT body FROM event WHERE id = ?", .text(id.description)) { $0.blob(0) }
        return body.flatMap { try? EventCoding.decode($0) }
    }

    // MARK: Repeats

    /// Adds one to the count of an event; false when the journal does not hold it any more.
    func bump(_ id: EventID) throws(JournalError) -> Bool {
        let key = SQLite.Value.text(id.description)
        guard try database.first("SELECT 1 FROM event WHERE id = ?", key, read: { _ in true }) != nil else {
            return false
        }
        try database.run(
            """
            INSERT INTO tally(id, count, emitted, last_seen) VALUES(?, 2, 1, ?)
            ON CONFLICT(id) DO UPDATE SET count = count + 1, last_seen = max(last_seen, excluded.last_seen)
            """, key, .sequence(options.now()))
        return true
    }

    /// Whether counts have grown that no update event tells yet.
    func hasUnsentTallies() throws(JournalError) -> Bool {
        try database.first("SELECT 1 FROM tally WHERE count > emitted LIMIT 1") { _ in true } ?? false
    }

    /// Writes an update event for each count that has grown. The update repeats the first event without its findings.
    func emitUpdates(to state: inout State) throws(JournalError) -> Int {
        var grown: [(id: String, count: UInt64, lastSeen: UInt64)] = []
        try database.each("SELECT id, count, last_seen FROM tally WHERE count > emitted") { row throws(JournalError) in
            grown.append((row.text(0), row.sequence(1), row.sequence(2)))
            return true
        }
        for tally in grown {
            if let id = EventID(tally.id), let first = try find(id) {
                let content = first.content.repeated(as: EventID(milliseconds: options.now()))
                _ = try insert(
                    Event(
                        content: content, sequence: state.next, previousHash: state.head, device: options.device,
                        productVersion: options.productVersion, count: tally.count, lastSeen: tally.lastSeen,
                        updates: id),
                    to: &state)
            }
            try database.run("UPDATE tally SET emitted = ? WHERE id = ?", .sequence(tally.count), .text(tally.id))
        }
        return grown.count
    }
}

extension SQLite.Value {
    /// Sequence numbers, counts and times stay far below 2^63.
    static func sequence(_ number: UInt64) -> SQLite.Value { .integer(Int64(clamping: number)) }
}

extension SQLite.Statement {
    func sequence(_ column: Int32) -> UInt64 { UInt64(clamping: integer(column)) }
}
