import Classifier
import Testing

@testable import Packs

struct RuleSelectionTests {
    private static func source(_ id: String, locale: String? = nil, isEnabled: Bool = true) -> RuleSource {
        RuleSource(
            definition: RuleDefinition(
                id: id, name: id, anchors: [.literal(Array("acme_".utf8), caseSensitive: true)],
                regex: "acme_[a-z]{9}", locale: locale, isEnabled: isEnabled),
            summary: "", hits: [], misses: [], file: "rules/a.toml", position: .init(line: 1, column: 1))
    }

    private let sources = [
        source("pii.email"), source("pii.ipv4", isEnabled: false), source("de.tax", locale: "de"),
        source("us.ssn", locale: "us"), source("pii.ipv6", isEnabled: false),
    ]

    private func ids(_ change: (inout RuleSelection) -> Void) -> [String] {
        var selection = RuleSelection()
        change(&selection)
        return selection.active(sources).map(\.definition.id)
    }

    @Test func aRuleThatIsOffByDefaultIsUsedWhenAskedFor() {
        #expect(ids { _ in } == ["pii.email", "de.tax", "us.ssn"])
        #expect(ids { $0.on = ["pii.ipv4"] } == ["pii.email", "pii.ipv4", "de.tax", "us.ssn"])
        #expect(ids { $0.on = ["pii.*"] } == ["pii.email", "pii.ipv4", "de.tax", "us.ssn", "pii.ipv6"])
    }

    @Test func countriesAreSwitched() {
        #expect(ids { $0.locales = ["de"] } == ["pii.email", "de.tax"])
        #expect(ids { $0.locales = [] } == ["pii.email"], "rules of no country always stay")
        #expect(ids { $0.withoutLocales = ["us"] } == ["pii.email", "de.tax"])
        #expect(
            ids {
                $0.locales = ["de"]; $0.on = ["us.ssn"]
            } == ["pii.email", "de.tax", "us.ssn"])
    }

    @Test func offGoesOverOn() {
        #expect(
            ids {
                $0.on = ["pii.*"]; $0.off = ["pii.email"]
            } == ["pii.ipv4", "de.tax", "us.ssn", "pii.ipv6"])
        #expect(ids { $0.off = ["pii."] } == ["pii.email", "de.tax", "us.ssn"], "only .* stands for many")
    }

    @Test func whatIsNotThereIsNamed() {
        var selection = RuleSelection()
        selection.on = ["pii.ipv5", "pii.*"]
        selection.off = ["nothing.*"]
        selection.locales = ["de", "zz"]
        let sentences = selection.unknown(in: sources)
        #expect(sentences.count == 3)
        #expect(sentences[0].contains("did you mean \"pii.ipv4\""))
        #expect(sentences[2].contains("zz") && sentences[2].contains("de, us"))
    }

    @Test func theDigestTellsSelectionsApart() {
        let pack: [UInt8] = [1, 2, 3]
        var digests: Set<[UInt8]> = [pack]
        #expect(RuleSelection().digest(over: pack) == pack)
        let changes: [(inout RuleSelection) -> Void] = [
            { $0.on = ["a.b"] }, { $0.off = ["a.b"] }, { $0.on = ["a", "b"] }, { $0.locales = [] },
            { $0.locales = ["de"] }, { $0.withoutLocales = ["de"] },
        ]
        for change in changes {
            var selection = RuleSelection()
            change(&selection)
            #expect(digests.insert(selection.digest(over: pack)).inserted)
        }
    }

    @Test func aPackKeepsWhatIsOff() throws {
        let pack = try Pack(decoding: Pack(sources).encoded())
        #expect(pack.definitions.map(\.isEnabled) == [true, false, true, true, false])
        let loaded = LoadedPack(pack: pack, origin: "", sourceFolder: nil, notes: [], isFromSources: true)
        #expect(try loaded.ruleSet().rules.map(\.id) == ["pii.email", "de.tax", "us.ssn"])
    }
}
