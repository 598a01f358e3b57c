import DeviceCA
import Gateway
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Packs

/// `sluice agent doctor`: what is as it should be, what is not, and what to do about it.
public struct Doctor: Sendable {
    /// One line of the report.
    public struct Line: Sendable, Hashable {
        /// How bad it is.
        public enum Mark: String, Sendable {
            case good, note, problem
        }

        public var mark: Mark
        public var text: String
        /// What to do; empty when there is nothing to do.
        public var next: String

        /// Takes the values as they are.
        public init(mark: Mark, text: String, next: String) {
            self.mark = mark
            self.text = text
            self.next = next
        }
    }

    let settings: AgentSettings
    let environment: @Sendable (String) -> String?

    /// Looks at an installation as the settings have it.
    public init(
        _ settings: AgentSettings,
        environment: @escaping @Sendable (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) {
        self.settings = settings
        self.environment = environment
    }

    /// Looks at everything.
    public func examine() async -> [Line] {
        let status = try? ControlClient(path: settings.paths.socket, seconds: 5).ask(ControlQuestion(.status)).status
        var lines = running(status)
        if let status { lines.append(await Self.proxyScript(status.port)) }
        lines += files()
        lines += policy(status)
        lines += events(status)
        if status == nil { lines += await collector() }
        lines += clients(status)
        lines += certificates(status)
        lines += standing(status)
        return lines
    }

    // MARK: Parts

    private func running(_ status: AgentStatus?) -> [Line] {
        guard let status else {
            return [
                Line(
                    mark: .problem, text: "No agent answers at \(settings.paths.socket).",
                    next: "Start it: sluice agent run")
            ]
        }
        var lines = [
            Line(
                mark: .good,
                text:
                    "Agent \(status.version) runs as process \(status.pid); gateway on http://127.0.0.1:\(status.port).",
                next: "")
        ]
        if !Self.listens("::1", status.port) {
            lines.append(
                Line(
                    mark: .note, text: "Nothing listens on [::1]:\(status.port), where \"localhost\" may lead first.",
                    next: "Use 127.0.0.1 in base URLs."))
        }
        if let failure = status.reloadFailure {
            lines.append(
                Line(
                    mark: .problem, text: "The last reload failed: \(failure)",
                    next: "Mend the file, then: sluice agent reload"))
        }
        if !status.memoryIsClosed {
            lines.append(
                Line(
                    mark: .note, text: "Other programs of this user may read the agent's memory.",
                    next: "See the log for the cause."))
        }
        return lines
    }

    /// Asks for the browsers' script as a browser does.
    private static func proxyScript(_ port: Int) async -> Line {
        let url = "http://127.0.0.1:\(port)"
        guard let address = try? UpstreamAddress(url) else {
            return Line(mark: .problem, text: "The proxy has no port.", next: "Start the agent again.")
        }
        let client = OutboundClient(address, trustFile: nil, group: MultiThreadedEventLoopGroup.singleton)
        let reply = try? await client.send(
            .GET, "/proxy.pac", headers: [], body: [], within: .seconds(5), maxReplyBytes: 1 << 20)
        await client.close()
        guard let reply, reply.status == 200 else {
            return Line(
                mark: .problem, text: "\(url)/proxy.pac is not answered, so browsers reach providers uninspected.",
                next: "See the log of the agent.")
        }
        return Line(
            mark: .good, text: "Forward proxy on \(url); the script for browsers is \(url)/proxy.pac.", next: "")
    }

    private func files() -> [Line] {
        var lines: [Line] = []
        let paths = settings.paths
        let folders = [paths.state, paths.runtime]
        for path in folders + [paths.deviceKey, paths.journal, paths.socket] {
            guard let facts = FileFacts(path, followingLinks: false) else { continue }
            if facts.uid != getuid() {
                lines.append(
                    Line(
                        mark: .problem, text: "\(path) belongs to uid \(facts.uid).",
                        next: "Remove it, or name another folder."))
            } else if facts.mode & 0o077 != 0 {
                lines.append(
                    Line(mark: .problem, text: "\(path) is open to other users.", next: "Run: chmod go= \(path)"))
            }
        }
        if lines.isEmpty {
            lines.append(Line(mark: .good, text: "Files and socket are closed to other users.", next: ""))
        }
        if paths.runtimeIsSubstitute {
            lines.append(
                Line(
                    mark: .note, text: "XDG_RUNTIME_DIR is not set; socket and port file are in \(paths.runtime).",
                    next: "Log in through a session (pam_systemd), or set runtime_dir in agent.toml."))
        }
        return lines
    }

    private func policy(_ status: AgentStatus?) -> [Line] {
        if let status {
            let file = status.policy.map { " with \($0)" } ?? ""
            return [
                Line(mark: .good, text: "Policy preset \(status.preset)\(file).", next: ""),
                Line(mark: .good, text: "\(status.rules) rules from \(status.pack)\(Self.age(status.pack)).", next: ""),
            ]
        }
        do {
            let loaded = try LoadedSnapshot.load(settings)
            return [
                Line(
                    mark: .good,
                    text:
                        "Pack and policy can be loaded: preset \(loaded.preset), \(loaded.ruleCount) rules from \(loaded.packOrigin)\(Self.age(loaded.packOrigin)).",
                    next: "")
            ]
        } catch {
            return [Line(mark: .problem, text: "Pack or policy can't be loaded: \(error)", next: "Mend what is named.")]
        }
    }

    private func events(_ status: AgentStatus?) -> [Line] {
        guard let events = status?.events else { return [] }
        var lines: [Line] = []
        if let failure = events.failure {
            lines.append(
                Line(
                    mark: .problem,
                    text: "The journal can't be written (\(failure)); \(events.unrecorded) events wait in memory.",
                    next: "Free space on the volume of \(settings.paths.journal)."))
        } else {
            lines.append(Line(mark: .good, text: "The journal is in order: \(events.last) events so far.", next: ""))
        }
        if let file = events.setAside {
            lines.append(
                Line(
                    mark: .problem, text: "A damaged journal was set aside: \(file).",
                    next: "Keep it for an administrator."))
        }
        if events.lost > 0 {
            lines.append(
                Line(
                    mark: .problem, text: "\(events.lost) events were lost.",
                    next: "An event in the journal says so, too."))
        }
        let isBad = events.delivery.hasPrefix("refused") || events.delivery.hasPrefix("retrying")
        let collector = events.collector.map { "Collector \($0): " } ?? ""
        lines.append(
            Line(
                mark: isBad ? .problem : events.collector == nil ? .note : .good,
                text: "\(collector)\(events.delivery).",
                next: events.delivery.hasPrefix("refused")
                    ? "Check the token in \(settings.enrolmentTokenFile ?? "the enrolment token file")."
                    : isBad ? "Check that the collector runs; nothing is lost meanwhile." : ""))
        return lines
    }

    private func collector() async -> [Line] {
        guard let address = settings.collector else { return [] }
        let client = OutboundClient(
            address, trustFile: settings.upstreamCAFile, group: MultiThreadedEventLoopGroup.singleton)
        do {
            let reply = try await client.send(
                .GET, "/healthz", headers: [], body: [], within: .seconds(5), maxReplyBytes: 1024)
            await client.close()
            return [
                Line(
                    mark: reply.status == 200 ? .good : .problem, text: "Collector \(address) answers \(reply.status).",
                    next: "")
            ]
        } catch {
            return [Line(mark: .problem, text: "Collector: \(error)", next: "Check that it runs.")]
        }
    }

    private func clients(_ status: AgentStatus?) -> [Line] {
        let port = status?.port ?? settings.port
        let wanted = [
            ("OPENAI_BASE_URL", "http://127.0.0.1:\(port)/openai/v1"),
            ("ANTHROPIC_BASE_URL", "http://127.0.0.1:\(port)/anthropic"),
        ]
        return wanted.map { name, url in
            switch environment(name) {
            case url?, url.replacing("127.0.0.1", with: "localhost")?:
                Line(mark: .good, text: "\(name) leads through the gateway.", next: "")
            case nil:
                Line(
                    mark: .note, text: "\(name) is not set in this shell.",
                    next: "Set it for your tools: export \(name)=\(url)")
            default:
                Line(mark: .note, text: "\(name) does not lead through this gateway.", next: "export \(name)=\(url)")
            }
        }
    }

    private func certificates(_ status: AgentStatus?) -> [Line] {
        let state: CertificateStatus
        do {
            state = try status?.certificates ?? DeviceTrust(settings).status()
        } catch {
            return [Line(mark: .problem, text: "The certificate authority: \(error)", next: "Mend what is named.")]
        }
        guard state.problem == nil, let day = state.lastDay else {
            return [
                Line(
                    mark: .note,
                    text:
                        "The proxy answers for no provider: its certificate authority: \(state.problem ?? "unknown").",
                    next: "sluice ca install")
            ]
        }
        return [Line(mark: .good, text: "The certificate authority is good until \(day).", next: "")]
            + stacks(status).map(\.line)
    }

    /// Each kind of program on this machine: whether it would trust the proxy and use it. Empty without an authority.
    public func clientStacks() -> [ClientStack] {
        stacks(try? ControlClient(path: settings.paths.socket, seconds: 5).ask(ControlQuestion(.status)).status)
    }

    private func stacks(_ status: AgentStatus?) -> [ClientStack] {
        let authority = try? AuthorityStore(settings.paths).load()
        return ClientStacks(
            root: authority.map { RootCertificate(der: $0.root) }, port: status?.port ?? settings.currentPort,
            home: environment("HOME") ?? "", environment: environment
        ).examine()
    }

    private func standing(_ status: AgentStatus?) -> [Line] {
        let isManaged = access(AgentPaths.managedFile, F_OK) == 0
        return [
            isManaged
                ? Line(mark: .good, text: "Managed settings in \(AgentPaths.managedFile) are in force.", next: "")
                : Line(
                    mark: .note, text: "Unmanaged: the agent runs as you, so you can tamper with it.",
                    next: "Silence shows in the collector."),
            Line(
                mark: .note,
                text: "Not seen: tools that do not use the gateway's base URL, web chats, pictures, retyped text.",
                next: "docs/limits.md has the whole list."),
        ]
    }

    // MARK: Looks

    private static func age(_ path: String) -> String {
        guard let facts = FileFacts(path, followingLinks: true) else { return "" }
        let days = (time(nil) - facts.changed) / 86_400
        return days < 1 ? ", made today" : ", \(days) days old"
    }

    private static func listens(_ host: String, _ port: Int) -> Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: port) else { return false }
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return address.withSockAddr { connect(descriptor, $0, socklen_t($1)) == 0 }
    }
}
