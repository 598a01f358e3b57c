import Primitives
import Testing

@testable import Policy

@Suite struct ModelFactsTests {
    private static func family(
        _ id: String, _ patterns: [String], weights: ModelFamily.Weights = .unknown, base: String? = nil,
        summary: ModelFamily.Published = .unknown, withdrawn: Bool = false
    ) -> ModelFamily {
        ModelFamily(
            id: id, patterns: patterns, weights: weights, licence: "unknown", basePublisher: base,
            trainingSummary: .init(status: summary),
            withdrawals: withdrawn ? [.init(what: "banned", date: "2025", status: "", source: "press")] : [], notes: "",
            sources: ["https://example.com"], checked: "2026-11-24")
    }

    private static func models() throws -> ModelCatalogue {
        try ModelCatalogue([
            ModelPublisher(
                id: "north", name: "North", jurisdiction: "US", prefixes: ["north", "north-ai"], codeOfPractice: .full,
                families: [family("nova", ["nova-*"], weights: .closed, summary: .yes)]),
            ModelPublisher(
                id: "east", name: "East", jurisdiction: "CN", prefixes: ["east-ai"], codeOfPractice: .unknown,
                families: [
                    family("east", ["eastern*"], weights: .open, withdrawn: true),
                    family("distilled", ["eastern-nova-*"], weights: .open, base: "north"),
                ]),
        ])
    }

    @Test(
        arguments: [
            ("nova-2", "north", "nova"), ("NOVA-2:free", "north", "nova"), ("north/nova-2:online", "north", "nova"),
            ("eu.north.nova-pro-v1:0", "north", "nova"), ("accounts/fireworks/models/eastern-7b", "east", "east"),
            ("@cf/east-ai/eastern-7b", "east", "east"), ("publishers/north/models/nova-2@001", "north", "nova"),
            ("arn:aws:bedrock:us-east-1::foundation-model/north.nova-x", "north", "nova"),
            ("eastern-nova-7b", "east", "distilled"), ("north-ai/never-heard-of", "north", nil), ("other-1", nil, nil),
        ] as [(String, String?, String?)])
    func aNameIsResolved(name: String, publisher: String?, family: String?) throws {
        let resolved = try Self.models().resolve(name)
        #expect(resolved?.publisher.id == publisher && resolved?.family?.id == family)
    }

    private func action(
        _ model: String?, _ change: (inout PolicyDocument) -> Void, found items: [PolicyItem] = [],
        others: [String] = []
    ) throws -> PolicyDecision {
        var document = PolicyDocument(tiers: ["north-api": .approved], tierRules: Samples.rules, table: Samples.table)
        change(&document)
        let catalogue = try Catalogue(try Samples.catalogue().providers, models: Self.models())
        var question = try Samples.question("north-api", items, model: model)
        question.destination.otherModels = others
        return try PolicyEngine(document, catalogue: catalogue).decide(question)
    }

    @Test func oneLineForbidsWhatIsNotKnown() throws {
        let known = { (facts: [ModelFact], model: String?) in
            try self.action(model, { $0.mustBeKnown = facts })
        }
        #expect(try known([.publisher], "other-1").action == .block)
        #expect(try known([.publisher], "nova-2").action == .allow)
        #expect(try known([.trainingSummary], "eastern-7b").modelReason?.contains("training-summary") == true)
        #expect(try known([.trainingSummary, .weights], "nova-2").action == .allow)
        #expect(try known([.licence], "nova-2").action == .block)
        #expect(try known([.publisher], nil).action == .allow, "a request without a model asks for none")
    }

    @Test func theFirstRuleThatFitsCounts() throws {
        let rules: (inout PolicyDocument) -> Void = {
            $0.modelRules = [
                ModelRule(name: "reviewed", action: .allow, models: ["eastern-reviewed"]),
                ModelRule(name: "withdrawn", action: .block, withdrawn: true),
                ModelRule(name: "made from north's", action: .coach, publishers: ["north"]),
            ]
        }
        #expect(try action("eastern-reviewed", rules).action == .allow)
        #expect(try action("eastern-7b", rules).modelReason == "rule \"withdrawn\"")
        #expect(try action("eastern-nova-1", rules).action == .coach)
        #expect(try action("nova-1", rules, others: ["eastern-7b"]).action == .block, "a substitute counts too")
    }

    @Test func aRuleForDataClassesIsForFindingsOfThem() throws {
        let rule: (inout PolicyDocument) -> Void = {
            $0.modelRules = [ModelRule(name: "open", action: .redact, weights: [.open], classes: ["personal"])]
        }
        #expect(try action("eastern-7b", rule).action == .allow)
        #expect(try action("eastern-7b", rule, found: [Samples.item(.personal)]).perItem == [.redact])
        #expect(try action("nova-1", rule, found: [Samples.item(.personal)]).perItem == [.allow])
    }

    @Test func senselessRulesAreNamed() throws {
        var document = PolicyDocument()
        document.modelRules = [
            ModelRule(name: "any", action: .block), ModelRule(name: "typo", action: .redact, publishers: ["nort"]),
        ]
        let words = document.mistakes(try Samples.catalogue()).map(\.description)
        #expect(words.contains { $0.hasPrefix("model.[0]: this rule has no condition") })
        #expect(words.contains { $0.hasPrefix("model.[1].publishers: the catalogue has no \"nort\"") })
        #expect(words.contains { $0.hasPrefix("model.[1].action: \"redact\" can't be done here") })
    }
}
