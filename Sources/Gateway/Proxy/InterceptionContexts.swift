import NIOConcurrencyHelpers
import NIOSSL

/// The TLS contexts with which the gate answers for catalogue hosts: one a host, the ones used last kept.
final class InterceptionContexts: Sendable {
    private struct Entry {
        var context: NIOSSLContext
        var certificate: [UInt8]
        var used: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let issuer: any LeafIssuing
    private let state = NIOLockedValueBox(State())

    init(_ issuer: any LeafIssuing) { self.issuer = issuer }

    /// Contexts that are kept.
    var count: Int { state.withLockedValue { $0.entries.count } }

    /// The context for a host; a new one when the issuer has another certificate for it. Throws what the issuer or the library says.
    func context(for host: String) throws -> NIOSSLContext {
        let leaf = try issuer.issue(for: host)
        let certificate = leaf.chain.first ?? []
        let kept = state.withLockedValue { state -> NIOSSLContext? in
            guard let entry = state.entries[host], entry.certificate == certificate else { return nil }
            state.clock += 1
            state.entries[host]?.used = state.clock
            return entry.context
        }
        if let kept { return kept }
        let context = try make(leaf)
        state.withLockedValue { state in
            state.clock += 1
            if state.entries.count >= GatewayLimits.maxInterceptionContexts,
                let oldest = state.entries.min(by: { $0.value.used < $1.value.used })
            {
                state.entries.removeValue(forKey: oldest.key)
            }
            state.entries[host] = Entry(context: context, certificate: certificate, used: state.clock)
        }
        return context
    }

    private func make(_ leaf: InterceptionLeaf) throws -> NIOSSLContext {
        let chain = try leaf.chain.map {
            NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: $0, format: .der))
        }
        let key = try NIOSSLPrivateKey(bytes: leaf.privateKey, format: .der)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        // As towards the provider: nothing weaker is offered to the client.
        configuration.minimumTLSVersion = UpstreamTLS.minimumVersion
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
