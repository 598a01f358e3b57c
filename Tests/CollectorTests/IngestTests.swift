import Events
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import Collector

@Suite struct IngestTests {
    @Test func aBatchIsAnsweredWithTheCommittedSequence() async throws {
        let test = try TestCollector()
        try await test.run { client in
            let reply = try await client.deliver(Sample.batch([Sample.event(1), Sample.event(2)]))
            #expect(reply.status == .ok)
            #expect(reply.text == #"{"committed":2}"#)
            #expect(try BatchReply.decode(Array(reply.body.readableBytesView)).committed == 2)
            let again = try await client.deliver(Sample.batch([Sample.event(1)]))
            #expect(again.text == #"{"committed":2}"#)
        }
        #expect(test.collector.metrics.value(.stored) == 2)
    }

    @Test(arguments: [
        nil, "", "wrong", TestCollector.token + "x", String(TestCollector.token.dropLast()),
        TestCollector.token.uppercased(),
    ])
    func aWrongTokenIsRefusedAndCounted(token: String?) async throws {
        let test = try TestCollector()
        try await test.run { client in
            let body = try Sample.body(Sample.batch([Sample.event(1)]))
            let reply = try await client.deliver(body, token: token)
            #expect(reply.status == .unauthorized)
            #expect(reply.errorCode == "wrong_token")
            #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
            let listed = try await client.page("/api/v1/events").text
            #expect(listed == #"{"events":[],"next":null}"#)
        }
        #expect(test.collector.metrics.value(.refused) == 1)
    }

    @Test func aBodyAtTheLimitIsTakenAndOneByteMoreIsNot() async throws {
        var body = try Sample.body(Sample.batch([Sample.event(1)]))
        var limits = CollectorLimits()
        limits.maxBatchBytes = body.readableBytes
        let test = try TestCollector(limits: limits)
        let exact = body
        body.writeString(" ")
        let longer = body
        try await test.run { client in
            #expect(try await client.deliver(exact).status == .ok)
            let reply = try await client.deliver(longer)
            #expect(reply.status == .contentTooLarge)
            #expect(reply.errorCode == "too_large")
        }
        #expect(test.collector.metrics.value(.tooLarge) == 1)
    }

    @Test func theLimitsOfEventsAndTheCollectorAgree() {
        #expect(CollectorLimits.standard.maxBatchBytes == 4 * 1024 * 1024)
        #expect(CollectorLimits.standard.maxEventsPerBatch == 500)
        #expect(CollectorLimits.standard.maxBatchBytes <= EventLimits.maxBatchBytes)
        #expect(CollectorLimits.standard.maxEventsPerBatch <= EventLimits.maxBatchEvents)
    }

    @Test func fiveHundredEventsAreTakenAndOneMoreIsNot() async throws {
        let test = try TestCollector()
        let small = Sample.draft(findings: [])
        let events = (1...501).map { Sample.event(UInt64($0), small) }
        try await test.run { client in
            #expect(try await client.deliver(Sample.batch(Array(events.prefix(500)))).status == .ok)
            let reply = try await client.deliver(Sample.batch(events, journal: "journal-2"))
            #expect(reply.status == .contentTooLarge)
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{", #"{"device":"d"}"#, #"{"device":"d","journal":"j","oldest":1,"events":[{}]}"#,
        #"{"device":"","journal":"j","oldest":1,"events":[]}"#, #"{"device":"d","journal":"","oldest":1,"events":[]}"#,
        #"{"device":"d","journal":"j","oldest":-1,"events":[]}"#,
        #"{"device":"d","journal":"j","oldest":18446744073709551615,"events":[]}"#,
        String(repeating: "[", count: 100_000), "\u{0}", "not json",
    ])
    func nonsenseIsRefusedWithAReasonAndWithoutItsContent(text: String) async throws {
        let test = try TestCollector()
        try await test.run { client in
            let reply = try await client.deliver(ByteBuffer(string: text))
            #expect(reply.status == .badRequest)
            #expect(reply.errorCode == "malformed")
            #expect(reply.body.readableBytes < 500)
        }
        #expect(test.collector.metrics.value(.malformed) == 1)
    }

    @Test func sequencesThatDoNotAscendAndForeignDevicesAreRefused() async throws {
        let test = try TestCollector()
        try await test.run { client in
            let repeated = Sample.batch([Sample.event(2), Sample.event(1)])
            let first = try await client.deliver(repeated)
            #expect(first.status == .badRequest)
            let foreign = Sample.batch([Sample.event(1, device: "device-2")], device: "device-1")
            let second = try await client.deliver(foreign)
            #expect(second.status == .badRequest)
        }
        #expect(test.collector.metrics.value(.stored) == 0)
    }

    @Test func aDevicePastItsRateIsToldWhenToComeAgain() async throws {
        var limits = CollectorLimits()
        limits.deviceBurst = 3
        limits.deviceBatchesPerSecond = 0.5
        let test = try TestCollector(limits: limits)
        try await test.run { client in
            for sequence in 1...3 as ClosedRange<UInt64> {
                #expect(try await client.deliver(Sample.batch([Sample.event(sequence)])).status == .ok)
            }
            let reply = try await client.deliver(Sample.batch([Sample.event(4)]))
            #expect(reply.status == .tooManyRequests)
            #expect(reply.headers[.retryAfter] == "2")
            let other = Sample.batch([Sample.event(1, device: "device-2")], device: "device-2")
            #expect(try await client.deliver(other).status == .ok)
        }
        #expect(test.collector.metrics.value(.limited) == 1)
    }

    @Test func moreBatchesAtOnceThanMayAreToldToComeAgain() async throws {
        var limits = CollectorLimits()
        limits.maxIngestsInFlight = 0
        let test = try TestCollector(limits: limits)
        try await test.run { client in
            let reply = try await client.deliver(Sample.batch([Sample.event(1)]))
            #expect(reply.status == .serviceUnavailable)
            #expect(reply.headers[.retryAfter] == "1")
        }
        #expect(test.collector.metrics.value(.busy) == 1)
    }

    @Test func aFailingStoreIsNeverAnsweredWithSuccess() async throws {
        let test = try TestCollector(store: FailingStore())
        try await test.run { client in
            let reply = try await client.deliver(Sample.batch([Sample.event(1)]))
            #expect(reply.status == .serviceUnavailable)
            #expect(reply.headers[.retryAfter] == "5")
            #expect(!reply.text.contains("disk I/O"))
        }
        #expect(test.collector.metrics.value(.failures) == 1)
    }

    @Test func aStoreWithTooMuchWaitingSaysBusy() async throws {
        var limits = CollectorLimits()
        limits.maxBatchesPerCommit = 0
        let test = try TestCollector(limits: limits)
        try await test.run { client in
            let reply = try await client.deliver(Sample.batch([Sample.event(1)]))
            #expect(reply.status == .serviceUnavailable)
            #expect(reply.headers[.retryAfter] != nil)
        }
        #expect(test.collector.metrics.value(.busy) == 1)
    }

    @Test func strangersFillNoLog() {
        let log = RefusalLog(perMinute: 3)
        #expect((0..<10).filter { _ in log.mayLog(now: 60_000) }.count == 3)
        #expect(log.mayLog(now: 120_000))
    }

    @Test func aBrowserCannotDeliver() async throws {
        let test = try TestCollector()
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        try await test.run { client in
            let body = try Sample.body(Sample.batch([Sample.event(1)]))
            for headers in [[.origin: "http://127.0.0.1:7790"], [site: "same-origin"]] as [HTTPFields] {
                #expect(try await client.deliver(body, headers: headers).status == .forbidden)
            }
        }
    }
}

@Suite struct DeviceRatesTests {
    @Test func tokensComeBackWithTime() {
        let rates = DeviceRates(burst: 2, perSecond: 2, capacity: 10)
        #expect(rates.take("a", now: 1000) == nil)
        #expect(rates.take("a", now: 1000) == nil)
        #expect(rates.take("a", now: 1000) == 1)
        #expect(rates.take("a", now: 1499) == 1)
        #expect(rates.take("a", now: 1500) == nil)
        #expect(rates.take("a", now: 1500) == 1)
        // A pause gives no more than the burst.
        #expect([0, 1, 2].map { _ in rates.take("a", now: 900_000) } == [nil, nil, 1])
        // Nor does a clock that is set back.
        #expect(rates.take("a", now: 5) == 1)
    }

    @Test func theTableIsBoundedAndForgetsTheLongestUnseen() {
        let rates = DeviceRates(burst: 1, perSecond: 0.001, capacity: 100)
        for number in 0..<1_000 { _ = rates.take("device-\(number)", now: UInt64(number)) }
        #expect(rates.count <= 100)
        #expect(rates.take("device-999", now: 1_000) != nil)
    }
}

/// A store whose disk has failed.
struct FailingStore: EventStore {
    private let failure = StoreFailure.database("10 disk I/O error")

    func append(_ batch: EventBatch, now: UInt64) async throws(StoreFailure) -> Committed { throw failure }
    func events(
        matching filter: EventFilter, after: EventCursor?, limit: Int
    ) async throws(StoreFailure) -> EventPage { throw failure }
    func summaries(
        matching filter: EventFilter, after: EventCursor?, limit: Int
    ) async throws(StoreFailure) -> SummaryPage { throw failure }
    func activity(
        matching filter: EventFilter, in range: Range<UInt64>, buckets: Int
    ) async throws(StoreFailure) -> [ActivityBucket] { throw failure }
    func event(_ id: EventID) async throws(StoreFailure) -> StoredEvent? { throw failure }
    func facets(matching filter: EventFilter) async throws(StoreFailure) -> Facets { throw failure }
    func devices(limit: Int) async throws(StoreFailure) -> [DeviceSummary] { throw failure }
    func totals() async throws(StoreFailure) -> StoreTotals { throw failure }
    func close() async {}
}
