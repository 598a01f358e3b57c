import Events
import Testing

@testable import Journal

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct JournalTests {
    @Test("appended events get ascending numbers and a chain of hashes, and outlive the journal") func chain()
        async throws
    {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        var made: [Event] = []
        for index in 0..<20 {
            made.append(try await journal.append(draft("\(index)"), durability: index % 2 == 0 ? .full : .normal))
        }
        await journal.close()
        #expect(made.map(\.sequence) == Array(1...20))
        #expect(made[0].previousHash == Event.noHash)
        for (a, b) in zip(made, made.dropFirst()) {
            #expect(b.previousHash == EventCoding.hash(try EventCoding.encode(a)))
        }
        #expect(try events(folder.journal) == made)
        let verification = try JournalReader(path: folder.journal).verify()
        #expect(verification.events == 20 && verification.problems.isEmpty)
        let again = try Journal(path: folder.journal, options: testOptions())
        #expect(try await again.append(draft()).sequence == 21)
        await again.close()
        try expectWhole(folder.journal)
    }

    @Test("the file is private, and so is its folder") func modes() async throws {
        let folder = try TestFolder()
        let path = folder.path + "/a/b/journal.db"
        let journal = try Journal(path: path, options: testOptions())
        _ = try await journal.append(draft())
        #expect(fileMode(path) == 0o600 && fileMode(path + "-wal") == 0o600)
        #expect(fileMode(folder.path + "/a/b") == 0o700 && fileMode(folder.path + "/a") == 0o700)
        await journal.close()
        chmod(path, 0o644)
        let again = try Journal(path: path, options: testOptions())
        #expect(fileMode(path) == 0o600)
        await again.close()
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder.path + "/a/b")
        rmdir(folder.path + "/a")
    }

    @Test("a symbolic link and a folder in the file's place are refused") func odd() throws {
        let folder = try TestFolder()
        symlink("/tmp/elsewhere", folder.path + "/link")
        #expect(throws: JournalError.self) { try Journal(path: folder.path + "/link", options: testOptions()) }
        #expect(throws: JournalError.self) { try Journal(path: folder.path, options: testOptions()) }
    }

    @Test("many concurrent appends all get in") func concurrent() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let sequences = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for index in 0..<500 {
                group.addTask { try await journal.append(draft("\(index)"), durability: .full).sequence }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sequences.sorted() == Array(1...500))
        await journal.close()
        try expectWhole(folder.journal)
    }

    @Test("two journals on one file share one row of numbers") func shared() async throws {
        let folder = try TestFolder()
        let one = try Journal(path: folder.journal, options: testOptions())
        let two = try Journal(path: folder.journal, options: testOptions())
        let sequences = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for index in 0..<200 {
                group.addTask { try await (index % 2 == 0 ? one : two).append(draft()).sequence }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sequences.sorted() == Array(1...200))
        await one.close()
        await two.close()
        try expectWhole(folder.journal)
    }

    @Test("the same draft twice is one event") func idempotent() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        let one = draft("once")
        let first = try await journal.append(one)
        #expect(try await journal.append(one) == first)
        #expect(try await journal.append(draft()).sequence == 2)
        await journal.close()
        try expectWhole(folder.journal)
    }

    @Test("after close everything is refused") func closed() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        await journal.close()
        await #expect(throws: JournalError.closed) { try await journal.append(draft()) }
        await journal.close()
    }

    @Test("a full queue refuses at once") func fullQueue() async throws {
        let folder = try TestFolder()
        var options = testOptions()
        options.maxQueuedEvents = 3
        let gate = ThreadGate()
        // The journal's thread stands still here, before its first commit.
        options.freeBytes = { _ in
            gate.wait()
            return 1 << 40
        }
        let journal = try Journal(path: folder.journal, options: options)
        let results = await withTaskGroup(of: Result<UInt64, JournalError>.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do throws(JournalError) {
                        return .success(try await journal.append(draft()).sequence)
                    } catch { return .failure(error) }
                }
            }
            var all: [Result<UInt64, JournalError>] = []
            // The thread holds at most 3 and 3 more wait; the other 14 come back while the gate is shut.
            while all.count < 14, let result = await group.next() { all.append(result) }
            gate.open()
            while let result = await group.next() { all.append(result) }
            return all
        }
        let refused = results.count { $0 == .failure(.queueFull) }
        let written = results.compactMap { try? $0.get() }
        #expect(refused >= 14 && written.count == 20 - refused)
        await journal.close()
        #expect(try events(folder.journal).count == written.count)
    }

    @Test("repeats come as one update with the total, also on the way out") func repeats() async throws {
        let folder = try TestFolder()
        let clock = SharedNumber(1_790_000_000_000)
        var options = testOptions()
        options.now = { clock.value }
        let updates = { try events(folder.journal).filter { $0.updates != nil } }
        let journal = try Journal(path: folder.journal, options: options)
        let first = try await journal.append(draft("first"))
        for _ in 0..<5 { #expect(try await journal.bump(event: first.content.id)) }
        clock.advance(options.updateMilliseconds - 1)
        _ = try await journal.append(draft("too early"))
        #expect(try updates().isEmpty)
        clock.advance(1)
        _ = try await journal.append(draft("due"))
        let update = try #require(try updates().first)
        #expect(update.count == 6 && update.updates == first.content.id && update.finding == first.content.id)
        #expect(update.title == "first" && update.findings.isEmpty && update.content.id != first.content.id)
        try await journal.bump(event: first.content.id)
        await journal.close()
        #expect(try updates().map(\.count) == [6, 7])
        let again = try Journal(path: folder.journal, options: options)
        #expect(try await again.bump(event: EventID(milliseconds: 1)) == false)
        await again.close()
        #expect(try updates().map(\.count) == [6, 7])
        try expectWhole(folder.journal)
    }

    @Test("pending events come in order, within both limits, until they are acknowledged") func pending() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        for index in 0..<10 { _ = try await journal.append(draft("\(index)")) }
        let all = try await journal.pending(limit: 100, maxBytes: 1 << 20)
        #expect(all.events.map(\.sequence) == Array(1...10) && all.oldest == 1)
        #expect(try await journal.pending(limit: 3, maxBytes: 1 << 20).events.count == 3)
        let two = all.events[0].body.count + all.events[1].body.count
        #expect(try await journal.pending(limit: 100, maxBytes: two).events.count == 2)
        #expect(try await journal.pending(limit: 100, maxBytes: two - 1).events.count == 1)
        #expect(try await journal.pending(limit: 100, maxBytes: 0).events.count == 1)
        try await journal.acknowledge(upTo: 4, journal: all.journal)
        try await journal.acknowledge(upTo: 2, journal: all.journal)
        try await journal.acknowledge(upTo: 9, journal: "another")
        #expect(try await journal.pending(limit: 100, maxBytes: 1 << 20).oldest == 5)
        try await journal.acknowledge(upTo: 999, journal: all.journal)
        #expect(try await journal.pending(limit: 100, maxBytes: 1 << 20).events.isEmpty)
        #expect(try await journal.append(draft()).sequence == 11)
        let batch = try EventBatch.decode(try await journal.pending(limit: 9, maxBytes: 1 << 20).body(first: 1))
        #expect(batch.oldest == 11 && batch.events.map(\.sequence) == [11] && batch.device == "device-1")
        await journal.close()
    }

    @Test("an event set aside stays in the journal, and a gap tells of it") func setAside() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        for _ in 0..<3 { _ = try await journal.append(draft()) }
        let pending = try await journal.pending(limit: 9, maxBytes: 1 << 20)
        try await journal.setAside(2, journal: pending.journal)
        #expect(try await journal.pending(limit: 9, maxBytes: 1 << 20).oldest == 1)
        try await journal.setAside(1, journal: pending.journal)
        let after = try await journal.pending(limit: 9, maxBytes: 1 << 20)
        #expect(after.events.map(\.sequence) == [2, 3, 4])
        #expect(try EventCoding.decode(after.events[2].body).gap?.first == 1)
        // The gap event itself makes no further gap.
        try await journal.acknowledge(upTo: 3, journal: pending.journal)
        try await journal.setAside(4, journal: pending.journal)
        #expect(try await journal.pending(limit: 9, maxBytes: 1 << 20).events.isEmpty)
        await journal.close()
        try expectWhole(folder.journal)
    }

    @Test("a signal follows each commit with news") func signals() async throws {
        let folder = try TestFolder()
        let journal = try Journal(path: folder.journal, options: testOptions())
        for _ in 0..<3 {
            _ = try await journal.append(draft())
            await journal.committed.wait()
        }
        await journal.close()
    }
}
