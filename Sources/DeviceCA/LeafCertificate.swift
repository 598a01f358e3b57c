/// A certificate for one host, with the key that belongs to it. It lives in memory only.
public struct LeafCertificate: Sendable {
    /// DER: the leaf, then the intermediate. The root is what clients trust, and is not sent.
    public let chain: [[UInt8]]
    /// DER, PKCS#8.
    public let privateKey: [UInt8]
    /// Last moment at which it is valid, in seconds since 1970.
    public let notAfter: Int64
}

/// Why there is no certificate for a host, as a sentence that says what would help.
public enum LeafFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// No authority has been made yet.
    case noAuthority
    /// The intermediate is no longer valid, or not yet.
    case expired
    /// The name constraints do not cover the host.
    case outside(host: String)
    /// The text is no host name: an address, or a name that is not well formed.
    case noHostName(String)
    /// The library failed.
    case library(String)

    public var description: String {
        switch self {
        case .noAuthority: "this device has no certificate authority yet; make it with: sluice ca install"
        case .expired:
            "the device's certificate authority has expired, or the clock is wrong; make a new one with: sluice ca renew"
        case .outside(let host):
            "\(host) is outside what the device's certificate authority may vouch for; if the catalogue has that host, sign a new one with: sluice ca renew"
        case .noHostName(let text):
            "\"\(text)\" is no host name, so there is no certificate for it; name a host of the catalogue"
        case .library(let reason): "no certificate could be made: \(reason)"
        }
    }
}
