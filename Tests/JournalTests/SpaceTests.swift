import Events
import Testing

@testable import Journal

@Suite struct SpaceTests {
    private func smallOptions() -> JournalOptions {
        var options = testOptions()
        options.maxBytes = 2 << 20
        options.signingKey = Array("0123456789abcdef".utf8)
        return options
    }

    @Test("delivered events go first, and without a gap") func evictsDelivered() async throws {
        let folder = try TestFolder()
        let options = smallOptions()
        let journal = try Journal(path: folder.journal, options: options)
        let name = try await journal.pending(limit: 1, maxBytes: 1).journal
        for _ in 0..<400 {
            let event = try await journal.append(draft(padding: 8192))
            try await journal.acknowledge(upTo: event.sequence, journal: name)
        }
        await journal.close()
        let left = try events(folder.journal)
        #expect(left.count < 250 && left.last?.sequence == 400 && left.allSatisfy { $0.gap == nil })
        #expect(try #require(Platform.fileSize(folder.journal)) <= options.maxBytes)
        try expectWhole(folder.journal, signingKey: options.signingKey)
    }

    @Test("what was not delivered leaves signed gaps that name the lost numbers") func gaps() async throws {
        let folder = try TestFolder()
        let options = smallOptions()
        let journal = try Journal(path: folder.journal, options: options)
        for _ in 0..<600 { _ = try await journal.append(draft(padding: 8192)) }
        let pending = try await journal.pending(limit: 1000, maxBytes: 64 << 20)
        let log = try #require(Platform.fileSize(folder.journal + "-wal"))
        #expect(try #require(Platform.fileSize(folder.journal)) + log <= options.maxBytes)
        await journal.close()
        #expect(try #require(Platform.fileSize(folder.journal)) <= options.maxBytes)
        try expectWhole(folder.journal, signingKey: options.signingKey)
        let verification = try JournalReader(path: folder.journal).verify(signingKey: options.signingKey)
        // The gap events that are still held name everything that is not.
        let gaps = verification.gaps.sorted { $0.first < $1.first }
        #expect(gaps.first?.first == 1)
        for (a, b) in zip(gaps, gaps.dropFirst()) { #expect(b.first <= a.last + 1) }
        #expect(gaps.map(\.last).max() == pending.oldest - 1)
        #expect(pending.events.map(\.sequence) == Array(pending.oldest...(try #require(verification.last))))
        // A foreign key does not pass.
        #expect(!(try JournalReader(path: folder.journal).verify(signingKey: [1, 2, 3]).problems.isEmpty))
    }

    @Test("below the volume's reserve nothing is written, and it is made up for later") func reserve() async throws {
        let folder = try TestFolder()
        let free = SharedNumber(300 << 20)
        var options = testOptions()
        options.freeBytes = { _ in Int64(free.value) }
        let journal = try Journal(path: folder.journal, options: options)
        _ = try await journal.append(draft("1"))
        free.set(UInt64(options.minFreeBytes))
        _ = try await journal.append(draft("2"))
        free.set(UInt64(options.minFreeBytes) - 1)
        await #expect(throws: JournalError.self) { try await journal.append(draft("3"), durability: .full) }
        #expect(journal.status.unrecorded == 1 && journal.status.failure?.contains("must stay so") == true)
        // Delivery goes on.
        #expect(try await journal.pending(limit: 9, maxBytes: 1 << 20).events.count == 2)
        free.set(300 << 20)
        _ = try await journal.append(draft("4"))
        #expect(journal.status.unrecorded == 0 && journal.status.failure == nil)
        await journal.close()
        #expect(try events(folder.journal).map(\.title) == ["1", "2", "3", "4"])
        try expectWhole(folder.journal)
    }

    @Test("below the reserve, room made by delivered events is used again") func reserveReuse() async throws {
        let folder = try TestFolder()
        let free = SharedNumber(300 << 20)
        var options = testOptions()
        options.freeBytes = { _ in Int64(free.value) }
        let journal = try Journal(path: folder.journal, options: options)
        for _ in 0..<100 { _ = try await journal.append(draft(padding: 8192)) }
        let name = try await journal.pending(limit: 1, maxBytes: 1).journal
        try await journal.acknowledge(upTo: 100, journal: name)
        free.set(0)
        #expect(try await journal.append(draft("fits")).sequence == 101)
        await journal.close()
        #expect(try events(folder.journal).map(\.title) == ["fits"])
        try expectWhole(folder.journal)
    }

    @Test("what memory can't hold any more is counted, and the count recorded") func lost() async throws {
        let folder = try TestFolder()
        let free = SharedNumber(0)
        var options = testOptions()
        options.maxUnrecordedEvents = 2
        options.freeBytes = { _ in Int64(free.value) }
        let journal = try Journal(path: folder.journal, options: options)
        for index in 0..<5 {
            await #expect(throws: JournalError.self) { try await journal.append(draft("\(index)")) }
        }
        free.set(1 << 40)
        _ = try await journal.append(draft("5"))
        #expect(journal.status.lost == 3)
        await journal.close()
        let titles = try events(folder.journal).map(\.title)
        #expect(titles == ["Events that could not be recorded: 3", "0", "1", "5"])
    }
}
