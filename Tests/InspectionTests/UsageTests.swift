import Events
import Policy
import Testing

@testable import Inspection

@Suite("Usage") struct UsageTests {
    private func destination(_ surface: String, host: String? = nil) -> DestinationRecord {
        DestinationRecord(provider: "p", surface: surface, tier: "unapproved", host: host, isKnownHost: true)
    }

    @Test("tunnels to one host by one program are one row, with their bytes added") func tunnels() throws {
        let ledger = UsageLedger()
        for now in [5, 9, 7] {
            ledger.countTunnel(
                to: destination("", host: "chat.example"), application: "curl", user: "ada", bytesOut: 10, bytesIn: 20,
                now: UInt64(now))
        }
        let rows = ledger.drain()
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect((row.tunnels, row.bytesOut, row.bytesIn) == (3, 30, 60))
        #expect((row.first, row.last) == (5, 9))
        #expect(row.destination.host == "chat.example")
        #expect(ledger.drain().isEmpty)
    }

    @Test("past the limit of rows, programs of a known destination are counted together") func limit() {
        let ledger = UsageLedger()
        ledger.countTunnel(
            to: destination("s"), application: nil, user: "ada", bytesOut: 0, bytesIn: 0, now: 1)
        for index in 0..<UsageLedger.maxRows + 10 {
            ledger.countTunnel(
                to: destination("s"), application: "p\(index)", user: "ada", bytesOut: 0, bytesIn: 0, now: 1)
        }
        let rows = ledger.drain()
        #expect(rows.count == UsageLedger.maxRows)
        #expect(rows.map(\.tunnels).reduce(0, +) == UInt64(UsageLedger.maxRows) + 11)
    }

    @Test("the fullest usage event stays within the limit of an event") func size() throws {
        let long = String(repeating: "x", count: 300)
        let rows = (0..<100).map { index in
            UsageRecord(
                origin: OriginRecord(channel: long, application: long, user: long),
                destination: DestinationRecord(
                    provider: long, providerName: long, surface: long, surfaceName: long, tier: long, model: long,
                    host: long, isKnownHost: true), prompts: .max, stopped: .max, tunnels: .max, bytesOut: .max,
                bytesIn: .max, first: UInt64(index), last: .max)
        }
        let events = UsageLedger.events(rows, now: 1)
        #expect(events.map(\.usage.count) == [40, 40, 20])
        for (index, draft) in events.enumerated() {
            let event = Event(
                content: draft, sequence: UInt64(index + 1), previousHash: Event.noHash,
                device: DeviceRecord(uid: "d"), productVersion: "1")
            let bytes = try EventCoding.encode(event)
            #expect(try EventCoding.decode(bytes) == event)
        }
    }

    @Test("a clean prompt is counted, and no event of its own") func clean() async throws {
        let ledger = UsageLedger()
        let line = try Line(usage: ledger)
        _ = await line.inspector.inspect(Line.prompt(["hello"]))
        let rows = ledger.drain()
        #expect(rows.map(\.prompts) == [1])
        #expect(rows.map(\.bytesOut) == [5])
        #expect(line.journal.drafts.isEmpty)
    }
}
