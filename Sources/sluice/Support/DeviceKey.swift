import Crypto
import Glibc
import Packs

/// The key under which this device's fingerprints and placeholders are made: 32 random bytes, readable by their owner alone.
///
/// It never leaves the device, so that a fingerprint says "the same value again" here and nothing anywhere else.
struct DeviceKey: Sendable {
    static let count = 32
    private let key: SymmetricKey

    /// Reads `device.key` of the state folder, which the agent uses too, or makes it. Nil where the folder can't be written or the
    /// file is not a key of this user alone: then nothing is fingerprinted. What is there is never replaced.
    static func load() -> DeviceKey? {
        guard let folder = stateFolder() else { return nil }
        let path = folder + "/device.key"
        if access(path, F_OK) == 0 { return read(path) }
        guard makeFolders(folder) else { return nil }
        var random = SystemRandomNumberGenerator()
        let fresh = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        // Linked into place, so that of two programs that start at once both end up with the same key.
        let temporary = "\(path).\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        let isWritten = Descriptor.write(fresh, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(temporary) }
        guard isWritten else { return nil }
        _ = link(temporary, path)
        return read(path)
    }

    private static func read(_ path: String) -> DeviceKey? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == getuid(),
            status.st_mode & 0o077 == 0, let bytes = try? FileBytes.read(path, max: count), bytes.count == count
        else { return nil }
        return DeviceKey(bytes)
    }

    /// A key that ends with the program.
    static func passing() -> DeviceKey {
        var random = SystemRandomNumberGenerator()
        return DeviceKey((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// What a keyed hash is for. Each use has a key of its own, derived as the agent derives its keys, so that a fingerprint of the
    /// command line is equal to one in the agent's events.
    enum Purpose: String {
        case fingerprint = "sluice fingerprint"
        case placeholder = "sluice cli placeholder"
    }

    /// HMAC-SHA-256 of a value, for one purpose.
    func digest(_ value: some Collection<UInt8>, _ purpose: Purpose) -> [UInt8] {
        let label = Array(purpose.rawValue.utf8)
        var derived = HMAC<SHA256>(key: key)
        withUnsafeBytes(of: UInt64(label.count).littleEndian) { derived.update(data: $0) }
        derived.update(data: label)
        let purposeKey = SymmetricKey(data: Array(derived.finalize()))
        return Array(HMAC<SHA256>.authenticationCode(for: Array(value), using: purposeKey))
    }

    /// `$XDG_STATE_HOME/sluice`, or `~/.local/state/sluice`.
    static func stateFolder() -> String? {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        if let state = variable("XDG_STATE_HOME") { return state + "/sluice" }
        return variable("HOME").map { $0 + "/.local/state/sluice" }
    }

    private static func makeFolders(_ path: String) -> Bool {
        var folder = ""
        for part in path.split(separator: "/") {
            folder += "/" + part
            if mkdir(folder, 0o700) != 0, errno != EEXIST { return false }
        }
        return true
    }
}
