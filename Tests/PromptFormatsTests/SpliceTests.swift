import Foundation
import Primitives
import PromptFormats
import Testing

/// Random requests, random edits.
@Suite struct SpliceTests {
    private static let alphabet = ["a", "k", " ", "\"", "\\", "\n", "é", "😀", "/", "\u{1}", "{", "9", "\t", "SLUICE_"]

    private func text(_ random: inout TestRandom) -> String {
        (0..<Int.random(in: 1...12, using: &random)).map { _ in Self.alphabet.randomElement(using: &random)! }.joined()
    }

    private func request(_ random: inout TestRandom) -> String {
        let gap = [" ", "", "\n  "].randomElement(using: &random)!
        let parts = (0..<3).map { _ in #"{"type":"text",\#(gap)"text":\#(gap)\#(quoted(text(&random)))}"# }
        let inner = #"{"command":\#(quoted(text(&random))),"list":[\#(quoted(text(&random)))]}"#
        return #"""
            {"model":"m",\#(gap)"messages":[{"role":"user","content":[\#(parts.joined(separator: "," + gap))]},
            {"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"f","arguments":\#(quoted(inner))}}]}],
            "metadata":{"note":\#(quoted(text(&random)))},"n":1.50E+2}
            """#
    }

    @Test func editsChangeWhatTheyCoverAndNothingElse() throws {
        var random = TestRandom(11)
        let format = WireFormat.openAIChat
        for _ in 0..<300 {
            let body = bytes(request(&random))
            let before = try format.parse(body)
            #expect(before.splice([], into: body) == body)
            var edits: [RequestEdit] = []
            var expected = before.segments.map(\.text)
            var covered: [Range<Int>] = []
            for (index, segment) in before.segments.enumerated()
            where segment.path != "model" && Bool.random(using: &random) {
                let part = segment.editable.last!
                guard !part.isEmpty else { continue }
                let start = Int.random(in: part.start..<part.end, using: &random)
                let end = Int.random(in: start + 1...part.end, using: &random)
                // Characters are replaced whole, as findings are.
                guard String(validating: segment.text[start..<end], as: UTF8.self) != nil else { continue }
                let new = bytes(text(&random))
                edits.append(RequestEdit(segment: index, span: ByteSpan(start: start, end: end), replacement: new))
                expected[index].replaceSubrange(start..<end, with: new)
                covered.append(segment.map.original(of: ByteSpan(start: start, end: end)).range)
            }
            let edited = before.splice(edits.shuffled(using: &random), into: body)
            let after = try format.parse(edited)
            #expect(after.segments.map(\.text) == expected)
            #expect(after.segments.map(\.path) == before.segments.map(\.path))
            // What stands between the edits stands there still, in order.
            var at = 0
            var rest = edited[...]
            for range in covered.sorted(by: { $0.lowerBound < $1.lowerBound }) + [body.count..<body.count] {
                let piece = body[at..<range.lowerBound]
                let found = try #require(rest.firstRange(of: piece))
                rest = rest[found.upperBound...]
                at = range.upperBound
            }
            #expect(rest.isEmpty)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(edited)) }
        }
    }

    @Test func segmentsLeadToTheirBytes() throws {
        var random = TestRandom(12)
        for _ in 0..<100 {
            let body = bytes(request(&random))
            for segment in try WireFormat.openAIChat.parse(body).segments {
                let span = segment.map.original(of: ByteSpan(start: 0, end: segment.text.count))
                #expect(span.end <= body.count)
                #expect(segment.map.decodedCount == segment.text.count)
                guard case .json(let depth) = segment.coding else { continue }
                var written = Array(body[span.range])
                for _ in 0..<depth where segment.editable.count == 1 {
                    let json = Data([0x22] + written + [0x22])
                    written = bytes(
                        try #require(
                            try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed) as? String))
                }
                #expect(segment.editable.count > 1 || written == segment.text)
            }
        }
    }

    @Test func editsThatOverlapBecomeOne() throws {
        let body = bytes(#"{"messages":[{"role":"user","content":"abcdefgh"}]}"#)
        let request = try WireFormat.openAIChat.parse(body)
        let edits = [(2, 5), (4, 6), (2, 3), (7, 8)].map {
            RequestEdit(segment: 0, span: ByteSpan(start: $0.0, end: $0.1), replacement: bytes("<\($0.0)-\($0.1)>"))
        }
        #expect(
            PromptFormatsTests.text(request.splice(edits, into: body))
                == #"{"messages":[{"role":"user","content":"ab<2-3>g<7-8>"}]}"#)
    }
}
