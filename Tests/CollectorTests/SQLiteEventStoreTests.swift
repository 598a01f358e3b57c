import Events
import Foundation
import GRDB
import Logging
import Testing

@testable import Collector

@Suite struct SQLiteEventStoreTests {
    let folder: TemporaryFolder
    let make: EventStoreSuite.Factory

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        make = { try SQLiteEventStore(path: folder.file("\(UUID().uuidString).db")) }
    }

    @Test func committedIsTheHighestSequenceWithoutAHole() async throws {
        try await EventStoreSuite.committedIsTheHighestSequenceWithoutAHole(make)
    }
    @Test func whatTheDeviceNoLongerHoldsIsNotWaitedFor() async throws {
        try await EventStoreSuite.whatTheDeviceNoLongerHoldsIsNotWaitedFor(make)
    }
    @Test func theSameEventIsStoredOnce() async throws { try await EventStoreSuite.theSameEventIsStoredOnce(make) }
    @Test func otherBytesUnderATakenNameAreAConflictAndChangeNothing() async throws {
        try await EventStoreSuite.otherBytesUnderATakenNameAreAConflictAndChangeNothing(make)
    }
    @Test func aNewJournalOfADeviceBeginsAtOneAgain() async throws {
        try await EventStoreSuite.aNewJournalOfADeviceBeginsAtOneAgain(make)
    }
    @Test func anUpdateRaisesTheCountOfItsEventAndIsNotShownByItself() async throws {
        try await EventStoreSuite.anUpdateRaisesTheCountOfItsEventAndIsNotShownByItself(make)
    }
    @Test func anUpdateWhoseEventWasDroppedIsShown() async throws {
        try await EventStoreSuite.anUpdateWhoseEventWasDroppedIsShown(make)
    }
    @Test func aSequencePastTheLimitIsRefused() async throws {
        try await EventStoreSuite.aSequencePastTheLimitIsRefused(make)
    }
    @Test func manyWritersAtOnceLoseNothing() async throws {
        try await EventStoreSuite.manyWritersAtOnceLoseNothing(make)
    }
    @Test func aClosedStoreTakesNothing() async throws { try await EventStoreSuite.aClosedStoreTakesNothing(make) }
    @Test func pagesFollowEachOtherWithoutHolesOrRepeats() async throws {
        try await EventStoreSuite.pagesFollowEachOtherWithoutHolesOrRepeats(make)
    }
    @Test func theNewestStandsFirst() async throws { try await EventStoreSuite.theNewestStandsFirst(make) }
    @Test func aClockThatLeadsDoesNotHoldTheTopForEver() async throws {
        try await EventStoreSuite.aClockThatLeadsDoesNotHoldTheTopForEver(make)
    }
    @Test func eachFacetNarrowsTheList() async throws { try await EventStoreSuite.eachFacetNarrowsTheList(make) }
    @Test func timeNarrowsTheListHalfOpen() async throws { try await EventStoreSuite.timeNarrowsTheListHalfOpen(make) }
    @Test func searchFindsIdsShortIdsAndWords() async throws {
        try await EventStoreSuite.searchFindsIdsShortIdsAndWords(make)
    }
    @Test func facetsCountWhatEachChoiceWouldShow() async throws {
        try await EventStoreSuite.facetsCountWhatEachChoiceWouldShow(make)
    }
    @Test func activityCountsEachMatchOnce() async throws {
        try await EventStoreSuite.activityCountsEachMatchOnce(make)
    }
    @Test func devicesTellHowFarTheyAreAndWhatIsMissing() async throws {
        try await EventStoreSuite.devicesTellHowFarTheyAreAndWhatIsMissing(make)
    }
}

/// What is SQLite's own.
@Suite struct SQLiteFileTests {
    let folder: TemporaryFolder
    let now = Sample.start + 3_600_000

    init() throws { folder = try TemporaryFolder() }

    @Test func commitsReachTheDiskBeforeTheyAreAnswered() async throws {
        let store = try SQLiteEventStore(path: folder.file("c.db"))
        // 2 is FULL: the write-ahead log is flushed at each commit.
        #expect(try await store.pool.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try await store.pool.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func anotherProcessFindsAllThatWasAnswered() async throws {
        let first = try SQLiteEventStore(path: folder.file("c.db"))
        let event = Sample.event(1)
        _ = try await first.append(Sample.batch([event, Sample.event(2)]), now: now)
        // Not closed: as after a kill, the second opens what the first has written so far.
        let second = try SQLiteEventStore(path: folder.file("c.db"))
        #expect(try await second.append(Sample.batch([event]), now: now).duplicates == 1)
        #expect(try await second.facets(matching: EventFilter()).matching == 2)
        #expect(try await second.event(event.content.id)?.event == event)
    }

    @Test func aFullDiskAcknowledgesNothingAndKeepsTheRest() async throws {
        let store = try SQLiteEventStore(path: folder.file("c.db"))
        var acknowledged: UInt64 = 0
        try await store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 12)")
        }
        var failed: UInt64?
        for sequence in 1...200 as ClosedRange<UInt64> {
            do {
                let batch = Sample.batch([Sample.event(sequence)])
                acknowledged = try await store.append(batch, now: now).contiguous
            } catch {
                #expect(error == .database("13 database or disk is full"))
                failed = sequence
                break
            }
        }
        #expect(failed == acknowledged + 1)
        #expect(try await store.totals().events == Int(acknowledged))
        #expect(try await store.facets(matching: EventFilter()).matching == Int(acknowledged))
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        let retried = try await store.append(
            Sample.batch([Sample.event(acknowledged + 1, Sample.draft(user: "new after the failure"))]), now: now)
        #expect(retried.contiguous == acknowledged + 1)
        let named = try await store.summaries(
            matching: EventFilter(values: [.user: ["new after the failure"]]), after: nil, limit: 2)
        #expect(named.events.count == 1)
    }

    @Test func aDamagedFileIsSetAsideAndServiceGoesOn() async throws {
        let path = folder.file("c.db")
        try Data("this is no database, ".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreFailure.self) { try SQLiteEventStore(path: path) }
        let store = try SQLiteEventStore.openOrSetAside(
            path: path, limits: .standard, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(try await store.append(Sample.batch([Sample.event(1)]), now: now).stored == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains { $0.hasPrefix("c.db.corrupt-") })
    }

    @Test func aFolderThatDoesNotExistIsNotTakenForDamage() throws {
        #expect(throws: StoreFailure.self) {
            try SQLiteEventStore.openOrSetAside(
                path: folder.file("none/c.db"), limits: .standard,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    @Test func aFullStoreDropsTheOldestAndTakesNoneOfThemAgain() async throws {
        var limits = CollectorLimits()
        limits.maxStoredEvents = 20
        let store = try SQLiteEventStore(path: folder.file("c.db"), limits: limits)
        for sequence in 1...30 as ClosedRange<UInt64> {
            _ = try await store.append(Sample.batch([Sample.event(sequence)]), now: now)
        }
        // One commit removes what is too much after the one before it.
        #expect(try await store.totals().events == 21)
        let again = try await store.append(Sample.batch([Sample.event(1)]), now: now)
        #expect(again.stored == 0)
        #expect(again.contiguous == 30)
    }

    @Test func onlySomeConflictsAreKeptAndAllAreCounted() async throws {
        var limits = CollectorLimits()
        limits.maxConflictsPerJournal = 3
        let store = try SQLiteEventStore(path: folder.file("c.db"), limits: limits)
        for round in 0..<6 {
            let draft = Sample.draft(title: "Version \(round)")
            _ = try await store.append(Sample.batch([Sample.event(1, draft)]), now: now)
        }
        #expect(try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM conflict") } == 3)
        #expect(try await store.devices(limit: 1).first?.journals.first?.conflicts == 5)
    }

    @Test func onlyTheNewestEventsAreCounted() async throws {
        var limits = CollectorLimits()
        limits.maxCountedEvents = 10
        let store = try SQLiteEventStore(path: folder.file("c.db"), limits: limits)
        _ = try await store.append(Sample.batch((1...10).map { Sample.event($0) }), now: now)
        #expect(try await store.facets(matching: EventFilter()).isPartial == false)
        _ = try await store.append(Sample.batch([Sample.event(11)]), now: now)
        let facets = try await store.facets(matching: EventFilter())
        #expect(facets.matching == 10)
        #expect(facets.isPartial)
    }
}
