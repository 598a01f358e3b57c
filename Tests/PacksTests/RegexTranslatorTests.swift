import Classifier
import Testing

@testable import Packs

struct RegexTranslatorTests {
    private func written(_ pattern: String, _ dialect: RegexTranslator.Dialect = .re2) -> String {
        do {
            return try RegexTranslator.translate(pattern, dialect).pattern
        } catch { return "refused: \(error.reason)" }
    }

    @Test(arguments: [
        (#"a(?i)b|c"#, #"a(?i)b|c"#), (#"(?s:.)x$"#, #"(?s:.)x\z"#), (#"(?m)^a$"#, #"(?m)^a$"#),
        (#"(?m:a$)b$"#, #"(?m:a$)b\z"#), (#"\x{41}\x41\z"#, #"AA\z"#), (#"\x{e9}+"#, "(?:é)+"), (#"\v"#, #"\x0b"#),
        (#"a{,3}{x}"#, #"a\{,3}\{x}"#), (#"a{2,}?b??"#, #"a{2,}?b??"#), (#"[[:alnum:]_]"#, #"[[:alnum:]_]"#),
        (#"[a[]"#, #"[a\[]"#), (#"[]a]"#, #"[\]a]"#), (#"\pL\p{Nd}"#, #"[A-Za-z\x80-\xff][0-9]"#),
        (#"\Qa.b\E+"#, #"a\.b+"#), (#"\<a\>"#, #"\<a\>"#), (#"(?P<name>a)(b)"#, "(a)(b)"),
    ]) func `What Go's regexes say in PCRE2`(pattern: String, expected: String) {
        #expect(written(pattern) == expected)
    }

    @Test(arguments: [
        ("(?x) a b # c\n \\ d \\# [x y]", ##"ab\x20d\#[xy]"##), ("(?x: a )b c", "(?:a)b c"),
        (#"(?xi) a (?-x) b"#, "(?i)a b"),
        (#"(?x) a (?# note ) b"#, "ab"), (#"(?u)\d(?-u:\w)"#, #"\d(?:\w)"#), (#"\b{start}a\>"#, #"\b(?=\w)a\b(?<=\w)"#),
        (#"[a[bc]]"#, "[abc]"), (#"\u{20AC}{2}"#, "(?:€){2}"),
    ]) func `What Rust's regexes say in PCRE2`(pattern: String, expected: String) {
        #expect(written(pattern, .rust) == expected)
    }

    @Test(arguments: [
        (#"(a)\1"#, RegexTranslator.Dialect.re2), (#"a**"#, .re2), (#"a++"#, .rust), (#"[a&&b]"#, .rust),
        (#"[a[^b]]"#, .rust), (#"\p{Greek}"#, .rust), ("(a", .re2), ("a)", .re2), ("[a", .re2), ("a\\", .re2),
        (#"\C"#, .re2), ("(?q)a", .re2),
        (String(repeating: "(", count: 201) + String(repeating: ")", count: 201), .re2),
    ]) func `What has no meaning here is refused with the reason`(pattern: String, dialect: RegexTranslator.Dialect) {
        #expect(written(pattern, dialect).hasPrefix("refused: "))
    }

    @Test func `Groups keep their numbers and names`() throws {
        let result = try RegexTranslator.translate("(?x) (?P<Body>a) (b) (?<check>c)", .rust)
        #expect(result.groups == ["body": 1, "check": 3])
        #expect(result.groupCount == 3)
    }

    @Test func `Groups two hundred deep are followed`() {
        let pattern = String(repeating: "(", count: 200) + "a" + String(repeating: ")", count: 200)
        #expect(written(pattern) == pattern)
    }
}
