import Crypto
import Foundation

/// The shared secret that devices show. Kept as a digest: the value stands neither in a log nor in a core file.
public struct EnrolmentToken: Sendable {
    /// Shortest accepted token, in bytes: 128 random bits in hex.
    public static let minBytes = 32
    /// Longest accepted token, in bytes.
    public static let maxBytes = 512

    /// Why a token file can't be used; says what to do.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        case unreadable(path: String, reason: String)
        case tooOpen(path: String, mode: UInt16)
        case foreignOwner(path: String)
        case badLength(path: String, bytes: Int)

        public var description: String {
            switch self {
            case .unreadable(let path, let reason): "enrolment token file \(path): \(reason)"
            case .tooOpen(let path, let mode):
                "enrolment token file \(path) has mode \(String(mode, radix: 8)): others can read it. Run: chmod 600 \(path)"
            case .foreignOwner(let path): "enrolment token file \(path) belongs to another user"
            case .badLength(let path, let bytes):
                "enrolment token file \(path) holds \(bytes) bytes; a token has \(EnrolmentToken.minBytes) to \(EnrolmentToken.maxBytes)"
            }
        }
    }

    private let digest: SHA256Digest

    /// Takes a token as it is.
    init(value: String) { digest = SHA256.hash(data: Data(value.utf8)) }

    /// Reads a token from a regular file that is ours (or root's) and closed to others; blanks around it don't count.
    public init(file path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        // Of the open file, not the name: nobody can swap it in between.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "not a regular file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw .foreignOwner(path: path) }
        guard status.st_mode & 0o077 == 0 else { throw .tooOpen(path: path, mode: UInt16(status.st_mode & 0o777)) }
        guard let data = try? handle.read(upToCount: Self.maxBytes + 16), let text = String(data: data, encoding: .utf8)
        else { throw .unreadable(path: path, reason: "not text") }
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (Self.minBytes...Self.maxBytes).contains(value.utf8.count) else {
            throw .badLength(path: path, bytes: value.utf8.count)
        }
        self.init(value: value)
    }

    /// Makes a new token of 256 random bits in a new file with mode 0600.
    public static func create(at path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let key = SymmetricKey(size: .bits256)
        let hex = key.withUnsafeBytes { bytes in bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) } }
        do { try handle.write(contentsOf: Data((hex.joined() + "\n").utf8)) } catch {
            throw .unreadable(path: path, reason: "can't be written")
        }
    }

    /// Whether an `Authorization` header shows this token. Takes the same time wherever a wrong one differs: digests are compared, and that in
    /// constant time.
    func accepts(authorization: String?) -> Bool {
        guard let authorization, authorization.utf8.count <= Self.maxBytes + 16 else { return false }
        let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return SHA256.hash(data: Data(parts[1].utf8)) == digest
    }
}
