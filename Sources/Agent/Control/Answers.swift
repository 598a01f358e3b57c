import Clipboard
import DeviceCA
import Events
import Gateway
import Glibc
import Inspection
import Journal
import NIOConcurrencyHelpers
import Policy
import Primitives

extension AgentService {
    /// Answers a question of the control socket.
    func answer(_ question: ControlQuestion, from peer: ControlPeer) async -> ControlAnswer {
        switch question.op {
        case .status:
            return ControlAnswer(status: status)
        case .reload:
            do {
                let loaded = try await reload()
                return ControlAnswer(reloaded: "preset \(loaded.preset), \(loaded.ruleCount) rules")
            } catch {
                return ControlAnswer(error: "\(error)")
            }
        case .usage:
            await recordUsage()
            return ControlAnswer()
        case .inspect:
            guard let prompt = question.prompt else { return ControlAnswer(error: "\"inspect\" needs a prompt") }
            return await inspect(prompt)
        case .attempt:
            guard let attempt = question.attempt, let draft = attempt.draft(user: Host.user) else {
                return ControlAnswer(error: "\"attempt\" needs a known host and kind")
            }
            // Without an id the asking process records it, or says that it stands nowhere.
            let isRecorded = (try? await journal.record(draft, durable: true)) != nil
            return ControlAnswer(recorded: isRecorded ? draft.id.short : nil)
        case .clipboard:
            guard let asked = question.clipboard else {
                return ControlAnswer(error: "\"clipboard\" needs to say what is asked")
            }
            return await answer(asked, from: peer)
        }
    }

    /// How the agent stands.
    var status: AgentStatus {
        let state = state.withLockedValue { $0 }
        let loaded = state.loaded
        let routes = (try? Routes.make(settings, loaded.snapshot.catalogue)) ?? []
        let journal = journal.status
        return AgentStatus(
            version: Self.version, pid: getpid(), port: state.port, preset: loaded.preset, policy: loaded.policyFile,
            pack: loaded.packOrigin, rules: loaded.ruleCount, snapshot: loaded.snapshot.digest,
            providers: routes.map { .init(id: $0.provider, surface: $0.surface, upstream: $0.upstream.description) },
            events: .init(
                last: journal.last, delivered: journal.acknowledged, unrecorded: journal.unrecorded, lost: journal.lost,
                setAside: journal.setAside, failure: journal.failure, collector: settings.collector?.description,
                delivery: delivery(journal)),
            gateway: state.gateway?.numbers ?? Gateway.Numbers(connections: 0, heldBytes: 0),
            uptimeSeconds: state.began.duration(to: .now).components.seconds, reloadFailure: state.reloadFailure,
            memoryIsClosed: !Hardening.isOpen,
            certificates: CertificateStatus(
                issuer.authority, problem: state.certificateProblem, now: Int64(Platform.milliseconds() / 1000)),
            clipboard: clipboard.service.standing)
    }

    private func delivery(_ journal: JournalStatus) -> String {
        guard let courier else { return "no collector is set up; events stay in the journal" }
        switch courier.status.condition {
        case .idle: return journal.last > journal.acknowledged ? "waiting" : "everything is delivered"
        case .delivering: return "delivering"
        case .retrying(let reason): return "retrying: \(reason)"
        case .refused(let reason): return "refused: \(reason)"
        }
    }

    private func answer(_ asked: ControlClipboard, from peer: ControlPeer) async -> ControlAnswer {
        if let answer = await clipboard.answer(asked, from: peer) { return answer }
        switch asked.ask {
        case .judge:
            guard let question = asked.question, let verdict = await clipboardLine.judge(question.question) else {
                return ControlAnswer(error: "\"judge\" needs a question")
            }
            return ControlAnswer(clipboard: ControlClipboardAnswer(verdict: .init(verdict)))
        case .rules: return ControlAnswer(clipboard: ControlClipboardAnswer(rules: await clipboardLine.rules()))
        case .word:
            guard let word = asked.word else { return ControlAnswer(error: "\"word\" needs what was said") }
            return ControlAnswer(clipboard: ControlClipboardAnswer(event: await clipboardLine.record(word)))
        case .standing, .release: return ControlAnswer(error: "the clipboard is not watched here")
        }
    }

    private func inspect(_ asked: ControlPrompt) async -> ControlAnswer {
        do {
            let prompt = try asked.prompt(in: snapshots.current.catalogue, groups: groups.current())
            return ControlAnswer(verdict: ControlVerdict(await inspector.inspect(prompt), prompt))
        } catch {
            return ControlAnswer(error: "\(error)")
        }
    }
}

extension ControlPrompt {
    /// The prompt as the line takes it. Throws a sentence that says which field is wrong.
    func prompt(in catalogue: Catalogue, groups: [String]) throws(AgentProblem) -> Prompt {
        guard let channel = Channel(rawValue: channel), channel != .gateway, channel != .proxy else {
            throw AgentProblem("\"channel\" must be hook, clipboard or cli")
        }
        guard let provider = catalogue.provider(ofSurface: surface) else {
            throw AgentProblem("the catalogue has no such surface")
        }
        let segments = texts.enumerated().map { index, text in
            PromptSegment(
                text: Array(text.text.utf8), place: Place(path: text.path, role: .init(rawValue: text.role) ?? .other),
                group: index, rewritable: text.rewritable)
        }
        let items = opaque.map {
            OpaqueItem(reason: .init(rawValue: $0.reason) ?? .unknownShape, place: Place(path: $0.path))
        }
        return Prompt(
            segments: segments, opaque: items,
            destination: Destination(provider: provider.id, surface: surface, model: model), channel: channel,
            application: application, user: Host.user, groups: groups,
            scope: RestoreScope(
                client: "uid:\(getuid())", credential: [], destination: "\(provider.id)/\(surface)",
                conversation: conversation))
    }
}

extension ControlVerdict {
    init(_ verdict: Verdict, _ prompt: Prompt) {
        self.init(
            action: verdict.action.rawValue, message: verdict.message, event: verdict.eventID,
            texts: verdict.action == .redact
                ? verdict.edits.applied(to: prompt.segments.map(\.text)).map { String(decoding: $0, as: UTF8.self) }
                : nil)
    }
}
