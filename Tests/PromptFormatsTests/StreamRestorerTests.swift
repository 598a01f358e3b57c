import Primitives
import PromptFormats
import Testing

@Suite struct StreamRestorerTests {
    private static let name = placeholder.description
    private static let prose = [
        "Hello s", "", "l and SLUICE_", " then ", name.prefix(5).description, name.dropFirst(5).prefix(9).description,
        name.dropFirst(14).description, " ok é😀, again ", name + ". ", "ends in " + name,
    ]
    private static let restored =
        "Hello sl and SLUICE_ then \(secretValue) ok é😀, again \(secretValue). ends in \(secretValue)"

    @Test(arguments: Dialect.allCases)
    func aValueComesBackHoweverItsPlaceholderIsSplitOverEvents(dialect: Dialect) throws {
        for size in 1...Self.name.count {
            let whole = Array("It is \(Self.name), is it?")
            let pieces = stride(from: 0, to: whole.count, by: size).map {
                String(whole[$0..<min($0 + size, whole.count)])
            }
            let texts = try dialect.texts(run(dialect.restorer(), dialect.stream(pieces)))
            #expect(Set(texts) == ["It is \(secretValue), is it?"])
        }
        let texts = try dialect.texts(run(dialect.restorer(), dialect.stream(Self.prose)))
        #expect(Set(texts) == [Self.restored])
        #expect(texts.count == (dialect == .responses ? 5 : 1))
    }

    @Test(arguments: [(Dialect.chat, "\n"), (.chat, "\r\n"), (.chat, "\r"), (.responses, "\n"), (.messages, "\r\n")])
    func everyCutOfTheStreamGivesTheSameBytes(dialect: Dialect, newline: String) throws {
        let stream = bytes(
            ": hi\(newline)" + dialect.stream(["a s", "x " + Self.name + " b", "c SLU", "ICE"], newline: newline))
        let whole = run(dialect.restorer(), [stream])
        #expect(whole.contains("hun"))
        for cut in 0...stream.count {
            #expect(run(dialect.restorer(), [Array(stream[..<cut]), Array(stream[cut...])]) == whole)
        }
        #expect(run(dialect.restorer(), stream.map { [$0] }) == whole)
        var random = TestRandom(7)
        for _ in 0..<50 {
            var cuts = (0..<6).map { _ in Int.random(in: 0...stream.count, using: &random) }.sorted()
            cuts = [0] + cuts + [stream.count]
            let pieces = zip(cuts, cuts.dropFirst()).map { Array(stream[$0..<$1]) }
            #expect(run(dialect.restorer(), pieces) == whole)
        }
    }

    @Test(arguments: Dialect.allCases, ["\n", "\r\n", "\r"])
    func aReplyWithoutPlaceholdersPassesByteForByte(dialect: Dialect, newline: String) {
        let letters = "Yes, SLUICE_ and SLUICE_X_ABC, sluice\\_email, class, s".map(String.init)
        let other = #"data: {"type" : "something.new", "x" :1.0e2}"# + newline + "id: 5" + newline + newline
        let stream =
            ": ping" + newline + newline + other + dialect.stream(letters, newline: newline) + other + "data: cut o"
        #expect(run(dialect.restorer(), stream) == stream)
        #expect(run(dialect.restorer(), bytes(stream).map { [$0] }) == stream)
    }

    @Test(arguments: Dialect.allCases)
    func onlyTheEventsWithAValueChange(dialect: Dialect) {
        let pieces = ["one s", "two ", Self.name, " three"]
        let before = dialect.stream(pieces).components("\n\n")
        let after = run(dialect.restorer(), dialect.stream(pieces)).components("\n\n")
        #expect(before.count == after.count)
        let changed = zip(before, after).filter { $0 != $1 }
        #expect(changed.count == (dialect == .responses ? 5 : 1))
        #expect(changed.allSatisfy { !$0.1.contains(Self.name) })
    }

    @Test(arguments: Dialect.allCases)
    func anEventWaitsOnlyForWhatCouldBeAPlaceholder(dialect: Dialect) {
        var restorer = dialect.restorer()
        let events = dialect.stream(["plain", "ends in s", "o on", Self.name.prefix(20).description, "!"]).components(
            "\n\n")
        var waiting: [Bool] = []
        var fed = 0
        var out = 0
        for event in events {
            fed += event.utf8.count + 2
            out += restorer.feed(bytes(event + "\n\n"), restoring: resolver).count
            waiting.append(out < fed)
        }
        #expect(waiting.filter { $0 }.count == 2)
    }

    @Test func noMoreIsHeldThanTheLimit() throws {
        let longest = Placeholder.make(
            kind: String(repeating: "A_", count: 40), digest: (0..<16).map { $0 }, long: true)
        let written = longest.description.replacing("_", with: "\\_")
        #expect(written.utf8.count <= Placeholder.maxBytes && written.utf8.count > Placeholder.maxBytes - 3)
        let knowing = TestResolver(values: [longest.bytes: bytes("V")])
        for text in [written + ".", String(repeating: "SLUICE_", count: 40), String(repeating: "sluice_s", count: 40)] {
            var restorer = Dialect.chat.restorer()
            var fed = ""
            var out: [UInt8] = []
            for letter in text.map(String.init) {
                let chunk = #"data: {"choices":[{"index":0,"delta":{"content":\#(quoted(letter))}}]}"# + "\n\n"
                fed += letter
                out += restorer.feed(bytes(chunk), restoring: knowing)
                let seen = try Dialect.chat.texts(PromptFormatsTests.text(out))[0]
                #expect(fed.utf8.count - seen.utf8.count <= FormatLimits.maxHeldBytes)
            }
            out += restorer.finish(restoring: knowing)
            let seen = try Dialect.chat.texts(PromptFormatsTests.text(out))[0]
            #expect(seen == text.replacing(written, with: "V"))
        }
    }

    @Test func pingsAndUnknownEventsDoNotWait() {
        var restorer = Dialect.messages.restorer()
        let start = Dialect.messages.stream(["held s"]).components("event: content_block_stop")[0]
        let first = restorer.feed(bytes(start), restoring: resolver)
        #expect(!text(first).contains("held"))
        let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n"
        #expect(text(restorer.feed(bytes(ping), restoring: resolver)) == ping)
        let comment = ": still here\n"
        #expect(text(restorer.feed(bytes(comment), restoring: resolver)) == comment)
        #expect(text(restorer.finish(restoring: resolver)).contains("text_delta"))
    }

    @Test func aTextThatEndsWithItsChunkIsRestored() {
        let stream =
            #"data: {"choices":[{"index":0,"delta":{"content":"is \#(Self.name.prefix(12))"},"finish_reason":null}]}"#
            + "\n\n"
            + #"data: {"choices":[{"index":0,"delta":{"content":"\#(Self.name.dropFirst(12))"},"finish_reason":"stop"}]}"#
            + "\n\n"
        let out = run(Dialect.chat.restorer(), stream)
        #expect(out.contains(#""content":"is hun\"ter\\2\nend""#))
        #expect(out.contains(#""content":"""#))
    }

    @Test func choicesAreTextsOfTheirOwn() throws {
        func chunk(_ index: Int, _ piece: String) -> String {
            #"data: {"choices":[{"index":\#(index),"delta":{"content":"\#(piece)"}}]}"# + "\n\n"
        }
        let head = String(Self.name.prefix(10))
        let rest = String(Self.name.dropFirst(10))
        let out = run(
            Dialect.chat.restorer(), chunk(0, head) + chunk(1, "http://x.y/" + head) + chunk(0, rest) + chunk(1, rest))
        #expect(out.components("hun").count == 2)
        #expect(out.contains(#""content":"hun\"ter\\2\nend""#))
        #expect(out.contains("http://x.y/" + head) && out.contains(#""content":"\#(rest)""#))
    }

    @Test func toolArgumentsPassUnseenUnlessPolicyReachesThem() {
        let start =
            #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"sql","input":{}}}"#
        let delta =
            #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"q\":\"\#(Self.name)\"}"}}"#
        let stream = "event: content_block_start\ndata: \(start)\n\nevent: content_block_delta\ndata: \(delta)\n\n"
        #expect(run(Dialect.messages.restorer(), stream) == stream)
        var reaching = resolver
        reaching.reachesToolArguments = true
        #expect(
            run(Dialect.messages.restorer(), stream, reaching)
                == stream.replacingOnce(Self.name, with: #"hun\\\"ter\\\\2\\nend"#))
    }

    @Test func theToolIsNamedToTheResolver() {
        struct OneTool: PlaceholderResolving {
            var reachesToolArguments: Bool { true }
            func value(for placeholder: [UInt8], in context: RestoreContext) -> [UInt8]? {
                context == .toolArguments(name: "sql") ? bytes("V") : nil
            }
        }
        for (name, expected) in [("sql", true), ("curl", false)] {
            var restorer = Dialect.chat.restorer()
            let head =
                #"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"\#(name)","arguments":""}}]}}]}"#
            let next =
                #"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":\"\#(Self.name)\"}"}}]}}]}"#
            let out = restorer.feed(bytes("\(head)\n\n\(next)\n\n"), restoring: OneTool())
            #expect(text(out).contains(#"{\"a\":\"V\"}"#) == expected)
            #expect(restorer.restoredCount == (expected ? 1 : 0))
        }
    }

    @Test func withoutPlaceholdersInScopeEverythingPasses() {
        let stream = Dialect.chat.stream(["x " + Self.name])
        #expect(run(Dialect.chat.restorer(), stream, TestResolver()) == stream)
    }
}

extension String {
    func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
