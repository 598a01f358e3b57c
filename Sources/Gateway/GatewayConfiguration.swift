import Inspection
import Logging
import Policy
import PromptFormats

/// One provider that the gateway serves under `/<id>/`.
public struct GatewayRoute: Sendable, Hashable {
    /// Id of the provider in the catalogue; the first part of the path.
    public var provider: String
    /// Id of the provider's surface in the catalogue.
    public var surface: String
    /// Where requests go.
    public var upstream: UpstreamAddress
    /// Host that the client named, where it named one; requests keep it although they may go elsewhere.
    var host: String?

    /// Takes the values as they are.
    public init(provider: String, surface: String, upstream: UpstreamAddress) {
        self.init(provider: provider, surface: surface, upstream: upstream, host: nil)
    }

    /// Value of the Host field.
    var authority: String { host ?? upstream.authority }

    /// The provider's host without a port.
    var hostName: String {
        guard let host else { return upstream.host }
        guard let colon = host.lastIndex(of: ":"), host.last != "]" else { return host }
        return String(host[..<colon])
    }

    init(provider: String, surface: String, upstream: UpstreamAddress, host: String?) {
        self.provider = provider
        self.surface = surface
        self.upstream = upstream
        self.host = host
    }
}

/// How the gateway is set up. None of it changes while it runs.
public struct GatewayConfiguration: Sendable {
    /// Port on 127.0.0.1 (and on ::1, where that is to be had); 0 takes any free one.
    public var port: Int
    /// The providers.
    public var routes: [GatewayRoute]
    /// The user whose programs are served.
    public var uid: UInt32
    /// PEM file with certificate authorities to trust besides the system's.
    public var trustFile: String?
    /// How the forward proxy is set up; nil for none.
    public var proxy: ProxyConfiguration?

    /// Takes the values as they are.
    public init(
        port: Int, routes: [GatewayRoute], uid: UInt32, trustFile: String? = nil, proxy: ProxyConfiguration? = nil
    ) {
        self.port = port
        self.routes = routes
        self.uid = uid
        self.trustFile = trustFile
        self.proxy = proxy
    }
}

/// What the gateway asks of the parts above it.
public struct GatewayServices: Sendable {
    /// The line that every prompt passes.
    public var inspector: any Inspecting
    /// The vault's side of replies, within a scope.
    public var resolver: @Sendable (RestoreScope) -> any PlaceholderResolving
    /// Key under which credentials and conversations are told apart; never leaves the process.
    public var scopeKey: [UInt8]
    /// The hosts whose TLS ends at the gate, as the catalogue in force has them.
    public var hosts: @Sendable () -> CatalogueHosts
    /// Login name of the user.
    public var user: String
    /// Groups of the system's directory that the user belongs to now.
    public var groups: @Sendable () -> [String]
    /// Told of each tunnel when it has ended.
    public var tunnelEnded: @Sendable (TunnelUse) -> Void
    /// Where log lines go. They hold no content, no value of a header field and no query.
    public var logger: Logger

    /// Takes the values as they are.
    public init(
        inspector: any Inspecting, resolver: @escaping @Sendable (RestoreScope) -> any PlaceholderResolving,
        scopeKey: [UInt8], hosts: @escaping @Sendable () -> CatalogueHosts = { CatalogueHosts() }, user: String,
        groups: @escaping @Sendable () -> [String] = { [] },
        tunnelEnded: @escaping @Sendable (TunnelUse) -> Void = { _ in }, logger: Logger
    ) {
        self.inspector = inspector
        self.resolver = resolver
        self.scopeKey = scopeKey
        self.hosts = hosts
        self.user = user
        self.groups = groups
        self.tunnelEnded = tunnelEnded
        self.logger = logger
    }
}

/// A connection that passed without a look inside.
public struct TunnelUse: Sendable, Hashable {
    /// Host that the client named, normalised.
    public var host: String
    /// The program as it names itself; outside input.
    public var application: String?
    /// Bytes from the client.
    public var bytesOut: Int
    /// Bytes from the server.
    public var bytesIn: Int
}
