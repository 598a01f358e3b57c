import Classifier
import Testing

@testable import Packs

struct FilterExpressionTests {
    private func conditions(_ filter: String) -> [DiscardCondition] { FilterExpression.conditions(filter).conditions }
    private func notes(_ filter: String) -> [String] { FilterExpression.conditions(filter).notes }

    @Test func `Alternatives become conditions, what must hold together one`() {
        let filter = #"""
            // a comment
            entropy(finding["secret"]) <= 3.5 || (filter.containsAny(finding["secret"], ["Aa", "b"]) && matchesAny(finding["line"], [`^x`]))
            """#
        #expect(
            conditions(filter) == [
                DiscardCondition(maxEntropy: 3.5),
                DiscardCondition(value: TextTest(contains: ["Aa", "b"]), line: TextTest(matches: ["(?:^x)"])),
            ])
        #expect(notes(filter).isEmpty)
    }

    @Test func `A negation turns over what stands in it`() {
        #expect(
            conditions(#"!(matchesAny(finding["secret"], ["[0-9]"]) && matchesAny(finding["match"], ["x"]))"#) == [
                DiscardCondition(value: TextTest(lacks: ["(?:[0-9])"])),
                DiscardCondition(match: TextTest(lacks: ["(?:x)"])),
            ])
    }

    @Test func `Paths are false, and what needs one never holds`() {
        let path = #"matchesAny(get(attributes, "path", ""), [`\.x$`])"#
        #expect(conditions("\(path) && entropy(finding[\"secret\"]) < 2").isEmpty)
        #expect(conditions("\(path) || len(finding[\"secret\"]) == 8").count == 1)
        #expect(conditions(#"matchesAny(attributes["path"] ?? "", ["a"])"#).isEmpty)
    }

    @Test func `What asks for something else is left out and named`() {
        let filter = #"oracle(finding["secret"]) || entropy(finding["secret"]) <= 1"#
        #expect(conditions(filter) == [DiscardCondition(maxEntropy: 1)])
        #expect(notes(filter) == ["oracle is left out"])
        #expect(conditions(#"oracle(1) && entropy(finding["secret"]) <= 1"#).isEmpty)
    }

    @Test func `Names stand for what they were bound to`() {
        let filter = #"""
            let near = finding["fragment_raw"][max(finding["match_start_idx"] - 9, 0): finding["match_line_end_idx"]];
            let words = ["a", "b"];
            containsAny(near, words)
            """#
        #expect(conditions(filter) == [DiscardCondition(line: TextTest(contains: ["a", "b"]))])
    }

    @Test func `Two regexes that must both match become one`() throws {
        let both = conditions(#"len(finding["secret"]) == 8 && matchesAny(finding["secret"], [`^[0-9a-f]+$`])"#)
        let rule = RuleDefinition(
            id: "r", name: "r", anchors: [.literal(Array("k_".utf8) + [0x3D], caseSensitive: true)],
            regex: "k_=([0-9a-z]+)", discard: both)
        let set = try RuleSet([rule])
        var scanner = Scanner(set)
        for (text, isFound) in [("k_=0123ab0f", false), ("k_=0123ab0fa", true), ("k_=0123ab0z", true)] {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { scanner.scan($0) }.findings.isEmpty == !isFound, "\(text)")
        }
    }

    @Test(arguments: [
        "entropy(", "let = 3", "a ||", "\"open", "1 2", "a[1", "#", String(repeating: "(", count: 5_000),
        String(repeating: "!", count: 5_000), String(repeating: "[", count: 5_000),
    ]) func `What can't be parsed is left out whole, with the reason`(filter: String) {
        let (conditions, notes) = FilterExpression.conditions(filter)
        #expect(conditions.isEmpty)
        #expect(!notes.isEmpty)
    }
}
