import Classifier
import Testing

@testable import Packs

struct PackTests {
    static func sources(_ count: Int = 3) -> [RuleSource] {
        (0..<count).map { index in
            var rule = RuleDefinition(
                id: "acme.token.n\(index)", name: "ACME token ñ",
                anchors: [.literal(Array("acme_".utf8), caseSensitive: index % 2 == 0), .shape(.hex)])
            rule.regex = "acme_([0-9a-f]{32})"
            rule.secretGroup = 1
            rule.validators = ["luhn"]
            rule.confidence = 0.65
            rule.context = ["token", "key"]
            rule.contextReach = 99
            rule.contextRequired = true
            rule.minRandomness = index == 0 ? nil : 0.5
            rule.window = index == 1 ? nil : Window(before: 3, after: 400)
            rule.stopValues = ["acme_0"]
            rule.fingerprint = .org
            rule.publicPrefix = "acme_"
            rule.revoke = "https://acme.example/revoke"
            rule.references = ["https://acme.example/a", "https://acme.example/b"]
            rule.locale = index == 2 ? "de" : nil
            return RuleSource(
                definition: rule, summary: "Opens doors.",
                hits: [RuleExample(template: "«acme_{hex:32}»", position: .init(line: 7, column: 9))],
                misses: [RuleExample(template: "acme_x", position: .init(line: 8, column: 11))],
                file: index == 2 ? "rules/b.toml" : "rules/a.toml", position: .init(line: 2 + index, column: 1))
        }
    }

    @Test func whatIsPackedIsReadBack() throws {
        let sources = Self.sources()
        let pack = Pack(sources)
        let bytes = try pack.encoded()
        let read = try Pack(decoding: bytes, examples: true)
        #expect(read.sources == sources)
        #expect(read.digest == pack.digest)
        #expect(read.digest.count == 32)
        #expect(read.fileNames == ["rules/a.toml", "rules/b.toml"])
        #expect(read.literalCount == 1, "each literal stands once")
        #expect(try read.encoded() == bytes)
        let lean = try Pack(decoding: bytes)
        #expect(lean.definitions == pack.definitions)
        #expect(lean.sources.allSatisfy { $0.hits.isEmpty })
    }

    @Test func aPackHoldsTheRulesPlansAndTheyGiveTheSameFindings() throws {
        let sources = Self.sources()
        let read = try Pack(decoding: Pack(sources).encoded())
        #expect(read.plans == sources.map { try? RulePlan($0.definition) })
        #expect(!read.plans.contains(nil))
        let text = Array(
            "token acme_0123456789abcdef0123456789abcdee, again ACME_0123456789abcdef0123456789abcdee".utf8)
        func found(_ set: RuleSet) -> [Finding] {
            var scanner = Scanner(set)
            return text.withUnsafeBytes { scanner.scan($0).findings }
        }
        #expect(
            try found(RuleSet(read.definitions, plans: read.plans)) == found(RuleSet(sources.map(\.definition))))
    }

    @Test func everyCutOfAPlanAndEveryWrongByteIsNoPlanOrAHarmlessOne() throws {
        let bytes = try RulePlan(Self.sources(1)[0].definition).encoded
        for end in bytes.indices {
            #expect(Self.plan(Array(bytes[..<end])) == nil)
        }
        let text = Array(repeating: Array("acme_0123456789abcdef0123456789abcdee ".utf8), count: 3).flatMap(\.self)
        let definition = Self.sources(1)[0].definition
        for index in bytes.indices {
            for value: UInt8 in [2, 0xFF] where index < 64 || index % 8 == 0 {
                var broken = bytes
                broken[index] = value
                guard let plan = Self.plan(broken) else { continue }
                // A plan without a way to run the regex is refused when the rules are made ready.
                guard let set = try? RuleSet([definition], plans: [plan]) else { continue }
                var scanner = Scanner(set)
                _ = text.withUnsafeBytes { scanner.scan($0) }
            }
        }
    }

    /// Reads a pack whose digest nobody checks.
    private static func body(_ bytes: [UInt8]) throws -> Pack {
        try bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) in
            try PackReader.pack(raw, from: Pack.headerBytes, digest: [], examples: true)
        }
    }

    private static func plan(_ bytes: [UInt8]) -> RulePlan? {
        bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) in RulePlan(decoding: raw) }
    }

    @Test func aRuleThatDoesNotCompileSaysSoWhenThePackIsUsed() throws {
        var sources = Self.sources()
        sources[1].definition.regex = "acme_([0-9a-f"
        let loaded = LoadedPack(
            pack: try Pack(decoding: Pack(sources).encoded()), origin: "", sourceFolder: nil, notes: [],
            isFromSources: false)
        #expect(throws: RuleError.self) { try loaded.ruleSet() }
    }

    @Test func everyTruncationIsAClearError() throws {
        let bytes = try Pack(Self.sources()).encoded()
        for end in 0..<bytes.count {
            do {
                _ = try Pack(decoding: Array(bytes[..<end]), examples: true)
                Issue.record("\(end) of \(bytes.count) bytes were taken for a pack")
            } catch { #expect(!error.reason.isEmpty) }
        }
    }

    @Test func everyTruncationOfTheBodyIsFoundByTheReaderItself() throws {
        // The digest hides the reader's own checks, so they are called without it.
        let bytes = try Pack(Self.sources()).encoded()
        for end in Pack.headerBytes..<bytes.count {
            #expect(throws: PackError.self) {
                try Self.body(Array(bytes[..<end]))
            }
        }
    }

    @Test func everyChangedByteIsAnErrorAndNeverACrash() throws {
        let bytes = try Pack(Self.sources(1)).encoded()
        for index in bytes.indices {
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var broken = bytes
                broken[index] ^= flip
                // Byte 10, the engine's version, and all others are covered: header by its checks, body by the digest.
                #expect(throws: PackError.self, "byte \(index)") { try Pack(decoding: broken) }
                _ = try? Self.body(broken)
            }
        }
    }

    @Test func limitsHold() throws {
        let large = [UInt8](repeating: 0, count: Pack.maxPackBytes + 1)
        #expect(throws: PackError.self) { try Pack(decoding: large) }
        var rule = Self.sources(1)[0]
        let many = (0...Pack.maxRules).map { index in
            rule.definition.id = "n\(index)"
            return rule
        }
        #expect(throws: PackError.self) { try Pack(many).encoded() }
        #expect(try Pack(decoding: Pack(Array(many.dropLast())).encoded()).sources.count == Pack.maxRules)
    }

    @Test func aPackOfAnotherEngineIsRefusedWithBothVersions() throws {
        var bytes = try Pack(Self.sources(1)).encoded()
        bytes[10] = 9
        do {
            _ = try Pack(decoding: bytes)
            Issue.record("a pack of another engine was read")
        } catch { #expect(error.reason == "made for rule engine 9, this program has 1") }
    }

    @Test func theSameRulesGiveTheSameBytes() throws {
        #expect(try Pack(Self.sources()).encoded() == Pack(Self.sources()).encoded())
        #expect(Pack(Self.sources(2)).digest != Pack(Self.sources(3)).digest)
    }
}
