import Foundation
import Policy
import Primitives
import Testing

@testable import Packs

/// The catalogue and presets of the project, as they are shipped.
@Suite struct PolicyHomeTests {
    private let home = PolicyHome(
        folder: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../agent-config").path)

    private func decide(
        _ engine: PolicyEngine, _ dataClass: DataClass?, _ surface: String, model: String? = nil,
        rule: String = "a.rule"
    ) throws -> PolicyDecision {
        let provider = try #require(engine.catalogue.provider(ofSurface: surface))
        let items = dataClass.map {
            [PolicyItem(dataClass: $0, ruleID: rule, kind: .secret, severity: .high, confidence: 0.9)]
        }
        return engine.decide(
            PolicyQuestion(
                destination: Destination(provider: provider.id, surface: surface, model: model), items: items ?? [],
                channel: "gateway", user: "alice", now: 1_795_478_400))
    }

    @Test("Balanced stops a credential on its way to the OpenAI API, redacts personal data, and lets clean work pass")
    func balanced() throws {
        let engine = try home.load().engine
        #expect(engine.name == "balanced")
        let credential = try decide(engine, .credential, "openai-api")
        #expect(credential.tier == .tolerated && credential.action == .block)
        #expect(try decide(engine, .personal, "openai-api").action == .redact)
        #expect(try decide(engine, .opaque, "claude-api").action == .coach)
        #expect(try decide(engine, .opaque, "claude-api", rule: "encoding").action == .block)
        #expect(try decide(engine, nil, "openai-api").action == .allow)
        #expect(try decide(engine, .credential, "ollama-local").action == .redact)
        #expect(try decide(engine, .personal, "deepseek-api").tier == .unapproved)
    }

    @Test("Observe changes and stops nothing, whatever is found and wherever it goes")
    func observe() throws {
        let engine = try home.load(preset: "observe").engine
        for surface in engine.catalogue.surfaceIDs {
            for dataClass in [.credential, .health, .opaque, DataClass(rawValue: "other"), nil] as [DataClass?] {
                #expect(try decide(engine, dataClass, surface).action <= .coach)
            }
        }
    }

    @Test("Strict is nowhere weaker than balanced, and balanced nowhere weaker than observe")
    func ordered() throws {
        let engines = try ["observe", "balanced", "strict"].map { try home.load(preset: $0).engine }
        let classes: [DataClass] = [
            .credential, .personal, .governmentID, .financial, .health, .network, .confidential, .opaque,
            DataClass(rawValue: "other"),
        ]
        for tier in Tier.allCases {
            for name in classes.map(\.rawValue) + ["clean"] {
                let cells = engines.map { engine in
                    engine.document.table[name]?[tier] ?? engine.document.table["default"]?[tier] ?? .allow
                }
                #expect(cells == cells.sorted(), "\(name) to \(tier.rawValue)")
            }
        }
        for surface in engines[0].catalogue.surfaceIDs {
            let tiers = try engines.dropFirst().map { try decide($0, nil, surface).tier }
            #expect(tiers == tiers.sorted(), "\(surface)")
        }
    }

    @Test("Every preset fills every cell of every class")
    func full() throws {
        for name in PolicyFile.presetNames {
            let table = try home.load(preset: name).engine.document.table
            for (row, cells) in table {
                for tier in Tier.allCases { #expect(cells[tier] != nil, "\(name): \(row) to \(tier.rawValue)") }
            }
            #expect(table["default"] != nil && table["clean"] != nil)
        }
    }

    @Test("The annotated sample is a valid policy that does what its comments say")
    func sample() throws {
        let loaded = try home.load(file: home.folder + "/policy.toml")
        #expect(try decide(loaded.engine, nil, "deepseek-web").action == .block)
        #expect(try decide(loaded.engine, nil, "openai-api", model: "gpt-4o-2024-05-13").suspension?.substitute != nil)
        #expect(try decide(loaded.engine, .credential, "claude-api").tier == .approved)
    }

    @Test("The digest depends on every file that was read")
    func digest() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: URL(filePath: home.folder), to: folder)
        let copy = PolicyHome(folder: folder.path)
        let first = try copy.load().digest
        #expect(try copy.load().digest == first)
        #expect(try home.load().digest == first)
        #expect(try copy.load(preset: "strict").digest != first)
        for name in ["catalogue/mistral.json", "presets/balanced.toml"] {
            let before = try copy.load().digest
            let file = folder.appending(path: name)
            try (Data(contentsOf: file) + Data("\n".utf8)).write(to: file)
            #expect(try copy.load().digest != before)
        }
    }

    @Test("A missing or broken folder is an error, never an empty catalogue")
    func missing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: PackProblem.self) { try PolicyHome(folder: folder.path).load() }
        #expect(throws: PackProblem.self) { try PolicyHome(environment: folder.path) }
        #expect(throws: PackProblem.self) { try PolicyHome(locator: PackLocator(executable: "/usr/bin/sluice")) }
        let catalogue = folder.appending(path: "catalogue")
        try FileManager.default.createDirectory(at: catalogue, withIntermediateDirectories: true)
        #expect(throws: PackProblem.self) { try PolicyHome(folder: folder.path).load() }
        try Data("{}".utf8).write(to: catalogue.appending(path: "x.json"))
        #expect(throws: PackProblem.self) { try PolicyHome(folder: folder.path).load() }
        #expect(throws: PackProblem.self) { try home.load(preset: "lenient") }
    }

    @Test("Mistakes of meaning are named with line and column")
    func places() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).toml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            preset = "balanced"
            [tiers]
            openai-ap = "approved"
            [[override]]
            name = "x"
            action = "allow"
            [[override]]
            name = "y"
            action = "allow"
              surface = "opnai-api"
            """
        try Data(text.utf8).write(to: file)
        let error = #expect(throws: SourceMistakes.self) { try home.load(file: file.path) }
        let places = error?.mistakes.compactMap(\.position).map { [$0.line, $0.column] }
        #expect(places == [[3, 1], [4, 1], [10, 3]])
        #expect(error?.mistakes.first?.mend == "did you mean \"openai-api\"?")
    }
}
