import FoundationEssentials
import Policy
import Primitives
import Testing

@testable import Packs

struct PolicyFileTests {
    private let good = """
        preset = "balanced"

        [tiers]
        openai-api = "approved"
        default = "unapproved"

        [table.credential]
        approved = "redact"
        forbidden = "block"

        [floor.government-id]
        unapproved = "block"

        [[tier_rule]]
        name = "no training"
        tier = "tolerated"
        terms = ["no-training"]
        basis = "attested"

        [[override]]
        name = "support team"
        action = "coach"
        class = "personal"
        user = "support-*"
        expires = 2027-01-31

        [[suspend]]
        publisher = "deepseek"
        reason = "withdrawn"

        [[attest]]
        surface = "openai-api"
        terms = ["agreement", "no-training"]
        by = "dpo"
        expires = "2027-06-30"
        """

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try PolicyFile(Array(text.utf8), named: "policy.toml")
            return []
        } catch { return error.mistakes.map(\.description) }
    }

    @Test func sectionsOnTermsAreRead() throws {
        let text = """
            [[wire]]
            name = "a"
            provider = "openai"
            classes = ["personal"]
            inject = ["no-store"]
            require = ["agreement"]
            deny = ["files", "batches"]
            regions = ["eu"]
            upstreams = ["x"]
            fields = { x-ghost-mode = "true", OpenAI-Project = ["a", "b"] }

            [[account]]
            name = "ours"
            tier = "approved"
            provider = "openai"
            organisations = ["org-*"]
            plans = ["enterprise"]
            shown = true

            [tenants]
            microsoft-policy = "t:p"
            openai-organizations = ["org-1", "org-2"]

            [[suspend]]
            model = "m-*"
            groups = ["staff"]
            substitute_model = "n"
            reroute = true
            reason = "withdrawn"
            """
        let document = try PolicyFile(Array(text.utf8), named: "policy.toml").document
        #expect(
            document.wire == [
                WireLine(
                    name: "a", provider: "openai", classes: ["personal"], inject: [.noStore], require: [.agreement],
                    deny: [.files, .batches], regions: ["eu"],
                    fields: ["x-ghost-mode": ["true"], "OpenAI-Project": ["a", "b"]], upstreams: ["x"])
            ])
        #expect(
            document.accounts == [
                AccountRule(
                    name: "ours", tier: .approved, provider: "openai", organisations: ["org-*"], plans: ["enterprise"],
                    shown: true)
            ])
        #expect(document.tenants == [.microsoftPolicy: ["t:p"], .openAIOrganizations: ["org-1", "org-2"]])
        #expect(
            document.suspensions == [
                Suspension(model: "m-*", groups: ["staff"], substituteModel: "n", reroutes: true, reason: "withdrawn")
            ])
    }

    @Test func mistakesInSectionsOnTermsAreNamed() {
        let text = """
            [[wire]]
            name = "a"
            inject = ["no-storage"]
            deny = ["file"]
            fields = { x = 1 }
            [tenants]
            microsoft-polcy = "x"
            """
        #expect(
            mistakes(text) == [
                #"policy.toml:3:11: "inject" can't hold "no-storage"; did you mean "no-store"?"#,
                #"policy.toml:4:9: "deny" can't hold "file"; did you mean "files"?"#,
                #"policy.toml:5:16: "x" is a whole number; write a string, or an array of strings"#,
                #"policy.toml:7:1: [tenants] knows no "microsoft-polcy"; did you mean "microsoft-policy"?"#,
            ])
    }

    @Test func aPolicyIsReadInFull() throws {
        let document = try PolicyFile(Array(good.utf8), named: "policy.toml").document
        #expect(document.preset == "balanced")
        #expect(document.tiers == ["openai-api": .approved, "default": .unapproved])
        #expect(document.table == ["credential": TableRow(approved: .redact, forbidden: .block)])
        #expect(document.floor == ["government-id": TableRow(unapproved: .block)])
        #expect(document.tierRules.map(\.basis) == [.attested])
        #expect(document.overrides.first?.expires == PolicyDate("2027-01-31"))
        #expect(document.suspensions.first?.publisher == "deepseek")
        #expect(document.attestations.first?.terms == [.agreement, .noTraining])
        #expect(document.attestations.first?.expires == PolicyDate("2027-06-30"))
    }

    @Test func aTypoIsNamedWithLineAndColumn() {
        #expect(
            mistakes(good.replacing("approved = \"redact\"", with: "aproved = \"redact\"")) == [
                #"policy.toml:8:1: unknown key "aproved" in [table.credential]; did you mean "approved"?"#
            ])
        #expect(
            mistakes(good.replacing("\"redact\"", with: "\"redct\"")) == [
                #"policy.toml:8:12: "approved" can't be "redct"; did you mean "redact"?"#
            ])
        #expect(
            mistakes(good.replacing("[[override]]", with: "[[overide]]")).contains(
                #"policy.toml:20:1: unknown key "overide" in the policy; did you mean "override"?"#))
        #expect(
            mistakes(good.replacing("2027-01-31", with: "\"31.1.2027\"")) == [
                #"policy.toml:25:11: "expires" is no day; write it as "2027-06-30""#
            ])
        #expect(
            mistakes(good.replacing("[[attest]]", with: "[attest]")) == [
                #"policy.toml:31:1: "attest" is a table; it must be an array of tables: write [[attest]]"#
            ])
    }

    @Test func namesThatTheCatalogueLacksAreNamedWhereTheyStand() throws {
        let provider = try JSONDecoder().decode(
            Provider.self,
            from: Data(
                """
                {"id": "other", "name": "Other", "jurisdiction": "", "ownership": "", "provenance": "", "data_regions": "",
                 "restrictions": "", "model_patterns": [], "surfaces": []}
                """.utf8))
        let catalogue = try Catalogue([provider])
        do {
            try PolicyFile(Array(good.utf8), named: "policy.toml").check(catalogue)
            Issue.record("an unknown surface was accepted")
        } catch {
            let places = error.mistakes.compactMap { $0.position.map { "\($0.line):\($0.column)" } }
            #expect(places == ["4:1", "28:1", "32:1"])
        }
    }
}
