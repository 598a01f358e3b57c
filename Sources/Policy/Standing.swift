/// What policy makes of a destination before it looks at any finding: facts, terms, tier.
struct Standing {
    var surfaceID: String
    var providerID: String
    var tier: Tier
    var terms: [HeldTerm]
    var suspension: Suspension?
    var trace: [TraceLine]
}

extension PolicyEngine {
    func standing(of question: PolicyQuestion) -> Standing {
        let destination = question.destination
        let surface = catalogue.effectiveSurface(of: destination)
        let provider = surface.flatMap { catalogue.provider(ofSurface: $0.id) }
        let publisher = destination.model.flatMap { catalogue.publisher(of: $0) }
        var trace = facts(destination, surface, provider, publisher)
        let terms = heldTerms(question, surface, &trace)
        let surfaceID = surface?.id ?? destination.surface
        let providerID = provider?.id ?? destination.provider
        let suspension = suspension(destination, question.groups)
        if let suspension {
            trace.append(TraceLine(.suspend, Self.describe(suspension)))
            trace.append(TraceLine(.tier, "forbidden: suspended"))
        }
        let (tier, reason) = tier(surfaceID, providerID, surface, provider, terms, destination.account)
        if suspension == nil { trace.append(TraceLine(.tier, "\(tier.rawValue): \(reason)")) }
        return Standing(
            surfaceID: surfaceID, providerID: providerID, tier: suspension == nil ? tier : .forbidden, terms: terms,
            suspension: suspension, trace: trace)
    }

    /// The first entry of the suspend list that stops any of the models that the request asks for.
    public func suspension(_ destination: Destination, _ groups: [String]) -> Suspension? {
        for model in [destination.model] + destination.otherModels {
            var asked = destination
            asked.model = model
            let surface = catalogue.effectiveSurface(of: asked)
            let provider = surface.flatMap { catalogue.provider(ofSurface: $0.id) }
            let publishers = model.map { catalogue.publisherIDs(of: $0) } ?? []
            let entry = suspensions.first {
                $0.applies(
                    to: asked, groups: groups, surface: surface?.id ?? asked.surface,
                    provider: provider?.id ?? asked.provider, publishers: publishers)
            }
            if let entry { return entry.definition }
        }
        return nil
    }

    private func facts(
        _ destination: Destination, _ surface: ProviderSurface?, _ provider: Provider?, _ publisher: Provider?
    ) -> [TraceLine] {
        guard let surface, let provider else {
            return [TraceLine(.fact, "the catalogue does not know this destination")]
        }
        var lines: [TraceLine] = []
        if surface.id != destination.surface {
            let isPlan = destination.account?.plan.map { surface.plans?.contains($0) ?? false } ?? false
            lines.append(
                TraceLine(
                    .fact,
                    isPlan
                        ? "the account's plan, as the request shows it, is that of \(surface.name)"
                        : "this model is not run locally: the request goes on to \(surface.name)"))
        }
        var text = "\(surface.name) is run by \(provider.name) (\(provider.jurisdiction))"
        text +=
            surface.local
            ? ", on the user's own machine or network" : "; trains by default: \(surface.training.rawValue)"
        if !surface.local { text += "; stored for \(surface.retentionText)" }
        text += "; \(surface.verified ? "checked" : "unverified as of") \(surface.checked)"
        lines.append(TraceLine(.fact, text))
        if let resolved = destination.model.flatMap({ catalogue.models.resolve($0) }) {
            lines.append(TraceLine(.fact, resolved.sentence))
        } else if let publisher, publisher.id != provider.id {
            lines.append(TraceLine(.fact, "the model is published by \(publisher.name) (\(publisher.jurisdiction))"))
        }
        return lines
    }

    private func heldTerms(
        _ question: PolicyQuestion, _ surface: ProviderSurface?, _ trace: inout [TraceLine]
    ) -> [HeldTerm] {
        var held: [Term: (basis: TermBasis, why: String)] = [:]
        for term in surface?.assumedTerms ?? [] { held[term] = (.assumed, "published terms") }
        for attestation in document.attestations where attestation.surface == surface?.id {
            if let account = attestation.account, account != question.destination.account?.organisation { continue }
            for term in attestation.terms {
                if attestation.expires.isPast(at: question.now) {
                    trace.append(
                        TraceLine(.term, "\(term.rawValue): the attestation ran out on \(attestation.expires)"))
                } else {
                    held[term] = (.attested, "until \(attestation.expires), by \(attestation.by)")
                }
            }
        }
        if let account = question.destination.account { weigh(account, &held, &trace) }
        for term in question.destination.enforced { held[term] = (.enforced, "on the wire") }
        let terms = held.sorted { $0.key < $1.key }
        trace += terms.map {
            TraceLine(.term, "\($0.key.rawValue): \($0.value.basis.rawValue) (\($0.value.why))")
        }
        return terms.map { HeldTerm($0.key, $0.value.basis) }
    }

    /// What the provider itself said of the account beats what it publishes, and what anybody vouches for.
    private func weigh(
        _ account: AccountEvidence, _ held: inout [Term: (basis: TermBasis, why: String)], _ trace: inout [TraceLine]
    ) {
        let seen = "the provider's own reply"
        switch account.training {
        case false?: held[.noTraining] = (.attested, seen)
        case true?:
            held[.noTraining] = nil
            trace.append(
                TraceLine(.term, "no-training: does not hold: the account's setting allows training (\(seen))"))
        case nil: break
        }
        switch account.zeroRetention {
        case true?: held[.zeroRetention] = (.attested, seen)
        case false?:
            held[.zeroRetention] = nil
            trace.append(TraceLine(.term, "zero-retention: does not hold for this account (\(seen))"))
        case nil: break
        }
    }

    private func tier(
        _ surfaceID: String, _ providerID: String, _ surface: ProviderSurface?, _ provider: Provider?,
        _ terms: [HeldTerm], _ account: AccountEvidence?
    ) -> (Tier, String) {
        for rule in document.accounts where rule.applies(account, surface: surfaceID, provider: providerID) {
            return (rule.tier, "account \"\(rule.name)\"")
        }
        if let surface, let tier = document.tiers[surface.id] { return (tier, "[tiers] \(surface.id)") }
        if let provider, let tier = document.tiers[provider.id] { return (tier, "[tiers] \(provider.id)") }
        if let surface, let provider {
            for rule in document.tierRules where rule.applies(to: surface, of: provider, terms) {
                return (rule.tier, "rule \"\(rule.name)\"")
            }
        }
        if let tier = document.tiers[PolicyDocument.defaultKey] { return (tier, "[tiers] default") }
        return (.unapproved, "no line of the policy speaks of it")
    }

    private static func describe(_ entry: Suspension) -> String {
        let names = [
            entry.provider.map { "provider \($0)" }, entry.surface.map { "surface \($0)" },
            entry.publisher.map { "models of \($0)" }, entry.model.map { "model \($0)" },
        ].compactMap { $0 }
        return names.joined(separator: ", ") + " is suspended: \(entry.reason)"
    }
}

extension PolicyEngine {
    /// The tier of a surface as its facts and the policy give it, without attestations that depend on an account or model.
    public func tier(of surface: ProviderSurface, of provider: Provider, now: Int64) -> Tier {
        let question = PolicyQuestion(
            destination: Destination(provider: provider.id, surface: surface.id), items: [], channel: "", user: "",
            now: now)
        return standing(of: question).tier
    }
}

extension TierRule {
    func applies(to surface: ProviderSurface, of provider: Provider, _ held: [HeldTerm]) -> Bool {
        if let local, local != surface.local { return false }
        if !kinds.isEmpty, !kinds.contains(surface.kind) { return false }
        if !jurisdictions.isEmpty, !jurisdictions.contains(provider.jurisdictionCode) { return false }
        let least = basis ?? .assumed
        return terms.allSatisfy { term in held.contains { $0.term == term && $0.basis >= least } }
    }
}

extension ResolvedModel {
    /// What is known, in a sentence of the catalogue's words.
    var sentence: String {
        var text = "the model is published by \(publisher.name) (\(publisher.jurisdiction))"
        if let base = family?.basePublisher { text += ", made from one of \(base)" }
        guard let family else { return text + "; its family is not known" }
        text += "; weights \(family.weights.rawValue), licence \(family.licence)"
        text += ", summary of training data: \(family.trainingSummary.status.rawValue)"
        return text + "; checked \(family.checked)"
    }
}

extension Provider {
    /// The first word of `jurisdiction`: "US", "FR", "CN".
    public var jurisdictionCode: String {
        jurisdiction.split { !$0.isLetter }.first.map(String.init) ?? jurisdiction
    }
}

extension ProviderSurface {
    /// What the provider's published terms promise.
    public var assumedTerms: [Term] {
        var terms: [Term] = []
        // What no source supports is not assumed.
        guard local || verified else { return [] }
        if local || training == .no || training == .optIn { terms.append(.noTraining) }
        if local || (retentionDays == 0 && (abuseMonitoringDays ?? 0) == 0) { terms.append(.zeroRetention) }
        if local || humanReview == "no" { terms.append(.noHumanReview) }
        return terms
    }

    /// Storage in words: "30 days", "an unstated time".
    public var retentionText: String {
        let days = { (count: Int) in count == 1 ? "1 day" : "\(count) days" }
        switch (retentionDays, abuseMonitoringDays) {
        case (0?, nil), (0?, 0?): return "no time at all"
        case (0?, let abuse?): return "abuse monitoring only, \(days(abuse))"
        case (let stored?, let abuse?) where abuse > stored: return "\(days(stored)), flagged content \(days(abuse))"
        case (let stored?, _): return days(stored)
        case (nil, let abuse?): return "an unstated time, abuse monitoring \(days(abuse))"
        case (nil, nil): return "an unstated time"
        }
    }
}
