import Primitives
import Testing

@testable import Policy

@Suite struct PolicyDocumentTests {
    @Test("A file's cells take the place of the preset's, its rules come first, its floors only rise")
    func over() {
        let base = PolicyDocument(
            tiers: ["a": .approved, "b": .tolerated], tierRules: [TierRule(name: "base", tier: .approved, local: true)],
            table: ["credential": TableRow(approved: .allow, tolerated: .coach)],
            floor: ["credential": TableRow(approved: .redact, tolerated: .redact)])
        let top = PolicyDocument(
            preset: "balanced", tiers: ["b": .forbidden],
            tierRules: [TierRule(name: "top", tier: .forbidden, local: false)],
            table: ["credential": TableRow(tolerated: .block), "personal": TableRow(approved: .redact)],
            floor: ["credential": TableRow(approved: .allow, tolerated: .block)])
        let merged = top.over(base)
        #expect(merged.preset == "balanced")
        #expect(merged.tiers == ["a": .approved, "b": .forbidden])
        #expect(merged.tierRules.map(\.name) == ["top", "base"])
        #expect(merged.table["credential"] == TableRow(approved: .allow, tolerated: .block))
        #expect(merged.table["personal"] == TableRow(approved: .redact))
        #expect(merged.floor["credential"] == TableRow(approved: .redact, tolerated: .block))
    }

    @Test("Mistakes carry the key path and, where one is near, the name that was meant")
    func mistakes() throws {
        let date = try #require(PolicyDate("2027-01-01"))
        let document = PolicyDocument(
            tiers: ["nort-api": .approved, "default": .tolerated],
            tierRules: [TierRule(name: "nothing", tier: .approved)],
            table: ["Cred": TableRow(), "clean": TableRow(forbidden: .redact)],
            overrides: [
                PolicyOverride(name: "all", action: .allow),
                PolicyOverride(name: "x", action: .allow, surface: "zzzzzz"),
            ],
            suspensions: [Suspension(reason: "none"), Suspension(publisher: "est", reason: "x")],
            attestations: [Attestation(surface: "north-api", terms: [], by: "me", expires: date)])
        let list = try document.mistakes(Samples.catalogue())
        #expect(
            list.map(\.path) == [
                [.key("tiers"), .key("nort-api")], [.key("table"), .key("Cred")],
                [.key("table"), .key("clean"), .key("forbidden")], [.key("tier_rule"), .index(0)],
                [.key("override"), .index(0)], [.key("override"), .index(1), .key("surface")],
                [.key("suspend"), .index(0)], [.key("suspend"), .index(1), .key("publisher")],
                [.key("attest"), .index(0), .key("terms")],
            ])
        #expect(list.first?.mend == "did you mean \"north-api\"?")
        #expect(throws: PolicyMistakes.self) { try PolicyEngine(document, catalogue: Samples.catalogue()) }
    }

    @Test("A class that no rule finds is taken for a slip of the finger, unless the policy declares it")
    func classes() throws {
        var document = PolicyDocument(
            classes: ["recipes"], table: ["credentail": TableRow(), "recipes": TableRow(), "default": TableRow()],
            floor: ["stock-plans": TableRow()],
            overrides: [PolicyOverride(name: "x", action: .allow, dataClass: "personel")])
        let list = try document.mistakes(Samples.catalogue())
        #expect(
            list.map(\.path) == [
                [.key("table"), .key("credentail")], [.key("floor"), .key("stock-plans")],
                [.key("override"), .index(0), .key("class")],
            ])
        #expect(list[0].mend.hasPrefix("did you mean \"credential\"?"))
        #expect(list[1].mend == "a class of your own rules is declared with classes = [\"stock-plans\"]")
        document = PolicyDocument(classes: ["personal", "No", "clean"])
        #expect(
            try document.mistakes(Samples.catalogue()).map(\.path) == (0...2).map { [.key("classes"), .index($0)] })
    }

    @Test("Lists and texts are accepted up to their limits and not beyond")
    func limits() throws {
        let catalogue = try Samples.catalogue()
        let entry = { (size: Int) in
            PolicyOverride(name: String(repeating: "n", count: size), action: .block, dataClass: "credential")
        }
        var document = PolicyDocument()
        document.overrides = Array(repeating: entry(PolicyDocument.maxTextBytes), count: PolicyDocument.maxEntries)
        #expect(document.mistakes(catalogue).isEmpty)
        document.overrides.append(entry(1))
        #expect(document.mistakes(catalogue).map(\.path) == [[.key("override")]])
        document.overrides = [entry(PolicyDocument.maxTextBytes + 1)]
        #expect(document.mistakes(catalogue).map(\.path) == [[.key("override"), .index(0)]])
    }

    @Test("An empty table makes no engine")
    func emptyTable() throws {
        #expect(throws: PolicyMistakes.self) { try PolicyEngine(PolicyDocument(), catalogue: Samples.catalogue()) }
    }

    @Test(
        "Days are read strictly",
        arguments: [
            ("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781), ("9999-12-31", 2_932_896),
        ])
    func days(text: String, days: Int64) throws {
        let date = try #require(PolicyDate(text))
        #expect(date.daysSince1970 == days)
        #expect(date.description == text)
    }

    @Test(
        "What is no day is refused",
        arguments: [
            "", "2026-1-01", "2026-13-01", "2026-02-29", "1900-01-01", "2026-11-31", "2026/11/24", "2026-11-2x",
            "+026-11-24",
        ]
    )
    func noDays(text: String) { #expect(PolicyDate(text) == nil) }
}
