import DeviceCA
import Glibc

/// A place from which programs take the authorities that they trust.
protocol TrustStore: Sendable {
    /// Kind, stable: "system", "nss", "firefox-policy".
    var kind: String { get }
    /// For messages: "the system's store".
    var title: String { get }
    /// Folder or file.
    var place: String { get }
    /// Whether only root can change it.
    var needsRoot: Bool { get }

    /// Whether the root is trusted there.
    func standing(_ root: RootCertificate) -> TrustStanding
    /// Puts the root there; throws why it can't be done, and what would.
    func install(_ root: RootCertificate) throws(TrustFailure) -> TrustRecord.Entry
    /// Takes out what the entry says, and nothing else. What is not there any more is no error.
    func remove(_ entry: TrustRecord.Entry) throws(TrustFailure)
}

/// Whether a root is trusted at a place.
enum TrustStanding: Sendable, Hashable {
    case trusted
    /// Not there.
    case absent
    /// There, and not in force: the reason.
    case idle(String)
    /// It can't be told: the reason.
    case unknown(String)
}

/// Why a place can't be changed, and the command that does it.
struct TrustFailure: Error, Sendable, Hashable {
    var reason: String
    var command: String
}

/// A line of the answer: what was done or is so, and what is left to do.
public typealias TrustLine = Doctor.Line

/// Paths in messages and commands.
enum Shell {
    /// A word as a shell reads it.
    static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            (0x2B...0x3A).contains($0) || (0x40...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                || $0 == 0x3D
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
