import Testing

@testable import Packs

struct TOMLLocatorTests {
    private func place(_ text: String, _ path: [TOMLLocator.Step]) -> String? {
        let locator = TOMLLocator(Array(text.utf8))
        return (locator.values[path] ?? locator.keys[path]).map { "\($0.line):\($0.column)" }
    }

    @Test func valuesAreFoundBehindEverySortOfString() {
        let text = #"""
            a = "x # \" y"
            b = 'no \ escape' # comment
            c = """
            three
            lines "" and "quotes""""
            d = '''
            # no comment'''
            e = 1
            """#
        #expect(place(text, [.key("b")]) == "2:5")
        #expect(place(text, [.key("c")]) == "3:5")
        #expect(place(text, [.key("d")]) == "6:5")
        #expect(place(text, [.key("e")]) == "8:5")
    }

    @Test func tablesAndArraysOfTablesNest() {
        let text = """
            [x.y]
            k = 1
            [[r]]
            k = 2
            [r.sub]
            k = 3
            [[r]]
            "quo.ted" = 4
            [[r.inner]]
            k = 5
            [[r.inner]]
              k = [ 6, [7, 8],
                { a = 9, b.c = 10 } ]
            """
        #expect(place(text, [.key("x")]) == "1:1")
        #expect(place(text, [.key("x"), .key("y"), .key("k")]) == "2:5")
        #expect(place(text, [.key("r"), .index(0), .key("sub"), .key("k")]) == "6:5")
        #expect(place(text, [.key("r"), .index(1)]) == "7:1")
        #expect(place(text, [.key("r"), .index(1), .key("quo.ted")]) == "8:13")
        #expect(place(text, [.key("r"), .index(1), .key("inner"), .index(0), .key("k")]) == "10:5")
        let last: [TOMLLocator.Step] = [.key("r"), .index(1), .key("inner"), .index(1), .key("k")]
        #expect(place(text, last + [.index(1), .index(1)]) == "12:16")
        #expect(place(text, last + [.index(2), .key("b"), .key("c")]) == "13:20")
    }

    @Test func aTableThatOnlyAHeaderOfAnInnerOneMakesStandsAtThatHeader() {
        let text = "p = 1\n  [outer.inner]\nk = 1\n[outer.other]\n"
        #expect(place(text, [.key("outer")]) == "2:3")
        #expect(place(text, [.key("outer"), .key("other")]) == "4:1")
    }

    @Test func columnsCountCharactersNotBytes() {
        #expect(place("k = { ñ = '😀', z = 1 }".replacing("ñ", with: "\"ñ\""), [.key("k"), .key("z")]) == "1:22")
    }

    @Test func everyPrefixOfADocumentIsWalkedToAnEnd() {
        let text = Array("[[a]]\nb.\"c\" = [1, { d = '''x''' }, \"\\\"\"]\n[e.f] # g\n".utf8)
        for end in 0...text.count { _ = TOMLLocator(Array(text[..<end])) }
        for drop in 0..<text.count {
            var broken = text
            broken.remove(at: drop)
            _ = TOMLLocator(broken)
        }
    }
}

struct HostileTOMLTests {
    @Test(arguments: [
        "[\n", "[[\n", "[ \t#", "a = 1\n[é]\n", "[[=]]", "[\u{1}]", "[,", "[.a]", "a=[}", "a=[1,\u{0C}]",
        "a = [[#\n}]]",
    ])
    func `Where the parser would end the process stands an error`(
        text: String
    ) {
        #expect(throws: SourceMistakes.self) { try ConfigurationTable.parse(Array(text.utf8), file: "f") }
    }

    @Test func `A bracket within an array or a text is no header`() throws {
        let text = "a = [\n  [\n    1 ]\n]\nb = \"\"\"\n[\n\"\"\"\n[\"c\"]\n[ d ]\n"
        #expect(try ConfigurationTable.parse(Array(text.utf8), file: "f").entries.map(\.key) == ["a", "b", "c", "d"])
    }

    @Test func `A line of half a million values is located in one pass`() throws {
        let count = 250_000
        let text = "a = [" + String(repeating: "1,", count: count) + "1]"
        let began = ContinuousClock.now
        let table = try ConfigurationTable.parse(Array(text.utf8), file: "f")
        guard case .array(let items)? = table["a"]?.value.content else {
            Issue.record("no array")
            return
        }
        #expect(items.last?.position == SourcePosition(line: 1, column: 6 + 2 * count))
        #expect(ContinuousClock.now - began < .seconds(120))
    }
}
