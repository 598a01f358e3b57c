import GRDB
import Synchronization

/// The words behind the numbers of `name`, with a bounded memory of those in use.
///
/// Number 0 is "no value". Only the writer adds; a reader meets a number only in a committed row.
final class NameTable: Sendable {
    /// Names held in memory; when full the memory begins anew.
    static let maxRemembered = 100_000

    struct Key: Hashable {
        var dimension: Dimension
        var value: String
    }
    struct Entry: Sendable {
        var value: String
        var label: String?
    }
    private struct Memory {
        var numbers: [Key: Int64] = [:]
        var entries: [Int64: Entry] = [:]
    }
    private let memory = Mutex(Memory())

    /// The number of a value, added when new; a new label takes the place of the old one.
    func number(_ dimension: Dimension, _ value: String?, label: String? = nil, in db: Database) throws -> Int64 {
        guard let value else { return 0 }
        let key = Key(dimension: dimension, value: value)
        let known = memory.withLock { memory in
            memory.numbers[key].flatMap { number in
                label == nil || memory.entries[number]?.label == label ? number : nil
            }
        }
        if let known { return known }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO name (dimension, value, label) VALUES (?, ?, ?)
                ON CONFLICT (dimension, value) DO UPDATE SET label = coalesce(excluded.label, label) RETURNING id, label
                """)
        guard let row = try Row.fetchOne(statement, arguments: [dimension.rawValue, value, label]) else { return 0 }
        let number: Int64 = row[0]
        remember(number, key: key, entry: Entry(value: value, label: row[1]))
        return number
    }

    /// The words behind a number; nil for 0.
    func entry(_ number: Int64, in db: Database) throws -> Entry? {
        guard number != 0 else { return nil }
        if let known = memory.withLock({ $0.entries[number] }) { return known }
        let statement = try db.cachedStatement(sql: "SELECT dimension, value, label FROM name WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [number]) else { return nil }
        let entry = Entry(value: row[1], label: row[2])
        if let dimension = Dimension(rawValue: row[0]) {
            remember(number, key: Key(dimension: dimension, value: entry.value), entry: entry)
        }
        return entry
    }

    /// The numbers of the given values; unknown ones are left out.
    func numbers(_ dimension: Dimension, _ values: [String], in db: Database) throws -> Set<Int64> {
        let statement = try db.cachedStatement(sql: "SELECT id FROM name WHERE dimension = ? AND value = ?")
        var out: Set<Int64> = []
        for value in values {
            if let number = try Int64.fetchOne(statement, arguments: [dimension.rawValue, value]) {
                out.insert(number)
            }
        }
        return out
    }

    /// Numbers of the class sets that hold any of the given classes.
    func classSets(holding classes: [String], in db: Database) throws -> Set<Int64> {
        let wanted = Set(classes)
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, value FROM name WHERE dimension = ?", arguments: [Dimension.classes.rawValue])
        return Set(
            rows.compactMap { row in
                let members = (row[1] as String).split(separator: ",").map(String.init)
                return members.contains(where: wanted.contains) ? row[0] as Int64 : nil
            })
    }

    /// Numbers of the search texts that hold all the words.
    func texts(holding words: [String], limit: Int, in db: Database) throws -> Set<Int64> {
        let condition = words.map { _ in "AND instr(value, ?) > 0" }.joined(separator: " ")
        let arguments: [any DatabaseValueConvertible] = [Dimension.words.rawValue] + words + [limit]
        return Set(
            try Int64.fetchAll(
                db, sql: "SELECT id FROM name WHERE dimension = ? \(condition) LIMIT ?",
                arguments: StatementArguments(arguments)))
    }

    /// Forgets all: after a roll-back, numbers in memory may stand for nothing.
    func forget() { memory.withLock { $0 = Memory() } }

    private func remember(_ number: Int64, key: Key, entry: Entry) {
        memory.withLock { memory in
            if memory.entries.count >= Self.maxRemembered { memory = Memory() }
            memory.numbers[key] = number
            memory.entries[number] = entry
        }
    }
}
