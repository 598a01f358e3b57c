import Events
import Foundation
import Hummingbird
import HummingbirdTesting
import Primitives
import Testing

@testable import Collector

/// Texts of an event are a device's word, and a device may be anybody's who holds the token.
@Suite struct HostileTextTests {
    /// A tag, an attribute's end, and an attribute's end hidden behind a combining mark: by characters, `"` with U+0301 is no quote.
    static let payloads = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "\"\u{301} onfocus=alert(1) autofocus=\"\u{301}", "<\u{338}svg onload=alert(1)>", "{{#raw}}{{{raw}}}{{/raw}}",
        "</title><script>alert(1)</script>", "&lt;script&gt;", "`onclick=alert(1)`",
    ]

    /// An event with the payload in every text field, past the device's own masking: as raw JSON.
    static func event(_ payload: String, id: EventID) throws -> [String: Any] {
        let draft = Sample.draft(id: id)
        let bytes = try EventCoding.encode(Sample.event(1, draft))
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        return try #require(replace(object, with: payload, id: id.description) as? [String: Any])
    }

    /// Words that the schema fixes stay, or the event would be refused before it could do harm.
    private static let fixed: Set<String> = [
        "verdict", "block", "secret", "critical", id_, "device-1",
    ]
    private static let id_ = "uid"

    private static func replace(_ value: Any, with payload: String, id: String, key: String = "") -> Any {
        switch value {
        case let text as String:
            if fixed.contains(text) || text == id || key == "value" { return text }
            if text.hasPrefix("https://") { return "javascript:alert(1)//" + payload }
            return payload
        case let list as [Any]: return list.map { replace($0, with: payload, id: id, key: key) }
        case let object as [String: Any]:
            return Dictionary(
                uniqueKeysWithValues: object.map { name, value in
                    (
                        name,
                        name == "mark"
                            ? [0, min(8, payload.utf8.count)] : replace(value, with: payload, id: id, key: name)
                    )
                })
        default: return value
        }
    }

    @Test(arguments: payloads) func noTextReachesAPageUnescaped(payload: String) async throws {
        let id = EventID(milliseconds: Sample.start)
        let batch: [String: Any] = [
            "device": "device-1", "journal": payload, "oldest": 1, "events": [try Self.event(payload, id: id)],
        ]
        let body = ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: batch))
        let query = payload.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        try await TestCollector().run { client in
            let reply = try await client.deliver(body)
            #expect(reply.status == .ok, "\(reply.text)")
            let paths = [
                "/console", "/console/events/\(id)", "/console/devices", "/console?q=\(query)",
                "/console?user=\(query)&class=\(query)&application=\(query)&device=\(query)", "/console/\(query)",
            ]
            for path in paths {
                let text = try await client.page(path).text
                #expect(!text.isEmpty)
                for scalars in [
                    "<script>", "<img", "\" onfocus", "\"\u{301}", "<\u{338}", "' onmouseover", "`onclick",
                    "javascript:",
                ] {
                    let needle = Array(scalars.utf8)
                    #expect(!Self.contains(Array(text.utf8), needle), "\(scalars) on \(path)")
                }
            }
        }
    }

    @Test func theEventPageDoesShowWhatItEscapes() async throws {
        let id = EventID(milliseconds: Sample.start)
        let batch: [String: Any] = [
            "device": "device-1", "journal": "j", "oldest": 1,
            "events": [try Self.event("<script>alert(1)</script>", id: id)],
        ]
        let body = ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: batch))
        try await TestCollector().run { client in
            _ = try await client.deliver(body)
            let text = try await client.page("/console/events/\(id)").text
            #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        }
    }

    @Test func everyTemplateParsesAndHoldsNoUnescapedVariable() {
        for (name, source) in Templates.sources {
            #expect(!source.contains("{{{") && !source.contains("{{&"), "\(name)")
            #expect(!source.contains("CONTENT_TYPE"), "\(name)")
            // A source that does not parse stops the program here.
            _ = Templates.render([:], with: name)
        }
    }

    @Test func escapingGoesByScalars() {
        let escaper = ScalarHTML()
        #expect(escaper.escapeText("a\"\u{301}b") == "a&quot;\u{301}b")
        #expect(Array(escaper.escapeText("<\u{338}").utf8) == Array("&lt;\u{338}".utf8))
        #expect(escaper.escapeText("plain é") == "plain é")
    }

    @Test func aMarkOutsideOfItsTextMarksNothing() {
        #expect(Excerpt(text: "abc", mark: 1..<9).found == "")
        #expect(Excerpt(text: "aé", mark: 2..<3).before == "aé")
        let excerpt = Excerpt(text: "key=é!", mark: 4..<6)
        #expect((excerpt.before, excerpt.found, excerpt.after) == ("key=", "é", "!"))
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard text.count >= needle.count else { return false }
        return (0...(text.count - needle.count)).contains {
            text[$0] == needle[0] && text[$0..<$0 + needle.count].elementsEqual(needle)
        }
    }
}
