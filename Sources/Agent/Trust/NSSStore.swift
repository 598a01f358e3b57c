import DeviceCA
import Glibc

/// A certificate database of NSS: Chromium's and those of the apps built on it, or of a Firefox profile. Changed with `certutil` alone.
struct NSSStore: TrustStore {
    let folder: String
    /// Whose it is, for messages.
    let owner: String
    let kind = "nss"
    let needsRoot = false

    /// Most databases that are looked for.
    static let maxDatabases = 32

    var title: String { "The certificate database of \(owner)" }
    var place: String { folder }
    private var exists: Bool { access(folder + "/cert9.db", F_OK) == 0 }

    /// The databases of a user: Chromium's own (made where it is missing), the snap's, and each Firefox profile.
    static func find(home: String) -> [NSSStore] {
        var found = [NSSStore(folder: home + "/.pki/nssdb", owner: "Chromium and apps built on it")]
        let others = [
            (home + "/.local/share/pki/nssdb", "Chromium and apps built on it"),
            (home + "/snap/chromium/current/.pki/nssdb", "Chromium (snap)"),
            (home + "/.var/app/org.chromium.Chromium/.pki/nssdb", "Chromium (flatpak)"),
        ]
        found += others.map { NSSStore(folder: $0.0, owner: $0.1) }.filter(\.exists)
        let firefox = [
            "/.mozilla/firefox", "/.config/mozilla/firefox", "/snap/firefox/common/.mozilla/firefox",
            "/.var/app/org.mozilla.firefox/.mozilla/firefox", "/.thunderbird",
        ]
        for base in firefox {
            let product = base.contains("thunderbird") ? "Thunderbird" : "Firefox"
            found += entries(in: home + base).map { NSSStore(folder: $0, owner: "\(product), profile \(name(of: $0))") }
                .filter(\.exists)
        }
        return Array(found.prefix(maxDatabases))
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Full paths of what a folder holds; none where it can't be read.
    static func entries(in path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(path + "/" + name) }
        }
        return names.sorted()
    }

    func standing(_ root: RootCertificate) -> TrustStanding {
        guard exists else { return .absent }
        guard let certutil = Self.certutil else { return .unknown("certutil is not installed (\(Self.packages))") }
        guard let list = try? ChildProgram.run(certutil, ["-L", "-d", database]), list.status == 0 else {
            return .unknown("certutil can't read \(folder)")
        }
        let line = String(decoding: list.output, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix(root.nickname + " ")
        }
        guard let line, isSame(certutil, root) else { return .absent }
        // The first group of flags is for TLS; C is a trusted authority.
        let flags = line.split(separator: " ").last?.split(separator: ",", omittingEmptySubsequences: false).first ?? ""
        return flags.contains("C") ? .trusted : .idle("it is there without trust for web sites")
    }

    private func isSame(_ certutil: String, _ root: RootCertificate) -> Bool {
        guard let shown = try? ChildProgram.run(certutil, ["-L", "-d", database, "-n", root.nickname, "-a"]) else {
            return false
        }
        return shown.status == 0 && root.isIn(bundle: shown.output)
    }

    func install(_ root: RootCertificate) throws(TrustFailure) -> TrustRecord.Entry {
        let file = folder + "/.sluice-root.pem"
        let command =
            "certutil -A -d \(Shell.word(database)) -n \(Shell.word(root.nickname)) -t C,, -a -i ROOT.pem"
        guard let certutil = Self.certutil else {
            throw TrustFailure(
                reason: "certutil is not installed", command: "install \(Self.packages), then: sluice ca install")
        }
        let isNew = !exists
        do throws(AgentProblem) {
            if isNew {
                try PrivateFiles.makeFolder(folder)
                try run(certutil, ["-N", "-d", database, "--empty-password"])
            }
            try PrivateFile.write(Array(root.pem.utf8), to: file)
            defer { unlink(file) }
            try run(
                certutil, ["-A", "-d", database, "-f", "/dev/null", "-n", root.nickname, "-t", "C,,", "-a", "-i", file])
        } catch {
            throw TrustFailure(reason: "\(error)", command: command)
        }
        guard standing(root) == .trusted else {
            throw TrustFailure(reason: "certutil ran, and \(folder) does not trust the root", command: command)
        }
        return TrustRecord.Entry(
            kind: kind, place: folder, name: root.nickname, fingerprint: root.fingerprint, isPlaceOurs: isNew)
    }

    func remove(_ entry: TrustRecord.Entry) throws(TrustFailure) {
        guard exists else { return }
        let command = "certutil -D -d \(Shell.word(database)) -n \(Shell.word(entry.name))"
        guard let certutil = Self.certutil else {
            throw TrustFailure(reason: "certutil is not installed (\(Self.packages))", command: command)
        }
        do throws(AgentProblem) {
            if try ChildProgram.run(certutil, ["-L", "-d", database, "-n", entry.name]).status == 0 {
                try run(certutil, ["-D", "-d", database, "-f", "/dev/null", "-n", entry.name])
            }
            if entry.isPlaceOurs { try removeDatabase(certutil) }
        } catch {
            throw TrustFailure(reason: "\(error)", command: command)
        }
    }

    /// A database that we made goes again, unless something else has been put into it.
    private func removeDatabase(_ certutil: String) throws(AgentProblem) {
        // With -h all, keys and certificates of every token: a list without an entry ends with the line of its heading.
        let certificates = try ChildProgram.run(certutil, ["-L", "-d", database])
        let keys = try ChildProgram.run(certutil, ["-K", "-d", database])
        let lines = String(decoding: certificates.output, as: UTF8.self).split(separator: "\n").filter {
            $0.contains(",") && !$0.contains("SSL,S/MIME")
        }
        // certutil -K of an empty database fails with "no keys found".
        guard lines.isEmpty, certificates.status == 0, keys.status != 0 else { return }
        for name in ["cert9.db", "key4.db", "pkcs11.txt"] { unlink(folder + "/" + name) }
        // Goes only when it is empty.
        if rmdir(folder) == 0, folder.hasSuffix("/.pki/nssdb") { rmdir(String(folder.dropLast("/nssdb".count))) }
    }

    private var database: String { "sql:" + folder }
    private static let packages = "libnss3-tools, or nss-tools"
    private static var certutil: String? { ChildProgram.find("certutil") }

    private func run(_ program: String, _ arguments: [String]) throws(AgentProblem) {
        let result = try ChildProgram.run(program, arguments)
        guard result.status == 0 else { throw AgentProblem("certutil: \(result.lastLine)") }
    }
}
