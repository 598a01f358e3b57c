import DeviceCA
import Glibc
import Hooks
import Packs
import Primitives
import PromptFormats

/// Firefox's file of enterprise policies: `Certificates.Install` names certificates that every profile trusts
/// (https://mozilla.github.io/policy-templates/). What else the file says stays as it is.
struct FirefoxPolicy: TrustStore {
    /// The certificate's file, which every user can read: the one in the system's store.
    let certificate: String
    let kind = "firefox-policy"
    let title = "Firefox's policies"
    let needsRoot = true
    let place = "/etc/firefox/policies/policies.json"

    /// Largest file of policies that is read, in bytes.
    static let maxBytes = 1 << 20

    /// Where Firefox is installed, or has policies already.
    static func find(certificate: String) -> FirefoxPolicy? {
        let signs = [
            "/etc/firefox/policies", "/usr/bin/firefox", "/usr/bin/firefox-esr", "/usr/lib/firefox",
            "/usr/lib64/firefox",
            "/opt/firefox", "/snap/bin/firefox", "/var/lib/flatpak/app/org.mozilla.firefox",
        ]
        return signs.contains { access($0, F_OK) == 0 } ? FirefoxPolicy(certificate: certificate) : nil
    }

    func standing(_ root: RootCertificate) -> TrustStanding {
        guard let bytes = try? FileBytes.read(place, max: Self.maxBytes) else { return .absent }
        guard (try? Self.contains(certificate, in: bytes)) == true else { return .absent }
        guard (try? RootCertificate(pem: FileBytes.read(certificate, max: 1 << 16))) == root else {
            return .idle("it names \(certificate), which is not this root")
        }
        return .trusted
    }

    func install(_ root: RootCertificate) throws(TrustFailure) -> TrustRecord.Entry {
        let isNew = access(place, F_OK) != 0
        do {
            let before = isNew ? Array("{}\n".utf8) : try FileBytes.read(place, max: Self.maxBytes)
            try Self.makeFolder()
            try FileBytes.write(try Self.adding(certificate, to: before), to: place, mode: 0o644)
            chmod(place, 0o644)
        } catch {
            throw TrustFailure(
                reason: "\(place): \(error)", command: "add \"\(certificate)\" to policies.Certificates.Install there")
        }
        return TrustRecord.Entry(
            kind: kind, place: place, name: certificate, fingerprint: root.fingerprint, isPlaceOurs: isNew)
    }

    func remove(_ entry: TrustRecord.Entry) throws(TrustFailure) {
        guard access(place, F_OK) == 0 else { return }
        do {
            let after = try Self.removing(entry.name, from: try FileBytes.read(place, max: Self.maxBytes))
            if entry.isPlaceOurs, after.allSatisfy({ $0 <= 0x20 || $0 == 0x7B || $0 == 0x7D }) {
                unlink(place)
                rmdir("/etc/firefox/policies")
                rmdir("/etc/firefox")
                return
            }
            try FileBytes.write(after, to: place, mode: 0o644)
            chmod(place, 0o644)
        } catch {
            throw TrustFailure(
                reason: "\(place): \(error)",
                command: "take \"\(entry.name)\" out of policies.Certificates.Install there")
        }
    }

    private static func makeFolder() throws(AgentProblem) {
        for folder in ["/etc/firefox", "/etc/firefox/policies"] where mkdir(folder, 0o755) != 0 && errno != EEXIST {
            throw AgentProblem("\(folder) can't be made: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: Text

    /// Whether the file's text names the certificate.
    static func contains(_ certificate: String, in text: [UInt8]) throws -> Bool {
        let tape = try parse(text)
        return element(certificate, in: tape) != nil
    }

    /// The text with the certificate in it.
    static func adding(_ certificate: String, to text: [UInt8]) throws -> [UInt8] {
        var tape = try parse(text)
        if element(certificate, in: tape) != nil { return text }
        var node = JSONTape.root
        for (key, empty) in [("policies", "{}"), ("Certificates", "{}"), ("Install", "[]")] {
            if child(node, key, tape) == nil {
                tape = try parse(SettingsText.adding(key: key, Array(empty.utf8), to: node, of: tape))
                // Places have moved: from the top again, along what is there now.
                node = try descend(to: key, in: tape)
            } else {
                node = child(node, key, tape) ?? node
            }
            guard tape.kind(node) == (key == "Install" ? .array : .object) else {
                throw AgentProblem("\"\(key)\" is of another kind than Firefox expects")
            }
        }
        return SettingsText.adding(key: nil, quoted(certificate), to: node, of: tape)
    }

    /// The text without the certificate, and without what is left empty by that.
    static func removing(_ certificate: String, from text: [UInt8]) throws -> [UInt8] {
        var tape = try parse(text)
        guard let found = element(certificate, in: tape) else { return text }
        tape = try parse(SettingsText.removing(found, from: tape))
        for path in [["policies", "Certificates", "Install"], ["policies", "Certificates"], ["policies"]] {
            var node: Int? = JSONTape.root
            for key in path { node = node.flatMap { child($0, key, tape) } }
            guard let node, Array(tape.children(of: node)).isEmpty else { break }
            tape = try parse(SettingsText.removing(node, from: tape))
        }
        return tape.bytes
    }

    private static func descend(to last: String, in tape: JSONTape) throws -> Int {
        var node = JSONTape.root
        for key in ["policies", "Certificates", "Install"] {
            guard let next = child(node, key, tape) else { break }
            node = next
            if key == last { return node }
        }
        throw AgentProblem("\"\(last)\" could not be added")
    }

    private static func child(_ node: Int, _ key: String, _ tape: JSONTape) -> Int? {
        guard tape.kind(node) == .object else { return nil }
        return Array(tape.children(of: node)).last { tape.key($0) == key }
    }

    private static func element(_ certificate: String, in tape: JSONTape) -> Int? {
        guard let policies = child(JSONTape.root, "policies", tape),
            let certificates = child(policies, "Certificates", tape),
            let list = child(certificates, "Install", tape), tape.kind(list) == .array
        else { return nil }
        return Array(tape.children(of: list)).first { node in
            let span = tape.span(node)
            return tape.kind(node) == .string && Array(tape.bytes[span.start..<span.end]) == quoted(certificate)
        }
    }

    /// A path as a JSON string. Paths of ours hold nothing that JSON escapes.
    private static func quoted(_ path: String) -> [UInt8] { Array("\"\(path)\"".utf8) }

    private static func parse(_ text: [UInt8]) throws -> JSONTape {
        let tape = try JSONParser.parse(text.allSatisfy { $0 <= 0x20 } ? Array("{}\n".utf8) : text)
        guard tape.kind(JSONTape.root) == .object else { throw AgentProblem("it holds no JSON object") }
        return tape
    }
}
