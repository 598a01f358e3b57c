import DeviceCA
import Glibc
import Packs

/// The system's store: a file in the folder for local authorities, and the system's program that takes it up.
struct SystemStore: TrustStore {
    /// Where a family of systems keeps what.
    struct Layout: Sendable {
        var folder: String
        var program: String
        var arguments: [String]
        /// For taking an authority out: links to its file stay otherwise.
        var removal: [String]
        var bundle: String
    }

    let layout: Layout
    let kind = "system"
    let title = "The system's store"
    let needsRoot = true

    /// Debian and Alpine, Fedora and Red Hat, SUSE, Arch: each system's manual page of the program.
    static let layouts = [
        Layout(
            folder: "/usr/local/share/ca-certificates", program: "update-ca-certificates", arguments: [],
            removal: ["--fresh"], bundle: "/etc/ssl/certs/ca-certificates.crt"),
        Layout(
            folder: "/etc/pki/ca-trust/source/anchors", program: "update-ca-trust", arguments: ["extract"],
            removal: ["extract"], bundle: "/etc/pki/tls/certs/ca-bundle.crt"),
        Layout(
            folder: "/etc/pki/trust/anchors", program: "update-ca-certificates", arguments: [],
            removal: ["--fresh"], bundle: "/etc/ssl/ca-bundle.pem"),
        Layout(
            folder: "/etc/ca-certificates/trust-source/anchors", program: "update-ca-trust", arguments: [], removal: [],
            bundle: "/etc/ssl/certs/ca-certificates.crt"),
    ]
    private static let fileName = "sluice-device-ca.crt"
    /// Largest bundle that is read, in bytes: the usual one has 220,000.
    static let maxBundleBytes = 8 << 20

    /// The store of this system; nil where it is none that we know.
    static func find() -> SystemStore? {
        layouts.first { access($0.folder, F_OK) == 0 && ChildProgram.find($0.program) != nil }.map {
            SystemStore(layout: $0)
        }
    }

    /// The file with all roots that the system trusts; nil where there is none that we know.
    static func bundle() -> String? {
        layouts.map(\.bundle).first { access($0, R_OK) == 0 } ?? ["/etc/ssl/cert.pem"].first { access($0, R_OK) == 0 }
    }

    /// Whether the system's roots hold ours.
    static func isTrusted(_ root: RootCertificate) -> Bool {
        guard let path = bundle(), let bytes = try? FileBytes.read(path, max: maxBundleBytes) else { return false }
        return root.isIn(bundle: bytes)
    }

    var place: String { layout.folder + "/" + Self.fileName }

    func standing(_ root: RootCertificate) -> TrustStanding {
        let isThere = (try? RootCertificate(pem: FileBytes.read(place, max: 1 << 16))) == root
        if Self.isTrusted(root) {
            return isThere ? .trusted : .idle("it is in \(layout.bundle), but not in \(layout.folder)")
        }
        return isThere ? .idle("\(layout.bundle) does not have it yet; run as root: \(layout.program)") : .absent
    }

    func install(_ root: RootCertificate) throws(TrustFailure) -> TrustRecord.Entry {
        do throws(FileProblem) {
            try FileBytes.write(Array(root.pem.utf8), to: place, mode: 0o644)
        } catch {
            throw TrustFailure(reason: "\(error)", command: "")
        }
        // The mode above is under the umask, and everyone reads this one.
        chmod(place, 0o644)
        try takeUp(layout.arguments)
        guard Self.isTrusted(root) else {
            throw TrustFailure(
                reason: "\(layout.program) ran, and \(layout.bundle) does not hold the root", command: layout.program)
        }
        return TrustRecord.Entry(
            kind: kind, place: place, name: Self.fileName, fingerprint: root.fingerprint, isPlaceOurs: false)
    }

    func remove(_ entry: TrustRecord.Entry) throws(TrustFailure) {
        if let bytes = try? FileBytes.read(place, max: 1 << 16) {
            guard let there = try? RootCertificate(pem: bytes), there.fingerprint == entry.fingerprint else {
                throw TrustFailure(
                    reason: "\(place) holds another certificate than we put there", command: "rm \(place)")
            }
            if unlink(place) != 0 {
                throw TrustFailure(reason: "\(place): \(String(cString: strerror(errno)))", command: "rm \(place)")
            }
        }
        try takeUp(layout.removal)
    }

    private func takeUp(_ arguments: [String]) throws(TrustFailure) {
        let command = ([layout.program] + arguments).joined(separator: " ")
        guard let program = ChildProgram.find(layout.program) else {
            throw TrustFailure(reason: "\(layout.program) is not installed", command: command)
        }
        do throws(AgentProblem) {
            let result = try ChildProgram.run(program, arguments)
            guard result.status == 0 else { throw AgentProblem("\(layout.program): \(result.lastLine)") }
        } catch {
            throw TrustFailure(reason: "\(error)", command: command)
        }
    }
}
