import Events
import Inspection
import Journal
import Logging
import NIOConcurrencyHelpers
import Policy
import Primitives
import UnixSignals

/// Pack and policy are loaded again: on a signal, when asked, and the policy by itself whenever its files change.
extension AgentService {
    func reloadOnSignal() async {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals { _ = try? await reload() }
    }

    /// Loads pack and policy again. When that fails the old ones stay in force, which the thrown error and an event say.
    @discardableResult
    func reload() async throws -> LoadedSnapshot {
        do {
            let loaded = try LoadedSnapshot.load(settings)
            snapshots.replace(with: loaded.snapshot)
            state.withLockedValue {
                $0.loaded = loaded
                $0.reloadFailure = nil
            }
            loadAuthority()
            await clipboard.reload()
            Hardening.giveBackMemory()
            logger.notice(
                "reloaded", metadata: ["preset": .string(loaded.preset), "rules": "\(loaded.ruleCount)"])
            return loaded
        } catch {
            await tellOfFailedReload(error)
            throw error
        }
    }

    /// Watches policy and suspend lists. Without watches the agent says so, and changes wait for `sluice agent reload`.
    func watchPolicy() async -> FileWatcher? {
        do {
            let watcher = try FileWatcher(LoadedSnapshot.policyPlaces(settings)) { [weak self] in
                guard let self else { return }
                Task { await self.policyChanged() }
            }
            try await watcher.start(on: group)
            return watcher
        } catch {
            logger.warning("changes of the policy wait for a reload", metadata: ["cause": .string("\(error)")])
            return nil
        }
    }

    /// Puts the policy as it is now in force. One that can't be read leaves the old one in force, which an event says.
    func policyChanged() async {
        do {
            let before = state.withLockedValue { $0.loaded }
            let loaded = try before.reloadingPolicy(settings)
            guard loaded.snapshot.digest != before.snapshot.digest else { return }
            snapshots.replace(with: loaded.snapshot)
            state.withLockedValue {
                $0.loaded = loaded
                $0.reloadFailure = nil
            }
            await clipboard.reload()
            Hardening.giveBackMemory()
            let suspended = loaded.snapshot.engine.document.suspensions.count
            logger.notice(
                "the policy has changed", metadata: ["preset": .string(loaded.preset), "suspended": "\(suspended)"])
            let now = Platform.milliseconds()
            let draft = EventDraft(
                id: EventID(milliseconds: now), kind: .health, milliseconds: now,
                title:
                    "The policy has changed; \(suspended) \(suspended == 1 ? "entry" : "entries") in the suspend list")
            _ = try? await journal.append(draft)
        } catch {
            await tellOfFailedReload(error)
        }
    }

    private func tellOfFailedReload(_ error: any Error) async {
        state.withLockedValue { $0.reloadFailure = "\(error)" }
        logger.error(
            "reload failed; the old pack and policy stay in force", metadata: ["cause": .string("\(error)")])
        let now = Platform.milliseconds()
        let draft = EventDraft(
            id: EventID(milliseconds: now), kind: .health, milliseconds: now,
            title: "Reload failed; the old pack and policy stay in force", severity: .medium)
        _ = try? await journal.append(draft)
    }
}
