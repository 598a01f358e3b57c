import Clipboard
import DeviceCA
import Events
import Glibc
import Hooks
import Journal
import NIOConcurrencyHelpers
import Packs

extension Doctor {
    /// The doors of this machine as they stand now.
    public func doors() -> [Door] {
        let paths = settings.paths
        let status = try? ControlClient(path: paths.socket, seconds: 5).ask(ControlQuestion(.status)).status
        let helper = try? ControlClient(path: paths.clipboardSocket, seconds: 5)
            .ask(ControlQuestion(clipboard: ControlClipboard(.standing))).clipboard?.standing
        return Doors(
            MachineFacts.here(
                environment, clipboard: helper ?? status?.clipboard, port: status?.port,
                hasAuthority: status?.certificates.fingerprint != nil)
        ).all()
    }
}

extension MachineFacts {
    /// This machine.
    static func here(
        _ environment: @escaping @Sendable (String) -> String?, clipboard: ClipboardStanding?, port: Int?,
        hasAuthority: Bool
    ) -> MachineFacts {
        let home = environment("HOME") ?? "/nonexistent"
        return MachineFacts(
            variable: { name in environment(name).flatMap { $0.isEmpty ? nil : $0 } },
            exists: { access($0, F_OK) == 0 }, hooks: { hooks(of: $0, home: home) }, clipboard: clipboard, port: port,
            hasAuthority: hasAuthority, hasDesktop: ClipboardService.isBuiltIn, home: home)
    }

    /// The best of what an assistant's own and the administrator's file say.
    private static func hooks(of id: String, home: String) -> String {
        guard let host = HookHosts.named(id) else { return "absent" }
        let installer = HookInstaller(host, program: PackLocator().executable)
        let files = [home + "/" + host.settings.user] + (host.settings.managed.map { [$0] } ?? [])
        var found: [HookInstaller.Standing] = []
        for file in files {
            let bytes = try? FileBytes.read(file, max: HookLimits.maxSettingsBytes)
            if let standing = try? installer.standing(bytes) { found.append(standing) }
        }
        if found.contains(.complete) { return "complete" }
        if found.contains(.disabled) { return "disabled" }
        return found.contains(.outdated) ? "outdated" : "absent"
    }
}

extension AgentService {
    /// The doors as this process sees them: variables of shells are not among its own.
    func recordDoors() async {
        let doors = Doors(
            MachineFacts.here(
                { getenv($0).map { String(cString: $0) } }, clipboard: clipboard.service.standing,
                port: state.withLockedValue { $0.port }, hasAuthority: issuer.authority != nil)
        ).all()
        _ = try? await journal.append(Doors.event(doors, user: Host.user, now: Platform.milliseconds()))
    }
}

extension Doors {
    /// The heartbeat's event: ids and states alone, which are the product's own words.
    static func event(_ doors: [Door], user: String, now: UInt64) -> EventDraft {
        let count = { (state: Door.State) in doors.count { $0.state == state } }
        return EventDraft(
            id: EventID(milliseconds: now), kind: .health, milliseconds: now,
            title: "Doors: \(count(.covered)) covered, \(count(.partly)) partly, \(count(.open)) open",
            origin: OriginRecord(channel: "agent", user: user),
            policy: PolicyRecord(
                name: "doors",
                trace: doors.map { TraceStep(step: "fact", text: "\($0.id): \($0.state.rawValue)") }))
    }
}
