import CSQLite
import Events
import Synchronization
import Testing

@testable import Journal

/// One at a time: the faulty disk is one for the process.
@Suite(.serialized) struct FaultTests {
    private func options() -> JournalOptions {
        FaultyDisk.register()
        var options = testOptions()
        options.vfs = FaultyDisk.name
        return options
    }

    private func setFault(_ countdown: Int?, _ code: Int32 = failedWrite, isLasting: Bool = false) {
        FaultyDisk.plan.withLock { plan in
            plan = FaultyDisk.Plan(countdown: countdown, code: code, isLasting: isLasting)
        }
    }

    /// The same small life of a journal each time: five appends, an acknowledgement, a repeat. Gives back what was confirmed.
    private func live(_ path: String, _ options: JournalOptions) async -> [Event] {
        var confirmed: [Event] = []
        guard let journal = try? Journal(path: path, options: options) else { return [] }
        for index in 0..<5 {
            let durability: Durability = index % 2 == 0 ? .full : .normal
            if let event = try? await journal.append(draft("\(index)", padding: 3000), durability: durability) {
                confirmed.append(event)
            }
        }
        if let pending = try? await journal.pending(limit: 3, maxBytes: 1 << 20), let last = pending.events.last {
            try? await journal.acknowledge(upTo: last.sequence, journal: pending.journal)
        }
        if let first = confirmed.first { _ = try? await journal.bump(event: first.content.id) }
        await journal.close()
        return confirmed
    }

    private func expectSurvival(_ path: String, _ confirmed: [Event], _ what: String) throws {
        setFault(nil)
        guard !confirmed.isEmpty else { return }
        try expectWhole(path)
        let held = Set(try events(path).map(\.content.id))
        for event in confirmed { #expect(held.contains(event.content.id), "\(what): \(event.title) is gone") }
    }

    @Test(
        "whatever write or sync fails once, the journal is whole and what was confirmed is in it",
        arguments: [failedWrite, failedSync, SQLITE_FULL])
    func once(_ code: Int32) async throws {
        setFault(nil)
        let calm = try TestFolder(inMemory: true)
        _ = await live(calm.journal, options())
        let operations = FaultyDisk.plan.withLock { $0.operations }
        #expect(operations > 20)
        for countdown in 1...operations + 1 {
            let folder = try TestFolder(inMemory: true)
            setFault(countdown, code)
            let confirmed = await live(folder.journal, options())
            try expectSurvival(folder.journal, confirmed, "operation \(countdown)")
            // A single failure is made up for, so that everything is there in the end; unless the very making of the file has failed.
            if !confirmed.isEmpty {
                #expect(Set(try events(folder.journal).map(\.title)).isSuperset(of: (0..<5).map(String.init)))
            }
        }
    }

    @Test(
        "a disk that fails for good takes nothing that was confirmed",
        arguments: [failedWrite, SQLITE_FULL])
    func lasting(_ code: Int32) async throws {
        setFault(nil)
        let calm = try TestFolder(inMemory: true)
        _ = await live(calm.journal, options())
        let operations = FaultyDisk.plan.withLock { $0.operations }
        for countdown in 1...operations {
            let folder = try TestFolder(inMemory: true)
            setFault(countdown, code, isLasting: true)
            let confirmed = await live(folder.journal, options())
            try expectSurvival(folder.journal, confirmed, "from operation \(countdown)")
        }
    }

    @Test("while the disk fails, events are refused at once, kept, and written when it is well") func keeps()
        async throws
    {
        let folder = try TestFolder(inMemory: true)
        setFault(nil)
        let journal = try Journal(path: folder.journal, options: options())
        _ = try await journal.append(draft("before"))
        setFault(1, SQLITE_FULL, isLasting: true)
        for index in 0..<3 {
            await #expect(throws: JournalError.self) {
                try await journal.append(draft("\(index)"), durability: .full)
            }
        }
        #expect(journal.status.unrecorded == 3)
        #expect(journal.status.failure?.contains("full") == true)
        setFault(nil)
        let after = try await journal.append(draft("after"), durability: .full)
        #expect(after.sequence == 5 && journal.status.unrecorded == 0)
        await journal.close()
        #expect(try events(folder.journal).map(\.title) == ["before", "0", "1", "2", "after"])
        try expectWhole(folder.journal)
    }

    @Test("without a further append, what was kept is written by itself") func retries() async throws {
        let folder = try TestFolder(inMemory: true)
        setFault(nil)
        let journal = try Journal(path: folder.journal, options: options())
        _ = try await journal.append(draft("before"))
        await journal.committed.wait()
        setFault(1, SQLITE_FULL, isLasting: true)
        await #expect(throws: JournalError.self) { try await journal.append(draft("kept")) }
        setFault(nil)
        await journal.committed.wait()
        #expect(journal.status.unrecorded == 0 && journal.status.last == 2)
        await journal.close()
    }
}
