import Primitives
import Testing

@testable import Events

@Suite struct ShapeMaskTests {
    @Test(
        "letters become x and digits 9, public words stay",
        arguments: [
            ("ERROR user=marmalade id=4711", "ERROR user=xxxxxxxxx id=9999"),
            ("GET https://shop.example.com/cart?token=abc", "GET https://xxxx.xxxxxxx.xxx/xxxx?token=xxx"),
            ("GITHUB_TOKEN=ghp", "GITHUB_TOKEN=xxx"),
            ("github is down", "xxxxxx xx xxxx"),
            ("postgres://u:p@db:5432", "postgres://x:x@xx:9999"),
            ("postgres", "xxxxxxxx"),
            ("apiKey: zzz", "apiKey: xxx"),
            ("eRRoR", "xxxxx"),
            ("errors", "xxxxxx"),
            ("passwordé", "xxxxxxxxx"),
            ("Ünïcode 東京 ٣", "xxxxxxx xx x"),
            ("a\tb\r\u{7}c", "x x  x"),
        ])
    func shape(_ input: String, _ masked: String) { #expect(ShapeMask.text.mask(input) == masked) }

    @Test("a word of the vocabulary does not survive inside a found value") func hidden() {
        let bytes = Array("password=token!key secret".utf8)
        #expect(ShapeMask.text.mask(bytes, hiding: [ByteSpan(start: 9, end: 18)]) == "password=xxxxx*xxx secret")
    }

    @Test("only the declared prefix of a value stays") func prefix() {
        let bytes = Array("x ghp_abc123 y".utf8)
        let masked = ShapeMask.text.mask(
            bytes, keeping: [ByteSpan(start: 2, end: 6)], hiding: [ByteSpan(start: 2, end: 12)])
        #expect(masked == "x ghp_xxx999 x")
    }

    @Test("bytes that are no UTF-8 are masked too, one by one") func brokenText() {
        #expect(ShapeMask.mask([0xFF, 0xC3, 0x41, 0xE2, 0x82]) == "xxxxx")
    }

    @Test("a found value is shown up to its limit") func longValue() {
        let limit = ShapeMask.maxShownValue
        for (length, shown) in [(limit, limit), (limit + 1, limit), (5000, limit)] {
            let bytes = [UInt8](repeating: 0x41, count: length)
            let masked = ShapeMask.text.mask(bytes, hiding: [ByteSpan(start: 0, end: length)])
            #expect(masked == String(repeating: "x", count: shown) + (length > limit ? "…" : ""))
        }
    }

    @Test(
        "a known model stays readable, anything else does not",
        arguments: [
            ("gpt-4o-mini", "gpt-4o-mini"), ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5-99999999"),
            ("gemini-2.5-pro", "gemini-2.5-pro"), ("o3-mini", "o3-mini"), ("hunter2-4o", "xxxxxx9-9x"),
            ("acme-internal-7b", "xxxx-xxxxxxxx-9x"), ("ft:gpt-4o:acme::B1c2D3e", "xx:xxx-9x:xxxx::x9x9x9x"),
        ])
    func models(_ input: String, _ masked: String) { #expect(ShapeMask.model.mask(input) == masked) }

    @Test(
        "a path keeps field names and small indices",
        arguments: [
            ("messages[2].content[0].text", "messages[2].content[0].text"),
            ("messages[1234].content", "messages[9999].content"),
            ("tools[0].function.parameters.hunter2", "tools[0].function.parameters.xxxxxx9"),
            ("/home/ada/secret-plan.txt", "/xxxx/xxx/secret-xxxx.xxx"),
        ])
    func paths(_ input: String, _ masked: String) { #expect(ShapeMask.path.mask(input) == masked) }

    @Test("a known program keeps its name, its version does not") func clients() {
        #expect(ShapeMask.client.mask("OpenAI/Python 1.68.2") == "OpenAI/Python 9.99.9")
        #expect(ShapeMask.client.mask("claude-cli/2.0.1 (external, cli)") == "claude-cli/9.9.9 (external, cli)")
        #expect(ShapeMask.client.mask("marmalade/1.0") == "xxxxxxxxx/9.9")
    }

    @Test("random words of any length never show") func randomWords() {
        var generator = Seeded(state: 7)
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        for _ in 0..<2000 {
            let length = Int.random(in: 6...30, using: &generator)
            let word = (0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            let plain = String(decoding: word, as: UTF8.self)
            for mask in [ShapeMask.text, .path, .model, .client] {
                #expect(!mask.mask("token=\(plain) end").contains(plain))
                #expect(!mask.mask("gpt-\(plain)").contains(plain))
            }
        }
    }

    @Test("no word of the vocabulary is longer than its limit") func vocabulary() {
        let all = [
            MaskVocabulary.text, MaskVocabulary.services, MaskVocabulary.schemes, MaskVocabulary.pathNames,
            MaskVocabulary.models,
            MaskVocabulary.clients,
        ].reduce(into: Set()) { $0.formUnion($1) }
        for word in all.union(MaskVocabulary.camelCase) {
            // A camelCase word is longer, but it is compared whole.
            #expect(word.utf8.count <= 18, "\(word)")
        }
        for word in all { #expect(word.utf8.count <= ShapeMask.maxWordBytes && word == word.lowercased(), "\(word)") }
        for word in ["admin", "root", "test", "guest", "welcome", "qwerty", "letmein", "hunter2", "changeme"] {
            #expect(!all.contains(word))
        }
    }
}

/// SplitMix64: the same numbers on every machine.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
