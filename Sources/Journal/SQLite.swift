import CSQLite

/// One connection to a SQLite file: used by one thread at a time, closed with the last reference.
final class SQLite {
    let path: String
    private var handle: OpaquePointer?
    private var statements: [String: Statement] = [:]

    /// Opens the file, which must exist unless the connection may write.
    ///
    /// - Parameter vfs: name of a registered SQLite VFS; nil for the system's.
    init(path: String, writes: Bool, busyMilliseconds: Int32, vfs: String?) throws(JournalError) {
        self.path = path
        let access = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(
            path, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
        guard code == SQLITE_OK else {
            let failure = error(code)
            sqlite3_close_v2(handle)
            throw failure
        }
        sqlite3_busy_timeout(handle, busyMilliseconds)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs SQL without parameters and without a result.
    func execute(_ sql: String) throws(JournalError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code) }
    }

    /// Runs a statement that gives no rows.
    func run(_ sql: String, _ parameters: Value...) throws(JournalError) {
        let statement = try bound(sql, parameters)
        defer { statement.reset() }
        while try step(statement) {}
    }

    /// The first row's value, read by `read`; nil without a row.
    func first<Result>(
        _ sql: String, _ parameters: Value..., read: (Statement) -> Result
    ) throws(JournalError) -> Result? {
        let statement = try bound(sql, parameters)
        defer { statement.reset() }
        return try step(statement) ? read(statement) : nil
    }

    /// Calls `visit` for each row until it says false.
    func each(
        _ sql: String, _ parameters: Value..., visit: (Statement) throws(JournalError) -> Bool
    ) throws(JournalError) {
        let statement = try bound(sql, parameters)
        defer { statement.reset() }
        while try step(statement) {
            guard try visit(statement) else { return }
        }
    }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Whether a transaction is open; SQLite itself ends one on some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// The prepared statement for `sql`, kept for the next time.
    private func prepared(_ sql: String) throws(JournalError) -> Statement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(self.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw error(code) }
        let statement = Statement(handle)
        statements[sql] = statement
        return statement
    }

    private func bound(_ sql: String, _ parameters: [Value]) throws(JournalError) -> Statement {
        let statement = try prepared(sql)
        for (index, value) in parameters.enumerated() {
            let code = statement.bind(value, at: Int32(index + 1))
            if code != SQLITE_OK { throw error(code) }
        }
        return statement
    }

    private func step(_ statement: Statement) throws(JournalError) -> Bool {
        switch sqlite3_step(statement.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    private func error(_ code: Int32) -> JournalError {
        // SQLite's own words name tables and pages, never what is bound.
        let reason = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        return .storage(path: path, code: code, reason: reason.map { String(cString: $0) } ?? "unknown")
    }

    static func isCorruption(_ code: Int32) -> Bool {
        [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xFF)
    }

    static func isInputOutput(_ code: Int32) -> Bool { code & 0xFF == SQLITE_IOERR }

    static func isConstraint(_ code: Int32) -> Bool { code & 0xFF == SQLITE_CONSTRAINT }

    /// A parameter.
    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// A prepared statement.
    final class Statement {
        fileprivate let handle: OpaquePointer

        fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

        deinit { sqlite3_finalize(handle) }

        fileprivate func bind(_ value: Value, at index: Int32) -> Int32 {
            // SQLITE_TRANSIENT, a cast that the importer leaves out: SQLite copies the bytes at once.
            let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            switch value {
            case .integer(let number): return sqlite3_bind_int64(handle, index, number)
            case .text(let text): return sqlite3_bind_text(handle, index, text, -1, copies)
            case .blob(let bytes):
                // An empty array may have no address, which would bind NULL.
                if bytes.isEmpty { return sqlite3_bind_zeroblob(handle, index, 0) }
                return bytes.withUnsafeBytes {
                    sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), copies)
                }
            }
        }

        fileprivate func reset() {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }

        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

        func text(_ column: Int32) -> String {
            sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
        }

        func blob(_ column: Int32) -> [UInt8] {
            let count = Int(sqlite3_column_bytes(handle, column))
            guard count > 0, let start = sqlite3_column_blob(handle, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: count))
        }
    }
}
