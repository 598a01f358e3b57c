import Policy
import Primitives

/// A prompt after policy was asked.
struct Judged: Sendable {
    var action: PolicyAction
    /// Without overlaps, in the order of the prompt.
    var detections: [Detection]
    var opaque: [(item: OpaqueItem, action: PolicyAction)]
    var decision: PolicyDecision
    var trace: [TraceLine]
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
        let decision = engine.decide(
            PolicyQuestion(
                destination: prompt.destination, items: detected.detections.map(\.item) + opaqueItems,
                channel: prompt.channel.rawValue, application: prompt.application, user: prompt.user, now: now))
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
        return Judged(
            action: action, detections: detections.withoutOverlaps(), opaque: opaque, decision: decision,
            trace: decision.trace + notes.sorted().map { TraceLine(.channel, $0) })
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
