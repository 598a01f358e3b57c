import NIOConcurrencyHelpers
import NIOSSL

/// The TLS contexts of all connections to providers. Made at the first use: reading the system's roots takes milliseconds and
/// memory that an agent without TLS upstream need not spend.
public final class UpstreamTLS: Sendable {
    /// The oldest version of TLS that is spoken, to providers and, through the proxy, to clients.
    static let minimumVersion = TLSVersion.tlsv12

    private let trustFile: String?
    private let made = NIOLockedValueBox<[Bool: NIOSSLContext]>([:])

    /// Trusts the system's roots, and besides them the certificates in the PEM file `trustFile` if one is named.
    public init(trustFile: String?) { self.trustFile = trustFile }

    /// The context with which HTTP/1.1 is offered, and HTTP/2 if it is asked for.
    func context(h2: Bool = false) throws -> NIOSSLContext {
        try made.withLockedValue { made in
            if let kept = made[h2] { return kept }
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .fullVerification
            configuration.minimumTLSVersion = Self.minimumVersion
            configuration.applicationProtocols = h2 ? ["h2", "http/1.1"] : ["http/1.1"]
            if let trustFile {
                configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(trustFile))]
            }
            let context = try NIOSSLContext(configuration: configuration)
            made[h2] = context
            return context
        }
    }

    /// Whether the named file can be read; throws the library's error.
    public func check() throws {
        if let trustFile { _ = try NIOSSLCertificate.fromPEMFile(trustFile) }
    }
}
