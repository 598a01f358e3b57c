import Gateway
import Glibc
import Logging
import Packs

/// How an agent is set up: defaults, then the user's agent.toml, then flags, then the managed agent.toml.
public struct AgentSettings: Sendable, Hashable {
    /// Port of the gateway, 0 for any.
    public var port = 7788
    /// Pack file or rule sources; nil searches for the default pack.
    public var pack: String?
    /// Which of the pack's rules are in use.
    public var selection = RuleSelection()
    /// Policy file; nil takes the standard one.
    public var policy: String?
    /// Base URL of each provider that differs from the standard one. A key with a dot is a host of the catalogue: what the proxy is asked to
    /// send there goes to that address.
    public var upstreams: [String: UpstreamAddress] = [:]
    /// Ports that the proxy connects to, besides 443 and 80.
    public var proxyPorts: Set<Int> = []
    /// Certificate authorities to trust besides the system's, for providers and collector.
    public var upstreamCAFile: String?
    /// Where events are delivered; nil keeps them in the journal.
    public var collector: UpstreamAddress?
    /// File that holds the token for the collector.
    public var enrolmentTokenFile: String?
    /// Whether a hook lets a call pass where it can't be inspected. Off: what can't be inspected is stopped.
    public var hooksFailOpen = false
    /// Whether the clipboard of this session is watched, where there is one.
    public var clipboard = true
    /// Whether the desktop's notifications are used.
    public var notifications = true
    /// Further AI applications by process or window class, and further titles of AI sites.
    public var clipboardApplications: [String] = []
    public var clipboardTitles: [String] = []
    /// What is logged.
    public var logLevel = Logger.Level.info
    /// Folders.
    public var paths: AgentPaths

    /// The gateway's port where nothing else is said.
    public static let standardPort = 7788
    /// Most programs and titles that the clipboard's section may add, each.
    public static let maxPrograms = 256
    /// Largest settings file that is read, in bytes.
    public static let maxFileBytes = 256 << 10

    /// Most ports that may be named for the proxy.
    public static let maxProxyPorts = 64

    /// The defaults.
    public init(paths: AgentPaths = AgentPaths()) {
        self.paths = paths
    }

    /// Values that a layer sets; nil where it says nothing.
    public struct Layer: Sendable {
        public var port: Int?
        public var pack: String?
        public var locales: Set<String>?
        public var withoutLocales: Set<String>?
        public var rulesOn: [String]?
        public var rulesOff: [String]?
        public var policy: String?
        public var stateFolder: String?
        public var runtimeFolder: String?
        public var upstreams: [String: UpstreamAddress] = [:]
        public var proxyPorts: Set<Int>?
        public var upstreamCAFile: String?
        public var collector: UpstreamAddress?
        public var enrolmentTokenFile: String?
        public var hooksFailOpen: Bool?
        public var clipboard: Bool?
        public var notifications: Bool?
        public var clipboardApplications: [String]?
        public var clipboardTitles: [String]?
        public var logLevel: Logger.Level?

        /// A layer that says nothing.
        public init() {}
    }

    /// Puts a layer over what was said before.
    public mutating func apply(_ layer: Layer) {
        port = layer.port ?? port
        pack = layer.pack ?? pack
        selection.locales = layer.locales ?? selection.locales
        selection.withoutLocales = layer.withoutLocales ?? selection.withoutLocales
        selection.on = layer.rulesOn ?? selection.on
        selection.off = layer.rulesOff ?? selection.off
        policy = layer.policy ?? policy
        paths.state = layer.stateFolder ?? paths.state
        paths.runtime = layer.runtimeFolder ?? paths.runtime
        if layer.runtimeFolder != nil { paths.runtimeIsSubstitute = false }
        upstreams.merge(layer.upstreams) { _, new in new }
        proxyPorts = layer.proxyPorts ?? proxyPorts
        upstreamCAFile = layer.upstreamCAFile ?? upstreamCAFile
        collector = layer.collector ?? collector
        enrolmentTokenFile = layer.enrolmentTokenFile ?? enrolmentTokenFile
        hooksFailOpen = layer.hooksFailOpen ?? hooksFailOpen
        clipboard = layer.clipboard ?? clipboard
        notifications = layer.notifications ?? notifications
        clipboardApplications = layer.clipboardApplications ?? clipboardApplications
        clipboardTitles = layer.clipboardTitles ?? clipboardTitles
        logLevel = layer.logLevel ?? logLevel
    }

    /// Reads all layers. `file` is what `--config` named: then it has to be there.
    public static func load(file: String?, flags: Layer, paths: AgentPaths = AgentPaths()) throws -> AgentSettings {
        var settings = AgentSettings(paths: paths)
        if let path = file ?? (access(paths.settingsFile, F_OK) == 0 ? paths.settingsFile : nil) {
            settings.apply(try layer(ofFile: path))
        }
        settings.apply(flags)
        if access(AgentPaths.managedFile, F_OK) == 0 { settings.apply(try layer(ofFile: AgentPaths.managedFile)) }
        return settings
    }

    private static func layer(ofFile path: String) throws -> Layer {
        try layer(FileBytes.read(path, max: maxFileBytes), named: path)
    }

    /// Reads the text of an agent.toml. Throws `SourceMistakes`, each with line and column.
    public static func layer(_ bytes: [UInt8], named name: String) throws -> Layer {
        let list = MistakeList(file: name)
        var reader = ConfigurationReader(try ConfigurationTable.parse(bytes, file: name), named: "agent.toml", list)
        var layer = Layer()
        layer.port = reader.integer("port", in: 0...65_535)
        layer.pack = reader.string("pack")
        layer.policy = reader.string("policy")
        layer.stateFolder = absolute(&reader, "state_dir")
        layer.runtimeFolder = absolute(&reader, "runtime_dir")
        layer.upstreamCAFile = reader.string("upstream_ca_file")
        layer.logLevel = reader.choice("log_level")
        if var table = reader.table("scan") { scan(&table, &layer) }
        if var hooks = reader.table("hooks") {
            layer.hooksFailOpen = hooks.bool("fail_open")
            hooks.finish()
        }
        if var clipboard = reader.table("clipboard") {
            layer.clipboard = clipboard.bool("watch")
            layer.notifications = clipboard.bool("notifications")
            layer.clipboardApplications = clipboard.strings("applications", max: maxPrograms)?.map(\.text)
            layer.clipboardTitles = clipboard.strings("titles", max: maxPrograms)?.map(\.text)
            clipboard.finish()
        }
        if var collector = reader.table("collector") {
            layer.collector = address(&collector, "url")
            layer.enrolmentTokenFile = collector.string("enrolment_token_file")
            collector.finish()
        }
        if var upstreams = reader.table("upstream") {
            for entry in upstreams.table.entries {
                layer.upstreams[entry.key] = address(&upstreams, entry.key)
            }
        }
        if var proxy = reader.table("proxy") {
            layer.proxyPorts = proxy.integers("ports", in: 1...65_535, max: maxProxyPorts).map(Set.init)
            proxy.finish()
        }
        reader.finish()
        try list.check()
        return layer
    }

    private static func scan(_ reader: inout ConfigurationReader, _ layer: inout Layer) {
        func countries(_ key: String) -> Set<String>? {
            reader.strings(key, max: RuleSelection.maxEntries).map { list in
                for (text, position) in list where !RuleSelection.isCountry(text) {
                    reader.mistakes.add(
                        position, "\"\(text)\" is no country", mend: "write its ISO 3166 code in lower case: \"de\"")
                }
                return Set(list.map(\.text))
            }
        }
        layer.locales = countries("locales")
        layer.withoutLocales = countries("without_locales")
        layer.rulesOn = reader.strings("rules_on", max: RuleSelection.maxEntries)?.map(\.text)
        layer.rulesOff = reader.strings("rules_off", max: RuleSelection.maxEntries)?.map(\.text)
        reader.finish()
    }

    private static func address(_ reader: inout ConfigurationReader, _ key: String) -> UpstreamAddress? {
        guard let text = reader.string(key) else { return nil }
        do throws(UpstreamAddress.Problem) {
            return try UpstreamAddress(text)
        } catch {
            reader.mistakes.add(reader.position(of: key), "\"\(key)\" is not usable: \(error)")
            return nil
        }
    }

    private static func absolute(_ reader: inout ConfigurationReader, _ key: String) -> String? {
        guard let path = reader.string(key) else { return nil }
        if path.hasPrefix("/") { return path }
        reader.mistakes.add(reader.position(of: key), "\"\(key)\" is not an absolute path", mend: "begin it with /")
        return nil
    }

    /// The token for the collector, without the line end. Throws when the file is missing, empty or too large.
    func enrolmentToken() throws(AgentProblem) -> String? {
        guard let path = enrolmentTokenFile else { return nil }
        do throws(FileProblem) {
            var bytes = try FileBytes.read(path, max: 4096)[...]
            while let last = bytes.last, [0x0A, 0x0D, 0x20].contains(last) { bytes = bytes.dropLast() }
            guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw FileProblem(path: path, reason: "it holds no token of plain characters")
            }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw AgentProblem("the enrolment token can't be read: \(error)")
        }
    }
}
