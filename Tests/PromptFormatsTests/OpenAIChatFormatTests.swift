import Primitives
import PromptFormats
import Testing

@Suite struct OpenAIChatFormatTests {
    private let format = WireFormat.openAIChat

    private let body = bytes(
        #"""
        { "model" : "gpt-x", "stream":true, "store": false, "temperature": 1.50e0, "seed": 123456789,
          "messages": [
            {"role":"system","content":"be brief"},
            {"role":"user","name":"ann","content":[{"type":"text","text":"log line\nkey=A\u0042C"},{"type":"text","text":"more"},
              {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"text","text":"after"}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
              "function":{"name":"run","arguments":"{\"command\":\"echo \\\"hi\\\"\",\"env\":{\"TOKEN\":\"t0k\"}}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"done \"ok\""}
          ],
          "tools":[{"type":"function","function":{"name":"run","description":"runs a command","parameters":{"type":"object"}}}],
          "user":"u-1","x_unknown":{"deep":["leaf"]} }
        """#)

    @Test func everyTextPartIsASegmentInItsPlace() throws {
        let request = try format.parse(body)
        #expect(request.model == "gpt-x")
        #expect(request.streams)
        #expect(request.store == false)
        #expect(try request.text(at: "messages[0].content") == "be brief")
        #expect(try request.segment(at: "messages[0].content").role == .system)
        #expect(try request.text(at: "messages[1].content[0].text") == "log line\nkey=ABC")
        #expect(try request.segment(at: "messages[1].content[0].text").message == 2)
        #expect(try request.text(at: "messages[1].name") == #""name":"ann""#)
        #expect(
            try request.text(at: "messages[2].tool_calls[0].function.arguments.command") == #""command":"echo "hi"""#)
        #expect(try request.text(at: "messages[2].tool_calls[0].function.arguments.env.TOKEN") == #""TOKEN":"t0k""#)
        #expect(try request.segment(at: "messages[2].tool_calls[0].function.arguments.command").role == .assistant)
        #expect(try request.text(at: "messages[3].content") == #"done "ok""#)
        #expect(try request.segment(at: "messages[3].content").role == .tool)
        #expect(
            try request.segment(at: "tools[0].function.description").role == .toolDescription)
        #expect(try request.text(at: "user") == #""user":"u-1""#)
        #expect(try request.text(at: "x_unknown.deep[0]") == "leaf")
        #expect(try request.text(at: "seed") == #""seed": 123456789"#)
        #expect(request.opaque.map(\.kind) == [.reference])
        #expect(!request.segments.contains { $0.path.hasSuffix(".role") || $0.path.hasSuffix("_call_id") })
    }

    @Test func adjacentTextPartsShareAGroupAndAnImageEndsIt() throws {
        let request = try format.parse(body)
        let groups = try (0...3).filter { $0 != 2 }.map {
            try request.segment(at: "messages[1].content[\($0)].text").group
        }
        #expect(groups[0] == groups[1])
        #expect(groups[1] != groups[2])
    }

    @Test(arguments: Dialect.allCases)
    func nothingComesBetweenTextsThatGoOn(dialect: Dialect) throws {
        let parts = (0..<3).map { #"{"note":"n\#($0)","type":"text","text":"t\#($0)","extra":{"more":"m\#($0)"}}"# }
            .joined(separator: ",")
        let list = dialect == .responses ? "input" : "messages"
        let request = try dialect.format.parse(bytes(#"{"\#(list)":[{"role":"user","content":[\#(parts)]}]}"#))
        #expect(request.segments.map { PromptFormatsTests.text($0.text) }.prefix(3) == ["t0", "t1", "t2"])
        #expect(Set(request.segments.prefix(3).map(\.group)).count == 1)
        #expect(request.segments.count == 9)
    }

    @Test func anEditTouchesNothingElse() throws {
        let request = try format.parse(body)
        let source = text(body)
        #expect(
            request.replacing("ABC", with: "X\"Y", in: body)
                == source.replacingOnce(#"A\u0042C"#, with: #"X\"Y"#))
        #expect(
            request.replacing("t0k", with: "a\"b\\", in: body) == source.replacingOnce("t0k", with: #"a\\\"b\\\\"#))
        #expect(
            request.replacing("echo \"hi\"", with: "Z", in: body)
                == source.replacingOnce(#"echo \\\"hi\\\""#, with: "Z"))
    }

    @Test func anEditOverKeyAndValueLeavesTheShape() throws {
        let request = try format.parse(body)
        let index = try #require(request.segments.firstIndex { $0.path == "user" })
        let whole = RequestEdit(
            segment: index, span: ByteSpan(start: 0, end: request.segments[index].text.count), replacement: bytes("P"))
        let edited = request.splice([whole], into: body)
        #expect(text(edited) == text(body).replacingOnce(#""user":"u-1""#, with: #""P":"P""#))
        #expect(throws: Never.self) { try format.parse(edited) }
    }

    @Test func duplicatesAreAllInspectedAndReported() throws {
        let request = try format.parse(
            bytes(
                #"{"model":"a","messages":[{"role":"user","content":"one","content":"two"}],"m\u006fdel":"b","messages":[{"content":"three"}]}"#
            ))
        #expect(request.model == "b")
        #expect(request.opaque.map(\.kind) == [.duplicateKey])
        let texts = request.segments.map { text($0.text) }
        #expect(texts.contains("one") && texts.contains("two") && texts.contains("three"))
    }

    @Test func unknownPartsAreInspectedAndReported() throws {
        let request = try format.parse(
            bytes(#"{"messages":[{"role":"user","content":[{"type":"hologram","script":{"line":"say"}},7]},"bare"]}"#))
        #expect(request.segments.map { text($0.text) }.contains(#""line":"say""#))
        #expect(request.segments.map { text($0.text) }.contains("bare"))
        #expect(request.opaque.map(\.kind) == [.unknownShape, .unknownShape])
    }

    @Test func base64OfTextIsReadAndWrittenAnew() throws {
        let document = "password: hunter2 and more to be long enough for a file, which needs some text"
        let payload = base64(bytes(document))
        let body = bytes(
            #"{"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,\#(payload)"}}]}]}"#
        )
        let request = try format.parse(body)
        #expect(try request.text(at: "messages[0].content[0].file.file_data") == document)
        let edited = request.replacing("hunter2", with: "GONE", in: body)
        let expected = base64(bytes(document.replacingOnce("hunter2", with: "GONE")))
        #expect(edited == text(body).replacingOnce(payload, with: expected))
        #expect(request.opaque.isEmpty)
    }

    @Test func picturesAndSoundAreOpaque() throws {
        let noise = base64((0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        let request = try format.parse(
            bytes(
                #"{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(noise)"}},{"type":"input_audio","input_audio":{"data":"\#(noise)","format":"wav"}}]}]}"#
            ))
        #expect(request.opaque.map(\.kind) == [.image, .audio])
        #expect(request.opaque[0].mediaType == "image/png")
        // Short data is read as it stands too, since a token may hide in its alphabet; it is never rewritten.
        #expect(request.segments.filter { $0.text.count > 200 }.allSatisfy { !$0.rewritable })
    }
}

func base64(_ data: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits = data.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
    let padding = (3 - data.count % 3) % 3
    while bits.count % 6 != 0 { bits.append(0) }
    var out = ""
    for start in stride(from: 0, to: bits.count, by: 6) {
        out.append(alphabet[bits[start..<start + 6].reduce(0) { $0 * 2 + Int($1) }])
    }
    return out + String(repeating: "=", count: padding)
}

extension String {
    /// Fails the test's expectation (by giving nonsense) unless `target` occurs exactly once.
    func replacingOnce(_ target: String, with new: String) -> String {
        let parts = split(separator: target, omittingEmptySubsequences: false)
        return parts.count == 2 ? parts[0] + new + parts[1] : "\(parts.count - 1) occurrences of \(target)"
    }
}
