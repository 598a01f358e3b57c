import Glibc
import Packs

/// Files that hold a key, or that are trusted: read only when they are the owner's alone.
enum PrivateFile {
    /// Nil when there is none. Throws when the file is not ours, is a link, or is open to others. Owner and mode are those of the file that is read,
    /// not of a name that may lead elsewhere a moment later.
    static func read(_ path: String, max: Int) throws(AgentProblem) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw AgentProblem("\(path) is a link, so it is not used; remove it") }
            throw AgentProblem("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard let facts = FileFacts(descriptor: descriptor), facts.isRegular else {
            throw AgentProblem("\(path) is no regular file, so it is not used; remove it")
        }
        guard facts.uid == geteuid() else {
            throw AgentProblem("\(path) belongs to uid \(facts.uid), so it is not used; remove it")
        }
        guard facts.mode & 0o077 == 0 else {
            throw AgentProblem("\(path) is open to other users, so it is not used; run: chmod 600 \(path)")
        }
        do throws(FileProblem) {
            return try FileBytes.read(descriptor: descriptor, path: path, max: max)
        } catch {
            throw AgentProblem("\(error)")
        }
    }

    /// Writes a file as a whole, mode 0600.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(AgentProblem) {
        do throws(FileProblem) {
            try FileBytes.write(bytes, to: path, mode: mode)
        } catch {
            throw AgentProblem("\(error)")
        }
    }
}
