import Crypto
import Events
import Policy
import Primitives
import PromptFormats

/// The line itself: cache, classifier, vault, policy, journal. One for the whole agent; any number of prompts at a time.
public final class Inspector: Inspecting {
    /// Verdicts that are remembered in order to count their repeats.
    static let maxRepeats = 32_768

    let snapshots: SnapshotHolder
    private let journal: any EventRecording
    private let vault: Vault
    private let threads: ScanThreads
    private let cache = FindingsCache()
    private let cacheKey: SymmetricKey
    private let fingerprintKey: SymmetricKey
    private let fingerprintScope: String
    private let repeats = GenerationTable<RepeatKey, EventID>(maxEntries: Inspector.maxRepeats)
    /// Events that the journal does not hold any more, so that their next repeat is an event again.
    private let evicted = GenerationTable<EventID, Bool>(maxEntries: Inspector.maxRepeats)
    private let accounts = AccountMemory()
    let milliseconds: @Sendable () -> UInt64
    private let usage: UsageLedger?

    /// What makes a verdict on one finding the same as an earlier one.
    private struct RepeatKey: Hashable, Sendable {
        var client: String
        var surface: String
        var action: PolicyAction
        var text: TextKey?
        var span: ByteSpan?
        var rule: String
    }

    /// Makes the line.
    ///
    /// - Parameters:
    ///   - deviceKey: the device's secret, at least 16 bytes.
    ///   - organisationKey: the key for fingerprints that may be compared over devices; without it they are under the device's.
    ///   - usage: counts every prompt, the clean ones too.
    ///   - milliseconds: the time, in milliseconds since 1970.
    public init(
        snapshots: SnapshotHolder, journal: any EventRecording, vault: Vault, deviceKey: [UInt8],
        organisationKey: [UInt8]? = nil, threads: ScanThreads = ScanThreads(),
        usage: UsageLedger? = nil, milliseconds: @escaping @Sendable () -> UInt64
    ) {
        precondition(deviceKey.count >= 16, "a device key has at least 16 bytes")
        self.snapshots = snapshots
        self.journal = journal
        self.vault = vault
        self.threads = threads
        self.milliseconds = milliseconds
        self.usage = usage
        cacheKey = SymmetricKey(size: .bits256)
        fingerprintKey = Hashing.key(organisationKey ?? deviceKey, "sluice fingerprint")
        fingerprintScope = organisationKey == nil ? "device" : "org"
    }

    /// Judges a prompt. Returns when the event stands in the journal: of a block on the disk, of anything else committed.
    public func inspect(_ given: Prompt) async -> Verdict {
        let began = ContinuousClock.now
        let prompt = accounts.completing(given)
        let generation = snapshots.generation
        let snapshot = snapshots.current
        let detecting = Detecting(
            prompt: prompt, snapshot: snapshot, matchers: vault.matchers(for: prompt.scope.client), cache: cache,
            key: cacheKey)
        let start = detecting.start()
        let now = milliseconds()
        let evaluation =
            start.isLarge
            ? await threads.run { Evaluation(detecting, start, now: now) } : Evaluation(detecting, start, now: now)
        let judged = evaluation.judged
        usage?.count(
            prompt, judged.action,
            to: EventDrafting.destination(prompt.destination, judged.decision, snapshot.catalogue),
            now: now)
        let edits = keep(judged, prompt)
        var verdict = Verdict(
            action: judged.outcome, findings: evaluation.findings, edits: edits, tier: judged.decision.tier,
            trace: judged.trace)
        verdict.terms = judged.decision.terms
        verdict.wire = judged.wire.edits
        verdict.exchange = OpenExchange(prompt, rerouted: judged.decision.reroute, generation: generation)
        guard judged.outcome > .allow || !judged.detections.isEmpty else { return verdict }
        let event = await record(evaluation, prompt, snapshot, now, began)
        verdict.eventID = event.id.short
        verdict.recorded = event.recorded
        verdict.message = message(evaluation, prompt, snapshot, event).text
        return verdict
    }

    /// Writes an event that stops something; where that fails, what it stops is stopped all the same.
    func write(_ draft: EventDraft) async { try? await journal.record(draft, durable: true) }

    /// Keeps what a reply showed of the account that it belongs to, for the requests that follow.
    public func observe(_ shown: ShownTerms, within scope: RestoreScope) { accounts.store(shown, within: scope) }

    /// Changes of the header that keep other tenants out.
    public func tenantHeaders(for head: RequestHead, host: String) -> [WireEdits.HeaderEdit] {
        let tenants = snapshots.current.engine.document.tenants
        let wanted = TenantHeaders.demands(
            tenants, provider: head.provider, host: host, isVendors: TenantHeaders.knows(host), path: head.path)
        return wanted.stripped.map { name in
            WireEdits.HeaderEdit(name: name, value: wanted.claims.first { $0.name == name }?.value)
        }
    }

    /// Puts into the vault what is redacted, and returns the edits. What is refused is held too, so that it is known again when it
    /// comes back without the context by which it was found.
    private func keep(_ judged: Judged, _ prompt: Prompt) -> [PromptEdit] {
        switch judged.action {
        case .redact:
            var edits: [PromptEdit] = []
            for detection in judged.detections where detection.action >= .redact {
                let placeholder = vault.placeholder(
                    for: detection.value(in: prompt.segments), of: detection.rule, in: prompt.scope)
                for (index, piece) in detection.pieces.enumerated() {
                    edits.append(
                        PromptEdit(
                            segment: piece.segment, span: piece.span,
                            replacement: index == 0 ? placeholder.bytes : []))
                }
            }
            return edits.sorted { $0.segment != $1.segment ? $0.segment < $1.segment : $0.span < $1.span }
        case .justify, .reroute, .block:
            for detection in judged.detections where detection.action >= .redact && detection.rule.kind == .secret {
                vault.remember(detection.value(in: prompt.segments), of: detection.rule, for: prompt.scope.client)
            }
            return []
        case .allow, .coach: return []
        }
    }

    // MARK: Recording

    private struct Recorded {
        var id: EventID
        var recorded: Verdict.Recording
    }

    /// Records what is new; what was recorded before for this client and destination is counted only. A block is always an event.
    private func record(
        _ evaluation: Evaluation, _ prompt: Prompt, _ snapshot: Snapshot, _ now: UInt64,
        _ began: ContinuousClock.Instant
    ) async -> Recorded {
        let judged = evaluation.judged
        let keys = evaluation.keys
        var newFindings = evaluation.folded
        var newOpaque = judged.opaque.filter { $0.action > .allow }
        var known: Set<EventID> = []
        if judged.action < .justify {
            let repeated = { (key: RepeatKey) -> Bool in
                guard let event = self.repeats.value(for: key), self.evicted.value(for: event) == nil else {
                    return false
                }
                known.insert(event)
                return true
            }
            newFindings.removeAll { repeated(self.key(of: $0, prompt, keys, judged)) }
            newOpaque.removeAll { repeated(self.key(of: $0, prompt, judged)) }
            if evaluation.folded.isEmpty, judged.opaque.allSatisfy({ $0.action == .allow }) {
                _ = repeated(self.key(ofWhole: judged, prompt))
            }
        }
        count(known)
        if newFindings.isEmpty, newOpaque.isEmpty, let event = known.max() {
            return Recorded(id: event, recorded: .committed)
        }
        let id = EventID(milliseconds: now)
        let spent = began.duration(to: .now)
        let draft = EventDrafting(
            snapshot: snapshot, fingerprintKey: fingerprintKey, fingerprintScope: fingerprintScope
        ).draft(
            id, prompt, judged, newFindings, omitted: evaluation.omitted, opaque: newOpaque, milliseconds: now,
            microseconds: Int(spent / .microseconds(1)))
        do {
            try await journal.record(draft, durable: judged.action >= .justify)
        } catch {
            return Recorded(id: id, recorded: .unrecorded)
        }
        if judged.action < .justify {
            for finding in newFindings { repeats.store(id, for: key(of: finding, prompt, keys, judged)) }
            for part in newOpaque { repeats.store(id, for: key(of: part, prompt, judged)) }
            if newFindings.isEmpty, newOpaque.isEmpty { repeats.store(id, for: key(ofWhole: judged, prompt)) }
        }
        return Recorded(id: id, recorded: .committed)
    }

    /// Counts repeats without waiting: their event stands in the journal since the first time.
    private func count(_ events: Set<EventID>) {
        guard !events.isEmpty else { return }
        Task { [journal, evicted] in
            for event in events.sorted() where await !journal.countRepeat(of: event) {
                evicted.store(true, for: event)
            }
        }
    }

    private func key(
        of folded: Folded, _ prompt: Prompt, _ keys: [TextKey], _ judged: Judged
    ) -> RepeatKey {
        let piece = folded.detection.first
        return RepeatKey(
            client: prompt.scope.client, surface: judged.decision.surface, action: folded.detection.action,
            text: keys[piece.segment], span: piece.span, rule: folded.detection.rule.id)
    }

    private func key(
        of part: (item: OpaqueItem, action: PolicyAction), _ prompt: Prompt, _ judged: Judged
    ) -> RepeatKey {
        // Another part at the same place counts as a repeat: what can't be read can't be told apart.
        let place = Array(part.item.place.path.utf8).withUnsafeBytes { TextKey($0, rules: [], cacheKey) }
        return RepeatKey(
            client: prompt.scope.client, surface: judged.decision.surface, action: part.action, text: place,
            span: nil, rule: part.item.reason.rawValue)
    }

    /// For a verdict on the prompt as a whole.
    private func key(ofWhole judged: Judged, _ prompt: Prompt) -> RepeatKey {
        RepeatKey(
            client: prompt.scope.client, surface: judged.decision.surface, action: judged.outcome, text: nil,
            span: nil, rule: PolicyDocument.cleanRow)
    }

    private func message(
        _ evaluation: Evaluation, _ prompt: Prompt, _ snapshot: Snapshot, _ event: Recorded
    ) -> UserMessage {
        let judged = evaluation.judged
        let texts = evaluation.folded.map {
            UserMessage.Subject(
                name: $0.detection.rule.name, place: prompt.segments[$0.detection.first.segment].place,
                line: $0.position.line, kind: $0.kind, revoke: $0.detection.rule.revoke,
                action: $0.detection.action, severity: $0.detection.rule.severity)
        }
        let parts = judged.opaque.map {
            UserMessage.Subject(
                name: $0.item.reason.words, place: $0.item.place, action: $0.action,
                severity: Judging.opaqueSeverity)
        }
        return UserMessage(
            action: judged.outcome, subjects: texts + parts,
            destination: snapshot.catalogue.surface(judged.decision.surface)?.name ?? "this destination",
            tier: judged.decision.tier, suspension: judged.decision.suspension, wire: judged.wire.refusal,
            model: judged.decision.modelReason,
            eventID: event.id.short, isUnrecorded: event.recorded == .unrecorded)
    }
}
