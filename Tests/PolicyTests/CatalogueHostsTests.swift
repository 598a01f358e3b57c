import Foundation
import Testing

@testable import Policy

@Suite struct CatalogueHostsTests {
    static let hosts: CatalogueHosts = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../agent-config/catalogue")
        let files = try! FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let providers = try! files.filter { $0.pathExtension == "json" }.map {
            try JSONDecoder().decode(Provider.self, from: Data(contentsOf: $0))
        }
        return CatalogueHosts(try! Catalogue(providers))
    }()

    @Test(
        "A request is for the surface whose host and path say most",
        arguments: [
            ("api.openai.com", "/v1/chat/completions", "openai-api"),
            ("chatgpt.com", "/backend-api/conversation", "chatgpt-consumer"),
            ("chatgpt.com", "/backend-api/codex/responses", "openai-codex"),
            ("chatgpt.com", "//backend-api/%63odex/responses?x=1", "openai-codex"),
            ("api.anthropic.com", "/v1/messages", "claude-api"),
            ("my.openai.azure.com", "/openai/deployments", "azure-openai"),
            ("bedrock-runtime.eu-west-1.amazonaws.com", "/model/x/invoke", "bedrock"),
            ("x.com", "/i/grok", "grok-consumer"),
            ("x.com", "/home", nil), ("example.org", "/", nil), ("openai.azure.com", "/", nil), ("localhost", "/", nil),
            ("127.0.0.1", "/", nil),
        ])
    func match(_ host: String, _ path: String, _ surface: String?) {
        #expect(Self.hosts.match(host: host, path: path)?.surface == surface)
    }

    @Test("A host is the catalogue's as a whole, whatever the path")
    func contains() {
        for host in ["api.openai.com", "x.com", "a.b.openai.azure.com", "claude.ai"] {
            #expect(Self.hosts.contains(host))
        }
        for host in ["api.openai.com.evil.example", "evilapi.openai.com", "localhost", "127.0.0.1"] {
            #expect(!Self.hosts.contains(host))
        }
        #expect(!CatalogueHosts().contains("api.openai.com") && CatalogueHosts().patterns.isEmpty)
        #expect(!Self.hosts.patterns.contains { $0.contains("/") || $0.contains(":") })
    }

    @Test(
        "Names are compared in one form",
        arguments: [
            ("API.OpenAI.com.", "api.openai.com"), ("a_b-1.example", "a_b-1.example"), ("", nil), (".", nil),
            ("a..b", nil),
            ("a b", nil), ("ä.example", nil), ("a/b", nil), ("a:1", nil), (String(repeating: "a", count: 254), nil),
        ])
    func normalised(_ name: String, _ plain: String?) {
        #expect(CatalogueHosts.normalised(name) == plain)
    }

    @Test("Hosts where people sign in are told by their first label")
    func signIn() {
        #expect(CatalogueHosts.isSignIn("auth.openai.com") && !CatalogueHosts.isSignIn("api.openai.com"))
    }
}
