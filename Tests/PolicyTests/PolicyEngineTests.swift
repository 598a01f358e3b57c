import Primitives
import Testing

@testable import Policy

@Suite struct PolicyEngineTests {
    @Test(
        "Each class and tier has its cell",
        arguments: [
            ("home-local", DataClass.credential, PolicyAction.redact), ("home-local", .personal, .allow),
            ("north-api", .credential, .block), ("north-api", .personal, .redact),
            ("north-web", .personal, .redact), ("east-api", .credential, .block),
        ])
    func cells(surface: String, dataClass: DataClass, action: PolicyAction) throws {
        let decision = try Samples.engine().decide(Samples.question(surface, [Samples.item(dataClass)]))
        #expect(decision.perItem == [action])
    }

    @Test("The verdict is the strongest action, and each finding keeps its own")
    func strongest() throws {
        let items = [Samples.item(.personal), Samples.item(.credential), Samples.item(.personal)]
        let decision = try Samples.engine().decide(Samples.question("north-api", items))
        #expect(decision.perItem == [.redact, .block, .redact])
        #expect(decision.action == .block)
    }

    @Test("A class without a row gets the default row, and without one the most careful of all")
    func unknownClass() throws {
        let question = try Samples.question("home-local", [Samples.item(DataClass(rawValue: "recipes"))])
        #expect(try Samples.engine().decide(question).action == .redact)
        let lenient = try Samples.engine { $0.table["default"] = TableRow(approved: .coach) }
        #expect(lenient.decide(question).action == .coach)
        let blocking = try Samples.engine {
            $0.classes = ["plans"]
            $0.table["plans"] = TableRow(approved: .block)
        }
        #expect(blocking.decide(question).action == .block)
    }

    @Test("Where nothing was found the clean row speaks")
    func clean() throws {
        let engine = try Samples.engine { $0.tiers["east"] = .forbidden }
        #expect(try engine.decide(Samples.question("north-api", [])).action == .allow)
        #expect(try engine.decide(Samples.question("north-web", [])).action == .coach)
        #expect(try engine.decide(Samples.question("east-api", [])).action == .block)
        // What was found can't make a prompt weaker than one without findings.
        let allowed = try Samples.engine {
            $0.tiers["east"] = .forbidden
            $0.overrides = [PolicyOverride(name: "test", action: .allow, dataClass: "credential")]
        }
        let decision = try allowed.decide(Samples.question("east-api"))
        #expect(decision.perItem == [.allow])
        #expect(decision.action == .block)
    }

    @Test("A surface's tier line beats its provider's, which beats the rules, which beat the default")
    func tierLines() throws {
        #expect(try Samples.engine().decide(Samples.question("north-api")).tier == .tolerated)
        let byProvider = try Samples.engine { $0.tiers = ["north": .forbidden, "default": .tolerated] }
        #expect(try byProvider.decide(Samples.question("north-api")).tier == .forbidden)
        let bySurface = try Samples.engine { $0.tiers = ["north": .forbidden, "north-api": .approved] }
        #expect(try bySurface.decide(Samples.question("north-api")).tier == .approved)
        #expect(try bySurface.decide(Samples.question("north-web")).tier == .forbidden)
        #expect(try byProvider.decide(Samples.question("east-api")).tier == .tolerated)
        #expect(try Samples.engine().decide(Samples.question("east-api")).tier == .unapproved)
    }

    @Test("A destination that the catalogue does not know is unapproved")
    func unknownDestination() throws {
        let decision = try Samples.engine().decide(Samples.question("nowhere"))
        #expect(decision.tier == .unapproved)
        #expect(decision.trace.first?.text == "the catalogue does not know this destination")
    }

    @Test("Facts that no source supports give no terms")
    func unverified() throws {
        #expect(try Samples.engine().decide(Samples.question("home-cloud")).tier == .unapproved)
    }

    @Test("A local program's cloud model is judged as what it is")
    func remoteModel() throws {
        let engine = try Samples.engine()
        #expect(try engine.decide(Samples.question("home-local", model: "gpt-oss:20b")).tier == .approved)
        let decision = try engine.decide(Samples.question("home-local", model: "GPT-OSS:120b-Cloud"))
        #expect(decision.tier == .unapproved)
        #expect(decision.surface == "home-cloud")
    }

    @Test("An attestation counts to the end of its last day, for its account, and the trace tells when it ran out")
    func attestation() throws {
        let date = try #require(PolicyDate("2026-11-24"))
        let engine = try Samples.engine {
            $0.attestations = [
                Attestation(
                    surface: "north-api", terms: [.noTraining, .agreement], by: "CISO", expires: date, account: "org-1")
            ]
        }
        let lastSecond = date.daysSince1970 * 86_400 + 86_399
        let good = try engine.decide(Samples.question("north-api", account: "org-1", now: lastSecond))
        #expect(good.tier == .approved)
        #expect(good.terms == [HeldTerm(.agreement, .attested), HeldTerm(.noTraining, .attested)])
        #expect(try engine.decide(Samples.question("north-api", account: "org-2", now: lastSecond)).tier == .tolerated)
        #expect(try engine.decide(Samples.question("north-api", now: lastSecond)).tier == .tolerated)
        let late = try engine.decide(Samples.question("north-api", account: "org-1", now: lastSecond + 1))
        #expect(late.tier == .tolerated)
        #expect(late.trace.contains { $0.step == .term && $0.text.contains("ran out on 2026-11-24") })
    }

    @Test("Enforced terms count as more than attested ones, and assumed ones as less")
    func bases() throws {
        let engine = try Samples.engine { $0.tierRules[1].basis = .enforced }
        let terms: Set<Term> = [.noTraining, .agreement]
        #expect(try engine.decide(Samples.question("north-api", enforced: terms)).tier == .approved)
        #expect(try engine.decide(Samples.question("north-api", enforced: [.agreement])).tier == .tolerated)
    }

    @Test("The most specific override wins, of equal ones the stronger action")
    func overrides() throws {
        let engine = try Samples.engine {
            $0.overrides = [
                PolicyOverride(name: "tier", action: .allow, tier: .tolerated),
                PolicyOverride(name: "class", action: .coach, dataClass: "credential"),
                PolicyOverride(name: "family", action: .redact, rule: "acme.*"),
                PolicyOverride(name: "rule", action: .allow, rule: "acme.key"),
                PolicyOverride(name: "rule for bob", action: .block, rule: "acme.key", user: "b*"),
            ]
        }
        #expect(try engine.decide(Samples.question("north-api")).action == .allow)
        #expect(try engine.decide(Samples.question("north-api", user: "bob")).action == .block)
        #expect(try engine.decide(Samples.question("north-api", [Samples.item(rule: "acme.old")])).action == .redact)
        #expect(try engine.decide(Samples.question("north-api", [Samples.item(rule: "other")])).action == .coach)
        #expect(try engine.decide(Samples.question("north-api", [Samples.item(.personal, rule: "o")])).action == .allow)
    }

    @Test("Every condition of an override must hold")
    func overrideConditions() throws {
        let date = try #require(PolicyDate("2026-11-24"))
        let engine = try Samples.engine {
            $0.overrides = [
                PolicyOverride(
                    name: "all", action: .allow, dataClass: "credential", rule: "acme.*", provider: "north",
                    surface: "north-api", tier: .tolerated, model: "nova-*", account: "org-1", user: "alice",
                    application: "ed*", channel: "gateway", expires: date)
            ]
        }
        let now = date.daysSince1970 * 86_400
        func action(_ change: (inout PolicyQuestion) -> Void) throws -> PolicyAction {
            var question = try Samples.question(
                "north-api", model: "Nova-4", account: "org-1", application: "Editor", now: now)
            change(&question)
            return engine.decide(question).action
        }
        #expect(try action { _ in } == .allow)
        #expect(try action { $0.items[0].dataClass = .personal } == .redact)
        #expect(try action { $0.items[0].ruleID = "other" } == .block)
        #expect(try action { $0.destination.surface = "north-web" } == .block)
        #expect(try action { $0.destination.model = "other" } == .block)
        #expect(try action { $0.destination.model = nil } == .block)
        #expect(try action { $0.destination.account = nil } == .block)
        #expect(try action { $0.user = "alices" } == .block)
        #expect(try action { $0.application = nil } == .block)
        #expect(try action { $0.channel = "hook" } == .block)
        #expect(try action { $0.now += 86_400 } == .block)
    }

    @Test("A floor holds against table and overrides, and only for its tier")
    func floor() throws {
        let engine = try Samples.engine {
            $0.overrides = [PolicyOverride(name: "all", action: .allow, dataClass: "credential")]
            $0.floor["credential"] = TableRow(tolerated: .redact)
        }
        let decision = try engine.decide(Samples.question("north-api"))
        #expect(decision.action == .redact)
        #expect(decision.trace.map(\.step).suffix(3) == [.cell, .override, .floor])
        #expect(try engine.decide(Samples.question("home-local")).action == .allow)
    }

    @Test("A suspended model is blocked too where it is only a substitute or one of a batch")
    func suspendedSubstitute() throws {
        let engine = try Samples.engine { $0.suspensions = [Suspension(model: "withdrawn-*", reason: "withdrawn")] }
        let ask = { (model: String?, others: [String]) in
            let destination = Destination(
                provider: "north", surface: "north-api", model: model, otherModels: others)
            return engine.decide(
                PolicyQuestion(destination: destination, items: [], channel: "gateway", user: "ann", now: 0))
        }
        #expect(ask("nova-1", ["nova-2"]).action == .allow)
        #expect(ask("nova-1", ["nova-2", "Withdrawn-9"]).suspension?.reason == "withdrawn")
        #expect(ask(nil, ["withdrawn-9"]).action == .block)
        for name in [
            "vendor/withdrawn-9", "eu.vendor.withdrawn-9-v1:0",
            "arn:aws:bedrock:eu-central-1:1:inference-profile/eu.vendor.withdrawn-9",
        ] {
            #expect(ask(name, []).suspension != nil, "\(name)")
        }
        #expect(ask("nova-1.withdrawn-9", []).suspension == nil)
    }

    @Test("What is suspended is blocked, with and without findings, and the substitute is named")
    func suspension() throws {
        let engine = try Samples.engine {
            $0.suspensions = [
                Suspension(publisher: "north", model: "*-mini-*", substitute: "nova-large", reason: "leaks")
            ]
            $0.overrides = [PolicyOverride(name: "all", action: .allow, dataClass: "credential")]
        }
        let decision = try engine.decide(Samples.question("home-local", [], model: "nova-mini-2"))
        #expect(decision.action == .block)
        #expect(decision.tier == .forbidden)
        #expect(decision.suspension?.substitute == "nova-large")
        #expect(try engine.decide(Samples.question("north-api", model: "nova-mini-2")).perItem == [.block])
        #expect(try engine.decide(Samples.question("north-api", [], model: "nova-2")).action == .allow)
        #expect(try engine.decide(Samples.question("north-api", [])).action == .allow)
    }

    @Test("The trace names fact, term, tier and cell in order, and nothing of the request")
    func trace() throws {
        let engine = try Samples.engine {
            $0.overrides = [PolicyOverride(name: "model line", action: .block, model: "*")]
        }
        let decision = try engine.decide(
            Samples.question(
                "north-api", [Samples.item(), Samples.item()], model: "nova-planted", account: "org-planted",
                user: "user-planted", application: "app-planted"))
        #expect(decision.trace.map(\.step) == [.fact, .term, .tier, .cell, .override, .cell, .override])
        #expect(!decision.trace.contains { $0.text.contains("planted") })
        #expect(decision.trace.contains { $0.text == "tolerated: rule \"no training\"" })
    }

    @Test("A trace has a bounded number of lines")
    func boundedTrace() throws {
        let items = (0..<500).map { Samples.item(DataClass(rawValue: "class-\($0)")) }
        let decision = try Samples.engine().decide(Samples.question("north-api", items))
        #expect(decision.trace.count == PolicyEngine.maxTraceLines)
        #expect(decision.perItem.count == 500)
    }
}
