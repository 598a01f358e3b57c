import Policy
import Primitives
import PromptFormats

/// A prompt after policy was asked.
struct Judged: Sendable {
    var action: PolicyAction
    /// Without overlaps, in the order of the prompt.
    var detections: [Detection]
    var opaque: [(item: OpaqueItem, action: PolicyAction)]
    var decision: PolicyDecision
    var trace: [TraceLine]
    var wire = WireHolding()

    /// The action as it is told and recorded: what goes out to a substitute was rerouted, whatever else was done to it.
    var outcome: PolicyAction { decision.reroute != nil && action <= .redact ? .reroute : action }
}

enum Judging {
    /// Severity of what could not be inspected.
    static let opaqueSeverity = Severity.medium

    /// Asks policy about everything that was found, then sees to it that the channel can do what policy wants.
    static func judge(_ prompt: Prompt, _ detected: Detected, _ engine: PolicyEngine, now: Int64) -> Judged {
        let opaqueItems = detected.opaque.map {
            PolicyItem(
                dataClass: .opaque, ruleID: $0.reason.rawValue, kind: .custom, severity: opaqueSeverity, confidence: 1)
        }
        let (decision, wire) = decide(
            PolicyQuestion(
                destination: prompt.destination, items: detected.detections.map(\.item) + opaqueItems,
                channel: prompt.channel.rawValue, application: prompt.application, user: prompt.user,
                groups: prompt.groups, now: now), prompt, engine)
        var notes: Set<String> = []
        var action = PolicyAction.allow
        var detections = detected.detections
        for index in detections.indices {
            var own = feasible(decision.perItem[index], on: prompt.channel, &notes)
            if own == .redact,
                !detections[index].pieces.allSatisfy({ prompt.segments[$0.segment].canEdit($0.span) })
            {
                own = .block
                notes.insert("a part that can't be rewritten holds what would be redacted: block")
            }
            own = capped(own, prompt, decision, &notes)
            detections[index].action = own
            action = max(action, own)
        }
        var opaque: [(item: OpaqueItem, action: PolicyAction)] = []
        for (item, wanted) in zip(detected.opaque, decision.perItem.dropFirst(detections.count)) {
            var own = feasible(wanted, on: prompt.channel, &notes)
            if own == .redact {
                own = .block
                notes.insert("what can't be inspected can't be redacted: block")
            }
            if prompt.isCopy {
                own = capped(own, prompt, decision, &notes)
            } else if item.reason == .tooLarge, own < .block {
                own = .block
                notes.insert("what the \(prompt.channel.rawValue) can't hold it can't send: block")
            }
            opaque.append((item, own))
            action = max(action, own)
        }
        // The prompt as a whole may be held to more than any part of it: a destination that nothing may go to.
        let most = decision.perItem.max() ?? .allow
        if decision.action > most, !prompt.isCopy {
            action = max(action, feasible(decision.action, on: prompt.channel, &notes))
        }
        if let evidence = prompt.evidence { notes.insert(evidence) }
        if wire.refusal != nil { action = .block }
        return Judged(
            action: action, detections: detections.withoutOverlaps(), opaque: opaque, decision: decision,
            trace: decision.trace + wire.trace + notes.sorted().map { TraceLine(.channel, $0) }, wire: wire)
    }

    /// First what the request can be held to, since that counts for the tier; then the decision.
    private static func decide(
        _ asked: PolicyQuestion, _ prompt: Prompt, _ engine: PolicyEngine
    ) -> (PolicyDecision, WireHolding) {
        var question = asked
        var wire = WireHolding()
        if let subject = prompt.wire, engine.hasWireLines {
            wire = WireHolding(subject, question, engine)
            question.destination.enforced.formUnion(wire.enforced)
        }
        var decision = engine.decide(question)
        if let model = decision.reroute {
            let isSent =
                prompt.wire.map { subject in
                    wire.edits.replaceModel(
                        with: model, on: subject.head, subject.request, body: subject.body, format: subject.format)
                } ?? false
            if !isSent { decision = engine.decideWithoutReroute(question) }
        }
        if let subject = prompt.wire { wire.checkRequired(decision.terms, hasBody: !subject.body.isEmpty) }
        return (decision, wire)
    }

    /// The action within what the channel has asked for.
    private static func capped(
        _ action: PolicyAction, _ prompt: Prompt, _ decision: PolicyDecision, _ notes: inout Set<String>
    ) -> PolicyAction {
        guard let ceiling = prompt.ceiling, action > ceiling else { return action }
        if prompt.isCopy {
            notes.insert("a copy goes nowhere yet: \(ceiling.rawValue)")
        } else {
            guard decision.suspension == nil, decision.tier != .forbidden else { return action }
            notes.insert("the \(prompt.channel.rawValue) gives placeholders where policy says \(action.rawValue)")
        }
        return ceiling
    }

    private static func feasible(
        _ action: PolicyAction, on channel: Channel, _ notes: inout Set<String>
    ) -> PolicyAction {
        guard !channel.supports(action) else { return action }
        notes.insert("the \(channel.rawValue) can't \(action.rawValue): block")
        return .block
    }
}
