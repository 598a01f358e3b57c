import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct BedrockFormatTests {
    private static let converse = #"""
        {"system":[{"text":"be kind"}],
         "messages":[
          {"role":"user","content":[{"text":"part a"},{"text":"part b"},{"image":{"format":"png","source":{"bytes":"PNGDATA"}}},
            {"document":{"format":"txt","name":"notes","source":{"text":"doc text"}}},
            {"guardContent":{"text":{"text":"guarded","qualifiers":["query"]}}}]},
          {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hmm","signature":"c2ln"}}},
            {"toolUse":{"toolUseId":"t1","name":"sql","input":{"query":"select 1"}}}]},
          {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"row 1"},{"json":{"cell":"row 2"}}],"status":"success"}},
            {"wormhole":{"deep":"leaf text"}}]}],
         "toolConfig":{"tools":[{"toolSpec":{"name":"sql","description":"runs sql"}}]},
         "promptVariables":{"city":{"text":"Bonn"}},"additionalModelRequestFields":{"note":"an extra note"}}
        """#
    private static let signed = [
        (name: "Authorization", value: "AWS4-HMAC-SHA256 Credential=x/20261124/eu-central-1/bedrock/aws4_request")
    ]
    private static let bearer = [(name: "authorization", value: "Bearer bedrock-api-key-x")]
    private static let path = "/model/eu.anthropic.claude-x%3A0/converse"

    @Test func everyTextPartIsASegmentInItsPlace() throws {
        let request = try Recorded(provider: "aws", path: Self.path, headers: Self.bearer, body: Self.converse)
            .checked("bedrock.converse")
        #expect(request.model == "eu.anthropic.claude-x:0")
        try request.expect([
            Said("system[0].text", "be kind", .system), Said("messages[0].content[0].text", "part a", .user, 1),
            Said("messages[0].content[1].text", "part b", .user, 1),
            Said("messages[0].content[3].document.name", "notes", .user, 1),
            Said("messages[0].content[3].document.source.text", "doc text", .user, 1),
            Said("messages[0].content[4].guardContent.text.text", "guarded", .user, 1),
            Said("messages[1].content[1].toolUse.input.query", #""query":"select 1""#, .assistant, 2),
            Said("messages[2].content[0].toolResult.content[0].text", "row 1", .tool, 3),
            Said("messages[2].content[0].toolResult.content[1].json.cell", #""cell":"row 2""#, .tool, 3),
            Said("messages[2].content[1].wormhole.deep", #""deep":"leaf text""#, .user, 3),
            Said("promptVariables.city.text", #""text":"Bonn""#, .user),
        ])
        #expect(request.opaque.map(\.kind) == [.reference, .unknownShape])
        let sealed = request.segments.filter { !$0.rewritable }.map(\.path)
        #expect(sealed.allSatisfy { $0.contains("reasoningContent") } && !sealed.isEmpty)
    }

    @Test(arguments: [
        Self.path, "/model/m/converse-stream", "/model/m/invoke", "/model/m/invoke-with-response-stream",
        "/openai/v1/chat/completions", "/openai/v1/responses", "/nothing-known",
    ])
    func aSignedRequestIsNeverEdited(path: String) throws {
        let byField = try Recorded(provider: "aws", path: path, headers: Self.signed, body: Self.converse).parse()
        #expect(byField.segments.allSatisfy { !$0.rewritable } && !byField.segments.isEmpty)
        let byQuery = try Recorded(provider: "aws", path: path + "?X-Amz-Signature=ab", body: Self.converse).parse()
        #expect(byQuery.segments.allSatisfy { !$0.rewritable })
        let open = try Recorded(provider: "aws", path: path, headers: Self.bearer, body: Self.converse).parse()
        #expect(open.segments.contains { $0.rewritable })
        #expect(byField.segments.count == open.segments.count)
    }

    @Test func invokeTakesEachFamilysBody() throws {
        let bodies: [(String, [Said])] = [
            (
                #"{"anthropic_version":"bedrock-2023-05-31","system":"sys","messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"tool_result","tool_use_id":"t","content":"res"}]}]}"#,
                [
                    Said("system", "sys", .system), Said("messages[0].content[0].text", "hi", .user, 1),
                    Said("messages[0].content[1].content", "res", .tool, 1),
                ]
            ),
            (
                #"{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"hi nova"}]}]}"#,
                [Said("messages[0].content[0].text", "hi nova", .user, 1)]
            ),
            (#"{"inputText":"titan text","textGenerationConfig":{}}"#, [Said("inputText", "titan text", .user, 1)]),
            (#"{"prompt":"llama prompt","max_gen_len":5}"#, [Said("prompt", "llama prompt", .user, 1)]),
            (
                #"{"message":"now","chat_history":[{"role":"CHATBOT","message":"before"}]}"#,
                [Said("message", "now", .user, 1), Said("chat_history[0].message", "before", .assistant, 1)]
            ),
            (
                #"{"texts":["first text","second text"],"input_type":"search_document"}"#,
                [Said("texts[1]", "second text", .user, 1)]
            ),
        ]
        for (body, expected) in bodies {
            let request = try Recorded(provider: "aws", path: "/model/m/invoke", headers: Self.bearer, body: body)
                .checked("bedrock.invoke")
            try request.expect(expected)
            #expect(request.opaque.isEmpty)
        }
    }

    // MARK: Replies

    /// A message of an event stream, made from the specification.
    static func frame(_ type: String, _ payload: String) -> [UInt8] {
        var headers: [UInt8] = []
        for (name, value) in [(":event-type", type), (":content-type", "application/json"), (":message-type", "event")]
        {
            headers +=
                [UInt8(name.utf8.count)] + Array(name.utf8) + [7, 0, UInt8(value.utf8.count)] + Array(value.utf8)
        }
        var out = number(16 + headers.count + payload.utf8.count) + number(headers.count)
        out += number(Int(crc(out)))
        out += headers + Array(payload.utf8)
        return out + number(Int(crc(out)))
    }

    private static func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = ~0
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }

    /// Payloads of all messages; each must be whole.
    static func payloads(_ stream: [UInt8]) throws -> [[UInt8]] {
        var out: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let frame = Array(rest)
            let total = frame[..<4].reduce(0) { $0 << 8 | Int($1) }
            let headers = frame[4..<8].reduce(0) { $0 << 8 | Int($1) }
            try #require(total >= 16 && total <= frame.count)
            #expect(Array(frame[8..<12]) == number(Int(crc(Array(frame[..<8])))))
            #expect(Array(frame[(total - 4)..<total]) == number(Int(crc(Array(frame[..<(total - 4)])))))
            out.append(Array(frame[(12 + headers)..<(total - 4)]))
            rest = rest.dropFirst(total)
        }
        return out
    }

    @Test func theChecksumIsTheStandardOne() { #expect(Self.crc(bytes("123456789")) == 0xCBF4_3926) }

    @Test func aConverseStreamIsRestoredFrameByFrame() throws {
        try RecordedStream(
            provider: "aws", path: "/model/m/converse-stream", type: "application/vnd.amazon.eventstream",
            make: { pieces in
                Self.frame("messageStart", #"{"role":"assistant"}"#)
                    + pieces.flatMap {
                        Self.frame(
                            "contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":\#(quoted($0))},"p":"ab"}"#)
                    } + Self.frame("contentBlockStop", #"{"contentBlockIndex":0}"#)
                    + Self.frame("messageStop", #"{"stopReason":"end_turn"}"#)
            },
            read: { stream in
                try Self.payloads(stream).map { value(try object($0), "delta", "text") as? String ?? "" }.joined()
            }
        ).check()
    }

    @Test func anInvokeStreamIsRestoredInsideItsChunks() throws {
        let chunk = { (event: String) in Self.frame("chunk", #"{"bytes":"\#(base64(bytes(event)))","p":"abc"}"#) }
        try RecordedStream(
            provider: "aws", path: "/model/m/invoke-with-response-stream", type: "application/vnd.amazon.eventstream",
            make: { pieces in
                chunk(#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#)
                    + pieces.flatMap {
                        chunk(
                            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":\#(quoted($0))}}"#
                        )
                    } + chunk(#"{"type":"content_block_stop","index":0}"#) + chunk(#"{"type":"message_stop"}"#)
            },
            read: { stream in
                try Self.payloads(stream).map { payload in
                    let data = try #require(Data(base64Encoded: try object(payload)["bytes"] as? String ?? ""))
                    return value(try object(data), "delta", "text") as? String ?? ""
                }.joined()
            }
        ).check()
    }

    @Test func aFrameThatDoesNotAddUpEndsTheLooking() throws {
        let delta = Self.frame("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"\#(placeholder)."}}"#)
        let restorer = RequestFormats.match(
            RequestHead(provider: "aws", method: "POST", path: "/model/m/converse-stream")
        ).reply(ReplyHead(status: 200, headers: [("content-type", "application/vnd.amazon.eventstream")]))
        for flipped in [0, 3, 5, 9, 20, delta.count - 1] {
            var broken = delta
            broken[flipped] ^= 1
            #expect(run(bytesOf: restorer, [broken + delta]) == broken + delta)
        }
        #expect(run(bytesOf: restorer, [delta]) != delta)
    }

    @Test func aReplyThatIsNoStreamIsRestored() throws {
        let restorer = RequestFormats.match(RequestHead(provider: "aws", method: "POST", path: "/model/m/converse"))
            .reply(ReplyHead(status: 200, headers: [("content-type", "application/json")]))
        let out = run(
            restorer,
            #"{"output":{"message":{"role":"assistant","content":[{"text":"it is \#(placeholder)."}]}},"stopReason":"end_turn"}"#
        )
        #expect(
            value(try object(out.utf8), "output", "message", "content", 0, "text") as? String == "it is \(secretValue)."
        )
    }

    @Test func refusalsAreAmazonsErrors() throws {
        let refusal = RequestFormats.match(RequestHead(provider: "aws", method: "POST", path: Self.path))
            .refusal("stopped", eventID: "01AB", kind: .blocked)
        #expect(refusal.status == 403)
        #expect(refusal.headers.contains { $0.name == "x-amzn-ErrorType" && $0.value == "AccessDeniedException" })
        #expect(try object(refusal.body)["message"] as? String == "stopped")
    }
}
