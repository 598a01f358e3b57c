import DeviceCA
import Glibc

/// Where the agent's part of the authority is kept: `<state>/ca`, closed to other users.
public struct AuthorityStore: Sendable {
    /// The folder.
    public let folder: String

    /// Below the agent's state folder.
    public init(_ paths: AgentPaths) { folder = paths.state + "/ca" }

    /// Root, intermediate and the intermediate's key.
    public var authorityFile: String { folder + "/authority.pem" }
    /// The root's certificate alone, for programs that add it to the roots they know.
    public var rootFile: String { folder + "/root.pem" }
    /// The system's roots and ours, for programs that take one file with all of them.
    public var bundleFile: String { folder + "/bundle.pem" }
    /// What was put where.
    var recordFile: String { folder + "/record.json" }

    /// The authority; nil where none has been made. Throws when its file is damaged, another user's, or open to others.
    public func load() throws(AgentProblem) -> DeviceAuthority? {
        guard let bytes = try PrivateFile.read(authorityFile, max: DeviceAuthority.maxPEMBytes) else { return nil }
        do throws(AuthorityProblem) {
            return try DeviceAuthority(pem: bytes)
        } catch {
            throw AgentProblem("\(authorityFile) can't be used: \(error); make a new one with: sluice ca renew --force")
        }
    }

    func save(_ authority: DeviceAuthority) throws(AgentProblem) {
        try PrivateFiles.makeFolder(folder)
        try PrivateFile.write(Array(authority.pem.utf8), to: authorityFile)
        try PrivateFile.write(Array(RootCertificate(der: authority.root).pem.utf8), to: rootFile)
    }

    /// Removes all files, and the folder if nothing else is in it.
    func remove() throws(AgentProblem) {
        for path in [authorityFile, rootFile, bundleFile, recordFile] {
            if unlink(path) != 0, errno != ENOENT {
                throw AgentProblem("\(path) can't be removed: \(String(cString: strerror(errno)))")
            }
        }
        rmdir(folder)
    }
}

/// Where the root's key is kept: in a folder of root's, so that no program of a user's can read it.
public struct RootKeyStore: Sendable {
    /// The folder.
    public let folder: String

    /// The folder where nothing else is said.
    public static let standardFolder = "/var/lib/sluice/ca"

    /// Takes the folder.
    public init(_ folder: String = standardFolder) { self.folder = folder }

    var keyFile: String { folder + "/root.pem" }
    var recordFile: String { folder + "/record.json" }

    func load() throws(AgentProblem) -> RootAuthority? {
        guard let bytes = try PrivateFile.read(keyFile, max: DeviceAuthority.maxPEMBytes) else { return nil }
        do throws(AuthorityProblem) {
            return try RootAuthority(pem: bytes)
        } catch {
            throw AgentProblem("\(keyFile) can't be used: \(error)")
        }
    }

    func save(_ root: RootAuthority) throws(AgentProblem) {
        try PrivateFiles.makeFolder(folder)
        try PrivateFile.write(Array(root.pem.utf8), to: keyFile)
    }

    func remove() throws(AgentProblem) {
        for path in [keyFile, recordFile] {
            if unlink(path) != 0, errno != ENOENT {
                throw AgentProblem("\(path) can't be removed: \(String(cString: strerror(errno)))")
            }
        }
        rmdir(folder)
    }
}
