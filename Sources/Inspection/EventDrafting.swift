import Crypto
import Events
import Policy
import Primitives
import PromptFormats

/// Equal findings as one: the same value under the same rule, wherever it stands.
struct Folded: Sendable {
    var detection: Detection
    /// Line and column of the first occurrence.
    var position: (line: Int, column: Int)
    var kind: TextKind?
    var count: Int

    /// Folds in the order of the prompt; of more than `limit` kinds the rest is left out, and counted.
    static func all(
        _ detections: [Detection], in segments: [PromptSegment], limit: Int
    ) -> (folded: [Folded], omitted: Int) {
        struct Key: Hashable {
            var rule: String
            var value: [UInt8]
            var action: PolicyAction
        }
        var order: [Folded] = []
        var places: [Key: Int] = [:]
        var omitted = 0
        for detection in detections {
            let key = Key(rule: detection.rule.id, value: detection.value(in: segments), action: detection.action)
            if let place = places[key] {
                order[place].count += 1
            } else if order.count < limit {
                let text = segments[detection.first.segment].text
                places[key] = order.count
                order.append(
                    Folded(
                        detection: detection, position: TextPosition.of(detection.first.span.start, in: text),
                        kind: TextKind.around(detection.first.span, in: text), count: 1))
            } else {
                omitted += 1
            }
        }
        return (order, omitted)
    }
}

/// Makes the record of a verdict. Nothing of the prompt gets in unmasked.
struct EventDrafting {
    var snapshot: Snapshot
    var fingerprintKey: SymmetricKey
    var fingerprintScope: String

    func draft(
        _ id: EventID, _ prompt: Prompt, _ judged: Judged, _ folded: [Folded], omitted: Int,
        opaque: [(item: OpaqueItem, action: PolicyAction)], milliseconds: UInt64, microseconds: Int
    ) -> EventDraft {
        let severities = folded.map(\.detection.rule.severity) + opaque.map { _ in Judging.opaqueSeverity }
        var kinds: [String] = []
        for part in opaque where !kinds.contains(part.item.reason.rawValue) { kinds.append(part.item.reason.rawValue) }
        return EventDraft(
            id: id, milliseconds: milliseconds, title: title(judged.outcome, folded, opaque.map(\.item)),
            severity: severities.max(), action: judged.outcome.recorded,
            origin: OriginRecord(
                channel: prompt.channel.rawValue, application: prompt.application, user: prompt.user),
            destination: destination(prompt.destination, judged),
            policy: PolicyRecord(
                name: snapshot.engine.name, digest: snapshot.digest,
                trace: judged.trace.map { TraceStep(step: $0.step.rawValue, text: $0.text) }),
            findings: records(folded, prompt, judged), omittedFindings: omitted, opaque: kinds,
            inspectedBytes: prompt.segments.reduce(0) { $0 + $1.text.count }, inspectionMicroseconds: microseconds)
    }

    private func title(_ action: PolicyAction, _ folded: [Folded], _ opaque: [OpaqueItem]) -> String {
        let gravest = folded.max {
            ($0.detection.action, $0.detection.rule.severity) < ($1.detection.action, $1.detection.rule.severity)
        }
        let name = gravest?.detection.rule.name ?? opaque.first?.reason.words ?? "Prompt"
        let more = folded.count + opaque.count - 1
        let verb =
            switch action {
            case .allow: "allowed"
            case .coach: "let pass with a note"
            case .redact: "redacted"
            case .justify: "held"
            case .reroute: "rerouted"
            case .block: "stopped"
            }
        return name.prefix(1).uppercased() + name.dropFirst() + (more > 0 ? " and \(more) more" : "") + " \(verb)"
    }

    /// The destination without the catalogue's facts, for counting.
    static func destination(
        _ destination: Destination, _ decision: PolicyDecision, _ catalogue: Catalogue, facts: ProviderFacts? = nil,
        controls: [ControlRecord] = []
    ) -> DestinationRecord {
        guard let surface = catalogue.surface(decision.surface),
            let provider = catalogue.provider(ofSurface: surface.id)
        else {
            return DestinationRecord(
                provider: destination.provider, surface: destination.surface, tier: decision.tier.rawValue,
                model: destination.model, host: destination.host, controls: controls)
        }
        return DestinationRecord(
            provider: provider.id, providerName: provider.name, surface: surface.id, surfaceName: surface.name,
            tier: decision.tier.rawValue, model: destination.model, host: destination.host,
            isKnownHost: destination.host.map { surface.isServed(by: $0) } ?? false, facts: facts,
            controls: controls)
    }

    private func controls(_ wire: WireHolding) -> [ControlRecord] {
        wire.edits.applied.map { ControlRecord(name: $0, outcome: "set") }
            + wire.edits.kept.map { ControlRecord(name: $0, outcome: "kept") }
            + wire.stripped.map { ControlRecord(name: $0, outcome: "stripped") }
            + (wire.refusal?.names ?? []).map { ControlRecord(name: $0, outcome: "refused") }
    }

    private func destination(_ destination: Destination, _ judged: Judged) -> DestinationRecord {
        let catalogue = snapshot.catalogue
        let decision = judged.decision
        var facts: ProviderFacts?
        if let surface = catalogue.surface(decision.surface),
            let provider = catalogue.provider(ofSurface: surface.id)
        {
            facts = ProviderFacts(
                runBy: provider.name, jurisdiction: provider.jurisdiction, trainsByDefault: surface.training.rawValue,
                retention: surface.retentionText,
                terms: decision.terms.map { TermRecord(name: $0.term.rawValue, standing: $0.basis.rawValue) },
                source: surface.sources.lazy.compactMap(Self.link).first, checked: surface.checked)
        }
        return Self.destination(
            destination, decision, catalogue, facts: facts, controls: controls(judged.wire))
    }

    /// The link at the start of a source; what stands behind it is a remark.
    private static func link(_ source: String) -> String? {
        source.split(separator: " ").first { $0.hasPrefix("https://") }.map(String.init)
    }

    private func records(_ folded: [Folded], _ prompt: Prompt, _ judged: Judged) -> [FindingRecord] {
        var spans: [Int: [ByteSpan]] = [:]
        for piece in judged.detections.flatMap(\.pieces) { spans[piece.segment, default: []].append(piece.span) }
        return folded.map { record($0, prompt, spans) }
    }

    private func record(_ folded: Folded, _ prompt: Prompt, _ spans: [Int: [ByteSpan]]) -> FindingRecord {
        let detection = folded.detection
        let place = detection.first
        let segment = prompt.segments[place.segment]
        let near = ByteSpan(
            start: max(0, place.span.start - EventLimits.maxExcerptBytes),
            end: place.span.end + EventLimits.maxExcerptBytes)
        let others = (spans[place.segment] ?? []).filter { $0.overlaps(near) && $0 != place.span }
        return FindingRecord(
            rule: detection.rule.id, name: detection.rule.name, kind: detection.rule.kind,
            dataClass: detection.rule.dataClass, severity: detection.rule.severity, confidence: detection.confidence,
            action: detection.action.recorded,
            place: PlaceRecord(
                path: segment.place.path, message: segment.place.message, role: segment.place.role.rawValue,
                line: folded.position.line, column: folded.position.column, textKind: folded.kind?.rawValue),
            key: detection.key, length: detection.count, views: detection.views, reasons: detection.reasons,
            excerpt: MaskedExcerpt(
                text: segment.text, finding: place.span, others: others,
                publicPrefix: Array((detection.rule.publicPrefix ?? "").utf8)),
            fingerprint: fingerprint(detection, prompt.segments), revoke: detection.rule.revoke, count: folded.count)
    }

    /// Only of rules that declare it: whatever could be found by trying is counted by kind alone. An encoded value has another
    /// form than the same value in clear text, so it gets none.
    private func fingerprint(_ detection: Detection, _ segments: [PromptSegment]) -> FingerprintRecord? {
        guard detection.rule.isComparable, detection.views.isEmpty else { return nil }
        let code = HMAC<SHA256>.authenticationCode(for: detection.value(in: segments), using: fingerprintKey)
        return FingerprintRecord(scope: fingerprintScope, hmac: Array(code))
    }
}

extension PolicyAction {
    /// The same word in the record.
    var recorded: RecordedAction {
        switch self {
        case .allow: .allow
        case .coach: .coach
        case .redact: .redact
        case .justify: .justify
        case .reroute: .reroute
        case .block: .block
        }
    }
}
