import DeviceCA
import Glibc
import Packs

/// The environment variables by which programs with roots of their own are told to trust ours.
public struct ClientVariables: Sendable {
    /// How the lines are written.
    public enum Form: String, Sendable, CaseIterable {
        /// `export NAME='value'`: sh, bash, zsh.
        case sh
        /// `set -gx NAME 'value'`
        case fish
        /// `NAME=value`: environment.d, Docker's --env-file, systemd.
        case plain
        /// One JSON object.
        case json
    }

    /// Names with their values, in order.
    public let values: [(name: String, value: String)]

    /// Programs that add a file to the roots that they know.
    static let adding = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"]
    /// Programs that take one file in the place of the roots that they know: OpenSSL (and with it Ruby, PHP, httpx), Go, rustls with native roots;
    /// requests; curl; pip; git; Cargo; AWS; gRPC; Google's CLI.
    static let replacing = [
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO",
        "AWS_CA_BUNDLE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", "HTTPLIB2_CA_CERTS",
    ]

    /// With `port`, the variables that lead through the proxy as well.
    public init(_ store: AuthorityStore, proxyPort port: Int? = nil) {
        let bundle = Self.bundle(store)
        var values = Self.adding.map { ($0, store.rootFile) } + Self.replacing.map { ($0, bundle) }
        if let port {
            let url = "http://127.0.0.1:\(port)"
            for name in ["HTTPS_PROXY", "https_proxy"] { values.append((name, url)) }
            for name in ["NO_PROXY", "no_proxy"] { values.append((name, "localhost,127.0.0.1,::1")) }
            // Node 24 and later heed the variables above only with this one.
            values.append(("NODE_USE_ENV_PROXY", "1"))
        }
        self.values = values.map { (name: $0.0, value: $0.1) }
    }

    /// The file with all roots: the system's own where it holds ours, since that one is kept up to date by the system.
    static func bundle(_ store: AuthorityStore) -> String {
        if let root = try? RootCertificate(pem: FileBytes.read(store.rootFile, max: 1 << 16)),
            SystemStore.isTrusted(root), let path = SystemStore.bundle()
        {
            return path
        }
        return store.bundleFile
    }

    /// The lines.
    public func text(_ form: Form) -> String {
        switch form {
        case .sh: values.map { "export \($0.name)=\(Shell.word($0.value))\n" }.joined()
        case .fish: values.map { "set -gx \($0.name) \(Shell.word($0.value))\n" }.joined()
        case .plain: values.map { "\($0.name)=\($0.value)\n" }.joined()
        case .json:
            "{" + values.map { "\"\($0.name)\":\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}

/// The file with the system's roots and ours.
enum CombinedBundle {
    /// Writes it anew where it is missing or older than what it is made of. Throws where the system has no roots that we know of.
    static func refresh(_ store: AuthorityStore, _ root: RootCertificate) throws(AgentProblem) {
        guard let path = SystemStore.bundle() else {
            throw AgentProblem("no file with the system's roots was found; install the package ca-certificates")
        }
        do throws(FileProblem) {
            let system = try FileBytes.read(path, max: SystemStore.maxBundleBytes)
            var bytes = system
            if bytes.last != 0x0A { bytes.append(0x0A) }
            if !root.isIn(bundle: system) { bytes += Array(root.pem.utf8) }
            if let old = try? FileBytes.read(store.bundleFile, max: SystemStore.maxBundleBytes * 2), old == bytes {
                return
            }
            try FileBytes.write(bytes, to: store.bundleFile, mode: 0o600)
        } catch {
            throw AgentProblem("\(error)")
        }
    }
}
