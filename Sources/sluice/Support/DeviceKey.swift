import Crypto
import Glibc
import Packs

/// The key under which this device's fingerprints and placeholders are made: 32 random bytes, readable by their owner alone.
///
/// It never leaves the device, so that a fingerprint says "the same value again" here and nothing anywhere else.
struct DeviceKey: Sendable {
    static let count = 32
    private let key: SymmetricKey

    /// Reads `device.key` of the state folder, or makes it. Nil where the folder can't be written: then nothing is fingerprinted.
    static func load() -> DeviceKey? {
        guard let folder = stateFolder() else { return nil }
        let path = folder + "/device.key"
        if let bytes = try? FileBytes.read(path, max: count), bytes.count == count { return DeviceKey(bytes) }
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
        if access(path, F_OK) == 0, (try? FileBytes.read(path, max: count))?.count != count { unlink(path) }
        _ = link(temporary, path)
        guard let bytes = try? FileBytes.read(path, max: count), bytes.count == count else { return nil }
        return DeviceKey(bytes)
    }

    /// A key that ends with the program.
    static func passing() -> DeviceKey {
        var random = SystemRandomNumberGenerator()
        return DeviceKey((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    init(_ bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// HMAC-SHA-256 of a value, for one purpose.
    func digest(_ value: some Collection<UInt8>, purpose: String) -> [UInt8] {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array(purpose.utf8) + [0])
        mac.update(data: Array(value))
        return Array(mac.finalize())
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
