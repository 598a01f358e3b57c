import Crypto
import Events

/// What `JournalReader.verify` has found.
public struct JournalVerification: Sendable, Hashable {
    /// Events in the file.
    public var events: UInt64 = 0
    /// First and last sequence in the file; nil when it is empty.
    public var first: UInt64?
    public var last: UInt64?
    /// Hash of the last event, in hex.
    public var head = ""
    /// Gap events in the file.
    public var gaps: [GapRecord] = []
    /// What does not fit, in words; empty when the journal is whole.
    public var problems: [String] = []

    /// Most problems that are told.
    public static let maxProblems = 20
}

/// Reads a journal beside its writers: for the command line and diagnosis. One thread at a time.
public final class JournalReader {
    private let path: String
    private let database: SQLite

    /// Opens the file for reading. Throws when there is none.
    public init(path: String) throws(JournalError) {
        guard Platform.exists(path) else { throw .cannotOpen(path: path, reason: "there is no such file") }
        self.path = path
        database = try SQLite(path: path, writes: false, busyMilliseconds: 5000, vfs: nil)
        try database.execute("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -512;")
        let application = try database.first("PRAGMA application_id") { $0.integer(0) }
        guard application == JournalSchema.applicationID else {
            throw .cannotOpen(path: path, reason: "it is not a journal of sluice")
        }
        let version = try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        guard version <= Int64(JournalSchema.migrations.count) else { throw .newerSchema(path: path, version: version) }
    }

    /// How the journal stands.
    public func status() throws(JournalError) -> JournalStatus {
        let state = try JournalStore.readState(database, path: path)
        return JournalStatus(last: state.next - 1, acknowledged: state.acknowledged, lost: state.lost)
    }

    /// Visits all events after `sequence` in order, until `visit` says false.
    public func each(
        after sequence: UInt64 = 0, _ visit: (StoredEvent) throws(JournalError) -> Bool
    ) throws(JournalError) {
        try database.each(
            "SELECT sequence, body FROM event WHERE sequence > ? ORDER BY sequence", .sequence(sequence)
        ) { row throws(JournalError) in try visit(StoredEvent(sequence: row.sequence(0), body: row.blob(1))) }
    }

    /// Visits all events from the newest to the oldest, until `visit` says false.
    public func eachBackwards(_ visit: (StoredEvent) throws(JournalError) -> Bool) throws(JournalError) {
        try database.each("SELECT sequence, body FROM event ORDER BY sequence DESC") { row throws(JournalError) in
            try visit(StoredEvent(sequence: row.sequence(0), body: row.blob(1)))
        }
    }

    /// Checks that no event was changed, taken out or put in: sequence numbers, hashes, gap events.
    ///
    /// - Parameter signingKey: the device's key; with it the gap events' signatures are checked too.
    public func verify(signingKey: [UInt8]? = nil) throws(JournalError) -> JournalVerification {
        var result = JournalVerification()
        // One read transaction: a writer's commit in the middle must not look like damage.
        try database.execute("BEGIN")
        defer { try? database.execute("ROLLBACK") }
        let state = try JournalStore.readState(database, path: path)
        var expected = state.floor + 1
        var previous = state.floorHash
        let complain = { (text: String) in
            if result.problems.count < JournalVerification.maxProblems { result.problems.append(text) }
        }
        try each { stored throws(JournalError) in
            if result.first == nil { result.first = stored.sequence }
            result.last = stored.sequence
            result.events += 1
            if stored.sequence != expected {
                complain("event \(expected) is missing: the next one is \(stored.sequence)")
            }
            expected = stored.sequence + 1
            let hash = EventCoding.hash(stored.body)
            defer { previous = hash }
            guard let event = try? EventCoding.decode(stored.body) else {
                complain("event \(stored.sequence) can't be read")
                return true
            }
            if event.sequence != stored.sequence {
                complain("event \(stored.sequence) says that it is \(event.sequence)")
            }
            if event.previousHash != previous {
                complain("event \(stored.sequence) does not follow on the one before: one of them was changed")
            }
            if let gap = event.gap {
                result.gaps.append(gap)
                if let signingKey, !Self.isSigned(gap, signingKey) {
                    complain("the gap event \(stored.sequence) is not signed by this device")
                }
            }
            return true
        }
        result.head = previous
        if expected != state.next {
            complain("the journal should end with event \(state.next - 1), but it ends with \(expected - 1)")
        }
        if previous != state.head { complain("the last event is not the one that the journal ended with") }
        return result
    }

    private static func isSigned(_ gap: GapRecord, _ key: [UInt8]) -> Bool {
        guard let signature = gap.signature.flatMap({ Hex.decode($0) }) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: JournalStore.signedGap(gap.first, gap.last, gap.lastHash),
            using: SymmetricKey(data: key))
    }
}
