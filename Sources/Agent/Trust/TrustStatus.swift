import DeviceCA
import Glibc
import Packs

/// Days of certificates, in UTC.
enum CertificateTime {
    /// `YYYY-MM-DD` of seconds since 1970.
    static func day(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let pad = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday))"
    }
}

/// How the authority stands, for `sluice agent status` and `sluice ca status`.
public struct CertificateStatus: Codable, Sendable {
    /// SHA-256 of the root; nil where there is no authority.
    public var fingerprint: String?
    /// Seconds since 1970 until which certificates can be issued.
    public var notAfter: Int64?
    /// How many names the intermediate may vouch for, with all below them.
    public var names: Int
    /// Why there is no authority, or why it is of no use; nil if it is.
    public var problem: String?

    /// The last day as `YYYY-MM-DD`.
    public var lastDay: String? { notAfter.map(CertificateTime.day) }

    init(_ authority: DeviceAuthority?, problem: String?, now: Int64) {
        fingerprint = authority?.fingerprint
        notAfter = authority?.notAfter
        names = authority?.scope.subtrees.count ?? 0
        if let problem {
            self.problem = problem
        } else if let authority {
            self.problem =
                authority.notAfter <= now
                ? "it ended on \(CertificateTime.day(authority.notAfter)); run: sluice ca renew" : nil
        } else {
            self.problem = "none was made; run: sluice ca install"
        }
    }
}

extension DeviceTrust {
    /// How the authority stands.
    public func status() -> CertificateStatus {
        do {
            return CertificateStatus(try store.load(), problem: nil, now: now())
        } catch {
            return CertificateStatus(nil, problem: "\(error)", now: now())
        }
    }

    /// Where the root is trusted, a line a place.
    public func standings() -> [TrustLine] {
        guard let authority = try? store.load() else { return [] }
        let root = RootCertificate(der: authority.root)
        let places = TrustPlaces.system(rootKeys).stores + TrustPlaces.user(home: home, store).stores
        var lines = places.map { Self.line($0, root) }
        let current = isCurrent(authority)
        if !current {
            lines.append(
                TrustLine(
                    mark: .note,
                    text: authority.scope.subtrees == catalogueScope.subtrees
                        ? "The intermediate ends on \(CertificateTime.day(authority.notAfter))."
                        : "The catalogue's hosts have changed since the intermediate was signed.",
                    next: "Run: sluice ca renew"))
        }
        let holdsAll = (try? FileBytes.read(store.bundleFile, max: SystemStore.maxBundleBytes)).map(root.isIn) ?? false
        lines.append(
            holdsAll
                ? TrustLine(mark: .good, text: "The combined bundle holds it (\(store.bundleFile)).", next: "")
                : TrustLine(
                    mark: .problem, text: "There is no combined bundle with it.", next: "Run: sluice ca install"))
        return lines
    }

    private static func line(_ store: any TrustStore, _ root: RootCertificate) -> TrustLine {
        let command = store.needsRoot ? "sudo sluice ca install" : "sluice ca install"
        switch store.standing(root) {
        case .trusted: return TrustLine(mark: .good, text: "\(store.title) trusts it (\(store.place)).", next: "")
        case .absent:
            return TrustLine(mark: .note, text: "\(store.title) does not know it.", next: "Run: \(command)")
        case .idle(let reason):
            return TrustLine(mark: .problem, text: "\(store.title): \(reason).", next: "Run: \(command)")
        case .unknown(let reason):
            return TrustLine(mark: .note, text: "\(store.title): \(reason).", next: "")
        }
    }
}
