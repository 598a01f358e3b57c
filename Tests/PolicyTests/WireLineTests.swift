import Primitives
import Testing

@testable import Policy

@Suite struct WireLineTests {
    private func plan(
        _ surface: String, _ lines: [WireLine], found items: [PolicyItem] = [], model: String? = nil,
        tenants: [TenantKey: [String]] = [:]
    ) throws -> WirePlan {
        let engine = try Samples.engine {
            $0.wire = lines
            $0.tenants = tenants
        }
        return engine.wirePlan(try Samples.question(surface, items, model: model))
    }

    @Test func everyLineThatAppliesCounts() throws {
        let lines = [
            WireLine(name: "a", inject: [.noStore]),
            WireLine(name: "b", provider: "north", inject: [.noTraining], deny: [.files]),
            WireLine(name: "c", provider: "east", require: [.agreement]),
            WireLine(name: "d", tier: .approved, deny: [.batches]),
            WireLine(name: "e", model: "nova-*", deny: [.grounding]),
        ]
        let north = try plan("north-api", lines, model: "vendor/nova-2")
        #expect(north.inject == [.noStore, .noTraining])
        #expect(north.deny == [.files: "b", .grounding: "e"])
        #expect(north.lines == ["a", "b", "e"] && north.require.isEmpty)
        #expect(try plan("east-api", lines).require == [.agreement])
        #expect(try plan("home-local", lines).deny == [.batches: "d"])
    }

    @Test func aLineForADataClassNeedsAFindingOfIt() throws {
        let line = WireLine(name: "a", classes: ["personal", "health"], deny: [.files])
        #expect(try plan("north-api", [line]).deny.isEmpty)
        #expect(try plan("north-api", [line], found: [Samples.item(.credential)]).deny.isEmpty)
        #expect(try plan("north-api", [line], found: [Samples.item(.personal)]).deny == [.files: "a"])
    }

    @Test func twoListsAllowWhatBothAllow() throws {
        let lines = [
            WireLine(name: "a", regions: ["eu", "us"], fields: ["x": ["1", "2"]], upstreams: ["p"]),
            WireLine(name: "b", regions: ["us", "gb"], fields: ["x": ["2"]], upstreams: ["q"]),
        ]
        let both = try plan("north-api", lines)
        #expect(both.regions == ["us"] && both.fields == ["x": ["2"]])
        #expect(both.upstreams == [WirePlan.noRegion], "a contradiction lets nothing through")
    }

    @Test func nothingIsDemandedWithoutLines() throws {
        #expect(try plan("north-api", []).isEmpty)
        #expect(try plan("north-api", [], tenants: [.openAIOrganizations: ["org-1"]]).isEmpty == false)
    }

    // MARK: Accounts

    private func tier(_ account: AccountEvidence?, _ rules: [AccountRule], surface: String = "north-api") throws -> Tier
    {
        let engine = try Samples.engine {
            $0.accounts = rules
            $0.tiers = ["north-api": .tolerated]
        }
        var question = try Samples.question(surface, [])
        question.destination.account = account
        return engine.decide(question).tier
    }

    @Test func theAccountGivesTheTier() throws {
        let rules = [
            AccountRule(name: "ours", tier: .approved, provider: "north", organisations: ["acme-*"]),
            AccountRule(name: "personal", tier: .forbidden, provider: "north", plans: ["Free"]),
            AccountRule(name: "unknown", tier: .unapproved, surface: "north-api", shown: false),
        ]
        #expect(try tier(AccountEvidence(organisation: "ACME-1", plan: "free"), rules) == .approved)
        #expect(try tier(AccountEvidence(organisation: "other", plan: "free"), rules) == .forbidden)
        #expect(try tier(AccountEvidence(organisation: "other"), rules) == .tolerated)
        #expect(try tier(nil, rules) == .unapproved)
        #expect(try tier(AccountEvidence(training: true), rules) == .unapproved, "a setting names no account")
        #expect(try tier(nil, rules, surface: "home-local") == .approved)
    }

    @Test func thePlanSaysWhichSurfacesFactsHold() throws {
        var web = Samples.surface("north-web", training: .yes, kind: .web)
        web.plans = ["plus"]
        var work = Samples.surface("north-work", kind: .web)
        work.plans = ["enterprise"]
        let catalogue = try Catalogue([Samples.provider("north", [web, work])])
        let named = { (plan: String?) in
            catalogue.effectiveSurface(
                of: Destination(provider: "north", surface: "north-web", account: AccountEvidence(plan: plan)))?.id
        }
        #expect(named("enterprise") == "north-work")
        #expect(named("plus") == "north-web" && named("unheard-of") == "north-web" && named(nil) == "north-web")
    }

    @Test func theProvidersOwnWordBeatsWhatIsPublishedAndVouchedFor() throws {
        let day = try #require(PolicyDate("2027-01-01"))
        let engine = try Samples.engine {
            $0.attestations = [Attestation(surface: "north-api", terms: [.noTraining], by: "x", expires: day)]
        }
        var question = try Samples.question("north-api", [])
        let basis = { (account: AccountEvidence?, enforced: Set<Term>) -> TermBasis? in
            question.destination.account = account
            question.destination.enforced = enforced
            return engine.decide(question).terms.first { $0.term == .noTraining }?.basis
        }
        #expect(basis(nil, []) == .attested)
        #expect(basis(AccountEvidence(training: true), []) == nil)
        #expect(basis(AccountEvidence(training: false), []) == .attested)
        #expect(basis(AccountEvidence(training: true), [.noTraining]) == .enforced)
    }

    // MARK: Suspension

    @Test func aSuspendedModelIsReroutedUnlessItsSubstituteIsSuspendedToo() throws {
        let entry = Suspension(model: "nova-1", substituteModel: "nova-2", reroutes: true, reason: "withdrawn")
        let back = Suspension(model: "nova-2", substituteModel: "nova-1", reroutes: true, reason: "too")
        let question = try Samples.question("north-api", [Samples.item(.personal)], model: "nova-1")
        let decision = try Samples.engine { $0.suspensions = [entry] }.decide(question)
        #expect(decision.reroute == "nova-2" && decision.action == .redact && decision.tier == .tolerated)
        #expect(try Samples.engine { $0.suspensions = [entry] }.decideWithoutReroute(question).action == .block)
        let both = try Samples.engine { $0.suspensions = [entry, back] }.decide(question)
        #expect(both.reroute == nil && both.action == .block)
        var several = question
        several.destination.otherModels = ["nova-3"]
        #expect(try Samples.engine { $0.suspensions = [entry] }.decide(several).action == .block)
    }

    @Test func aSuspensionCanBeLimitedToGroups() throws {
        let entry = Suspension(provider: "north", groups: ["contractors", "interns"], reason: "order 7")
        let engine = try Samples.engine { $0.suspensions = [entry] }
        var question = try Samples.question("north-api", [])
        #expect(engine.decide(question).action == .allow)
        question.groups = ["staff", "interns"]
        #expect(engine.decide(question).action == .block)
    }

    // MARK: Mistakes

    @Test func senselessLinesAreNamed() throws {
        let document = PolicyDocument(
            suspensions: [Suspension(model: "m", reroutes: true, reason: "r")],
            wire: [
                WireLine(name: "empty"), WireLine(name: "agreement", inject: [.agreement]),
                WireLine(name: "typo", provider: "nort", classes: ["personl"], deny: [.files]),
            ],
            accounts: [
                AccountRule(name: "nowhere", tier: .approved, plans: ["x"]),
                AccountRule(name: "any", tier: .approved, provider: "north"),
                AccountRule(name: "odd", tier: .approved, provider: "north", plans: ["x"], shown: false),
            ])
        let words = document.mistakes(try Samples.catalogue()).map(\.description)
        for expected in [
            "suspend.[0].reroute: there is nothing to send", "wire.[0]: this line demands nothing",
            "wire.[1].inject: no provider has a field for \"agreement\"",
            "wire.[2].provider: the catalogue has no \"nort\": did you mean \"north\"?",
            "wire.[2].classes: no rule finds the data class \"personl\"", "account.[0]: this account is at no provider",
            "account.[1]: this rule has no condition", "account.[2].shown",
        ] {
            #expect(words.contains { $0.hasPrefix(expected) }, "\(expected) in \(words)")
        }
        #expect(words.count == 8)
    }
}
