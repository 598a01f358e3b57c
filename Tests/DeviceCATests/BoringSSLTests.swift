import Glibc
import NIOCore
import NIOEmbedded
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import DeviceCA

/// What BoringSSL says of leaves under the intermediate, as Chromium, Android and gRPC see them.
@Suite struct BoringSSLTests {
    private let fixture: Fixture

    init() throws {
        // The library compares with the machine's clock.
        fixture = try Fixture(at: Int64(time(nil)))
    }

    @Test(arguments: ["api.openai.com", "eu.api.openai.com", "api2.cursor.sh"])
    func aHostOfTheCatalogueIsTrusted(_ host: String) throws {
        #expect(throws: Never.self) { try handshake(try fixture.issuer.leaf(for: host), host) }
    }

    @Test(arguments: ["bank.example.com", "openai.com", "xapi.openai.com"])
    func whatAStolenKeySignsForAnotherHostIsRefused(_ host: String) throws {
        let name = try #require(HostName(host))
        // As a thief would: past the look at the scope.
        let leaf = try fixture.authority.issue(for: name, at: fixture.clock.now)
        #expect(throws: (any Error).self) { try handshake(leaf, host) }
    }

    @Test func aLeafIsForItsHostAlone() throws {
        let leaf = try fixture.issuer.leaf(for: "api.openai.com")
        #expect(throws: (any Error).self) { try handshake(leaf, "eu.api.openai.com") }
    }

    /// Both ends in memory; throws what the client says of the certificate.
    private func handshake(_ leaf: LeafCertificate, _ host: String) throws {
        var serving = TLSConfiguration.makeServerConfiguration(
            certificateChain: try leaf.chain.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: leaf.privateKey, format: .der)))
        serving.minimumTLSVersion = .tlsv12
        var trusting = TLSConfiguration.makeClientConfiguration()
        trusting.trustRoots = .certificates([try NIOSSLCertificate(bytes: fixture.authority.root, format: .der)])
        let server = EmbeddedChannel()
        try server.pipeline.syncOperations.addHandler(
            NIOSSLServerHandler(context: try NIOSSLContext(configuration: serving)))
        let client = EmbeddedChannel()
        try client.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: try NIOSSLContext(configuration: trusting), serverHostname: host))
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 443)
        server.connect(to: address, promise: nil)
        client.connect(to: address, promise: nil)
        for _ in 0..<20 {
            while let bytes = try client.readOutbound(as: ByteBuffer.self) { try server.writeInbound(bytes) }
            while let bytes = try server.readOutbound(as: ByteBuffer.self) { try client.writeInbound(bytes) }
        }
        try client.throwIfErrorCaught()
        // A handshake that has ended carries data.
        var hello = ByteBuffer(string: "hello")
        client.writeAndFlush(hello, promise: nil)
        while let bytes = try client.readOutbound(as: ByteBuffer.self) { try server.writeInbound(bytes) }
        hello = try #require(try server.readInbound(as: ByteBuffer.self))
        #expect(hello == ByteBuffer(string: "hello"))
    }
}
