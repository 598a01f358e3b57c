import Glibc
import Packs

/// The device's secret: 32 random bytes in a file of the owner's, made once. Placeholders, scopes and fingerprints are derived from it.
enum DeviceKeyFile {
    static let byteCount = 32

    /// Reads the key, or makes it. Of two programs that start at once both get the same.
    static func load(_ path: String) throws(AgentProblem) -> [UInt8] {
        if let key = try read(path) { return key }
        var random = SystemRandomNumberGenerator()
        let fresh = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let temporary = "\(path).\(getpid()).new"
        do throws(FileProblem) {
            try FileBytes.write(fresh, to: temporary, mode: 0o600)
        } catch {
            throw AgentProblem("the device key can't be made: \(error)")
        }
        defer { unlink(temporary) }
        // Linked, not renamed: a key that another program has made meanwhile stays.
        if link(temporary, path) != 0, errno != EEXIST {
            throw AgentProblem("\(path) can't be made: \(String(cString: strerror(errno)))")
        }
        guard let key = try read(path) else { throw AgentProblem("\(path) has gone as soon as it was made") }
        return key
    }

    /// Nil when there is none. A key that is damaged or open to others is an error: a new one would make all placeholders void.
    private static func read(_ path: String) throws(AgentProblem) -> [UInt8]? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw AgentProblem("\(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == getuid() else {
            throw AgentProblem("\(path) is not a file of this user")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw AgentProblem("\(path) is open to other users; run: chmod 600 \(path)")
        }
        do throws(FileProblem) {
            let bytes = try FileBytes.read(path, max: byteCount)
            guard bytes.count == byteCount else {
                throw FileProblem(
                    path: path, reason: "it holds \(bytes.count) bytes, not \(byteCount); remove it to make a new one")
            }
            return bytes
        } catch {
            throw AgentProblem("the device key can't be used: \(error)")
        }
    }
}
