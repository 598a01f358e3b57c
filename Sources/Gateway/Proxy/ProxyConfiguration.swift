import NIOCore
import Policy

/// A certificate for one host, as the device's authority signs it.
public struct InterceptionLeaf: Sendable {
    /// Certificates in DER, the host's own first.
    public var chain: [[UInt8]]
    /// The key of the first of them, in DER.
    public var privateKey: [UInt8]

    /// Takes the values as they are.
    public init(chain: [[UInt8]], privateKey: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
    }
}

/// Makes certificates for the hosts whose TLS ends at the gate.
public protocol LeafIssuing: Sendable {
    /// A certificate for the host. Throws where the authority is not there, or may not sign for that host.
    func issue(for host: String) throws -> InterceptionLeaf
}

/// How the forward proxy is set up.
public struct ProxyConfiguration: Sendable {
    /// Ports that may be named besides 443 and 80.
    public var extraPorts: Set<Int>
    /// Where requests to a catalogue host go instead of the host itself; keys are normalised host names.
    public var overrides: [String: UpstreamAddress]
    /// Makes the certificates; nil where the device has no authority, and catalogue hosts are refused.
    public var issuer: (any LeafIssuing)?
    /// Finds addresses of names.
    var lookup: NameLookup
    /// Whether loopback may be reached: in tests, whose servers are there.
    var allowsLoopback = false

    /// Takes the values as they are.
    public init(
        extraPorts: Set<Int> = [], overrides: [String: UpstreamAddress] = [:], issuer: (any LeafIssuing)? = nil
    ) {
        self.extraPorts = extraPorts
        self.overrides = overrides
        self.issuer = issuer
        lookup = .system
    }

    /// Whether a port may be named.
    func allows(port: Int) -> Bool { port == 443 || port == 80 || extraPorts.contains(port) }
}
