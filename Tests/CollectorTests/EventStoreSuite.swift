import Events
import Primitives
import Testing

@testable import Collector

/// What every `EventStore` must do. An implementation proves itself by running each of these against a fresh store of its own: a test function
/// of one line for each, as `SQLiteEventStoreTests` has them.
enum EventStoreSuite {
    typealias Factory = () throws -> any EventStore
    static let now = Sample.start + 3_600_000

    // MARK: Appending

    static func committedIsTheHighestSequenceWithoutAHole(_ make: Factory) async throws {
        let store = try make()
        #expect(try await store.append(Sample.batch([]), now: now).contiguous == 0)
        let first = try await store.append(Sample.batch([Sample.event(1), Sample.event(2)]), now: now)
        #expect(first == Committed(contiguous: 2, stored: 2, duplicates: 0, conflicts: 0))
        let ahead = try await store.append(Sample.batch([Sample.event(4)], oldest: 3), now: now)
        #expect(ahead.contiguous == 2)
        let filled = try await store.append(Sample.batch([Sample.event(3)], oldest: 3), now: now)
        #expect(filled.contiguous == 4)
    }

    static func whatTheDeviceNoLongerHoldsIsNotWaitedFor(_ make: Factory) async throws {
        let store = try make()
        let answer = try await store.append(Sample.batch([Sample.event(10)], oldest: 10), now: now)
        #expect(answer.contiguous == 10)
    }

    static func theSameEventIsStoredOnce(_ make: Factory) async throws {
        let store = try make()
        let batch = Sample.batch([Sample.event(1), Sample.event(2)])
        _ = try await store.append(batch, now: now)
        let again = try await store.append(batch, now: now + 5)
        #expect(again == Committed(contiguous: 2, stored: 0, duplicates: 2, conflicts: 0))
        #expect(try await store.summaries(matching: EventFilter(), after: nil, limit: 10).events.count == 2)
        #expect(try await store.totals() == StoreTotals(events: 2, devices: 1))
    }

    static func otherBytesUnderATakenNameAreAConflictAndChangeNothing(_ make: Factory) async throws {
        let store = try make()
        let first = Sample.event(1)
        _ = try await store.append(Sample.batch([first]), now: now)
        let forged = Sample.event(1, Sample.draft(title: "Nothing to see", user: "mallory"))
        let answer = try await store.append(Sample.batch([forged]), now: now)
        #expect(answer == Committed(contiguous: 1, stored: 0, duplicates: 0, conflicts: 1))
        let kept = try #require(try await store.event(first.content.id))
        #expect(kept.event == first)
        #expect(try await store.event(forged.content.id) == nil)
        #expect(try await store.devices(limit: 10).first?.journals.first?.conflicts == 1)
    }

    static func aNewJournalOfADeviceBeginsAtOneAgain(_ make: Factory) async throws {
        let store = try make()
        _ = try await store.append(Sample.batch([Sample.event(1), Sample.event(2)]), now: now)
        let other = Sample.batch([Sample.event(1, Sample.draft(title: "After the loss"))], journal: "journal-2")
        #expect(try await store.append(other, now: now).stored == 1)
        #expect(try await store.totals().events == 3)
        #expect(try await store.devices(limit: 10).first?.journals.count == 2)
    }

    static func anUpdateRaisesTheCountOfItsEventAndIsNotShownByItself(_ make: Factory) async throws {
        let store = try make()
        let first = Sample.event(1)
        let draft = Sample.draft(at: Sample.start + 9_000)
        let update = Sample.event(2, draft, count: 7, lastSeen: Sample.start + 9_000, updates: first.content.id)
        _ = try await store.append(Sample.batch([first, update]), now: now)
        let page = try await store.summaries(matching: EventFilter(), after: nil, limit: 10)
        #expect(page.events.count == 1)
        #expect(page.events.first?.count == 7)
        #expect(page.events.first?.lastSeen == Sample.start + 9_000)
        let byUpdate = try #require(try await store.event(draft.id))
        #expect(byUpdate.event.content.id == first.content.id)
        #expect(byUpdate.event.count == 7)
        // An older total that comes late takes nothing back.
        let late = Sample.event(3, Sample.draft(), count: 3, updates: first.content.id)
        _ = try await store.append(Sample.batch([late]), now: now)
        #expect(try await store.event(first.content.id)?.event.count == 7)
    }

    static func anUpdateWhoseEventWasDroppedIsShown(_ make: Factory) async throws {
        let store = try make()
        let lost = EventID(milliseconds: Sample.start)
        _ = try await store.append(
            Sample.batch([Sample.event(5, Sample.draft(), count: 4, updates: lost)], oldest: 5), now: now)
        #expect(try await store.summaries(matching: EventFilter(), after: nil, limit: 10).events.map(\.id) == [lost])
    }

    static func aSequencePastTheLimitIsRefused(_ make: Factory) async throws {
        let store = try make()
        let limit = SQLiteEventStore.maxSequence
        _ = try await store.append(Sample.batch([Sample.event(limit, Sample.draft())], oldest: limit), now: now)
        await #expect(throws: StoreFailure.sequenceTooLarge) {
            try await store.append(Sample.batch([Sample.event(limit + 1, Sample.draft())], oldest: limit + 1), now: now)
        }
        await #expect(throws: StoreFailure.sequenceTooLarge) {
            try await store.append(Sample.batch([], oldest: .max), now: now)
        }
    }

    static func manyWritersAtOnceLoseNothing(_ make: Factory) async throws {
        let store = try make()
        try await withThrowingTaskGroup(of: Committed.self) { group in
            for device in 0..<40 {
                group.addTask {
                    let events = (1...5).map { Sample.event(UInt64($0), device: "device-\(device)") }
                    return try await store.append(Sample.batch(events, device: "device-\(device)"), now: now)
                }
            }
            for try await answer in group { #expect(answer.contiguous == 5) }
        }
        #expect(try await store.totals() == StoreTotals(events: 200, devices: 40))
    }

    static func aClosedStoreTakesNothing(_ make: Factory) async throws {
        let store = try make()
        await store.close()
        await #expect(throws: StoreFailure.closed) {
            try await store.append(Sample.batch([Sample.event(1)]), now: now)
        }
    }

    // MARK: Listing

    static func pagesFollowEachOtherWithoutHolesOrRepeats(_ make: Factory) async throws {
        let store = try make()
        // Seven events a millisecond: the cursor must tell equal times apart.
        let events = (1...35).map { Sample.event(UInt64($0), Sample.draft(at: Sample.start + UInt64($0 / 7))) }
        _ = try await store.append(Sample.batch(events), now: now)
        var seen: [EventID] = []
        var cursor: EventCursor?
        repeat {
            let page = try await store.summaries(matching: EventFilter(), after: cursor, limit: 4)
            seen += page.events.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(seen.count == 35)
        #expect(Set(seen) == Set(events.map(\.content.id)))
        let full = try await store.events(matching: EventFilter(), after: nil, limit: 500)
        #expect(full.events.map(\.event.content.id) == seen)
        #expect(full.next == nil)
    }

    static func theNewestStandsFirst(_ make: Factory) async throws {
        let store = try make()
        _ = try await store.append(Sample.batch((1...3).map { Sample.event($0) }), now: now)
        let times = try await store.summaries(matching: EventFilter(), after: nil, limit: 10).events.map(\.milliseconds)
        #expect(times == [3, 2, 1].map { Sample.start + $0 * 1000 })
    }

    static func aClockThatLeadsDoesNotHoldTheTopForEver(_ make: Factory) async throws {
        let store = try make()
        let wrong = Sample.event(1, Sample.draft(at: EventID.maxMilliseconds, title: "Wrong clock"))
        _ = try await store.append(Sample.batch([wrong]), now: now)
        let later = Sample.event(2, Sample.draft(at: now + 600_000, title: "Ten minutes on"))
        _ = try await store.append(Sample.batch([later]), now: now + 600_000)
        let titles = try await store.summaries(matching: EventFilter(), after: nil, limit: 10).events.map(\.title)
        #expect(titles == ["Ten minutes on", "Wrong clock"])
    }

    static func eachFacetNarrowsTheList(_ make: Factory) async throws {
        let store = try make()
        let personal = Sample.finding(rule: "iban", name: "IBAN", dataClass: .financial, action: .redact)
        let other = Sample.draft(
            title: "IBAN redacted", action: .redact, provider: "mistral", providerName: "Mistral AI",
            surfaceName: "La Plateforme", tier: "approved", user: "ben", application: "node", findings: [personal])
        _ = try await store.append(Sample.batch([Sample.event(1)]), now: now)
        _ = try await store.append(
            Sample.batch([Sample.event(1, device: "device-2", other)], device: "device-2"), now: now)
        let wanted: [(Facet, String)] = [
            (.action, "redact"), (.dataClass, "financial"), (.tier, "approved"), (.provider, "mistral"),
            (.application, "node"), (.user, "ben"), (.device, "device-2"),
        ]
        #expect(wanted.count == Facet.allCases.count)
        for (facet, value) in wanted {
            let page = try await store.summaries(
                matching: EventFilter(values: [facet: [value]]), after: nil, limit: 10)
            #expect(page.events.map(\.title) == ["IBAN redacted"], "\(facet)")
            let none = try await store.summaries(
                matching: EventFilter(values: [facet: ["nothing has this"]]), after: nil, limit: 10)
            #expect(none.events.isEmpty, "\(facet)")
        }
        let either = EventFilter(values: [.user: ["ben", "mei"]])
        #expect(try await store.summaries(matching: either, after: nil, limit: 10).events.count == 2)
        let both = EventFilter(values: [.user: ["ben"], .action: ["block"]])
        #expect(try await store.summaries(matching: both, after: nil, limit: 10).events.isEmpty)
    }

    static func timeNarrowsTheListHalfOpen(_ make: Factory) async throws {
        let store = try make()
        _ = try await store.append(Sample.batch((1...4).map { Sample.event($0) }), now: now)
        let filter = EventFilter(since: Sample.start + 2000, until: Sample.start + 4000)
        let times = try await store.summaries(matching: filter, after: nil, limit: 10).events.map(\.milliseconds)
        #expect(times == [Sample.start + 3000, Sample.start + 2000])
    }

    static func searchFindsIdsShortIdsAndWords(_ make: Factory) async throws {
        let store = try make()
        let event = Sample.event(1)
        let iban = Sample.finding(rule: "finance.iban", name: "IBAN", dataClass: .financial)
        _ = try await store.append(
            Sample.batch([event, Sample.event(2, Sample.draft(title: "IBAN stopped", findings: [iban]))]), now: now)
        let id = event.content.id
        let searches = [
            id.description, id.description.lowercased(), id.short, id.short.lowercased(), "GitHub", "pat.classic",
            "github token",
        ]
        for search in searches {
            let page = try await store.summaries(matching: EventFilter(search: search), after: nil, limit: 10)
            #expect(page.events.map(\.id) == [id], "search")
        }
        let word = try await store.summaries(matching: EventFilter(search: "iban"), after: nil, limit: 10)
        #expect(word.events.map(\.title) == ["IBAN stopped"], "four letters are a short id and a word")
        for search in ["nothing has this", "' OR 1=1 --", "%", String(EventID(milliseconds: 1).description)] {
            let page = try await store.summaries(matching: EventFilter(search: search), after: nil, limit: 10)
            #expect(page.events.isEmpty)
        }
    }

    static func facetsCountWhatEachChoiceWouldShow(_ make: Factory) async throws {
        let store = try make()
        let drafts = [
            Sample.draft(at: Sample.start + 1), Sample.draft(at: Sample.start + 2, action: .redact),
            Sample.draft(at: Sample.start + 3, action: .redact, user: "ben"),
        ]
        let events = drafts.enumerated().map { Sample.event(UInt64($0.offset + 1), $0.element) }
        _ = try await store.append(Sample.batch(events), now: now)
        let facets = try await store.facets(matching: EventFilter(values: [.action: ["block"]]))
        #expect(facets.matching == 1)
        let actions = try #require(facets.counts[.action]?.map { "\($0.value) \($0.count)" })
        // The facet's own choice does not narrow its own counts; it does narrow the others'.
        #expect(actions == ["redact 2", "block 1"])
        #expect(facets.counts[.user]?.map { "\($0.value) \($0.count)" } == ["mei 1"])
        #expect(facets.counts[.provider]?.first?.label == "OpenAI")
        #expect(facets.counts[.device]?.first?.label == "device-1.local")
        let all = try await store.facets(matching: EventFilter())
        let listed = try await store.summaries(matching: EventFilter(), after: nil, limit: 10)
        #expect(all.matching == listed.events.count)
    }

    static func activityCountsEachMatchOnce(_ make: Factory) async throws {
        let store = try make()
        let drafts = (0..<10).map { Sample.draft(at: Sample.start + UInt64($0), action: $0 < 4 ? .block : .redact) }
        let events = drafts.enumerated().map { Sample.event(UInt64($0.offset + 1), $0.element) }
        _ = try await store.append(Sample.batch(events), now: now)
        let buckets = try await store.activity(
            matching: EventFilter(), in: Sample.start..<Sample.start + 10, buckets: 5)
        #expect(buckets.map(\.total) == [2, 2, 2, 2, 2])
        #expect(buckets.map(\.blocked) == [2, 2, 0, 0, 0])
        let some = try await store.activity(
            matching: EventFilter(values: [.action: ["redact"]]), in: Sample.start..<Sample.start + 10, buckets: 1)
        #expect(some == [ActivityBucket(blocked: 0, redacted: 6, other: 0)])
    }

    static func devicesTellHowFarTheyAreAndWhatIsMissing(_ make: Factory) async throws {
        let store = try make()
        _ = try await store.append(Sample.batch([Sample.event(1), Sample.event(2)]), now: now)
        _ = try await store.append(Sample.batch([Sample.event(6)], oldest: 3), now: now + 1)
        let gap = EventDraft(
            id: EventID(milliseconds: now), kind: .gap, milliseconds: now, title: "Events dropped",
            gap: GapRecord(first: 1, last: 40, lastHash: Event.noHash))
        _ = try await store.append(
            Sample.batch([Sample.event(41, device: "device-2", gap)], device: "device-2"), now: now + 2)
        let devices = try await store.devices(limit: 10)
        #expect(devices.map(\.uid) == ["device-2", "device-1"])
        let first = try #require(devices.last)
        #expect(first.hostname == "device-1.local")
        #expect(first.events == 3)
        let journal = try #require(first.journals.first)
        #expect(journal.highest == 6)
        #expect(journal.contiguous == 2)
        #expect(journal.missing == 3)
        #expect(devices.first?.journals.first?.dropped == 40)
        #expect(try await store.devices(limit: 1).count == 1)
    }
}
