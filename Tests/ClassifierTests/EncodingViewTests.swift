import Classifier
import Primitives
import Testing

/// Each encoding by itself: the token in it is found, its span is exact, and the view is named.
@Suite struct EncodingViewTests {
    /// Scans `before + encoded + after`; the one finding must cover exactly `span ?? encoded`.
    private func expect(
        _ before: String, _ encoded: String, _ after: String, span: String? = nil, views: [String],
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let found = try scan(before + encoded + after)
        #expect(found.map(\.rule) == ["github.pat"], sourceLocation: location)
        #expect(found.first?.value == span ?? encoded, sourceLocation: location)
        #expect(found.first?.finding.views.map(\.rawValue) == views, sourceLocation: location)
    }

    private func token(_ seed: UInt64) -> String {
        var random = SeededRandom(seed)
        return githubToken(&random)
    }

    static let plain: [(name: String, encode: @Sendable (String) -> String, view: String)] = [
        ("percent", Encodings.percent, "percent"), ("decimal entities", Encodings.decimalEntity, "html"),
        ("hexadecimal entities", Encodings.hexEntity, "html"), ("\\u escapes", Encodings.unicodeEscape, "json"),
        ("\\x escapes", Encodings.hexEscape, "json"), ("U+", Encodings.unicodePlus, "unicode"),
        ("octal escapes", { Encodings.each($0) { "\\" + String(Int($0) + 0o1000, radix: 8).dropFirst() } }, "json"),
        ("%u", { Encodings.each($0) { "%u00" + Encodings.hex($0) } }, "percent"),
        ("full width", { Encodings.each($0) { wide($0) } }, "lookalike"),
        ("mathematical", { Encodings.each($0) { bold($0) } }, "lookalike"),
        ("hexadecimal", Encodings.hexString, "hex"),
        (
            "a list of numbers", { $0.utf8.map { "0x" + Encodings.hex($0) }.joined(separator: ", ") }, "hex"
        ),
    ]

    private static func wide(_ byte: UInt8) -> String { scalar(0xFF01 + UInt32(byte) - 0x21) }

    private static func bold(_ byte: UInt8) -> String {
        switch byte {
        case 0x41...0x5A: scalar(0x1D400 + UInt32(byte) - 0x41)
        case 0x61...0x7A: scalar(0x1D41A + UInt32(byte) - 0x61)
        case 0x30...0x39: scalar(0x1D7CE + UInt32(byte) - 0x30)
        default: scalar(UInt32(byte))
        }
    }

    private static func scalar(_ value: UInt32) -> String { Unicode.Scalar(value).map { String(Character($0)) } ?? "" }

    @Test(arguments: 0..<plain.count) func `A token in one encoding is found exactly`(index: Int) throws {
        let (name, encode, view) = Self.plain[index]
        let encoded = encode(token(UInt64(100 + index)))
        try expect("2026-01-01 INFO value ", encoded, " and more", views: [view])
        try expect("", encoded, "", views: [view])
        _ = name
    }

    @Test func `Named entities are seen through, and an address of a page opens nothing`() throws {
        let found = try scan("&lt;config password=&quot;Tr0ub4dor&amp;3x&quot;&gt;")
        #expect(found.map(\.value) == ["Tr0ub4dor&amp;3x"])
        #expect(found.first?.finding.views.map(\.rawValue) == ["html"])
        #expect(try scan("GET /a?b=1&c=2&lt=3&gtx;&#; HTTP/1.1").isEmpty)
    }

    @Test func `Quoted-printable, with soft line breaks`() throws {
        let token = token(120)
        let split = "\(token.prefix(20))=\n\(token.dropFirst(20))"
        let found = try scan("Subject: x\n\n<a href=3D\"x\">token=3D\(split)</a>\n")
        #expect(found.map(\.value) == [split])
        #expect(found.first?.finding.views.map(\.rawValue) == ["quoted-printable"])
    }

    @Test func `Colours within a value, and a title before it`() throws {
        let token = token(121)
        let coloured = "\(token.prefix(7))\u{1B}[0m\u{1B}[38;5;196m\(token.dropFirst(7))"
        try expect("token \u{1B}[1;31m", coloured, "\u{1B}[0m done", views: ["ansi"])
        try expect("\u{1B}]0;title\u{07}x ", "\(token.prefix(9))\u{1B}[K\(token.dropFirst(9))", "", views: ["ansi"])
    }

    @Test(arguments: ["\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{2060}\u{200B}", "\u{FE0F}"])
    func `Invisible characters within a value`(invisible: String) throws {
        let token = token(122)
        try expect("see ", "\(token.prefix(11))\(invisible)\(token.dropFirst(11))", " there", views: ["lookalike"])
    }

    @Test func `Letters of other scripts in an ASCII word`() throws {
        var random = SeededRandom(123)
        let token = "AKIA" + random.text(16, of: "BCDFGLQRSUVWXZ234567")
        let disguised = token.replacing("K", with: "\u{41A}").replacing("I", with: "\u{406}")
        let found = try scan("ключ \(disguised) и текст")
        #expect(found.map(\.value) == [disguised])
        #expect(found.first?.finding.views.map(\.rawValue) == ["lookalike"])
    }

    @Test func `Digits of other scripts, hyphens and blanks that don't break`() throws {
        for number in [
            "4242\u{A0}4242\u{A0}4242\u{A0}4242", "4242\u{2011}4242\u{2011}4242\u{2011}4242",
            "\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}\u{664}\u{662}",
        ] { #expect(try scan("card \(number) paid").map(\.value) == [number]) }
    }

    @Test func `Text in other scripts and with typographic marks opens no view`() throws {
        for text in [
            "Привет, мир! Это обычный текст о паролях.", "こんにちは世界、これは普通の文です。", "Größe: 12 µm – schön",
            "It’s “fine” — really… 10 m², ⚠️ careful 👩‍💻", "prix : 12 €",
        ] { #expect(try scan(text).isEmpty) }
    }

    // MARK: - Base64

    @Test(arguments: 0..<8) func `Base64 at every phase, plain and for addresses`(shift: Int) throws {
        let token = token(UInt64(130 + shift))
        let text = "config: " + String(repeating: "x", count: shift) + " token=" + token + " end of it"
        for encoded in [Encodings.base64(text), Encodings.base64url(text)] {
            for prefix in ["", "a", "bc", "def", "blob-", "v1/AA/"] {
                let found = try scan("got \(prefix)\(encoded) there")
                #expect(found.map(\.rule) == ["github.pat"], "prefix \(prefix)")
                #expect(found.first?.finding.views.first?.rawValue.hasPrefix("base64") == true)
                // Every group of four that holds a byte of the token, and no other.
                let start = 8 + shift + 7
                let expected = Array(encoded)[start / 3 * 4..<min((start + 40 + 2) / 3 * 4, encoded.count)]
                #expect(found.first?.value == String(expected))
            }
        }
    }

    @Test func `Text behind binary data in base64`() throws {
        var random = SeededRandom(140)
        for count in [1, 50, 700, 5000] {
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let encoded = Encodings.base64(noise + Array("\u{12}\u{28}\(token(141))\u{1A}\u{04}name".utf8) + noise)
            #expect(try scan("blob=\(encoded)").map(\.rule) == ["github.pat"], "\(count) bytes before")
        }
    }

    @Test(arguments: [("\n", 76), ("\n    ", 64), ("\r\n", 76), ("\n> ", 60), ("\" +\n  \"", 44)])
    func `Base64 over several lines`(lineBreak: String, width: Int) throws {
        for pad in 0..<50 {
            let text = String(repeating: "-", count: 100 + pad) + " \(token(142)) " + String(repeating: ".", count: 90)
            let encoded = Encodings.wrapped(Encodings.base64(text), width: width, break: lineBreak)
            let found = try scan("tls.key: |\n    \(encoded)\nnext: line\n")
            #expect(found.map(\.rule) == ["github.pat"], "pad \(pad)")
        }
    }

    @Test func `The data of a Kubernetes Secret`() throws {
        let token = token(143)
        let secret = """
            apiVersion: v1
            kind: Secret
            data:
              username: \(Encodings.base64("admin"))
              token: \(Encodings.base64(token))
            """
        let found = try scan(secret)
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.first?.finding.views.map(\.rawValue) == ["base64"])
        #expect(found.first?.value == Encodings.base64(token).replacing("=", with: ""))
        #expect(found.first?.finding.key == "token")
    }

    @Test func `A command in UTF-16 in base64`() throws {
        let command = "$t = '\(token(144))'; Invoke-RestMethod"
        let encoded = Encodings.base64(command.utf8.flatMap { [$0, 0] })
        let found = try scan("powershell -EncodedCommand \(encoded)")
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.first?.finding.views.map(\.rawValue) == ["base64", "utf16"])
    }

    // MARK: - Containers

    @Test func `Gzip in base64 and hexadecimal is the whole container's span`() throws {
        let container = Encodings.gzip(Array("a log\ntoken=\(token(145))\n".utf8))
        let base64 = Encodings.base64(container)
        try expect("payload: ", base64, " end", views: ["base64", "gzip"])
        let wrapped = Encodings.wrapped(base64, width: 76, break: "\n  ")
        try expect("payload: |\n  ", wrapped, "\nnext: word\n", views: ["base64", "gzip"])
        try expect("x=", container.map(Encodings.hex).joined(), "", views: ["hex", "gzip"])
        #expect(
            try scan("payload: H4sIAAAAAAACAytILC4uzy9KsQ0pMihNMknJL1IzruAqIEEUAOPbTTJCAAAA\n").map(\.rule) == [
                "generic"
            ])
    }

    // MARK: - PEM

    static let prefixes = [
        "web_1  | ", "2026-01-01T10:00:00.123456789Z stdout F ", "> ", "      ", "# ",
        "10:00:00.000 [main] INFO  k.Key - ",
    ]

    @Test(arguments: prefixes) func `A key with something before each line is found whole`(prefix: String) throws {
        var random = SeededRandom(150)
        let lines =
            ["-----BEGIN PRIVATE KEY-----"] + (0..<20).map { _ in random.text(64, of: base62) }
            + [random.text(20, of: base62) + "==", "-----END PRIVATE KEY-----"]
        let text = lines.map { prefix + $0 }.joined(separator: "\n")
        let strict = RuleDefinition(
            id: "strict", name: "Key", anchors: [.shape(.pem)],
            regex: #"-----BEGIN PRIVATE KEY-----\n(?:[A-Za-z0-9+/=]{1,64}\n){2,60}-----END PRIVATE KEY-----"#)
        let found = try scan("log\n\(text)\nmore\n", [strict])
        #expect(found.map(\.value) == [String(text.dropFirst(prefix.count))])
        #expect(found.first?.finding.views.map(\.rawValue) == ["pem"])
    }

    // MARK: - Layers

    @Test func `Five layers are seen through, six are said not to be`() throws {
        let token = token(160)
        let layers: [(String) -> String] = [
            { #"{"blob":"\#(Encodings.base64("key \($0) end"))"}"# }, Encodings.json, Encodings.percent,
            { "v=\(Encodings.hexString($0))" }, { "<a b=\"\(Encodings.decimalEntity($0))\">" },
        ]
        var text = "x \(token) y"
        for (depth, layer) in layers.enumerated() {
            text = layer(text)
            let found = try scan(text)
            #expect(found.map(\.rule) == ["github.pat"], "depth \(depth + 1)")
            #expect(found.first?.finding.views.count == depth + 1)
        }
        text = Encodings.base64("and \(text)")
        let set = try RuleSet(Sample.all)
        var scanner = Scanner(set)
        let result = Array(text.utf8).withUnsafeBytes { scanner.scan($0) }
        #expect(result.incomplete == .views)
    }

    @Test(arguments: [1, 2, 3, 4, 5]) func `Percent codes of percent codes`(depth: Int) throws {
        let token = token(161)
        var text = "id=\(token)&"
        for _ in 0..<depth {
            text = text.map { $0.isLetter || $0.isNumber ? String($0) : Encodings.percent(String($0)) }.joined()
        }
        let found = try scan("GET /?x=\(text)")
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.first?.finding.span.count == token.count + 2 * depth)
    }

    @Test func `A value whose escapes are of two kinds is found through both`() throws {
        let token = token(162)
        let half = Encodings.percent(String(token.prefix(20))) + Encodings.unicodeEscape(String(token.dropFirst(20)))
        try expect("a ", half, " b", views: ["percent", "json"])
    }
}
