import Glibc
import Packs

/// Sees to it that one agent runs for each runtime folder. The kernel lets go of the lock when the process ends, however it ends.
final class InstanceLock: Sendable {
    private let descriptor: Int32

    init(_ paths: AgentPaths) throws(AgentProblem) {
        descriptor = open(paths.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AgentProblem("\(paths.lock): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // Not closed here: every property is set, so the deinitializer runs for an initializer that throws, too.
            let port = PortFile.read(paths.port).map { " on port \($0)" } ?? ""
            throw AgentProblem(
                "an agent is running already\(port) (\(paths.runtime)); see it with: sluice agent status")
        }
    }

    deinit { close(descriptor) }
}

/// The gateway's port as text, for scripts and `doctor`.
enum PortFile {
    static func write(_ port: Int, to path: String) throws(FileProblem) {
        try FileBytes.write(Array("\(port)\n".utf8), to: path, mode: 0o600)
    }

    static func read(_ path: String) -> Int? {
        guard let bytes = try? FileBytes.read(path, max: 16) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
    }
}

extension AgentSettings {
    /// The port that a running agent has, else the one that the settings name.
    public var currentPort: Int { PortFile.read(paths.port) ?? port }
}
