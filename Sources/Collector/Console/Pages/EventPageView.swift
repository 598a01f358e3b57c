import Events
import Foundation
import Primitives

/// One event: what was found, why it was decided so, and where it was going.
struct EventPageView {
    private let stored: StoredEvent
    private let event: Event
    private let now: UInt64

    init(_ stored: StoredEvent, now: UInt64) {
        self.stored = stored
        event = stored.event
        self.now = now
    }

    var view: View {
        let action = Wording.action(event.action, kind: event.kind)
        var view = EventListPage.frame
        view["action"] = action.key
        view["actionLabel"] = action.label
        view["outcome"] = Wording.outcome(event.action, kind: event.kind)
        view["title"] = event.title
        view["subject"] = Wording.subject(event.title, kind: event.kind)
        view["short"] = event.finding.short
        view["id"] = event.finding.description
        view["made"] = Moment.view(event.milliseconds)
        view["ago"] = Moment.ago(event.milliseconds, now: now)
        view["repeats"] = optional(repeats)
        view["findings"] = event.findings.map(finding)
        view["hasFindings"] = !event.findings.isEmpty
        view["omitted"] = optional(
            event.omittedFindings > 0 ? Wording.count(event.omittedFindings, "further finding") : nil)
        view["opaque"] = optional(event.opaque.isEmpty ? nil : event.opaque.joined(separator: ", "))
        view["opaqueAdvice"] = Wording.advice("opaque")
        view["gap"] = optional(event.gap.map(gap))
        view["usage"] = event.usage.map(Self.usage)
        view["hasUsage"] = !event.usage.isEmpty
        view["policy"] = optional(event.policy.map(policy))
        view["destination"] = optional(event.destination.map(destination))
        view["origin"] = origin
        view["record"] = record
        view["raw"] = raw
        return view
    }

    private var repeats: View? {
        guard event.count > 1 else { return nil }
        return ["count": Wording.grouped(event.count), "last": Moment.view(event.lastSeen)]
    }

    private func finding(_ finding: FindingRecord) -> View {
        let action = Wording.action(finding.action, kind: .verdict)
        return [
            "name": finding.name, "rule": finding.rule, "class": Wording.dataClass(finding.dataClass.rawValue),
            "advice": Wording.advice(finding.dataClass.rawValue), "severity": finding.severity.rawValue,
            "severityLabel": finding.severity.rawValue.capitalized, "action": action.key, "actionLabel": action.label,
            "confidence": "\(Int((finding.confidence * 100).rounded())) %",
            "meter": String(format: "%.2f", finding.confidence),
            "place": optional(Self.place(finding.place)),
            "path": optional(finding.place.path?.value),
            "excerpt": optional(finding.excerpt.map { Excerpt(text: $0.text, mark: $0.mark.start..<$0.mark.end).view }),
            "key": optional(finding.key?.value), "length": optional(Self.length(finding)),
            "views": optional(finding.views.isEmpty ? nil : finding.views.map(\.rawValue).joined(separator: " → ")),
            "reasons": finding.reasons.map { ["name": Wording.reason($0)] as View },
            "hasReasons": !finding.reasons.isEmpty,
            "fingerprint": optional(finding.fingerprint.map(Self.fingerprint)),
            "revoke": optional(finding.revoke), "count": optional(finding.count > 1 ? "\(finding.count) times" : nil),
        ]
    }

    private static func place(_ place: PlaceRecord) -> String? {
        var parts: [String] = []
        if let message = place.message { parts.append("message \(message)") }
        if let role = place.role { parts.append(role) }
        if let line = place.line { parts.append("line \(line)" + (place.column.map { ", column \($0)" } ?? "")) }
        let where_ = parts.joined(separator: " · ")
        guard let kind = place.textKind else { return where_.isEmpty ? nil : where_ }
        return where_.isEmpty ? kind : "\(where_) (\(kind))"
    }

    private static func length(_ finding: FindingRecord) -> String? {
        finding.lengthClass > 0 ? "up to \(finding.lengthClass) bytes" : nil
    }

    private static func fingerprint(_ record: FingerprintRecord) -> View {
        [
            "short": String(record.value.prefix(16)), "full": record.value,
            "scope": record.scope == "org" ? "equal values match on every device" : "equal values match on this device",
        ]
    }

    private func gap(_ gap: GapRecord) -> View {
        let lost = gap.last >= gap.first ? gap.last - gap.first : 0
        return [
            "first": Wording.grouped(gap.first), "last": Wording.grouped(gap.last),
            "count": lost < UInt64.max ? Wording.grouped(lost + 1) : Wording.grouped(lost),
            "signed": gap.signature != nil,
        ]
    }

    private static func usage(_ use: UsageRecord) -> View {
        [
            "name": use.destination.surfaceName ?? use.destination.host ?? use.destination.surface,
            "tier": Wording.tierKey(use.destination.tier), "tierLabel": Wording.tier(use.destination.tier),
            "program": use.origin.application?.value ?? "not named", "channel": use.origin.channel,
            "prompts": Wording.grouped(use.prompts), "stopped": Wording.grouped(use.stopped),
            "tunnels": Wording.grouped(use.tunnels),
        ]
    }

    private func policy(_ policy: PolicyRecord) -> View {
        [
            "name": policy.name, "digest": optional(policy.digest.map { String($0.prefix(12)) }),
            "digestFull": optional(policy.digest), "hasTrace": !policy.trace.isEmpty,
            "trace": policy.trace.map { step in
                ["step": Wording.step(step.step), "kind": step.step == "result" ? "result" : "step", "text": step.text]
                    as View
            },
        ]
    }

    private func destination(_ destination: DestinationRecord) -> View {
        [
            "name": destination.surfaceName ?? destination.surface,
            "provider": destination.providerName ?? destination.provider, "tier": Wording.tierKey(destination.tier),
            "tierLabel": Wording.tier(destination.tier), "model": optional(destination.model?.value),
            "host": optional(destination.host), "facts": optional(destination.facts.map(facts)),
        ]
    }

    private func facts(_ facts: ProviderFacts) -> View {
        [
            "runBy": optional(facts.runBy), "jurisdiction": optional(facts.jurisdiction.map(Wording.jurisdiction)),
            "trains": optional(facts.trainsByDefault.map(Wording.trains)),
            "trainsYes": facts.trainsByDefault == "yes" || facts.trainsByDefault == "opt-out",
            "retention": optional(facts.retention), "hasTerms": !facts.terms.isEmpty,
            "terms": facts.terms.map { term in
                let standing = Wording.standing(term.standing)
                return ["name": term.name, "standing": term.standing, "key": standing.key, "help": standing.help]
                    as View
            },
            "source": optional(facts.source), "checked": optional(facts.checked),
        ]
    }

    private var origin: View {
        [
            "user": optional(event.origin?.user), "application": optional(event.origin?.application?.value),
            "channel": optional(event.origin.map { Wording.channel($0.channel) }),
            "device": event.device.hostname ?? event.device.uid, "deviceUID": event.device.uid,
            "system": optional(event.device.system), "version": event.productVersion,
        ]
    }

    private var record: View {
        [
            "sequence": Wording.grouped(event.sequence), "journal": stored.journal,
            "received": Moment.view(stored.received), "previous": String(event.previousHash.prefix(16)),
            "inspected": optional(event.inspectedBytes.map { "\(Wording.grouped(UInt64(max($0, 0)))) bytes" }),
            "took": optional(event.inspectionMicroseconds.map(Self.duration)),
        ]
    }

    private static func duration(_ microseconds: Int) -> String {
        microseconds < 1000
            ? "\(max(microseconds, 0)) µs" : String(format: "%.1f ms", Double(microseconds) / 1000)
    }

    private var raw: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(event)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
