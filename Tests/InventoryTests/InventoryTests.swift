import Foundation
import Testing

@testable import Inventory

@Suite("Models on this machine") struct InventoryTests {
    private static let hex = String(repeating: "a1", count: 32)

    @Test("A GGUF file's facts are read behind values of other types") func gguf() throws {
        let bytes = ModelFile.gguf([
            ("general.architecture", "llama"), ("general.name", "Tiny"), ("general.license", "mit"),
            ("general.organization", "Example Lab"),
        ])
        let header = try #require(GGUFHeader(bytes))
        #expect(header.architecture == "llama")
        #expect(header.name == "Tiny")
        #expect(header.licence == "mit")
        #expect(header.publisher == "Example Lab")
    }

    @Test("A GGUF file cut anywhere, or with hostile lengths, never traps") func hostileGGUF() {
        let whole = ModelFile.gguf([("general.name", "Tiny")])
        for count in 0...whole.count { _ = GGUFHeader(Array(whole[..<count])) }
        for at in whole.indices {
            var bytes = whole
            bytes[at] = 0xFF
            _ = GGUFHeader(bytes)
        }
        // An array of 2^62 numbers of eight bytes: the product does not fit.
        let bomb =
            Array("GGUF".utf8) + ModelFile.integer(3, 4) + ModelFile.integer(0, 8) + ModelFile.integer(1, 8)
            + ModelFile.text("x") + ModelFile.integer(9, 4) + ModelFile.integer(10, 4) + ModelFile.integer(1 << 62, 8)
        #expect(GGUFHeader(bomb)?.name == nil)
    }

    @Test("A safetensors header is read, and one past its file is refused") func safetensors() {
        let good = ModelFile.safetensors(#"{"__metadata__":{"modelspec.title":"T","modelspec.license":"apache-2.0"}}"#)
        #expect(SafetensorsHeader(good)?.name == "T")
        #expect(SafetensorsHeader(good)?.licence == "apache-2.0")
        #expect(SafetensorsHeader(ModelFile.integer(1 << 40, 8) + Array("{}".utf8)) == nil)
        #expect(SafetensorsHeader(Array("no model at all".utf8)) == nil)
    }

    @Test("Ollama's store gives name, publisher, licence, digest, and tells a remote model") func ollama() throws {
        let folder = try TestFolder()
        let licence = String(repeating: "b2", count: 32)
        let configuration = String(repeating: "c3", count: 32)
        try folder.write("blobs/sha256-\(Self.hex)", ModelFile.gguf([("general.architecture", "llama")]))
        try folder.write("blobs/sha256-\(licence)", "\n  Example Community License\nmore")
        try folder.write("blobs/sha256-\(configuration)", #"{"remote_host":"https://ollama.com","remote_model":"big"}"#)
        try folder.write(
            "manifests/registry.ollama.ai/library/tiny/latest",
            """
            {"schemaVersion":2,"layers":[
            {"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\(Self.hex)","size":1234},
            {"mediaType":"application/vnd.ollama.image.license","digest":"sha256:\(licence)","size":9}]}
            """)
        try folder.write(
            "manifests/registry.ollama.ai/someone/big/cloud",
            #"{"config":{"mediaType":"x","digest":"sha256:\#(configuration)"},"layers":[]}"#)
        try folder.write(
            "manifests/registry.ollama.ai/library/evil/latest",
            #"{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../../etc/passwd"}]}"#)
        let models = OllamaStore.models(in: folder.path)
        let tiny = try #require(models.first { $0.name == "tiny:latest" })
        #expect(tiny.sha256 == Self.hex)
        #expect(tiny.licence == "Example Community License")
        #expect(tiny.architecture == "llama")
        #expect(tiny.bytes == 1234)
        #expect(tiny.remoteHost == nil)
        let big = try #require(models.first { $0.name == "someone/big:cloud" })
        #expect(big.remoteHost == "https://ollama.com")
        #expect(big.publisher == "someone")
        #expect(models.first { $0.name == "evil:latest" }?.sha256 == nil)
    }

    @Test("The cache of huggingface_hub gives name, publisher, licence and digest of the main snapshot")
    func huggingFace() throws {
        let folder = try TestFolder()
        let model = "models--example-lab--tiny-7b"
        try folder.write("\(model)/refs/main", "abc")
        try folder.write("\(model)/blobs/\(Self.hex)", ModelFile.safetensors(#"{"__metadata__":{"format":"pt"}}"#))
        try folder.link("\(model)/snapshots/abc/model.safetensors", to: "../../blobs/\(Self.hex)")
        try folder.write("\(model)/snapshots/abc/README.md", "---\nlicense: other\nlicense_name: \"tiny-1\"\n---\n# T")
        try folder.write("\(model)/snapshots/abc/config.json", #"{"model_type":"qwen2"}"#)
        let found = try #require(HuggingFaceCache.models(in: folder.path).first)
        #expect(found.name == "example-lab/tiny-7b")
        #expect(found.publisher == "example-lab")
        #expect(found.licence == "tiny-1")
        #expect(found.architecture == "qwen2")
        #expect(found.sha256 == Self.hex)
        #expect(found.format == .safetensors)
    }

    @Test("Loose files are found once, and only where they are models") func looseFiles() throws {
        let folder = try TestFolder()
        let file = try folder.write("models/a.gguf", ModelFile.gguf([("general.name", "A\u{1B}[31m")]))
        try folder.link("models/b.gguf", to: file)
        try folder.write("models/c.gguf", "no model")
        try folder.write("node_modules/d.gguf", ModelFile.gguf([("general.name", "D")]))
        let taken = MachineInventory.take(home: folder.path, environment: { _ in nil }, proc: folder.path + "/proc")
        #expect(taken.models.map(\.name) == ["A\u{FFFD}[31m"])
        #expect(taken.isComplete)
    }

    @Test("A walk ends at its limit of entries and says so") func limit() throws {
        let folder = try TestFolder()
        for index in 0..<5 { try folder.write("f\(index)", "") }
        var entries = 3
        #expect(WeightFiles.models(below: folder.path, without: [], entries: &entries).isEmpty)
        #expect(entries == 0)
    }

    @Test("A runner is told by its program or process, not by a port alone") func runners() throws {
        let folder = try TestFolder()
        let table = "  sl  local_address rem_address   st\n   0: 0100007F:2CAA 00000000:0000 0A 0\n"
        try folder.write("proc/net/tcp", table)
        #expect(LocalRunner.found(searchPath: [], proc: folder.path + "/proc").isEmpty)
        try folder.link("proc/42/exe", to: "/usr/local/bin/ollama")
        let found = try #require(LocalRunner.found(searchPath: [], proc: folder.path + "/proc").first)
        #expect(found.name == "Ollama")
        #expect(found.processes == [42])
        #expect(found.port == 11434)
    }
}
