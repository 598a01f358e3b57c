import Foundation
import Testing

@testable import Policy

@Suite struct CatalogueTests {
    @Test("Ids are unique over providers and surfaces, and every named surface exists")
    func checks() throws {
        #expect(throws: Catalogue.Failure.self) { try Catalogue([]) }
        let twice = Samples.provider("a", [Samples.surface("x"), Samples.surface("x")])
        #expect(throws: Catalogue.Failure.self) { try Catalogue([twice]) }
        #expect(throws: Catalogue.Failure.self) { try Catalogue([Samples.provider("a", [Samples.surface("a")])]) }
        #expect(throws: Catalogue.Failure.self) {
            try Catalogue([Samples.provider("a", gateway: "none", [Samples.surface("x")])])
        }
        #expect(throws: Catalogue.Failure.self) { try Catalogue([Samples.provider("A b", [])]) }
        #expect(throws: Catalogue.Failure.self) { try Catalogue([Samples.provider("default", [])]) }
        let most = (0..<Catalogue.maxSurfaces).map { Samples.surface("s\($0)") }
        #expect(throws: Never.self) { try Catalogue([Samples.provider("a", most)]) }
        #expect(throws: Catalogue.Failure.self) {
            try Catalogue([Samples.provider("a", most + [Samples.surface("more")])])
        }
    }

    @Test("A model's publisher is the one with the longest fitting pattern, whoever serves it")
    func publishers() throws {
        let catalogue = try Catalogue([
            Samples.provider("a", models: ["gpt-*", "x*"], []), Samples.provider("b", models: ["gpt-oss-*"], []),
        ])
        #expect(catalogue.publisher(of: "gpt-4o")?.id == "a")
        #expect(catalogue.publisher(of: "GPT-OSS-20b")?.id == "b")
        #expect(catalogue.publisher(of: "vendor/gpt-oss-20b")?.id == "b")
        #expect(catalogue.publisher(of: "claude") == nil)
    }

    @Test(
        "Patterns know stars and no letter case",
        arguments: [
            ("*", "", true), ("", "", true), ("", "a", false), ("a*c", "abbbc", true), ("a*c", "abbb", false),
            ("*b*", "abc", true), ("A-*", "a-1", true), ("a**", "a", true),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", false),
        ])
    func globs(pattern: String, text: String, matches: Bool) {
        #expect(Glob(pattern).matches(Glob.folded(text)) == matches)
    }

    @Test("A surface knows its hosts, with stars, ports and paths aside")
    func hosts() {
        let surface = Samples.surface(
            "s", hosts: ["api.example", "*.eu.example", "127.0.0.1:11434", "x.example/i/grok"])
        for host in ["api.example", "API.example", "a.eu.example", "127.0.0.1", "x.example"] {
            #expect(surface.isServed(by: host), "\(host)")
        }
        for host in ["api.example.evil", "eu.example", "127.0.0.2"] { #expect(!surface.isServed(by: host), "\(host)") }
    }

    @Test("Storage is told in words")
    func retention() {
        let text = { Samples.surface("s", retention: $0, abuse: $1).retentionText }
        #expect(text(30, 30) == "30 days")
        #expect(text(30, 730) == "30 days, flagged content 730 days")
        #expect(text(0, nil) == "no time at all")
        #expect(text(0, 30) == "abuse monitoring only, 30 days")
        #expect(text(1, nil) == "1 day")
        #expect(text(nil, nil) == "an unstated time")
    }

    @Test("The gateway's surface follows the upstream's host where the provider has one for it")
    func gatewaySurfaceByHost() throws {
        let catalogue = try Catalogue([
            Samples.provider(
                "west", gateway: "west-free",
                [
                    Samples.surface("west-free", hosts: ["api.west.example"]),
                    Samples.surface("west-paid", hosts: ["api.west.example"]),
                    Samples.surface("west-web", kind: .web, hosts: ["cloud.west.example"]),
                    Samples.surface("west-cloud", hosts: ["*-cloud.west.example", "cloud.west.example"]),
                ])
        ])
        #expect(catalogue.gatewaySurface(of: "west", at: "api.west.example")?.id == "west-free")
        #expect(catalogue.gatewaySurface(of: "west", at: "eu-cloud.west.example")?.id == "west-cloud")
        #expect(catalogue.gatewaySurface(of: "west", at: "cloud.west.example")?.id == "west-cloud")
        #expect(catalogue.gatewaySurface(of: "west", at: "127.0.0.1")?.id == "west-free")
        #expect(catalogue.gatewaySurface(of: "nobody", at: "127.0.0.1") == nil)
        var nameless = Samples.provider("lost", [])
        nameless.gatewayURL = "https://api.lost.example"
        #expect(throws: Catalogue.Failure.self) { try Catalogue([nameless]) }
    }

    @Test("The catalogue of the project decodes, and its surfaces have sources and dates")
    func shipped() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../agent-config/catalogue")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let providers = try files.filter { $0.pathExtension == "json" }.map { file in
            let provider = try JSONDecoder().decode(Provider.self, from: Data(contentsOf: file))
            #expect(provider.id + ".json" == file.lastPathComponent)
            return provider
        }
        let catalogue = try Catalogue(providers)
        for id in ["openai", "anthropic", "google", "mistral", "deepseek", "ollama"] {
            let surface = try #require(catalogue.gatewaySurface(of: id))
            #expect(!surface.sources.isEmpty)
        }
        for surface in catalogue.providers.flatMap(\.surfaces) {
            #expect(!surface.sources.isEmpty, "\(surface.id)")
            #expect(PolicyDate(surface.checked) != nil, "\(surface.id)")
        }
        #expect(catalogue.publisher(of: "deepseek-r1:7b")?.id == "deepseek")
        for name in [
            "claude-x", "anthropic/claude-x", "eu.anthropic.claude-x-v1:0", "anthropic.claude-x", "claude-x@20250101",
            "arn:aws:bedrock:eu-central-1:1:inference-profile/us.anthropic.claude-x",
        ] {
            #expect(catalogue.publisher(of: name)?.id == "anthropic", "\(name)")
        }
        #expect(catalogue.publisher(of: "gpt-4.1-mini")?.id == "openai")
        let destination = Destination(provider: "ollama", surface: "ollama-local", model: "qwen3-coder:480b-cloud")
        #expect(catalogue.effectiveSurface(of: destination)?.id == "ollama-cloud")
    }
}
