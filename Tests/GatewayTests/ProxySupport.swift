import DeviceCA
import Foundation
import Inspection
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import Policy
import PromptFormats

@testable import Gateway

/// The repository's own catalogue.
enum TestCatalogue {
    static let hosts: CatalogueHosts = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../agent-config/catalogue")
        let files = try! FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let providers = try! files.filter { $0.pathExtension == "json" }.map {
            try JSONDecoder().decode(Provider.self, from: Data(contentsOf: $0))
        }
        return CatalogueHosts(try! Catalogue(providers))
    }()
}

/// An authority that was made for a test.
struct TestAuthority: LeafIssuing {
    let root: RootAuthority
    let issuer: LeafIssuer

    static let device = try! TestAuthority()
    static let origin = try! TestAuthority()

    init() throws {
        let now = Int64(Date().timeIntervalSince1970)
        root = try RootAuthority(device: "test", validSeconds: 86_400, at: now)
        issuer = LeafIssuer(
            try root.signIntermediate(
                for: HostScope(catalogueHosts: TestCatalogue.hosts.patterns + ["origin.example", "other.example"]),
                device: "test",
                validSeconds: 86_400, at: now))
    }

    func issue(for host: String) throws -> InterceptionLeaf {
        let leaf = try issuer.leaf(for: host)
        return InterceptionLeaf(chain: leaf.chain, privateKey: leaf.privateKey)
    }

    /// A context with which a stand-in answers for a host.
    func serverContext(_ host: String, protocols: [String] = []) throws -> NIOSSLContext {
        let leaf = try issue(for: host)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try leaf.chain.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: leaf.privateKey, format: .der)))
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }

    /// A file with the root in PEM.
    func trustFile() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "root-\(UUID().uuidString).pem")
        let text = Data(root.certificate).base64EncodedString(options: .lineLength64Characters)
        try Data("-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n".utf8).write(to: path)
        return path.path()
    }
}

/// A name server that a test wrote.
final class Names: Sendable {
    private let asked = NIOLockedValueBox<[String]>([])
    private let answers: @Sendable (String) -> [String]

    /// Literal addresses of a name.
    init(_ answers: @escaping @Sendable (String) -> [String]) { self.answers = answers }

    var questions: [String] { asked.withLockedValue { $0 } }

    func lookup(redirectingTo port: Int?) -> NameLookup {
        NameLookup { host, wanted in
            self.asked.withLockedValue { $0.append(host) }
            return self.answers(host).map { try! SocketAddress(ipAddress: $0, port: port ?? wanted) }
        }
    }
}

extension TestGateway {
    /// A gateway with a proxy whose catalogue hosts all lead to the stand-in, which speaks TLS for `host`.
    static func proxied(
        host: String = "api.openai.com", _ inspector: ScriptedInspector = ScriptedInspector(),
        names: Names = Names { _ in ["127.0.0.1"] }, authority: TestAuthority? = .device,
        originContext: NIOSSLContext? = nil,
        vault: @escaping @Sendable (RestoreScope) -> any PlaceholderResolving = { _ in NoValues() },
        answer: @escaping @Sendable (WireRequest) -> StandIn.Answer = { _ in .bytes(StandIn.reply("{}")) }
    ) async throws -> TestGateway {
        try await TestGateway(
            inspector, vault: vault, standIn: try originContext ?? TestAuthority.origin.serverContext(host),
            trustFile: try TestAuthority.origin.trustFile(),
            proxy: { port in
                var proxy = ProxyConfiguration(issuer: authority)
                proxy.allowsLoopback = true
                // Names lead to the stand-in, whatever port was asked for.
                proxy.lookup = names.lookup(redirectingTo: port)
                return proxy
            }, answer: answer)
    }

    /// A client whose connection is a tunnel to the host, with the gate's TLS at its end.
    func tunnel(
        _ host: String, name: String? = nil, protocols: [String] = [],
        then ready: (@Sendable (any NIOCore.Channel) throws -> Void)? = nil
    ) async throws -> RawClient {
        let client = try await client()
        client.send("CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\n\r\n")
        let reply = try await client.reply()
        guard reply.status == 200 else { throw UpstreamError(.refused, host, "\(reply.status)") }
        try await client.startTLS(
            name ?? host, trusting: TestAuthority.device.root.certificate, protocols: protocols, then: ready)
        return client
    }
}

/// A chat request as a client of the proxy sends it.
func proxied(
    _ body: String, host: String = "api.openai.com", path: String = "/v1/chat/completions", fields: [String] = []
)
    -> String
{
    let lines = ["POST \(path) HTTP/1.1", "Host: \(host)"] + fields + ["Content-Length: \(body.utf8.count)"]
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}
