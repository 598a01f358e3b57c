import Gateway
import Glibc
import Inspection
import Journal
import NIOConcurrencyHelpers
import Policy
import Primitives

extension AgentService {
    /// Answers a question of the control socket.
    func answer(_ question: ControlQuestion) async -> ControlAnswer {
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
        case .inspect:
            guard let prompt = question.prompt else { return ControlAnswer(error: "\"inspect\" needs a prompt") }
            return await inspect(prompt)
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
            memoryIsClosed: !Hardening.isOpen)
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

    private func inspect(_ asked: ControlPrompt) async -> ControlAnswer {
        guard let channel = Channel(rawValue: asked.channel), channel != .gateway, channel != .proxy else {
            return ControlAnswer(error: "\"channel\" must be hook, clipboard or cli")
        }
        guard let provider = snapshots.current.catalogue.provider(ofSurface: asked.surface) else {
            return ControlAnswer(error: "the catalogue has no such surface")
        }
        let texts = asked.texts.map { Array($0.utf8) }
        let verdict = await inspector.inspect(
            Prompt(
                segments: texts.enumerated().map { index, text in
                    PromptSegment(text: text, place: Place(path: "texts[\(index)]", role: .user), group: index)
                },
                destination: Destination(provider: provider.id, surface: asked.surface), channel: channel,
                application: asked.application, user: Host.user,
                scope: RestoreScope(
                    client: "uid:\(getuid())", credential: [], destination: "\(provider.id)/\(asked.surface)")))
        return ControlAnswer(
            verdict: ControlVerdict(
                action: verdict.action.rawValue, message: verdict.message, event: verdict.eventID,
                texts: verdict.action == .redact ? Self.apply(verdict.edits, to: texts) : nil))
    }

    private static func apply(_ edits: [PromptEdit], to texts: [[UInt8]]) -> [String] {
        var texts = texts
        // From the end, so that earlier places stay where they are.
        for edit in edits.reversed() {
            texts[edit.segment].replaceSubrange(edit.span.start..<edit.span.end, with: edit.replacement)
        }
        return texts.map { String(decoding: $0, as: UTF8.self) }
    }
}
