import Classifier
import Primitives
import Testing

struct ValueCheckTests {
    private func rule(_ discard: [DiscardCondition] = [], checksum: CaptureChecksum? = nil) -> RuleDefinition {
        RuleDefinition(
            id: "acme", name: "Acme", anchors: [literal("acme_")],
            regex: #"\b(acme_([0-9a-zA-Z]{8,20}))(?:-([0-9a-zA-Z]+))?"#,
            discard: discard, checksum: checksum)
    }

    private func found(_ text: String, _ rule: RuleDefinition) throws -> [String] {
        try scan(text, [rule]).map(\.value)
    }

    @Test func `A condition drops a value only if each of its parts holds`() throws {
        let condition = DiscardCondition(
            value: TextTest(contains: ["sandbox"]), match: TextTest(matches: [#"\Aconf\.acme"#]),
            line: TextTest(matches: ["^#"], lacks: ["keep"]))
        let value = "acme_kd83Sandbox7sk"
        #expect(try found("# conf.\(value)", rule([condition])).isEmpty)
        for kept in ["# conf.acme_kd83Sondbox7sk", "# xconf \(value)", "conf.\(value)", "# conf.\(value) keep"] {
            #expect(try found(kept, rule([condition])).count == 1, "\(kept)")
        }
        // The line is the value's own.
        #expect(try found("keep\n# conf.\(value)\nkeep", rule([condition])).isEmpty)
    }

    @Test func `One of several conditions is enough`() throws {
        let conditions = [
            DiscardCondition(value: TextTest(matches: [#"\Aacme_0"#])),
            DiscardCondition(value: TextTest(lacks: [#"\d.*\d"#])),
        ]
        #expect(try found("acme_a1b2c3d4e5", rule(conditions)).count == 1)
        #expect(try found("acme_01b2c3d4e5", rule(conditions)).isEmpty)
        #expect(try found("acme_aXbYcZd4eW", rule(conditions)).isEmpty)
    }

    @Test func `Entropy at the limit drops, above it keeps`() throws {
        // Sixteen different bytes have four bits each.
        let value = "acme_0123456789b"
        #expect(try found(value, rule([DiscardCondition(maxEntropy: 4)])).isEmpty)
        #expect(try found(value, rule([DiscardCondition(maxEntropy: 3.9)])).count == 1)
    }

    @Test(arguments: [
        (CaptureChecksum.Method.crc32Base62, 6, "3jZRME"), (.crc32Base36, 7, "1kl8mjq"), (.crc32Hex, 8, "CBF43926"),
        (.crc32Base64, 6, "Jjn0yw"), (.sha256Base32, 8, "cxrlbu6d"),
    ]) func `Checksums of the well-known message 123456789`(
        method: CaptureChecksum.Method, length: Int, sum: String
    ) throws {
        let proven = rule(checksum: CaptureChecksum(of: "{2}", method: method, length: length, group: 3))
        let hits = try scan("acme_123456789-\(sum)", [proven])
        #expect(hits.first?.finding.reasons.contains(.validated(method.rawValue)) == true)
        #expect((hits.first?.finding.confidence ?? 0) >= 0.9)
        #expect(try scan("acme_123456780-\(sum)", [proven]).isEmpty)
        // Without the group there is nothing to check.
        #expect(try scan("acme_a23456789", [proven]).count == 1)
    }

    @Test func `Plain text stands around the groups of a checksum`() throws {
        let proven = rule(checksum: CaptureChecksum(of: "12{2}89", method: .crc32Hex, length: 8, group: 3))
        let text = try #require(RuleSet([proven]).rules.first?.checksum?.of)
        #expect(text == "12{2}89")
        #expect(try scan("acme_34567000-cbf43926", [proven]).isEmpty)
    }

    @Test func `What can't work does not compile`() throws {
        let bad: [RuleDefinition] = [
            rule([DiscardCondition()]), rule([DiscardCondition(value: TextTest(matches: ["("]))]),
            rule([DiscardCondition(value: TextTest(contains: [""]))]),
            rule(Array(repeating: DiscardCondition(maxEntropy: 1), count: DiscardCondition.maxConditions + 1)),
            rule(checksum: CaptureChecksum(of: "{4}", method: .crc32Hex, length: 8, group: 3)),
            rule(checksum: CaptureChecksum(of: "x", method: .crc32Hex, length: 8, group: 3)),
            rule(checksum: CaptureChecksum(of: "{2}", method: .crc32Hex, length: 0, group: 3)),
        ]
        for rule in bad { #expect(throws: RuleError.self) { try RuleSet([rule]) } }
        let most = Array(repeating: DiscardCondition(maxEntropy: 1), count: DiscardCondition.maxConditions)
        #expect(throws: Never.self) { try RuleSet([rule(most)]) }
    }

    @Test func `A value in the second of two alternatives is found exactly`() throws {
        let rule = RuleDefinition(
            id: "either", name: "Either", anchors: [literal("first="), literal("second=")],
            regex: "first=([a-z]{8})|second=([a-z]{8})")
        #expect(try scan("first=abcdefgh second=qrstuvwx", [rule]).map(\.value) == ["abcdefgh", "qrstuvwx"])
    }
}
