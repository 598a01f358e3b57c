import Classifier
import Primitives
import Testing

@testable import Packs

struct RuleFileReaderTests {
    private let good = #"""
        # a family
        [[rule]]
        id = "acme.token.live"
        name = "ACME live token"
        description = "Gives write access."
        kind = "secret"
        class = "credential"
        severity = "high"
        anchors = ["acme_live_", "(?i)acme", "shape:digits"]
        regex = '\bacme_live_([0-9A-Za-z]{32})\b'
        confidence = 1
        context = ["token"]
        context_reach = 80
        min_randomness = 0.5
        window = { before = 0, after = 200 }
        stop_values = ["acme_live_x"]
        fingerprint = "org"
        public_prefix = "acme_live_"
        revoke = "https://acme.example/settings"
        references = ["https://docs.acme.example/tokens"]
        locale = "de"
        hits = ["T=«acme_live_{base62:32}»"]
        misses = ["acme_live_EXAMPLE"]
        enabled = false
        """#

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try RuleFileReader.read(Array(text.utf8), file: "rules/x.toml")
            return []
        } catch { return error.mistakes.map(\.description) }
    }

    @Test func aRuleIsReadInFull() throws {
        let sources = try RuleFileReader.read(Array(good.utf8), file: "rules/x.toml")
        let source = try #require(sources.first)
        let rule = source.definition
        #expect(rule.id == "acme.token.live")
        #expect(
            rule.anchors == [
                .literal(Array("acme_live_".utf8), caseSensitive: true),
                .literal(Array("acme".utf8), caseSensitive: false), .shape(.digits),
            ])
        #expect(rule.regex == #"\bacme_live_([0-9A-Za-z]{32})\b"#)
        #expect(rule.confidence == 1)
        #expect(rule.contextReach == 80)
        #expect(rule.window == Window(before: 0, after: 200))
        #expect(rule.fingerprint == .org)
        #expect(!rule.isEnabled)
        #expect(source.position == SourcePosition(line: 2, column: 1))
        #expect(source.fields["regex"] == SourcePosition(line: 10, column: 9))
        #expect(source.hits.map(\.template) == ["T=«acme_live_{base62:32}»"])
        #expect(source.hits.map(\.position) == [SourcePosition(line: 22, column: 9)])
    }

    @Test func unknownKeysAreNamedWithTheirPlaceAndTheKeyThatWasMeant() {
        #expect(
            mistakes(good.replacing("severity", with: "severty")) == [
                #"rules/x.toml:2:1: [[rule]] has no "severity""#,
                #"rules/x.toml:8:1: unknown key "severty" in [[rule]]; did you mean "severity"?"#,
            ])
    }

    @Test func aValueOfTheWrongTypeIsNamedAtTheValue() {
        #expect(
            mistakes(good.replacing("context_reach = 80", with: "context_reach =   \"80\"")) == [
                #"rules/x.toml:13:19: "context_reach" is a string; it must be a whole number from 1 to 4096"#
            ])
    }

    @Test func anEntryInAnArrayIsNamedAtTheEntry() {
        #expect(
            mistakes(good.replacing("\"shape:digits\"", with: "\n  # é\n  \"é\", \"shape:digit\"")) == [
                #"rules/x.toml:11:8: unknown shape "digit"; did you mean "digits"?"#
            ])
    }

    @Test func aKeyInAnInlineTableIsNamedThere() {
        #expect(
            mistakes(good.replacing("after = 200", with: "afer = 200")) == [
                #"rules/x.toml:15:24: unknown key "afer" in [window]; did you mean "after"?"#
            ])
    }

    @Test func aSyntaxErrorHasLineAndColumn() {
        let found = mistakes(good.replacing("name = \"ACME live token\"", with: "name = \"ACME live token"))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("rules/x.toml:4:") == true, "\(found)")
    }

    @Test func everyMistakeOfAFileIsNamedInOneRun() {
        let text = good.replacing("\"org\"", with: "\"all\"").replacing("\"de\"", with: "\"Germany\"")
            .replacing("\"secret\"", with: "\"sekret\"")
        #expect(
            mistakes(text) == [
                #"rules/x.toml:6:8: "kind" can't be "sekret"; did you mean "secret"?"#,
                #"rules/x.toml:17:15: "fingerprint" can't be "all"; known are: device, none, org"#,
                #"rules/x.toml:21:10: "Germany" is no country; write its ISO 3166 code in lower case: "de""#,
            ])
    }

    @Test func anIdCanBeTakenOnce() {
        #expect(
            mistakes(good + "\n" + good) == [
                #"rules/x.toml:27:6: the id "acme.token.live" is taken by line 2; ids are unique and stable for ever"#
            ])
    }

    @Test func idsHaveOneForm() {
        for id in ["Acme", "acme..x", "acme.", "-a", "a b", String(repeating: "a", count: 81)] {
            #expect(mistakes(good.replacing("acme.token.live", with: id)).count == 1, "\(id)")
        }
        #expect(mistakes(good.replacing("acme.token.live", with: String(repeating: "a", count: 80))).isEmpty)
    }

    @Test func regexAndMatcherExcludeEachOther() {
        let both = good.replacing("confidence = 1", with: "matcher = \"assigned-secret\"")
        #expect(mistakes(both) == [#"rules/x.toml:11:11: both "regex" and "matcher"; give one of them"#])
        let none = good.replacing("regex =", with: "locale =").replacing("locale = \"de\"", with: "")
        #expect(mistakes(none).contains { $0.contains("neither") })
    }

    @Test func bytesThatAreNoTextAreRefusedWithTheirPlace() {
        #expect(throws: SourceMistakes.self) { try RuleFileReader.read([0x61, 0x0A, 0xC3, 0x28], file: "x") }
        do {
            _ = try RuleFileReader.read(Array("a = 1\nb = '".utf8) + [0xFF] + Array("'".utf8), file: "x")
        } catch { #expect(error.mistakes.first?.position == SourcePosition(line: 2, column: 6)) }
        let large = [UInt8](repeating: 0x23, count: ConfigurationTable.maxDocumentBytes + 1)
        do {
            _ = try RuleFileReader.read(large, file: "x")
            Issue.record("a file over the limit was read")
        } catch { #expect(error.description.contains("at most 1048576")) }
    }

    @Test func namesOfKeysAreNotGuessedFromAfar() {
        #expect(Suggestion.nearest(to: "anchor", among: ["anchors", "name"]) == "anchors")
        #expect(Suggestion.nearest(to: "sevreity", among: ["severity", "name"]) == "severity")
        #expect(Suggestion.nearest(to: "zzz", among: ["severity", "name"]) == nil)
    }
}
