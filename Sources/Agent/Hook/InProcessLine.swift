import Events
import Inspection
import Journal

/// The line in a short-lived process: the snapshot from its files, the journal opened for one event. For hooks while no daemon answers, so
/// that a dead daemon never means an open gate.
struct InProcessLine {
    private let settings: AgentSettings
    private let key: [UInt8]

    init(paths: AgentPaths) throws {
        settings = try AgentSettings.load(file: nil, flags: .init(), paths: paths)
        try PrivateFiles.makeFolder(settings.paths.state)
        key = try DeviceKeyFile.load(settings.paths.deviceKey)
    }

    /// Judges a prompt; its event stands in the journal when it returns.
    func inspect(_ asked: ControlPrompt) async throws -> ControlVerdict {
        let loaded = try LoadedSnapshot.load(settings)
        let prompt = try asked.prompt(in: loaded.snapshot.catalogue, groups: GroupMembership.names())
        let journal = try AgentService.openJournal(settings, key)
        let inspector = Inspector(
            snapshots: SnapshotHolder(loaded.snapshot), journal: journal, vault: Vault(deviceKey: key), deviceKey: key,
            milliseconds: { Platform.milliseconds() })
        let verdict = ControlVerdict(await inspector.inspect(prompt), prompt)
        await journal.close()
        return verdict
    }

    /// Records an attempt; returns the event's short id.
    func record(_ attempt: ControlAttempt) async throws -> String? {
        guard let draft = attempt.draft(user: Host.user) else { return nil }
        let journal = try AgentService.openJournal(settings, key)
        try await journal.record(draft, durable: true)
        await journal.close()
        return draft.id.short
    }
}
