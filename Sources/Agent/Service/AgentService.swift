import Clipboard
import Crypto
import DeviceCA
import Events
import Gateway
import Glibc
import Inspection
import Journal
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Policy
import Primitives
import ServiceLifecycle
import UnixSignals

/// The agent's one daemon: gateway, control socket, courier, over one Inspector and one journal.
public final class AgentService: Service {
    /// Version that status and events carry.
    public static let version = "0.1.0"

    let settings: AgentSettings
    let logger: Logger
    let snapshots: SnapshotHolder
    let journal: Journal
    let inspector: Inspector
    let courier: Courier?
    let groups = GroupMembership()
    let state: NIOLockedValueBox<State>
    /// Signs for the hosts whose TLS ends at the gate; without an authority it refuses.
    let issuer: LeafIssuer
    let clipboardLine: OwnClipboardLine
    let clipboard: ClipboardSession
    private let lock: InstanceLock
    let group: any EventLoopGroup
    private let client: OutboundClient?
    private let vault: Vault
    /// What is used by which program; the proxy counts its tunnels here.
    let usage = UsageLedger()
    private let deviceKey: [UInt8]
    private let ready: @Sendable (Int) -> Void

    struct State: Sendable {
        var loaded: LoadedSnapshot {
            didSet { hosts = CatalogueHosts(loaded.snapshot.catalogue) }
        }
        private(set) var hosts: CatalogueHosts
        var port = 0
        var gateway: Gateway?
        var reloadFailure: String?
        /// Why the authority can't be used.
        var certificateProblem: String?
        let began = ContinuousClock.now

        init(loaded: LoadedSnapshot) {
            self.loaded = loaded
            hosts = CatalogueHosts(loaded.snapshot.catalogue)
        }
    }

    /// Prepares everything that can fail: folders, the one-instance lock, the device key, pack and policy, the journal. Nothing listens
    /// yet. `ready` is called with the port once everything does.
    public init(
        _ settings: AgentSettings, logger: Logger, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        ready: @escaping @Sendable (Int) -> Void
    ) throws {
        self.settings = settings
        self.logger = logger
        self.group = group
        self.ready = ready
        if let problem = Hardening.apply() {
            logger.warning(
                "the agent's memory is open to other programs of the user", metadata: ["cause": .string(problem)])
        }
        try PrivateFiles.makeFolder(settings.paths.state)
        try PrivateFiles.makeFolder(settings.paths.runtime)
        lock = try InstanceLock(settings.paths)
        let key = try DeviceKeyFile.load(settings.paths.deviceKey)
        deviceKey = key
        let loaded = try LoadedSnapshot.load(settings)
        state = NIOLockedValueBox(State(loaded: loaded))
        issuer = LeafIssuer(nil)
        snapshots = SnapshotHolder(loaded.snapshot)
        journal = try Self.openJournal(settings, key)
        vault = Vault(deviceKey: key)
        inspector = Inspector(
            snapshots: snapshots, journal: journal, vault: vault, deviceKey: key,
            usage: usage, milliseconds: { Platform.milliseconds() })
        clipboardLine = OwnClipboardLine(
            inspector: inspector, snapshots: snapshots, journal: journal, user: Host.user, client: "uid:\(getuid())")
        clipboard = ClipboardSession(line: clipboardLine, settings: settings, logger: logger)
        if let collector = settings.collector {
            // Fails here, and not at the first event.
            _ = try settings.enrolmentToken()
            let client = OutboundClient(collector, trustFile: settings.upstreamCAFile, group: group)
            self.client = client
            courier = Courier(
                source: journal, transport: CollectorClient(client: client) { try settings.enrolmentToken() },
                logger: logger)
        } else {
            client = nil
            courier = nil
        }
        loadAuthority()
    }

    /// Takes up the device's authority as it is stored now. The agent serves base URLs without one.
    func loadAuthority() {
        let store = AuthorityStore(settings.paths)
        do {
            let authority = try store.load()
            issuer.replace(with: authority)
            state.withLockedValue { $0.certificateProblem = nil }
            // The system's roots change with its updates.
            if let authority { try CombinedBundle.refresh(store, RootCertificate(der: authority.root)) }
        } catch {
            state.withLockedValue { $0.certificateProblem = "\(error)" }
            logger.error("the certificate authority can't be used", metadata: ["cause": .string("\(error)")])
        }
    }

    static func openJournal(_ settings: AgentSettings, _ key: [UInt8]) throws -> Journal {
        let device = DeviceRecord(uid: Keys.deviceID(key), hostname: Host.name, system: "Linux")
        return try Journal(
            path: settings.paths.journal,
            options: JournalOptions(
                device: device, productVersion: version, signingKey: Keys.derive(key, for: Keys.journalUse)))
    }

    /// Runs until the graceful shutdown, then stops in order: no new requests, requests in flight, delivery, journal.
    public func run() async throws {
        let loaded = state.withLockedValue { $0.loaded }
        if let setAside = journal.status.setAside {
            logger.error(
                "the journal was damaged and has been set aside; a new one has begun",
                metadata: ["file": .string(setAside)])
        }
        let gateway = try await Gateway.make(
            try gatewayConfiguration(loaded.snapshot.catalogue),
            services: GatewayServices(
                inspector: inspector, resolver: { [vault] in vault.resolver(for: $0) },
                scopeKey: Keys.derive(deviceKey, for: "sluice scope"),
                hosts: { [state] in state.withLockedValue { $0.hosts } }, user: Host.user,
                groups: { [groups] in groups.current() },
                tunnelEnded: { [usage, snapshots] in usage.count($0, snapshots.current.catalogue) }, logger: logger),
            group: group)
        let control = ControlServer(group: group, logger: logger) { [weak self] question, peer in
            await self?.answer(question, from: peer) ?? ControlAnswer(error: "the agent is stopping")
        }
        let port = try await start(gateway)
        state.withLockedValue {
            $0.port = port
            $0.gateway = gateway
        }
        try await control.start(at: settings.paths.socket)
        try writePort(port)
        await clipboard.start()
        let courierTask = courier.map { courier in Task { await courier.run() } }
        let reloads = Task { await self.reloadOnSignal() }
        let watcher = await watchPolicy()
        let usageReports = Task { await self.reportUsage() }
        // What reading pack and catalogue took is free again; it goes back to the system, since the agent may idle from here on.
        Hardening.giveBackMemory()
        ready(port)

        try? await gracefulShutdown()
        logger.info("stopping")
        reloads.cancel()
        await watcher?.stop()
        usageReports.cancel()
        clipboard.stop()
        await gateway.stop()
        await recordUsage()
        await deliverTheRest()
        courierTask?.cancel()
        await control.stop()
        await client?.close()
        await journal.close()
        unlink(settings.paths.port)
        unlink(settings.paths.socket)
    }

    private func gatewayConfiguration(_ catalogue: Catalogue) throws -> GatewayConfiguration {
        GatewayConfiguration(
            port: settings.port, routes: try Routes.make(settings, catalogue), uid: getuid(),
            trustFile: settings.upstreamCAFile,
            proxy: try ProxySetup.make(settings, CatalogueHosts(catalogue), issuer))
    }

    private func start(_ gateway: Gateway) async throws -> Int {
        do {
            return try await gateway.start()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw AgentProblem(
                "port \(settings.port) is taken by another program; choose another one with --port, or with port in \(settings.paths.settingsFile)"
            )
        }
    }

    private func writePort(_ port: Int) throws {
        try PortFile.write(port, to: settings.paths.port)
    }

    /// What is in the journal when the agent stops goes to a collector that is there; one that is not gets it after the next start.
    private func deliverTheRest() async {
        guard let courier else { return }
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end {
            let status = journal.status
            guard status.acknowledged < status.last else { return }
            switch courier.status.condition {
            case .retrying, .refused: return
            case .idle, .delivering: try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    // MARK: Usage

    /// Seconds between two reports of what was used.
    static let usagePeriodSeconds = 86_400

    private func reportUsage() async {
        while (try? await Task.sleep(for: .seconds(Self.usagePeriodSeconds), tolerance: .seconds(600))) != nil {
            await recordUsage()
            await recordDoors()
        }
    }

    /// Writes what was counted since the last time as usage events.
    func recordUsage() async {
        let now = Platform.milliseconds()
        for draft in UsageLedger.events(usage.drain(), now: now) { _ = try? await journal.append(draft) }
    }
}

/// Keys for one use each, derived from the device's.
enum Keys {
    static func derive(_ key: [UInt8], for use: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(use.utf8), using: SymmetricKey(data: key)))
    }

    /// Names the device for the collector; says nothing of the key.
    static func deviceID(_ key: [UInt8]) -> String {
        derive(key, for: "sluice device id").prefix(16).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0" + hex : hex
        }.joined()
    }
}

/// What the system says of itself.
enum Host {
    static var name: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Login name of the user, or his number.
    static var user: String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else {
            return "\(getuid())"
        }
        return String(cString: name)
    }
}

enum Platform {
    /// Milliseconds since 1970.
    static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(time.tv_sec, 0)) * 1000 + UInt64(time.tv_nsec / 1_000_000)
    }
}
