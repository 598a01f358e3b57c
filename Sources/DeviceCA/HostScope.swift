/// The hosts that the device's authority may vouch for: subtrees of the domain name system, from the catalogue's hosts.
///
/// Name constraints (RFC 5280, section 4.2.1.10) know whole subtrees only: "api.openai.com" covers that name and everything below it.
public struct HostScope: Sendable, Hashable {
    /// Permitted names in lower case, sorted, none below another.
    public let subtrees: [String]
    /// Patterns that no narrow subtree covers, as they were given; their hosts can't be intercepted.
    public let uncovered: [String]

    /// Most subtrees: verifiers bound the work that they spend on them, and clients get the certificate in each handshake.
    public static let maxSubtrees = 1_024

    /// Takes hosts as the catalogue writes them: `*` stands for any run of characters, a port or a path is left out of account. Addresses and
    /// names of this machine are passed over, since no traffic to them is intercepted.
    public init(catalogueHosts: [String]) {
        var names: Set<String> = []
        var uncovered: Set<String> = []
        for entry in catalogueHosts {
            let host = String(entry.prefix { $0 != "/" && $0 != ":" }).lowercased()
            guard !Self.isLocal(host) else { continue }
            let found = Self.expanded(host)
            if found.isEmpty { uncovered.insert(entry) }
            names.formUnion(found)
        }
        let all = names.sorted()
        let widest = all.filter { name in !Self.parents(of: name).contains { names.contains($0) } }
        subtrees = Array(widest.prefix(Self.maxSubtrees))
        self.uncovered = uncovered.sorted() + widest.dropFirst(Self.maxSubtrees)
    }

    /// Takes subtrees as a certificate has them.
    init(subtrees: [String]) {
        self.subtrees = subtrees.map { $0.lowercased() }.sorted()
        uncovered = []
    }

    /// Whether a certificate for the host may be issued. The host is taken without regard to case; a name that is not well formed is not covered.
    public func covers(_ host: String) -> Bool {
        guard let name = HostName(host) else { return false }
        return has(name.text) || Self.parents(of: name.text).contains { has($0) }
    }

    private func has(_ name: String) -> Bool {
        var low = 0
        var high = subtrees.count
        while low < high {
            let middle = (low + high) / 2
            if subtrees[middle] == name { return true }
            if subtrees[middle] < name { low = middle + 1 } else { high = middle }
        }
        return false
    }

    /// All names above this one, nearest first.
    private static func parents(of name: String) -> [String] {
        var rest = name[...]
        var out: [String] = []
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            out.append(String(rest))
        }
        return out
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host.hasPrefix("[")
            || !host.isEmpty && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// The subtrees for one host or pattern; empty where only a subtree that is far wider than the pattern would do.
    private static func expanded(_ host: String) -> [String] {
        guard host.contains("*") else { return HostName(host).map { [$0.text] } ?? [] }
        if host.hasPrefix("*."), let name = HostName(String(host.dropFirst(2))), name.labelCount >= 2 {
            return [name.text]
        }
        guard host.filter({ $0 == "*" }).count == 1, let regions = CloudRegions.regions(for: host) else { return [] }
        return regions.compactMap { HostName(host.replacing("*", with: $0))?.text }
    }
}

/// The name of a host that a certificate can carry: letters, digits and hyphens in labels (RFC 1123), at least two labels.
struct HostName: Hashable {
    /// In lower case, without the dot of the root.
    let text: String

    /// Longest name, in characters (RFC 1035).
    static let maxCharacters = 253
    /// Longest label, in characters (RFC 1035).
    static let maxLabelCharacters = 63

    /// Nil for an address, a name of one label and whatever is not well formed.
    init?(_ host: String) {
        var lower = host.prefix(Self.maxCharacters + 2).lowercased()
        if lower.hasSuffix(".") { lower.removeLast() }
        guard lower.utf8.count <= Self.maxCharacters else { return nil }
        let labels = lower.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(Self.isLabel) else { return nil }
        // A last label of digits makes an address.
        guard let last = labels.last, !last.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        text = lower
    }

    /// How many labels it has.
    var labelCount: Int { text.utf8.count { $0 == 0x2E } + 1 }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...maxLabelCharacters).contains(label.count), label.first != 0x2D, label.last != 0x2D else {
            return false
        }
        return label.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
