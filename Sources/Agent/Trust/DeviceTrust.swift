import DeviceCA
import Glibc
import Packs
import Policy

/// `sluice ca`: makes the device's authority, puts its root where programs look, and takes it out again.
///
/// The user's part (`installUser` and so on) is run as the user whose programs are meant, and the system's part as root: root never touches
/// files in a user's folders, where a link could lead it elsewhere.
public struct DeviceTrust: Sendable {
    /// The user's part of the authority.
    public let store: AuthorityStore
    let rootKeys: RootKeyStore
    let home: String
    let catalogueScope: HostScope
    let now: @Sendable () -> Int64

    /// Days before its end from which an intermediate is signed anew.
    public static let renewDays: Int64 = 30

    /// Takes the catalogue's hosts from where the settings find it. `rootFolder` is where root keeps the root's key.
    public init(
        _ settings: AgentSettings, rootFolder: String = RootKeyStore.standardFolder,
        now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) throws {
        store = AuthorityStore(settings.paths)
        rootKeys = RootKeyStore(rootFolder)
        home = getenv("HOME").map { String(cString: $0) } ?? ""
        guard home.hasPrefix("/") else { throw AgentProblem("HOME is not set: where are your settings?") }
        catalogueScope = HostScope(catalogueHosts: try Self.hosts())
        self.now = now
    }

    /// The hosts of the catalogue's surfaces that are not on this machine.
    static func hosts() throws -> [String] {
        try PolicyHome().readCatalogue().providers.flatMap(\.surfaces).filter { !$0.local }.flatMap(\.hosts)
    }

    private static var device: String { Host.name ?? "this device" }

    // MARK: The user's part

    /// Whether the authority does for today's catalogue.
    func isCurrent(_ authority: DeviceAuthority) -> Bool {
        authority.scope.subtrees == catalogueScope.subtrees && authority.notAfter - now() > Self.renewDays * 86_400
    }

    /// Makes an authority if there is none, and puts its root into the user's stores.
    public func installUser() throws -> [TrustLine] {
        var lines: [TrustLine] = []
        var authority = try store.load()
        if authority == nil {
            authority = try makeAlone()
            lines.append(
                TrustLine(
                    mark: .good, text: "A certificate authority was made; its root's key was destroyed after use.",
                    next: ""))
        }
        guard let authority else { return lines }
        return lines + (try spread(authority))
    }

    /// Takes an authority that root signed, unless the one in place is as good, and puts its root into the user's stores.
    public func adopt(pem: [UInt8], force: Bool) throws -> [TrustLine] {
        let offered = try DeviceAuthority(pem: pem)
        var lines: [TrustLine] = []
        let present = try? store.load()
        if let present, present.root == offered.root, isCurrent(present), !force {
            lines += try spread(present)
        } else {
            try replace(with: offered, rootKey: .kept)
            lines.append(
                TrustLine(
                    mark: .good, text: "An intermediate for \(offered.scope.subtrees.count) names was signed.", next: ""
                ))
            lines += try spread(offered)
        }
        return lines
    }

    /// Signs a new intermediate where nobody but this user is needed for it: with a new root, since the old one's key is gone.
    public func renewUser(force: Bool, program: String) throws -> [TrustLine] {
        let present = force ? try? store.load() : try store.load()
        if let present, isCurrent(present), !force {
            return [
                TrustLine(
                    mark: .good,
                    text: "The catalogue's hosts are covered until \(CertificateTime.day(present.notAfter)).",
                    next: "To sign a new one all the same: sluice ca renew --force")
            ]
        }
        guard try TrustRecord.load(store.recordFile).rootKey == .destroyed else {
            throw AgentProblem("root keeps the root's key; run: sudo \(Shell.word(program)) ca renew")
        }
        let authority = try makeAlone()
        var lines = [
            TrustLine(
                mark: .note,
                text:
                    "There is a new root, \(authority.fingerprint.prefix(23))…: the old one's key was destroyed when it was made.",
                next: "Where you trusted the old root by hand, trust \(store.rootFile) instead.")
        ]
        if let present, SystemStore.isTrusted(RootCertificate(der: present.root)) {
            lines.append(
                TrustLine(
                    mark: .problem, text: "The system's store still trusts the old root.",
                    next: "Run: sudo \(Shell.word(program)) ca install"))
        }
        return lines + (try spread(authority))
    }

    /// Takes the root out of the user's stores and removes the authority.
    public func removeUser() throws -> [TrustLine] {
        let lines = try TrustPlaces.user(home: home, store).remove()
        if !lines.contains(where: { $0.mark == .problem }) {
            try store.remove()
        } else {
            // The key goes in any case; what is left in the stores vouches for nothing without it.
            unlink(store.authorityFile)
        }
        return lines + [TrustLine(mark: .good, text: "The authority's key and files were removed.", next: "")]
    }

    private func makeAlone() throws -> DeviceAuthority {
        // The root's key leaves this function in no form.
        let root = try RootAuthority(
            device: Self.device, validSeconds: RootAuthority.destroyedSeconds, at: now())
        let authority = try root.signIntermediate(
            for: catalogueScope, device: Self.device, validSeconds: RootAuthority.destroyedSeconds, at: now())
        try replace(with: authority, rootKey: .destroyed)
        return authority
    }

    private func replace(with authority: DeviceAuthority, rootKey: TrustRecord.RootKey) throws {
        try store.save(authority)
        var record = try TrustRecord.load(store.recordFile)
        record.rootKey = rootKey
        try record.save(store.recordFile)
    }

    private func spread(_ authority: DeviceAuthority) throws -> [TrustLine] {
        let root = RootCertificate(der: authority.root)
        var lines = try TrustPlaces.user(home: home, store).install(root)
        do throws(AgentProblem) {
            try CombinedBundle.refresh(store, root)
            lines.append(
                TrustLine(
                    mark: .good, text: "Root: \(store.rootFile); with the system's roots: \(store.bundleFile).",
                    next: "For programs with roots of their own: eval \"$(sluice ca env)\""))
        } catch {
            lines.append(TrustLine(mark: .problem, text: "No combined bundle: \(error)", next: ""))
        }
        if authority.scope.subtrees != catalogueScope.subtrees {
            lines.append(
                TrustLine(
                    mark: .note, text: "The catalogue's hosts have changed since the intermediate was signed.",
                    next: "Run: sluice ca renew"))
        }
        for pattern in catalogueScope.uncovered {
            lines.append(
                TrustLine(
                    mark: .note, text: "\(pattern) can't be intercepted: only a far wider name would cover it.",
                    next: ""))
        }
        return lines
    }

    // MARK: The system's part, as root

    /// Makes the root if there is none, puts it into the system's stores, and returns an authority signed by it, as PEM text.
    public func installSystem(changeStores: Bool) throws -> (lines: [TrustLine], authority: String) {
        var lines: [TrustLine] = []
        let root: RootAuthority
        if let kept = try rootKeys.load() {
            root = kept
        } else {
            root = try RootAuthority(device: Self.device, validSeconds: RootAuthority.keptSeconds, at: now())
            try rootKeys.save(root)
            lines.append(
                TrustLine(
                    mark: .good, text: "A root was made; only root can read its key (\(rootKeys.folder)).", next: ""))
        }
        let authority = try root.signIntermediate(
            for: catalogueScope, device: Self.device, validSeconds: RootAuthority.intermediateSeconds, at: now())
        if changeStores {
            let places = TrustPlaces.system(rootKeys)
            if places.stores.isEmpty {
                lines.append(
                    TrustLine(
                        mark: .problem, text: "This system's store of authorities is of no kind that we know.",
                        next: "Install the package ca-certificates, then run this again."))
            }
            lines += try places.install(RootCertificate(der: root.certificate))
        }
        return (lines, authority.pem)
    }

    /// Takes the root out of the system's stores and removes its key.
    public func removeSystem() throws -> [TrustLine] {
        guard access(rootKeys.recordFile, F_OK) == 0 || access(rootKeys.keyFile, F_OK) == 0 else { return [] }
        let lines = try TrustPlaces.system(rootKeys).remove()
        if !lines.contains(where: { $0.mark == .problem }) { try rootKeys.remove() }
        return lines
    }

    /// Titles of the system's stores that an installation would change now.
    public func systemStoresToChange() -> [String] {
        let root = (try? rootKeys.load())?.map { RootCertificate(der: $0.certificate) }
        return TrustPlaces.system(rootKeys).stores.filter { store in
            root.map { store.standing($0) != .trusted } ?? true
        }.map { "\($0.title) (\($0.place))" }
    }

    /// Whether root has made a root here.
    public var hasSystemRoot: Bool { access(rootKeys.keyFile, F_OK) == 0 }
}
