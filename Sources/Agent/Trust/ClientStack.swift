import DeviceCA
import Glibc
import Packs

/// A kind of program: whether it would trust the proxy's certificates, and whether it would send its requests there.
public struct ClientStack: Codable, Sendable, Hashable {
    /// Stable: "curl", "node", "chromium".
    public var id: String
    /// For people.
    public var name: String
    /// Where it was found.
    public var path: String
    /// Whether it trusts the root; nil where that can't be told.
    public var trusts: Bool?
    /// From where it takes its roots, as far as it was looked at.
    public var roots: String
    /// Whether it sends its requests to the proxy; nil where that can't be told.
    public var usesProxy: Bool?
    /// Whether it has a list of certificates or roots of its own that no setting changes.
    public var isPinned: Bool
    /// What to do; empty when there is nothing to do.
    public var next: [String]
}

/// Looks at the kinds of programs on this machine, as this shell would start them.
struct ClientStacks: Sendable {
    let root: RootCertificate?
    let port: Int
    let home: String
    let environment: @Sendable (String) -> String?

    /// Most bytes of a settings file that are read.
    static let maxSettingsBytes = 1 << 20
    private static let envNext = "eval \"$(sluice ca env --proxy)\""

    /// The programs that are installed, in a fixed order.
    func examine() -> [ClientStack] {
        guard root != nil else { return [] }
        return [curl(), git(), python(), requests(), httpx(), node(), golang(), rust(), rustWithOwnRoots(), java()]
            .compactMap { $0 } + browsers() + editors()
    }

    // MARK: Command line and libraries

    private func curl() -> ClientStack? {
        library("curl", "curl", ["curl"], variables: ["CURL_CA_BUNDLE", "SSL_CERT_FILE"], proxy: envProxy)
    }

    private func git() -> ClientStack? {
        var stack = library("git", "git", ["git"], variables: ["GIT_SSL_CAINFO", "SSL_CERT_FILE"], proxy: envProxy)
        guard let path = stack?.path else { return nil }
        // A setting of git's own goes before the system's roots, and after its variable.
        if environment("GIT_SSL_CAINFO") == nil, let file = configured(path, "http.sslCAInfo") {
            stack?.trusts = holds(file)
            stack?.roots = "http.sslCAInfo (\(file))"
        }
        if let proxy = configured(path, "http.proxy") { stack?.usesProxy = isOurs(proxy) }
        return stack
    }

    private func configured(_ git: String, _ key: String) -> String? {
        guard let result = try? ChildProgram.run(git, ["config", "--global", "--get", key], seconds: 5),
            result.status == 0
        else { return nil }
        let line = String(decoding: result.output.prefix { $0 != 0x0A }, as: UTF8.self)
        return line.isEmpty ? nil : line
    }

    private func python() -> ClientStack? {
        library("python", "Python: ssl, urllib, aiohttp", ["python3"], variables: ["SSL_CERT_FILE"], proxy: envProxy)
    }

    private func requests() -> ClientStack? {
        library(
            "python-requests", "Python: requests, which has roots of its own (certifi)", ["python3"],
            variables: ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"], system: false, proxy: envProxy)
    }

    private func httpx() -> ClientStack? {
        library(
            "python-httpx", "Python: httpx and the providers' SDKs, which have roots of their own (certifi)",
            ["python3"],
            variables: ["SSL_CERT_FILE"], system: false, proxy: envProxy)
    }

    private func node() -> ClientStack? {
        let usesSystem =
            environment("NODE_USE_SYSTEM_CA") == "1"
            || environment("NODE_OPTIONS")?.contains("--use-system-ca") == true
        var stack = library(
            "node", "Node.js, with Claude Code, Gemini CLI, Codex", ["node"], variables: ["NODE_EXTRA_CA_CERTS"],
            system: usesSystem, proxy: envProxy)
        if environment("NODE_USE_ENV_PROXY") != "1", stack?.usesProxy == true {
            // Programs with a proxy agent of their own heed HTTPS_PROXY all the same.
            stack?.usesProxy = nil
            stack?.next.append(
                "Node 24 and later heeds HTTPS_PROXY with NODE_USE_ENV_PROXY=1; most assistants do on their own.")
        }
        return stack
    }

    private func golang() -> ClientStack? {
        library(
            "go", "Go programs (gh, terraform, kubectl)", ["go", "gh", "kubectl", "terraform"],
            variables: ["SSL_CERT_FILE"], proxy: envProxy)
    }

    private func rust() -> ClientStack? {
        library(
            "rust-native", "Rust programs with the system's roots (cargo, uv)", ["cargo", "rustc", "uv"],
            variables: ["SSL_CERT_FILE"], proxy: envProxy)
    }

    private func rustWithOwnRoots() -> ClientStack? {
        guard let path = found(["cargo", "rustc", "uv"]) else { return nil }
        return ClientStack(
            id: "rust-webpki", name: "Rust programs with built-in roots (webpki-roots)", path: path, trusts: false,
            roots: "built into the program", usesProxy: envProxy, isPinned: true,
            next: ["No setting changes built-in roots: give such a program the gateway's base URL."])
    }

    private func java() -> ClientStack? {
        guard let path = found(["java"]) else { return nil }
        let real = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let home = environment("JAVA_HOME") ?? real?.components(before: "/bin/java") ?? ""
        let stores = [
            home + "/lib/security/cacerts", home + "/jre/lib/security/cacerts", "/etc/ssl/certs/java/cacerts",
        ]
        let store = stores.first { access($0, R_OK) == 0 }
        let options = environment("JAVA_TOOL_OPTIONS") ?? ""
        var next: [String] = []
        let trusts = store.map { keystore($0, home) }
        if trusts != true {
            next.append(
                "keytool -importcert -cacerts -storepass changeit -alias sluice -file ROOT.pem (as who owns it)")
        }
        let uses = options.contains("-Dhttps.proxyHost=127.0.0.1") && options.contains("-Dhttps.proxyPort=\(port)")
        if !uses {
            next.append(
                "export JAVA_TOOL_OPTIONS=\"-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=\(port)\"; Java heeds no HTTPS_PROXY."
            )
        }
        return ClientStack(
            id: "java", name: "Java", path: path, trusts: trusts ?? nil, roots: store ?? "no key store was found",
            usesProxy: uses, isPinned: false, next: next)
    }

    /// Whether a key store holds the root; nil where it can't be read.
    private func keystore(_ path: String, _ home: String) -> Bool? {
        let tool = [home + "/bin/keytool"].first { access($0, X_OK) == 0 } ?? ChildProgram.find("keytool")
        guard let tool, let root,
            let list = try? ChildProgram.run(
                tool, ["-list", "-keystore", path, "-storepass", "changeit"], seconds: 20), list.status == 0
        else { return nil }
        return String(decoding: list.output, as: UTF8.self).contains(root.fingerprint)
    }

    // MARK: Browsers and what is built on them

    private func browsers() -> [ClientStack] {
        var out: [ClientStack] = []
        let chromium = ["chromium", "chromium-browser", "google-chrome", "brave-browser", "microsoft-edge", "vivaldi"]
        if let path = found(chromium) {
            let stores = NSSStore.find(home: home).filter { $0.owner.hasPrefix("Chromium") }
            out.append(browser("chromium", "Chromium, Chrome, Edge, Brave", path, stores, uses: chromiumProxy))
        }
        if let path = found(["firefox", "firefox-esr"]) {
            var stores: [any TrustStore] = NSSStore.find(home: home).filter { $0.owner.hasPrefix("Firefox") }
            if let system = SystemStore.find(), let policy = FirefoxPolicy.find(certificate: system.place) {
                stores.append(policy)
            }
            out.append(browser("firefox", "Firefox", path, stores, uses: firefoxProxy))
        }
        return out
    }

    private func browser(
        _ id: String, _ name: String, _ path: String, _ stores: [any TrustStore], uses: Bool?
    ) -> ClientStack {
        let trusting = root.flatMap { root in stores.first { $0.standing(root) == .trusted } }
        var next = trusting == nil ? ["sluice ca install"] : []
        if uses != true {
            next.append("Set the automatic proxy configuration to http://127.0.0.1:\(port)/proxy.pac")
        }
        return ClientStack(
            id: id, name: name, path: path, trusts: trusting != nil,
            roots: trusting?.place ?? stores.first?.place ?? "no certificate database was found", usesProxy: uses,
            isPinned: false, next: next)
    }

    /// Chromium takes the proxy from policies, else from the desktop, else from the environment.
    private var chromiumProxy: Bool? {
        for folder in ["/etc/chromium/policies/managed", "/etc/opt/chrome/policies/managed"] {
            for file in NSSStore.entries(in: folder) where mentionsPAC(file) { return true }
        }
        return desktopProxy ?? envProxy
    }

    private var firefoxProxy: Bool? {
        if mentionsPAC("/etc/firefox/policies/policies.json") { return true }
        for base in ["/.mozilla/firefox", "/.config/mozilla/firefox", "/snap/firefox/common/.mozilla/firefox"] {
            for profile in NSSStore.entries(in: home + base) where mentionsPAC(profile + "/prefs.js") { return true }
        }
        return desktopProxy ?? envProxy
    }

    /// What the desktop's settings say; nil where there are none, or no word of a proxy.
    private var desktopProxy: Bool? {
        guard environment("DBUS_SESSION_BUS_ADDRESS") != nil, let tool = ChildProgram.find("gsettings"),
            let result = try? ChildProgram.run(tool, ["get", "org.gnome.system.proxy", "autoconfig-url"], seconds: 5),
            result.status == 0, result.output.count > 4
        else { return nil }
        return String(decoding: result.output, as: UTF8.self).contains("127.0.0.1:\(port)/proxy.pac")
    }

    private func mentionsPAC(_ path: String) -> Bool {
        guard let bytes = try? FileBytes.read(path, max: Self.maxSettingsBytes) else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains("127.0.0.1:\(port)/proxy.pac") || text.contains("http://127.0.0.1:\(port)\"")
    }

    /// Editors on Electron: windows take roots and proxy as Chromium does, extensions as Node does, with the editor's settings over both.
    private func editors() -> [ClientStack] {
        let known = [("code", "VS Code", "Code"), ("cursor", "Cursor", "Cursor"), ("windsurf", "Windsurf", "Windsurf")]
        return known.compactMap { program, name, folder in
            guard let path = found([program]) else { return nil }
            let settings = home + "/.config/\(folder)/User/settings.json"
            let text = (try? FileBytes.read(settings, max: Self.maxSettingsBytes)).map {
                String(decoding: $0, as: UTF8.self)
            }
            let inChromium = root.map { NSSStore.find(home: home)[0].standing($0) == .trusted } ?? false
            let inNode = root.map { SystemStore.isTrusted($0) } == true || holds(environment("NODE_EXTRA_CA_CERTS"))
            let uses = text?.contains("127.0.0.1:\(port)") == true ? true : envProxy
            var next: [String] = []
            if !inChromium { next.append("sluice ca install") }
            if !inNode { next.append("sudo sluice ca install (its extensions read the system's roots)") }
            if uses != true { next.append("In \(settings): \"http.proxy\": \"http://127.0.0.1:\(port)\"") }
            return ClientStack(
                id: program, name: "\(name) and its extensions", path: path, trusts: inChromium && inNode,
                roots: "\(home)/.pki/nssdb for windows, the system's for extensions", usesProxy: uses, isPinned: false,
                next: next)
        }
    }

    // MARK: Looks

    /// A program that reads roots from a file that variables name, else from the system.
    private func library(
        _ id: String, _ name: String, _ programs: [String], variables: [String], system: Bool = true, proxy: Bool?
    ) -> ClientStack? {
        guard let path = found(programs) else { return nil }
        let trusts: Bool
        let roots: String
        if let variable = variables.first(where: { environment($0)?.isEmpty == false }) {
            trusts = holds(environment(variable))
            roots = "$\(variable) (\(environment(variable) ?? ""))"
        } else if system {
            trusts = root.map(SystemStore.isTrusted) ?? false
            roots = "the system's roots (\(SystemStore.bundle() ?? "not found"))"
        } else {
            trusts = false
            roots = "built in; $\(variables[0]) is not set in this shell"
        }
        var next: [String] = []
        if !trusts || proxy != true { next.append(Self.envNext) }
        if !trusts, system { next.append("sudo sluice ca install") }
        return ClientStack(
            id: id, name: name, path: path, trusts: trusts, roots: roots, usesProxy: proxy ?? false, isPinned: false,
            next: next)
    }

    private func holds(_ path: String?) -> Bool {
        guard let path, let root, let bytes = try? FileBytes.read(path, max: SystemStore.maxBundleBytes) else {
            return false
        }
        return root.isIn(bundle: bytes)
    }

    /// Whether the environment leads to the proxy; nil where it says nothing.
    private var envProxy: Bool? {
        for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            if let value = environment(name), !value.isEmpty { return isOurs(value) }
        }
        return nil
    }

    private func isOurs(_ url: String) -> Bool {
        let bare = url.hasSuffix("/") ? String(url.dropLast()) : url
        return ["127.0.0.1", "localhost", "[::1]"].contains {
            bare == "http://\($0):\(port)" || bare == "\($0):\(port)"
        }
    }

    private func found(_ names: [String]) -> String? { names.lazy.compactMap(ChildProgram.find).first }
}

extension String {
    /// What stands before the last occurrence of an end; nil where it does not end so.
    fileprivate func components(before end: String) -> String? { hasSuffix(end) ? String(dropLast(end.count)) : nil }
}

extension ClientStack {
    /// As a line of the report.
    var line: TrustLine {
        let trust =
            switch trusts {
            case true?: "trusts the proxy"
            case false?: "does not trust the proxy"
            case nil: "may or may not trust the proxy"
            }
        let use =
            switch usesProxy {
            case true?: "uses it"
            case false?: "does not use it"
            case nil: "may or may not use it"
            }
        let pin = isPinned ? ", and can't be told to" : ""
        return TrustLine(
            mark: trusts == true && usesProxy == true ? .good : .note,
            text: "\(name): \(trust)\(pin), \(use) (\(roots)).", next: next.joined(separator: "; "))
    }
}
