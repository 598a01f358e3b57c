import GRDB

/// The tables, as named steps that are only ever added to.
enum SQLiteSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("events") { db in try db.execute(sql: events) }
        return migrator
    }

    // `event` is narrow and read by the list; what a device sent stands in `body`, read for one event at a time.
    // Words that repeat (providers, users, titles) are numbers into `name`.
    private static let events = """
        CREATE TABLE name (
            id INTEGER PRIMARY KEY,
            dimension INTEGER NOT NULL,
            value TEXT NOT NULL,
            label TEXT,
            UNIQUE (dimension, value)
        ) STRICT;
        CREATE TABLE device (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            hostname TEXT, system TEXT, version TEXT,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            events INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX device_by_last_seen ON device (last_seen);
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            device INTEGER NOT NULL REFERENCES device (id),
            uid TEXT NOT NULL,
            contiguous INTEGER NOT NULL DEFAULT 0,
            highest INTEGER NOT NULL DEFAULT 0,
            dropped INTEGER NOT NULL DEFAULT 0,
            conflicts INTEGER NOT NULL DEFAULT 0,
            last_seen INTEGER NOT NULL,
            UNIQUE (device, uid)
        ) STRICT;
        CREATE TABLE record (
            journal INTEGER NOT NULL REFERENCES journal (id),
            sequence INTEGER NOT NULL,
            digest BLOB NOT NULL,
            PRIMARY KEY (journal, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conflict (
            journal INTEGER NOT NULL REFERENCES journal (id),
            sequence INTEGER NOT NULL,
            digest BLOB NOT NULL,
            seen INTEGER NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (journal, sequence, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            journal INTEGER NOT NULL REFERENCES journal (id),
            uid TEXT NOT NULL,
            short TEXT NOT NULL,
            time INTEGER NOT NULL,
            made INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            received INTEGER NOT NULL,
            count INTEGER NOT NULL,
            kind TEXT NOT NULL,
            severity TEXT,
            title INTEGER NOT NULL,
            words INTEGER NOT NULL,
            action INTEGER NOT NULL,
            classes INTEGER NOT NULL,
            tier INTEGER NOT NULL,
            provider INTEGER NOT NULL,
            destination INTEGER NOT NULL,
            model INTEGER NOT NULL,
            application INTEGER NOT NULL,
            user INTEGER NOT NULL,
            device INTEGER NOT NULL,
            excerpt TEXT, mark_start INTEGER, mark_end INTEGER,
            UNIQUE (uid, journal)
        ) STRICT;
        CREATE INDEX event_by_time ON event (time, id);
        CREATE INDEX event_by_action ON event (action, time, id);
        CREATE INDEX event_by_provider ON event (provider, time, id);
        CREATE INDEX event_by_application ON event (application, time, id);
        CREATE INDEX event_by_user ON event (user, time, id);
        CREATE INDEX event_by_device ON event (device, time, id);
        CREATE INDEX event_by_short ON event (short);
        CREATE TABLE body (event INTEGER PRIMARY KEY REFERENCES event (id), json BLOB NOT NULL) STRICT;
        CREATE TABLE alias (
            uid TEXT NOT NULL,
            event INTEGER NOT NULL REFERENCES event (id),
            PRIMARY KEY (uid, event)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX alias_by_event ON alias (event);
        """
}

/// What a number in `name` stands for.
enum Dimension: Int, CaseIterable {
    case none = 0, title, words, action, classes, tier, provider, destination, model, application, user, device
}

extension Facet {
    var dimension: Dimension {
        switch self {
        case .action: .action
        case .dataClass: .classes
        case .tier: .tier
        case .provider: .provider
        case .application: .application
        case .user: .user
        case .device: .device
        }
    }

    /// The column of `event`.
    var column: String {
        switch self {
        case .action: "action"
        case .dataClass: "classes"
        case .tier: "tier"
        case .provider: "provider"
        case .application: "application"
        case .user: "user"
        case .device: "device"
        }
    }
}
