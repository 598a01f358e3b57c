import Primitives
import Testing

@testable import Events

@Suite struct EventCodingTests {
    @Test("an event comes back equal, and its bytes come back the same") func roundTrip() throws {
        let event = sampleEvent(sampleDraft(secret: "Zq3!Xw9vB"))
        let bytes = try EventCoding.encode(event)
        let back = try EventCoding.decode(bytes)
        #expect(back == event)
        #expect(try EventCoding.encode(back) == bytes)
        let update = Event(
            content: event.content.repeated(as: EventID(milliseconds: 9)), sequence: 8,
            previousHash: EventCoding.hash(bytes),
            device: event.device, productVersion: "0.1.0", count: 3, lastSeen: 1_790_000_000_999,
            updates: event.content.id)
        #expect(try EventCoding.decode(try EventCoding.encode(update)) == update)
        #expect(update.finding == event.content.id)
    }

    @Test("the OCSF members are where a SIEM looks for them") func ocsf() throws {
        let bytes = try EventCoding.encode(sampleEvent(sampleDraft(secret: "Zq3!Xw9vB")))
        let text = String(decoding: bytes, as: UTF8.self)
        for part in [
            "\"class_uid\":2006", "\"category_uid\":2", "\"type_uid\":200601", "\"activity_id\":1", "\"severity_id\":4",
            "\"action_id\":2", "\"disposition_id\":2", "\"time\":1790000000000", "\"sequence\":7",
            "\"version\":\"1.5.0\"",
            "\"unmapped\":{\"sluice\":{", "\"types\":[\"credential\"]", "\"app_name\":\"openai-python/9.99.9\"",
        ] { #expect(text.contains(part), "\(part)") }
        #expect(!text.contains("Zq3") && !text.contains("marmalade") && !text.contains("lantern"))
    }

    @Test("each action has its outcome", arguments: RecordedAction.allCases) func outcomes(_ action: RecordedAction)
        throws
    {
        let draft = EventDraft(id: EventID(milliseconds: 1), milliseconds: 1, title: "t", action: action)
        let record = OCSFRecord(sampleEvent(draft))
        #expect(record.action_id == (action >= .justify && action != .reroute ? 2 : 1))
        #expect(record.event().action == action)
    }

    @Test("an event past its size loses findings from the end, and says how many") func size() throws {
        let link = "https://example.com/" + String(repeating: "a", count: EventLimits.maxLinkBytes - 20)
        let draft = sampleDraft(
            secret: String(repeating: "k", count: 60), findings: EventLimits.maxFindings, revoke: link)
        let bytes = try EventCoding.encode(sampleEvent(draft))
        #expect(bytes.count <= EventLimits.maxEventBytes)
        let back = try EventCoding.decode(bytes)
        #expect(back.findings.count + back.omittedFindings == EventLimits.maxFindings)
        #expect(back.findings.count < EventLimits.maxFindings)
    }

    @Test("findings past the limit are counted") func findings() {
        #expect(sampleDraft(findings: EventLimits.maxFindings).omittedFindings == 0)
        let draft = sampleDraft(findings: EventLimits.maxFindings + 1)
        #expect(draft.findings.count == EventLimits.maxFindings && draft.omittedFindings == 1)
    }

    @Test("texts are cut at their limits, with a mark") func texts() {
        let limit = EventLimits.maxLineBytes
        #expect(TraceStep(step: "a", text: String(repeating: "a", count: limit)).text.utf8.count == limit)
        let cut = TraceStep(step: "a", text: String(repeating: "a", count: limit + 1)).text
        #expect(cut.utf8.count == limit && cut.hasSuffix("…"))
        #expect(EventLimits.cut("ééé", to: 6) == "ééé")
        #expect(EventLimits.cut("éééé", to: 6) == "é…")
        #expect(EventLimits.identifier(String(repeating: "a", count: 200)).utf8.count == EventLimits.maxIdentifierBytes)
        #expect(EventLimits.identifier("a b\"<é>") == "a_b_____")
        #expect(EventLimits.plain("a\u{202E}b\nc\u{0}", to: 20) == "a b c ")
        let steps = Array(repeating: TraceStep(step: "a", text: "b"), count: EventLimits.maxTraceSteps + 1)
        #expect(PolicyRecord(name: "p", trace: steps).trace.count == EventLimits.maxTraceSteps)
    }

    @Test(
        "a link that is not plain https is left out",
        arguments: [
            "http://a.b", "javascript:alert(1)", "https://a.b/\"x", "https://a b", "https://a.b/<", "https://é",
        ])
    func links(_ link: String) { #expect(EventLimits.link(link) == nil) }

    @Test("hostile bytes come out within the limits") func hostile() throws {
        let event = sampleEvent(sampleDraft(secret: "s"))
        var text = String(decoding: try EventCoding.encode(event), as: UTF8.self)
        let long = String(repeating: "W", count: 5000)
        text = text.replacing("Password stopped", with: long)
        text = text.replacing("\"name\":\"Password\"", with: "\"name\":\"\(long)\"")
        text = text.replacing("https://example.com/rotate", with: "javascript:alert(1)")
        text = text.replacing("gpt-4o-mini", with: "\\u202e" + long)
        let back = try EventCoding.decode(Array(text.utf8))
        #expect(back.title.utf8.count <= EventLimits.maxLineBytes)
        #expect(back.findings[0].name.utf8.count <= EventLimits.maxNameBytes)
        #expect(back.findings[0].revoke == nil)
        let model = try #require(back.destination?.model?.value)
        #expect(model.utf8.count <= EventLimits.maxNameBytes && !model.contains("\u{202E}"))
        #expect(try EventCoding.encode(back).count < 8000)
    }

    @Test("what is no event is refused with its place, never its content") func malformed() {
        for (text, reason) in [
            ("", "not JSON"), ("{", "not JSON"), ("[]", "wrong type"), ("{\"class_uid\":\"hunter2\"}", "class_uid"),
            ("{}", "missing"),
        ] {
            let failure = #expect(throws: EventCoding.Failure.self) { try EventCoding.decode(Array(text.utf8)) }
            let words = failure?.description ?? ""
            #expect(words.contains(reason), "\(text): \(words)")
            #expect(!words.contains("hunter2"))
        }
        let other = Array("{\"class_uid\":2001}".utf8)
        #expect(throws: EventCoding.Failure.self) { try EventCoding.decode(other) }
        let long = [UInt8](repeating: 0x20, count: EventLimits.maxEventBytes + 1)
        #expect(throws: EventCoding.Failure.tooLarge(bytes: long.count)) { try EventCoding.decode(long) }
    }

    @Test("a batch holds the events byte for byte") func batch() throws {
        let events = [7, 8, 9].map { sampleEvent(sampleDraft(secret: "abc"), sequence: $0) }
        let bodies = try events.map { try EventCoding.encode($0) }
        let body = EventBatch.encode(device: "d1", journal: "J", oldest: 7, encodedEvents: bodies)
        let batch = try EventBatch.decode(body)
        #expect(batch == EventBatch(device: "d1", journal: "J", oldest: 7, events: events))
        #expect(body.firstRange(of: bodies[1]) != nil)
        let empty = try EventBatch.decode(EventBatch.encode(device: "d1", journal: "J", oldest: 1, encodedEvents: []))
        #expect(empty.events.isEmpty)
    }

    @Test("a batch with too many events, another device's or a wrong order is refused") func badBatches() throws {
        let body = { (sequences: [UInt64], device: String) throws -> [UInt8] in
            let events = try sequences.map {
                try EventCoding.encode(
                    sampleEvent(EventDraft(id: EventID(milliseconds: 1), milliseconds: 1, title: "t"), sequence: $0))
            }
            return EventBatch.encode(device: device, journal: "J", oldest: 1, encodedEvents: events)
        }
        let limit = UInt64(EventLimits.maxBatchEvents)
        #expect(try EventBatch.decode(try body(Array(1...limit), "d1")).events.count == Int(limit))
        #expect(throws: EventCoding.Failure.self) { try EventBatch.decode(try body(Array(1...limit + 1), "d1")) }
        #expect(throws: EventCoding.Failure.self) { try EventBatch.decode(try body([1], "d2")) }
        #expect(throws: EventCoding.Failure.self) { try EventBatch.decode(try body([2, 1], "d1")) }
        #expect(throws: EventCoding.Failure.self) { try EventBatch.decode(try body([1, 1], "d1")) }
    }

    @Test("hexadecimal goes both ways") func hex() {
        #expect(Hex.encode([0, 15, 255]) == "000fff")
        #expect(Hex.decode("000FfF") == [0, 15, 255])
        #expect(Hex.decode("0") == nil && Hex.decode("zz") == nil && Hex.decode("0g00") == nil)
    }
}
