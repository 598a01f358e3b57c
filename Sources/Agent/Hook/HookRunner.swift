import Events
import Glibc
import Hooks
import Inspection
import Journal
import Policy
import Primitives

/// Answers one question of a coding assistant: asks the daemon, and where none answers inspects in this process.
package struct HookRunner: Sendable {
    private let host: any HookHost
    private let paths: AgentPaths
    private let home: String

    /// For a host, with the folders of this user.
    package init(_ host: any HookHost, paths: AgentPaths = AgentPaths(), home: String? = nil) {
        self.host = host
        self.paths = paths
        self.home = home ?? getenv("HOME").map { String(cString: $0) } ?? "/nonexistent"
    }

    /// Reads the payload and answers in the host's dialect. Never throws: what can't be inspected is an answer too.
    package func run(_ payload: [UInt8]) async -> HookAnswer {
        let call: HookCall
        do {
            call = try host.read(payload)
        } catch {
            return await failing("\(error)") ?? host.refuse("Sluice stopped this: \(error).")
        }
        if let attempt = TamperGuard(home: home, ownFolders: [paths.configuration, paths.state, paths.runtime]).check(
            call)
        {
            return host.answer(.block(await refusal(of: attempt)), to: call)
        }
        let files = MentionedFiles(call, home: home).read()
        guard !call.texts.isEmpty || !files.texts.isEmpty || !files.opaque.isEmpty else {
            return host.answer(.pass, to: call)
        }
        let prompt = prompt(call, files)
        do {
            let verdict = try await ask(prompt)
            return host.answer(decision(verdict, call), to: call)
        } catch {
            if let answer = await failing("\(error)") { return answer }
            return host.answer(
                .block(
                    "Sluice stopped this: it can't be inspected now (\(error)). Start the agent, or ask your administrator."
                ),
                to: call)
        }
    }

    private func prompt(_ call: HookCall, _ files: MentionedFiles.Content) -> ControlPrompt {
        let texts = call.texts.map {
            ControlText(
                String(decoding: $0.text, as: UTF8.self), path: $0.path, role: $0.role.rawValue,
                rewritable: $0.isRewritable)
        }
        return ControlPrompt(
            channel: Channel.hook.rawValue, surface: host.surface, application: host.name, model: call.model,
            conversation: call.session, texts: texts + files.texts, opaque: files.opaque)
    }

    private func decision(_ verdict: ControlVerdict, _ call: HookCall) -> HookDecision {
        switch PolicyAction(rawValue: verdict.action) {
        case .allow: return .pass
        case .coach: return .tell(verdict.message)
        case .redact:
            // Files that a prompt mentions come after the call's own texts; they can't be rewritten, so nothing of theirs is in here.
            let texts = (verdict.texts ?? []).prefix(call.texts.count)
            let new = zip(call.texts, texts).map { old, new in old.text.elementsEqual(new.utf8) ? nil : Array(new.utf8)
            }
            guard new.contains(where: { $0 != nil }) else { return .tell(verdict.message) }
            return .rewrite(new, message: verdict.message)
        case .justify, .reroute, .block, nil: return .block(verdict.message)
        }
    }

    // MARK: Who inspects

    /// The daemon's verdict, or our own where no daemon answers within a quarter of the host's time limit.
    private func ask(_ prompt: ControlPrompt) async throws -> ControlVerdict {
        do {
            let client = ControlClient(path: paths.socket, seconds: max(1, host.timeLimit / 4))
            if let verdict = try client.ask(ControlQuestion(.inspect, prompt: prompt)).verdict { return verdict }
        } catch {
            // Down, silent or of another version: we look ourselves.
        }
        return try await InProcessLine(paths: paths).inspect(prompt)
    }

    private func refusal(of attempt: TamperGuard.Attempt) async -> String {
        let told = ControlAttempt(host: host.name, kind: attempt.rawValue)
        var event = try? ControlClient(path: paths.socket, seconds: max(1, host.timeLimit / 4))
            .ask(ControlQuestion(.attempt, attempt: told)).recorded
        if event == nil { event = try? await InProcessLine(paths: paths).record(told) }
        return
            "Sluice refused this: \(attempt.rawValue). Only a human may do that, outside of the assistant. Event \(event ?? "(unrecorded)")."
    }

    /// What the settings say where inspection fails: nil to stop, else the answer that lets the call pass.
    private func failing(_ reason: String) async -> HookAnswer? {
        guard let settings = try? AgentSettings.load(file: nil, flags: .init(), paths: paths), settings.hooksFailOpen
        else {
            return nil
        }
        return HookAnswer(message: "sluice: not inspected: \(reason)")
    }
}

extension ControlAttempt {
    /// The event; nil for a host or kind that we don't know, since its text would not be ours.
    func draft(user: String) -> EventDraft? {
        guard let kind = TamperGuard.Attempt(rawValue: kind), let host = HookHosts.all.first(where: { $0.name == host })
        else {
            return nil
        }
        let now = Platform.milliseconds()
        return EventDraft(
            id: EventID(milliseconds: now), kind: .tamper, milliseconds: now,
            title: "\(host.name): \(kind.rawValue) refused",
            severity: .high, action: .block,
            origin: OriginRecord(channel: Channel.hook.rawValue, application: host.name, user: user))
    }
}
