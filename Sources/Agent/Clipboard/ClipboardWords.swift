import Clipboard
import Events
import Inspection
import Journal
import Policy
import Primitives

extension ClipboardQuestion {
    /// Where a copy goes: nowhere yet.
    static let nowhere = "clipboard"
    /// A destination that nothing is known of.
    static let anywhere = "unknown"

    /// The surface that the question is about, as the catalogue or the two words above name it.
    var surface: String {
        switch purpose {
        case .copy: Self.nowhere
        case .paste(let surface, _, _): surface ?? Self.anywhere
        }
    }

    var ceiling: PolicyAction? {
        switch purpose {
        case .copy: .coach
        case .paste(_, _, let answer): answer == .redact ? .redact : nil
        }
    }

    var grade: Requestor.Grade? {
        switch purpose {
        case .copy: nil
        case .paste(_, let grade, _): grade
        }
    }

    /// The prompt as the line takes it.
    func prompt(in catalogue: Catalogue, user: String, client: String) -> Prompt {
        let provider = catalogue.provider(ofSurface: surface)?.id ?? Self.anywhere
        var prompt = Prompt(
            segments: texts.enumerated().map { index, text in
                PromptSegment(
                    text: text.text, place: Place(path: text.target, message: nil, role: .user), group: index)
            },
            opaque: parts.map { OpaqueItem(reason: $0.reason.opaque, place: Place(path: $0.target, role: .user)) },
            destination: Destination(provider: provider, surface: surface), channel: .clipboard, application: program,
            user: user,
            scope: RestoreScope(client: client, credential: [], destination: "\(provider)/\(surface)"))
        prompt.ceiling = ceiling
        prompt.evidence = grade?.sentence
        return prompt
    }
}

extension Requestor.Grade {
    /// What the trace says.
    var sentence: String {
        switch self {
        case .known: "who pastes is known: a local program with one purpose"
        case .likely: "who pastes is likely: a browser, told by its active window's title"
        case .unknown: "who pastes is unknown"
        }
    }
}

extension ClipboardPart.Reason {
    fileprivate var opaque: OpaqueItem.Reason {
        switch self {
        case .image: .image
        case .file: .file
        case .tooLarge: .tooLarge
        case .budget: .budget
        }
    }
}

extension ClipboardVerdict {
    init(_ verdict: Verdict, _ prompt: Prompt, _ snapshot: Snapshot) {
        self.init(
            action: verdict.action,
            findings: verdict.findings.map {
                ClipboardFinding(
                    rule: $0.ruleID, name: $0.name, text: $0.segment, line: $0.line, action: $0.action)
            },
            redacted: verdict.action == .redact ? verdict.edits.applied(to: prompt.segments.map(\.text)) : nil,
            event: verdict.eventID, trace: verdict.trace.map(\.text),
            destination: snapshot.catalogue.surface(prompt.destination.surface)?.name,
            rules: ClipboardRules(snapshot.engine.document.clipboard))
    }
}

extension [PromptEdit] {
    /// The texts with the replacements made.
    func applied(to texts: [[UInt8]]) -> [[UInt8]] {
        var texts = texts
        // From the end, so that earlier places stay where they are.
        for edit in reversed() {
            texts[edit.segment].replaceSubrange(edit.span.start..<edit.span.end, with: edit.replacement)
        }
        return texts
    }
}

/// The clipboard's line within the agent's own process.
struct OwnClipboardLine: ClipboardLine {
    let inspector: Inspector
    let snapshots: SnapshotHolder
    let journal: any EventRecording
    let user: String
    let client: String

    func judge(_ question: ClipboardQuestion) async -> ClipboardVerdict? {
        let snapshot = snapshots.current
        let prompt = question.prompt(in: snapshot.catalogue, user: user, client: client)
        return ClipboardVerdict(await inspector.inspect(prompt), prompt, snapshot)
    }

    func rules() async -> ClipboardRules? { ClipboardRules(snapshots.current.engine.document.clipboard) }

    func record(_ word: ClipboardWord) async -> String? {
        let now = Platform.milliseconds()
        var trace = [TraceStep(step: "fact", text: "said at the \(word.place)")]
        if let about = word.about { trace.append(TraceStep(step: "fact", text: "about event \(about)")) }
        trace += word.rules.prefix(EventLimits.maxTraceSteps / 2).map { TraceStep(step: "fact", text: "rule \($0)") }
        if let reason = await storable(word.reason) {
            trace.append(TraceStep(step: "result", text: "reason: \(reason)"))
        }
        let title =
            switch word.sort {
            case .release: "The clipboard's text was released by the user"
            case .notSensitive: "The user calls a finding not sensitive"
            }
        let snapshot = snapshots.current
        let draft = EventDraft(
            id: EventID(milliseconds: now), kind: .statement, milliseconds: now, title: title,
            severity: word.sort == .release ? .medium : .low,
            origin: OriginRecord(channel: Channel.clipboard.rawValue, user: user),
            policy: PolicyRecord(name: snapshot.engine.name, digest: snapshot.digest, trace: trace))
        guard (try? await journal.record(draft, durable: true)) != nil else { return nil }
        return draft.id.short
    }

    /// A reason in the user's own words; one in which something is found is kept by its shape alone.
    private func storable(_ reason: String?) async -> String? {
        guard let reason, !reason.isEmpty else { return nil }
        let question = ClipboardQuestion(
            purpose: .copy, texts: [ClipboardText(target: "reason", text: Array(reason.utf8))])
        guard let verdict = await judge(question), verdict.findings.isEmpty else { return ShapeMask.text.mask(reason) }
        return reason
    }
}
