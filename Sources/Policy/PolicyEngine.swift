import Primitives

/// Decides: what was found, where it goes, one table. Built once for a snapshot; a decision is a look-up.
public struct PolicyEngine: Sendable {
    /// Name of the preset, or "custom".
    public let name: String
    /// The document that is in force, laid over its preset.
    public let document: PolicyDocument
    /// What is known of destinations.
    public let catalogue: Catalogue
    let overrides: [CompiledOverride]
    let suspensions: [CompiledSuspension]
    let wireLines: [(line: WireLine, model: Glob?)]
    private let strictest: TableRow

    /// Most lines of a trace.
    public static let maxTraceLines = 48

    /// Takes a document that is laid over its preset already. Throws what `PolicyDocument.mistakes` finds.
    public init(_ document: PolicyDocument, catalogue: Catalogue) throws(PolicyMistakes) {
        var mistakes = document.mistakes(catalogue)
        if document.table.isEmpty {
            mistakes.append(PolicyMistake([.key("table")], "the table is empty", mend: "name a preset"))
        }
        guard mistakes.isEmpty else { throw PolicyMistakes(list: mistakes) }
        name = document.preset ?? "custom"
        self.document = document
        self.catalogue = catalogue
        overrides = document.overrides.map(CompiledOverride.init)
        suspensions = document.suspensions.map(CompiledSuspension.init)
        wireLines = document.wire.map { ($0, $0.model.map(Glob.init)) }
        var strictest = TableRow()
        for tier in Tier.allCases {
            strictest[tier] = document.table.filter { $0.key != PolicyDocument.cleanRow }.compactMap { $0.value[tier] }
                .max()
        }
        self.strictest = strictest
    }

    /// The decision on a prompt. Pure: the same question gives the same answer.
    ///
    /// Where a suspended model has a substitute that requests are sent to, the decision is that for the substitute, and `reroute` names it.
    public func decide(_ question: PolicyQuestion) -> PolicyDecision { decide(question, mayReroute: true) }

    /// The decision where a suspended model's requests can't be sent to its substitute.
    public func decideWithoutReroute(_ question: PolicyQuestion) -> PolicyDecision {
        decide(question, mayReroute: false)
    }

    private func decide(_ question: PolicyQuestion, mayReroute: Bool) -> PolicyDecision {
        let standing = self.standing(of: question)
        var trace = standing.trace
        if let suspension = standing.suspension {
            if mayReroute, let decision = rerouted(question, suspension, trace) { return decision }
            return PolicyDecision(
                action: .block, perItem: question.items.map { _ in .block }, tier: .forbidden, trace: trace,
                terms: standing.terms, surface: standing.surfaceID, suspension: suspension)
        }
        let models = self.models(question.destination, host: catalogue.provider(standing.providerID))
        trace += models.trace
        let applicable = overrides.filter { $0.applies(to: question, standing) }
        var known: [Row: PolicyAction] = [:]
        let clean = Row(dataClass: PolicyDocument.cleanRow, rule: "")
        var strongest = action(
            for: clean, standing.tier, applicable, question.items.isEmpty ? .always : .ifStronger, &trace)
        var perItem: [PolicyAction] = []
        perItem.reserveCapacity(question.items.count)
        var named: Set<String> = []
        for item in question.items {
            let row = Row(dataClass: item.dataClass.rawValue, rule: item.ruleID)
            let decided: PolicyAction
            if let action = known[row] {
                decided = action
            } else {
                let isNew = named.insert(row.dataClass).inserted
                decided = action(for: row, standing.tier, applicable, isNew ? .always : .overrideOnly, &trace)
                known[row] = decided
            }
            perItem.append(max(decided, models.classes[row.dataClass] ?? .allow))
            strongest = max(strongest, perItem.last ?? .allow)
        }
        var decision = PolicyDecision(
            action: max(strongest, models.action), perItem: perItem, tier: standing.tier,
            trace: Array(trace.prefix(Self.maxTraceLines)), terms: standing.terms, surface: standing.surfaceID)
        if models.action == .block { decision.modelReason = models.reason }
        return decision
    }

    private func rerouted(
        _ question: PolicyQuestion, _ suspension: Suspension, _ trace: [TraceLine]
    ) -> PolicyDecision? {
        guard suspension.reroutes, let model = suspension.substituteModel, question.destination.otherModels.isEmpty
        else { return nil }
        var other = question
        other.destination.model = model
        var decision = decide(other, mayReroute: false)
        // What is suspended itself is no substitute.
        guard decision.suspension == nil else { return nil }
        let lines = trace.filter { $0.step == .suspend } + [TraceLine(.suspend, "sent to \(model) instead")]
        decision.trace = Array((lines + decision.trace).prefix(Self.maxTraceLines))
        decision.suspension = suspension
        decision.reroute = model
        return decision
    }

    /// What a cell is looked up by.
    struct Row: Hashable {
        var dataClass: String
        var rule: String
    }

    /// How much of a look-up is worth a line.
    private enum Telling { case always, ifStronger, overrideOnly }

    private func action(
        for row: Row, _ tier: Tier, _ applicable: [CompiledOverride], _ telling: Telling, _ trace: inout [TraceLine]
    ) -> PolicyAction {
        let (cell, source) = cell(row.dataClass, tier)
        var action = cell
        var lines: [TraceLine] = []
        if telling != .overrideOnly {
            lines.append(TraceLine(.cell, "\(row.dataClass) to \(tier.rawValue): \(cell.rawValue)\(source)"))
        }
        let fitting = applicable.filter { $0.matches(row) }
        let winner = fitting.max {
            ($0.specificity, $0.definition.action) < ($1.specificity, $1.definition.action)
        }
        if let winner {
            action =
                winner.definition.action == .redact && row.dataClass == PolicyDocument.cleanRow
                ? .coach : winner.definition.action
            lines.append(
                TraceLine(.override, "\"\(winner.definition.name)\": \(row.subject): \(action.rawValue)"))
        }
        let floor = document.floor[row.dataClass]?[tier] ?? document.floor[PolicyDocument.defaultKey]?[tier]
        if let floor, floor > action, row.dataClass != PolicyDocument.cleanRow || document.floor[row.dataClass] != nil {
            action = floor
            lines.append(TraceLine(.floor, "\(row.dataClass) to \(tier.rawValue): at least \(floor.rawValue)"))
        }
        if telling != .ifStronger || action > .allow { trace += lines }
        return action
    }

    /// The table's word, and a remark where it is not the class's own row that speaks.
    private func cell(_ dataClass: String, _ tier: Tier) -> (PolicyAction, String) {
        if let action = document.table[dataClass]?[tier] { return (action, "") }
        // Where nothing was found, no row means that nothing is to be done.
        if dataClass == PolicyDocument.cleanRow { return (tier == .forbidden ? .block : .allow, "") }
        if let action = document.table[PolicyDocument.defaultKey]?[tier] { return (action, " (default row)") }
        return (strictest[tier] ?? .block, " (no row: the most careful one)")
    }
}

extension PolicyEngine.Row {
    var subject: String { rule.isEmpty ? dataClass : rule }
}

/// An override with its patterns compiled.
struct CompiledOverride: Sendable {
    let definition: PolicyOverride
    let specificity: Int
    private let rule: Glob?
    private let model: Glob?
    private let user: Glob?
    private let application: Glob?

    init(_ definition: PolicyOverride) {
        self.definition = definition
        specificity = definition.specificity
        rule = definition.rule.map(Glob.init)
        model = definition.model.map(Glob.init)
        user = definition.user.map(Glob.init)
        application = definition.application.map(Glob.init)
    }

    /// Whether all conditions hold that do not depend on the finding.
    func applies(to question: PolicyQuestion, _ standing: Standing) -> Bool {
        if definition.expires?.isPast(at: question.now) == true { return false }
        if let id = definition.surface, id != standing.surfaceID { return false }
        if let id = definition.provider, id != standing.providerID { return false }
        if let tier = definition.tier, tier != standing.tier { return false }
        if let account = definition.account, account != question.destination.account?.organisation { return false }
        if let channel = definition.channel, channel != question.channel { return false }
        return Self.fits(model, question.destination.model) && Self.fits(user, question.user)
            && Self.fits(application, question.application)
    }

    /// Whether the conditions on the finding hold.
    func matches(_ row: PolicyEngine.Row) -> Bool {
        if let name = definition.dataClass, name != row.dataClass { return false }
        guard let rule else { return true }
        return !row.rule.isEmpty && rule.matches(Glob.folded(row.rule))
    }

    private static func fits(_ pattern: Glob?, _ text: String?) -> Bool {
        guard let pattern else { return true }
        guard let text else { return false }
        return pattern.matches(Catalogue.folded(text))
    }
}

/// An entry of the suspend list with its pattern compiled.
struct CompiledSuspension: Sendable {
    let definition: Suspension
    private let model: Glob?

    init(_ definition: Suspension) {
        self.definition = definition
        model = definition.model.map(Glob.init)
    }

    func applies(
        to destination: Destination, groups: [String], surface: String, provider: String, publishers: [String]
    ) -> Bool {
        if !definition.groups.isEmpty, !definition.groups.contains(where: { groups.contains($0) }) { return false }
        if let id = definition.surface, id != surface { return false }
        if let id = definition.provider, id != provider { return false }
        if let id = definition.publisher, !publishers.contains(id) { return false }
        if let model {
            // What is withdrawn is withdrawn under every name that a router or cloud has for it.
            guard let name = destination.model, Catalogue.names(of: name).contains(where: { model.matches($0) }) else {
                return false
            }
        }
        return true
    }
}
