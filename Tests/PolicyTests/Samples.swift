import Primitives

@testable import Policy

/// A small catalogue and policy that tests vary.
enum Samples {
    static func surface(
        _ id: String, training: ProviderSurface.Training = .no, local: Bool = false, verified: Bool = true,
        kind: ProviderSurface.Kind = .api, hosts: [String] = [], remote: [ProviderSurface.RemoteModels] = [],
        retention: Int? = 30, abuse: Int? = nil
    ) -> ProviderSurface {
        ProviderSurface(
            id: id, name: id.uppercased(), kind: kind, plan: "", hosts: hosts, local: local, training: training,
            trainingNote: "", optOut: "", retentionDays: retention, abuseMonitoringDays: abuse, zeroRetention: "",
            humanReview: "unknown", controls: [], tenantHeaders: [], accountEvidence: [], remoteModels: remote,
            notes: "", sources: ["https://example.com/terms"], verified: verified, checked: "2026-11-24")
    }

    static func provider(
        _ id: String, law: String = "US", models: [String] = [], gateway: String? = nil, _ surfaces: [ProviderSurface]
    ) -> Provider {
        Provider(
            id: id, name: id.uppercased(), jurisdiction: law, ownership: "", dataRegions: "", provenance: "",
            restrictions: "", modelPatterns: models, gatewaySurface: gateway, surfaces: surfaces)
    }

    static func catalogue() throws -> Catalogue {
        try Catalogue([
            provider(
                "north", models: ["nova-*", "nova-mini-*"], gateway: "north-api",
                [surface("north-api", hosts: ["api.north.example"]), surface("north-web", training: .yes, kind: .web)]),
            provider("east", law: "CN (SG)", models: ["eastern*"], [surface("east-api", training: .unknown)]),
            provider(
                "home", models: [],
                [
                    surface(
                        "home-local", local: true,
                        remote: [.init(patterns: ["*-cloud"], surface: "home-cloud")]),
                    surface("home-cloud", verified: false),
                ]),
        ])
    }

    static let table: [String: TableRow] = [
        "credential": TableRow(approved: .redact, tolerated: .block, unapproved: .block, forbidden: .block),
        "personal": TableRow(approved: .allow, tolerated: .redact, unapproved: .redact, forbidden: .block),
        "clean": TableRow(approved: .allow, tolerated: .allow, unapproved: .coach, forbidden: .block),
    ]

    static let rules = [
        TierRule(name: "local", tier: .approved, local: true),
        TierRule(name: "contract", tier: .approved, terms: [.noTraining, .agreement], basis: .attested),
        TierRule(name: "no training", tier: .tolerated, terms: [.noTraining]),
    ]

    static func engine(_ change: (inout PolicyDocument) -> Void = { _ in }) throws -> PolicyEngine {
        var document = PolicyDocument(tierRules: rules, table: table)
        change(&document)
        return try PolicyEngine(document, catalogue: catalogue())
    }

    static func item(_ dataClass: DataClass = .credential, rule: String = "acme.key") -> PolicyItem {
        PolicyItem(dataClass: dataClass, ruleID: rule, kind: .secret, severity: .high, confidence: 0.9)
    }

    static func question(
        _ surface: String, _ items: [PolicyItem] = [item()], model: String? = nil, account: String? = nil,
        enforced: Set<Term> = [], user: String = "alice", application: String? = nil, now: Int64 = 1_795_478_400
    ) throws -> PolicyQuestion {
        let provider = try catalogue().provider(ofSurface: surface)?.id ?? "unknown"
        return PolicyQuestion(
            destination: Destination(
                provider: provider, surface: surface, model: model,
                account: account.map { AccountEvidence(organisation: $0) }, enforced: enforced),
            items: items, channel: "gateway", application: application, user: user, now: now)
    }
}
