/// An AI service that the catalogue has no facts about. Its use is counted, so that it can be seen, and it is unapproved; nothing is
/// intercepted.
public struct WatchedService: Sendable, Hashable, Codable {
    /// Name for people.
    public var name: String
    /// Host names in lower case; `*.example.com` stands for every name below.
    public var hosts: [String]

    /// Most services.
    public static let maxServices = 2_000
    /// Most hosts of one service.
    public static let maxHosts = 32

    /// Takes the values as they are.
    public init(name: String, hosts: [String]) {
        self.name = name
        self.hosts = hosts
    }
}

/// The services that are watched, by host.
public struct WatchList: Sendable {
    private let exact: [String: String]
    /// Names below which every host belongs to a service: ".example.com".
    private let below: [String: String]
    /// All hosts, sorted.
    public let hosts: [String]

    /// Nothing watched.
    public static let empty = WatchList()

    private init() {
        exact = [:]
        below = [:]
        hosts = []
    }

    /// Checks and indexes services. Throws with the entry that is wrong.
    public init(_ services: [WatchedService]) throws(Catalogue.Failure) {
        guard services.count <= WatchedService.maxServices else {
            throw Catalogue.Failure(description: "more than \(WatchedService.maxServices) watched services")
        }
        var exact: [String: String] = [:]
        var below: [String: String] = [:]
        var hosts: [String] = []
        for service in services {
            guard !service.name.isEmpty, (1...WatchedService.maxHosts).contains(service.hosts.count) else {
                throw Catalogue.Failure(
                    description: "watched service \"\(service.name)\": a name and 1 to \(WatchedService.maxHosts) hosts"
                )
            }
            for host in service.hosts {
                let isWild = host.hasPrefix("*.")
                let name = isWild ? String(host.dropFirst(2)) : host
                guard name.contains("."), CatalogueHosts.normalised(name) == name else {
                    throw Catalogue.Failure(
                        description:
                            "watched service \"\(service.name)\": \"\(host)\" is no host name in lower case, nor one behind *."
                    )
                }
                let taken =
                    isWild
                    ? below.updateValue(service.name, forKey: "." + name)
                    : exact.updateValue(service.name, forKey: name)
                guard taken == nil else {
                    throw Catalogue.Failure(description: "\"\(host)\" is watched twice")
                }
                hosts.append(host)
            }
        }
        self.exact = exact
        self.below = below
        self.hosts = hosts.sorted()
    }

    /// The name of the service that a host belongs to. The host is compared as `CatalogueHosts.normalised` gives it.
    public func service(at host: String) -> String? {
        if let name = exact[host] { return name }
        var rest = host[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[dot...]
            if let name = below[String(rest)] { return name }
            rest = rest.dropFirst()
        }
        return nil
    }
}
