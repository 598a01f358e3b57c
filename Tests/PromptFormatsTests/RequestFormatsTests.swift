import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct RequestFormatsTests {
    private func match(_ provider: String, _ path: String) -> any RequestFormat {
        RequestFormats.match(RequestHead(provider: provider, method: "POST", path: path))
    }

    @Test func eachPathHasItsFormat() {
        #expect(match("openai", "/v1/chat/completions").id == "openai.chat")
        #expect(match("azure", "/openai/deployments/d/chat/completions?api-version=1").id == "openai.chat")
        #expect(match("openai", "/v1/responses").id == "openai.responses")
        #expect(match("anthropic", "/v1/messages").id == "anthropic.messages")
        #expect(match("openai", "/v1/nothing-known").id == "generic")
    }

    @Test func anUnknownShapeIsInspectedWholeAndReported() throws {
        let request = try match("openai", "/v1/nothing-known").parse(
            bytes(#"{"model":"e","input":["one","two"],"config_of_the_caller":{"4111111111111111":true}}"#))
        #expect(
            request.segments.map { text($0.text) } == [
                #""model":"e""#, "one", "two", "config_of_the_caller", "4111111111111111",
            ])
        #expect(request.opaque.map(\.kind) == [.unknownShape])
        #expect(request.model == "e")
    }

    @Test func tokensAreOpaque() throws {
        let tokens = (0..<40).map { String($0 * 1000) }.joined(separator: ",")
        let request = try match("openai", "/v1/nothing-known").parse(bytes(#"{"input":[\#(tokens)]}"#))
        #expect(request.opaque.map(\.kind) == [.unknownShape, .tokens])
        #expect(request.opaque[1].path == "input")
    }

    @Test func whatIsNotJSONIsOneText() throws {
        let body = bytes("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nkey=1\r\n--b--")
        let request = try match("openai", "/v1/nothing-known").parse(body)
        #expect(request.segments.map(\.text) == [body])
        #expect(request.opaque.map(\.kind) == [.unknownShape])
        #expect(request.replacing("key=1", with: "GONE", in: body) == text(body).replacingOnce("key=1", with: "GONE"))
    }

    @Test func anEmptyBodyHasNoTexts() throws {
        for format in RequestFormats.all + [GenericFormat()] {
            let request = try format.parse([])
            #expect(request.segments.isEmpty && request.opaque.isEmpty)
        }
    }

    @Test func brokenJSONOnAKnownPathIsAnError() {
        for format in RequestFormats.all {
            let head = RequestHead(
                provider: "", method: "POST", path: "/", headers: [("content-type", "application/json")])
            #expect(throws: FormatError.self) { try format.parse(bytes("{\"messages\":["), of: head) }
        }
    }

    @Test func segmentsAreBoundedInNumber() throws {
        let body = { (count: Int) in bytes("{\"x\":[" + String(repeating: "\"s\",", count: count - 1) + "\"s\"]}") }
        #expect(try GenericFormat().parse(body(FormatLimits.maxSegments)).segments.count == FormatLimits.maxSegments)
        #expect(throws: FormatError.self) { try GenericFormat().parse(body(FormatLimits.maxSegments + 1)) }
    }

    @Test func jsonInsideStringsIsOpenedToABound() throws {
        var inner = #"{"k":"v"}"#
        for _ in 0..<6 {
            inner = #"{"k":"# + "\"" + inner.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"}"
        }
        let escaped = inner.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let body = bytes(
            #"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"\#(escaped)"}}]}]}"#)
        let request = try WireFormat.openAIChat.parse(body)
        #expect(request.segments.count == 1)
        #expect(request.segments[0].coding == .json(depth: 2))
    }

    // MARK: Refusals

    @Test(arguments: RefusalKind.allCases)
    func refusalsAreErrorsThatClientsDoNotRetry(kind: RefusalKind) throws {
        let message = "Sluice stopped this prompt: \"token\"\nin message 3."
        for (provider, path) in [
            ("openai", "/v1/chat/completions"), ("openai", "/v1/responses"), ("anthropic", "/v1/messages"),
            ("anthropic", "/v1/x"),
            ("openai", "/v1/x"),
        ] {
            let refusal = match(provider, path).refusal(message, eventID: "01ABCDEF", kind: kind)
            let fields = Dictionary(uniqueKeysWithValues: refusal.headers.map { ($0.name, $0.value) })
            #expect(fields["x-should-retry"] == "false")
            #expect(fields["x-sluice-event"] == "01ABCDEF")
            #expect(fields["content-type"] == "application/json")
            #expect(fields["content-length"] == String(refusal.body.count))
            #expect(![408, 409, 429].contains(refusal.status))
            #expect(refusal.status < 500 || kind == .upstreamFailure)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(refusal.body)) as? [String: Any])
            let error = try #require(json["error"] as? [String: Any])
            #expect(error["message"] as? String == message)
            #expect((json["type"] as? String == "error") == (provider == "anthropic"))
            if kind == .blocked {
                #expect(refusal.status == (provider == "anthropic" ? 400 : 403))
                #expect(error["type"] as? String == "invalid_request_error")
            }
        }
    }

    @Test(arguments: RefusalKind.allCases)
    func everyFormatRefusesWithJSONThatItsClientsDoNotRetry(kind: RefusalKind) throws {
        #expect(Set(RequestFormats.all.map(\.id)).count == RequestFormats.all.count)
        for format in RequestFormats.all {
            let refusal = format.refusal("stopped: \"x\"\n", eventID: "01ABCDEF", kind: kind)
            let fields = Dictionary(uniqueKeysWithValues: refusal.headers.map { ($0.name, $0.value) })
            #expect(fields["x-should-retry"] == "false" && fields["cache-control"] == "no-store")
            #expect(fields["content-length"] == String(refusal.body.count))
            #expect(![408, 409, 429].contains(refusal.status), "\(format.id)")
            #expect((400..<500).contains(refusal.status) || kind == .upstreamFailure, "\(format.id)")
            let json = try #require(try JSONSerialization.jsonObject(with: Data(refusal.body)) as? [String: Any])
            let error = json["error"] as? [String: Any] ?? json
            let message = error["message"] ?? error["detail"] ?? error["error"]
            #expect(message as? String == "stopped: \"x\"\n", "\(format.id)")
        }
    }

    @Test func anEventIDThatIsNoWordStaysOutOfTheHeader() {
        for id in ["", "a\r\nx-evil: 1", "ü"] {
            let refusal = WireFormat.openAIChat.refusal("m", eventID: id, kind: .blocked)
            #expect(!refusal.headers.contains { $0.name == "x-sluice-event" })
        }
    }
}
