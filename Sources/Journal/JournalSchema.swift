/// The journal's tables and how older files become newer ones.
enum JournalSchema {
    /// "SLJ1": tells a journal from any other SQLite file.
    static let applicationID: Int64 = 0x534C_4A31
    /// One entry a version; entry 0 makes version 1.
    static let migrations = [
        """
        CREATE TABLE event(
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            body BLOB NOT NULL) STRICT;
        CREATE TABLE tally(
            id TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            emitted INTEGER NOT NULL,
            last_seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX tally_unsent ON tally(id) WHERE count > emitted;
        CREATE TABLE state(
            one INTEGER PRIMARY KEY CHECK(one = 1),
            journal TEXT NOT NULL,
            next INTEGER NOT NULL,
            head TEXT NOT NULL,
            floor INTEGER NOT NULL,
            floor_hash TEXT NOT NULL,
            acknowledged INTEGER NOT NULL,
            lost INTEGER NOT NULL,
            gap INTEGER NOT NULL,
            gap_first INTEGER NOT NULL) STRICT;
        PRAGMA application_id = 1397508657;
        """
    ]
}
