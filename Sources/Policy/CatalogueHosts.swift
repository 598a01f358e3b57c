/// The hosts of a catalogue, for a channel that sees host names: which belong to an AI provider, and whose surface a request is for.
public struct CatalogueHosts: Sendable {
    /// A surface that a request is for.
    public struct Match: Sendable, Hashable {
        /// Id of the provider.
        public var provider: String
        /// Id of the provider's surface.
        public var surface: String
    }

    private struct Entry: Sendable {
        var host: Glob
        /// Empty, or a pattern that begins with `/`; it covers all paths that it is the beginning of.
        var path: Glob?
        var match: Match
        /// How much the entry says: the more, the better.
        var weight: Int
    }

    private let exact: [String: [Entry]]
    private let wild: [Entry]
    /// Host patterns in lower case, sorted, each once, without ports and paths; `*` stands for any run of characters.
    public let patterns: [String]
    /// Hosts of services that are only watched, not read; in the same form.
    public let watched: [String]

    /// No hosts.
    public init() {
        exact = [:]
        wild = []
        patterns = []
        watched = []
    }

    /// The hosts of all surfaces but those that run on the user's own machine, which no proxy is asked for.
    public init(_ catalogue: Catalogue) {
        var exact: [String: [Entry]] = [:]
        var wild: [Entry] = []
        var patterns: Set<String> = []
        for provider in catalogue.providers {
            for surface in provider.surfaces where !surface.local {
                for host in surface.hosts {
                    let name = String(host.prefix { $0 != "/" && $0 != ":" }).lowercased()
                    guard !name.isEmpty, name.contains(where: { $0 != "*" && $0 != "." }) else { continue }
                    let path = host.firstIndex(of: "/").map { String(host[$0...]) }
                    let isPattern = Glob.isPattern(name)
                    let entry = Entry(
                        host: Glob(name), path: path.map { Glob($0 + "*") },
                        match: Match(provider: provider.id, surface: surface.id),
                        weight: (isPattern ? 0 : 1 << 20) + name.utf8.count * 1024 + (path?.utf8.count ?? 0) * 2
                            + (provider.gatewaySurface == surface.id ? 1 : 0))
                    patterns.insert(name)
                    if isPattern { wild.append(entry) } else { exact[name, default: []].append(entry) }
                }
            }
        }
        self.exact = exact
        self.wild = wild
        self.patterns = patterns.sorted()
        watched = catalogue.watchList.hosts.map { $0.lowercased() }
    }

    /// Whether the host belongs to a provider. The name is compared as `normalised` gives it.
    public func contains(_ host: String) -> Bool {
        exact[host] != nil || wild.contains { $0.host.matches(Glob.folded(host)) }
    }

    /// The surface that a request is for; nil where the host is nobody's, or a provider's only under other paths.
    ///
    /// Of several that fit, the one that says most: a host without `*` before one with, the longer path, the surface that base URLs lead to.
    public func match(host: String, path: String) -> Match? {
        let name = Glob.folded(host)
        let entries = (exact[host] ?? []) + wild.filter { $0.host.matches(name) }
        guard !entries.isEmpty else { return nil }
        let bare = Glob.folded(Self.plain(path))
        var best: Entry?
        for entry in entries where entry.path?.matches(bare) ?? true {
            if entry.weight > (best?.weight ?? -1) { best = entry }
        }
        return best?.match
    }

    /// Whether people sign in at the host: what they type there is read by nobody.
    public static func isSignIn(_ host: String) -> Bool {
        ["auth", "login", "accounts"].contains(host.prefix { $0 != "." })
    }

    /// A host name for comparison: lower case, without the dot that ends a full name; nil where it holds what no host name has.
    public static func normalised(_ host: some StringProtocol) -> String? {
        var bytes = host.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        if bytes.last == 0x2E { bytes.removeLast() }
        guard (1...253).contains(bytes.count),
            !bytes.split(separator: 0x2E, omittingEmptySubsequences: false).contains([])
        else { return nil }
        let isPlain = bytes.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
        return isPlain ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// A path without query, percent escapes undone and empty segments left out, as servers may read it.
    private static func plain(_ path: String) -> String {
        let bytes = Array(path.utf8.prefix { $0 != 0x3F && $0 != 0x23 })
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            var byte = bytes[at]
            if byte == 0x25, at + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
            {
                byte = value
                at += 2
            }
            if byte != 0x2F || out.last != 0x2F { out.append(byte) }
            at += 1
        }
        return String(decoding: out, as: UTF8.self)
    }
}
