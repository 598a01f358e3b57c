import Events
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Collector

@Suite struct EnrolmentTokenTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, mode: Int = 0o600, name: String = "token") throws -> String {
        let path = folder.file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test func aTokenOfTheRightLengthInAClosedFileIsRead() throws {
        let value = String(repeating: "k", count: EnrolmentToken.minBytes)
        let token = try EnrolmentToken(file: try write(value + "\n"))
        #expect(token.accepts(authorization: "Bearer " + value))
        #expect(token.accepts(authorization: "bearer " + value))
        for wrong in [
            nil, "", value, "Basic " + value, "Bearer", "Bearer ", "Bearer " + value + " ", "Bearer x" + value,
        ] {
            #expect(!token.accepts(authorization: wrong))
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644]) func aFileThatOthersCanOpenIsRefused(mode: Int) throws {
        let path = try write(String(repeating: "k", count: 40), mode: mode)
        #expect(throws: EnrolmentToken.Failure.tooOpen(path: path, mode: UInt16(mode))) {
            try EnrolmentToken(file: path)
        }
    }

    @Test func lengthsAreCheckedAtTheirLimits() throws {
        for (bytes, fits) in [
            (EnrolmentToken.minBytes - 1, false), (EnrolmentToken.minBytes, true), (EnrolmentToken.maxBytes, true),
            (EnrolmentToken.maxBytes + 1, false), (0, false),
        ] {
            let path = try write(String(repeating: "k", count: bytes))
            let token = try? EnrolmentToken(file: path)
            #expect((token != nil) == fits, "\(bytes) bytes")
        }
    }

    @Test func aLinkAFolderAndNothingAreRefused() throws {
        let path = try write(String(repeating: "k", count: 40))
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: path)
        for name in ["link", ".", "none"] {
            #expect(throws: EnrolmentToken.Failure.self) { try EnrolmentToken(file: folder.file(name)) }
        }
    }

    @Test func aNewTokenIsRandomClosedAndNeverOverwritten() throws {
        try EnrolmentToken.create(at: folder.file("a"))
        try EnrolmentToken.create(at: folder.file("b"))
        let a = try String(contentsOfFile: folder.file("a"), encoding: .utf8)
        #expect(a.count == 65)
        #expect(try a != String(contentsOfFile: folder.file("b"), encoding: .utf8))
        _ = try EnrolmentToken(file: folder.file("a"))
        #expect(throws: EnrolmentToken.Failure.self) { try EnrolmentToken.create(at: folder.file("a")) }
    }

    @Test func aFailureNeverShowsTheToken() throws {
        let path = try write("short-secret")
        let error = #expect(throws: EnrolmentToken.Failure.self) { try EnrolmentToken(file: path) }
        #expect(error?.description.contains("short-secret") == false)
    }
}

@Suite struct EventQueryTests {
    @Test func aQuerySurvivesItsOwnText() {
        var query = EventQuery()
        query.values = [.user: ["a b", "ü&=+%"], .action: ["block"]]
        query.span = .day
        query.search = "50% off & more"
        query.until = 5
        query.after = EventCursor(milliseconds: 7, number: 9)
        #expect(EventQuery(query.text) == query)
    }

    @Test(arguments: [
        "", "?", "&&&", "=", "action", "action=", "%zz=1", "action=%ff%fe", "nothing=1", "since=-1", "until=abc",
        "after=1", "after=1-2-3", "after=-1-2", "range=9y", "limit=x", "q=%20%20",
    ])
    func whatCannotBeReadIsIgnored(text: String) {
        #expect(EventQuery(text) == EventQuery())
    }

    @Test func hostileTimesDoNotOverflow() async throws {
        let most = UInt64.max
        try await TestCollector().run { client in
            for text in [
                "until=\(most)", "since=\(most)", "since=\(most)&until=1", "since=5&until=5",
                "after=281474976710655-9223372036854775807",
            ] {
                let reply = try await client.page("/console?" + text)
                #expect(reply.status == .ok, "\(text)")
            }
        }
    }

    @Test func valuesAndSearchTextAreBounded() {
        let many = (0..<100).map { "user=u\($0)" }.joined(separator: "&")
        #expect(EventQuery(many).values[.user]?.count == EventFilter.maxValues)
        let repeated = Array(repeating: "user=u", count: 50).joined(separator: "&")
        #expect(EventQuery(repeated).values[.user] == ["u"])
        let exact = String(repeating: "a", count: EventFilter.maxSearchBytes)
        #expect(EventQuery("q=" + exact + "b").search == exact)
    }

    @Test func aChoiceIsToggledAndStartsFromTheFirstPage() {
        var query = EventQuery("action=block&after=1-2")
        query = query.toggling(.action, "redact")
        #expect(query.text == "action=block&action=redact")
        #expect(query.toggling(.action, "block").toggling(.action, "redact") == EventQuery())
    }

    @Test func searchTermsAreToldApart() {
        let id = EventID(milliseconds: 1)
        #expect(SearchTerm(id.description) == .id(id))
        #expect(SearchTerm(" 7f3k ") == .short("7F3K"))
        #expect(SearchTerm("GitHub Token") == .words(["github", "token"]))
        #expect(SearchTerm("7f3") == .words(["7f3"]))
        #expect(SearchTerm("a-bc") == .words(["a-bc"]))
        #expect(SearchTerm("  ") == nil)
    }
}

@Suite struct WordingTests {
    @Test(arguments: [0, 1, 951_782_399_999, 951_782_400_000, 1_709_164_800_000, 1_795_519_230_111, 4_102_444_799_000])
    func timesAgreeWithFoundation(milliseconds: UInt64) {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        #expect(Moment(milliseconds: milliseconds).iso == formatter.string(from: date))
    }

    @Test func timesPastTheLastYearAreShownAsIt() {
        #expect(Moment(milliseconds: .max).iso == "9999-12-31T23:59:59.999Z")
    }

    @Test func spansOfTimeAreTold() {
        let now: UInt64 = 10_000_000_000
        let said = [0, 9_999, 10_000, 60_000, 3_600_000, 172_800_000].map { Moment.ago(now - $0, now: now) }
        #expect(said == ["just now", "just now", "10 s ago", "1 min ago", "1 h ago", "2 days ago"])
        #expect(Moment.ago(now + 5, now: now) == "just now")
    }

    @Test func aTitleLosesTheVerbThatTheBadgeSays() {
        #expect(Wording.subject("GitHub token and 1 more stopped", kind: .verdict) == "GitHub token and 1 more")
        #expect(Wording.subject("Journal set aside and redacted", kind: .health) == "Journal set aside and redacted")
        #expect(Wording.subject(" stopped", kind: .verdict) == " stopped")
    }

    @Test func reasonsAreToldInWords() {
        let raw = ["pattern", "validated:iban", "context:card", "random:87", "key", "known-value", "some_new_reason"]
        #expect(
            raw.map(Wording.reason) == [
                "format matches", "iban check passed", "near the word \u{201C}card\u{201D}", "looks random (87 %)",
                "assigned to a secret's name", "value seen before", "some new reason",
            ])
    }

    @Test func numbersAreGrouped() {
        #expect(Wording.grouped(0) == "0")
        #expect(Wording.grouped(999) == "999")
        #expect(Wording.grouped(1_234_567) == "1\u{202F}234\u{202F}567")
        #expect(Wording.count(1, "event") == "1 event")
        #expect(Wording.count(-3, "event") == "0 events")
    }
}

@Suite struct APITests {
    @Test func theListGivesWholeEventsPageByPage() async throws {
        let events = (1...3).map { Sample.event($0) }
        try await TestCollector().run { client in
            _ = try await client.deliver(Sample.batch(events))
            let first = try await client.page("/api/v1/events?limit=2").json()
            let listed = try #require(first["events"] as? [[String: Any]])
            #expect(listed.count == 2)
            let bytes = try JSONSerialization.data(withJSONObject: listed[0])
            #expect(try EventCoding.decode(Array(bytes)) == events[2])
            let next = try #require(first["next"] as? String)
            let second = try await client.page("/api/v1/events?limit=2&after=\(next)").json()
            #expect((second["events"] as? [Any])?.count == 1)
            #expect(second["next"] is NSNull)
            let one = try await client.page("/api/v1/events/\(events[0].content.id)")
            #expect(try EventCoding.decode(Array(one.body.readableBytesView)) == events[0])
            #expect(try await client.page("/api/v1/events?limit=-5").json()["events"] as? [Any] != nil)
            let none = try await client.page("/api/v1/events?user=nobody").json()
            #expect((none["events"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func theDocumentIsJSONAndNamesTheRoutesThatExist() async throws {
        try await TestCollector().run { client in
            let document = try await client.page("/api/v1/openapi.json").json()
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            for (path, methods) in paths where methods["get"] != nil {
                let id = EventID(milliseconds: 1).description
                let reply = try await client.page(path.replacing("{id}", with: id))
                #expect([.ok, .notFound].contains(reply.status), "\(path)")
            }
            let parameters =
                ((paths["/api/v1/events"]?["get"] as? [String: Any])?["parameters"] as? [[String: Any]]) ?? []
            let names = Set(parameters.compactMap { $0["name"] as? String })
            #expect(names.isSuperset(of: Facet.allCases.map(\.rawValue)))
        }
    }

    @Test func metricsCountWhatHappened() async throws {
        let batch = Sample.batch([Sample.event(1)])
        try await TestCollector().run { client in
            _ = try await client.deliver(batch)
            _ = try await client.deliver(batch)
            let text = try await client.page("/metrics").text
            for line in [
                "sluice_collector_batches_total 2", "sluice_collector_events_stored_total 1",
                "sluice_collector_events_duplicate_total 1", "sluice_collector_events 1", "sluice_collector_devices 1",
            ] { #expect(text.contains(line + "\n"), "\(line)") }
        }
    }

    @Test func textIsQuotedAsJSONDemands() throws {
        let text = "a\"b\\c\n\u{0}\u{2028}é😀/"
        let json = JSONText.render([("k", .string(text)), ("n", .null), ("l", .array([.bool(true), .number(7)]))])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["k"] as? String == text)
        #expect(!json.utf8.contains(0x0A))
    }
}
