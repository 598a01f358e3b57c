import Events
import Testing

@testable import Journal

@Suite struct DamageTests {
    /// A journal of `count` events, closed.
    private func made(_ folder: TestFolder, _ count: Int) async throws {
        let journal = try Journal(path: folder.journal, options: testOptions())
        for index in 0..<count { _ = try await journal.append(draft("\(index)", padding: 2048)) }
        await journal.close()
    }

    @Test(
        "a damaged file is set aside, and service goes on in a new one",
        arguments: [0, 16, 4096, 8192])
    func setAside(_ offset: Int) async throws {
        let folder = try TestFolder()
        try await made(folder, 30)
        let before = try readFile(folder.journal)
        try writeFile(folder.journal, [UInt8](repeating: 0xA5, count: 3000), at: offset)
        let journal = try Journal(path: folder.journal, options: testOptions())
        let aside = try #require(journal.status.setAside)
        #expect(aside.contains(".corrupt-"))
        let event = try await journal.append(draft("after"), durability: .full)
        #expect(event.sequence == 2)
        await journal.close()
        let all = try events(folder.journal)
        #expect(all.map(\.kind) == [.health, .verdict])
        try expectWhole(folder.journal)
        #expect(try readFile(aside).count == before.count)
        #expect(folder.names.contains { $0.hasPrefix("journal.db.corrupt-") })
    }

    @Test("the new journal has another name, so that no number is taken twice") func name() async throws {
        let folder = try TestFolder()
        try await made(folder, 3)
        let first = try Journal(path: folder.journal, options: testOptions())
        let before = try await first.pending(limit: 1, maxBytes: 1).journal
        await first.close()
        try writeFile(folder.journal, Array("no database at all".utf8))
        let second = try Journal(path: folder.journal, options: testOptions())
        #expect(try await second.pending(limit: 1, maxBytes: 1).journal != before)
        await second.close()
    }

    @Test("a file that is damaged while open is set aside too") func whileOpen() async throws {
        let folder = try TestFolder()
        // Made before, so that the pages are in the file and not in the log.
        try await made(folder, 200)
        let journal = try Journal(path: folder.journal, options: testOptions())
        _ = try await journal.append(draft("one"))
        let size = try readFile(folder.journal).count
        try writeFile(folder.journal, [UInt8](repeating: 0xA5, count: size - 4096), at: 4096)
        for suffix in ["-wal"] { try writeFile(folder.journal + suffix, [UInt8](repeating: 0xA5, count: 4096)) }
        var written = 0
        for index in 0..<400 {
            if (try? await journal.append(draft("\(index)", padding: 4096))) != nil { written += 1 }
        }
        #expect(written > 0)
        await journal.close()
        try expectWhole(folder.journal)
        #expect(try events(folder.journal).contains { $0.kind == .health })
    }

    @Test("damage that only reading shows is met by the courier, and delivery goes on") func reading() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        for index in 0..<320 { _ = try await journal.append(draft("\(index)", padding: 32_000)) }
        await journal.close()
        let size = try readFile(folder.journal).count
        #expect(size > Int(JournalStore.maxCheckedBytes))
        let again = try Journal(path: folder.journal, options: testOptions())
        #expect(again.status.setAside == nil)
        try writeFile(folder.journal, [UInt8](repeating: 0xA5, count: size / 2), at: size / 4)
        var failures = 0
        while again.status.setAside == nil, failures < 1000 {
            do throws(JournalError) {
                let pending = try await again.pending(limit: 20, maxBytes: 1 << 20)
                guard let last = pending.events.last else { break }
                try await again.acknowledge(upTo: last.sequence, journal: pending.journal)
            } catch { failures += 1 }
        }
        #expect(again.status.setAside != nil && failures == 1)
        await again.close()
        #expect(try events(folder.journal).map(\.kind) == [.health])
        try expectWhole(folder.journal)
    }

    @Test("a file of another program is left alone") func foreign() async throws {
        let folder = try TestFolder()
        let other = try SQLite(path: folder.journal, writes: true, busyMilliseconds: 100, vfs: nil)
        try other.execute("CREATE TABLE state(a); CREATE TABLE event(b); PRAGMA user_version = 99;")
        #expect(throws: JournalError.newerSchema(path: folder.journal, version: 99)) {
            try Journal(path: folder.journal, options: testOptions())
        }
        #expect(throws: JournalError.self) { try JournalReader(path: folder.journal) }
    }

    @Test("verify tells a changed, a removed and an added event") func tampering() async throws {
        for (sql, words) in [
            ("UPDATE event SET body = CAST(replace(body, '\"5\"', '\"9\"') AS BLOB) WHERE sequence = 6", "was changed"),
            ("DELETE FROM event WHERE sequence = 6", "event 6 is missing"),
            ("DELETE FROM event WHERE sequence = 10", "should end with event 10"),
            ("DELETE FROM event WHERE sequence = 1", "event 1 is missing"),
            ("UPDATE event SET body = x'7B7D' WHERE sequence = 6", "event 6 can't be read"),
            ("UPDATE state SET head = 'x'", "not the one that the journal ended with"),
        ] {
            let folder = try TestFolder()
            try await made(folder, 10)
            try expectWhole(folder.journal)
            let database = try SQLite(path: folder.journal, writes: true, busyMilliseconds: 100, vfs: nil)
            try database.execute(sql)
            let problems = try JournalReader(path: folder.journal).verify().problems
            #expect(problems.contains { $0.contains(words) }, "\(sql): \(problems)")
        }
    }
}
