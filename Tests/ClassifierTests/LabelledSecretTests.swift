import Classifier
import Testing

/// Values that only a label or a service's name gives away.
@Suite struct LabelledSecretTests {
    private static func service(
        _ id: String, _ names: [String], _ forms: String, confidence: Double = 0.7
    ) -> RuleDefinition {
        RuleDefinition(
            id: id, name: id, anchors: [.shape(.label)], matcher: "service-key: \(forms)", confidence: confidence,
            context: names)
    }

    private static let labelled = RuleDefinition(
        id: "labelled", name: "Labelled", anchors: [.shape(.label)], matcher: "labelled-secret", confidence: 0.6,
        minRandomness: 0.6)
    private static let rules = [
        labelled, service("acme", ["acme"], "hex:32 base64url:40"), service("two", ["request finance"], "alnum:20"),
        service("coin", ["coin"], "hex0x:64"), service("uid", ["polaris"], "uuid"),
        service("weak", ["front"], "alnum:20", confidence: 0.6),
    ]

    private static func random(_ count: Int, _ alphabet: String, _ seed: UInt64 = 7) -> String {
        var random = SeededRandom(seed)
        return random.text(count, of: alphabet)
    }

    private static let hex = random(32, "0123456789abcdef")
    private static let alnum = random(20, "abcdefghijkmnpqrstuvwxyz23456789")
    private static let letters = random(40, "abcdefghijklmnopqrstuvwxyz")
    private static let uuid = "123e4567-e89b-12d3-a456-42661417400f"

    @Test(arguments: [
        ("ACME_API_KEY=\(hex)", "acme", hex), ("acmeToken: '\(hex)'", "acme", hex),
        ("acme secret for staging is \(hex) now", "acme", hex), ("\"acme\": {\"key\": \"\(hex)\"}", "acme", hex),
        ("RequestFinance-Key \(alnum)", "two", alnum), ("request_finance_token=\(alnum)", "two", alnum),
        ("coin private key 0x\(hex)\(hex)", "coin", "0x\(hex)\(hex)"), ("polaris-token: \(uuid)", "uid", uuid),
        ("acme: \"\(hex)\"", "acme", hex), ("acme-\(hex)", "acme", hex), ("polaris \(uuid)", "uid", uuid),
        ("export FRONT_TOKEN=\(alnum)", "weak", alnum), ("<acmeToken>\n  \(hex)\n</acmeToken>", "acme", hex),
        ("unknown_api_key = \(hex)", "labelled", hex), ("secret: \(alnum)", "labelled", alnum),
        ("unknown_api_key = \(letters)", "labelled", letters),
    ])
    func found(_ text: String, _ rule: String, _ value: String) throws {
        let findings = try scan(text, Self.rules)
        #expect(findings.map(\.rule) == [rule])
        #expect(findings.map(\.value) == [value])
    }

    @Test(arguments: [
        // Another length or alphabet than the service's.
        "acme \(hex)ab", "acme: \(alnum)",
        // No label, no sign: a word of every day needs both.
        "front \(alnum)abcdef", "the acme build of \(hex)",
        // A name in the middle of a word.
        "placme_key: short", "lacmer \(hex)",
        // Public values.
        "acme_public_key=\(hex)", "csrf_token=\(hex)", "primary key: \(uuid)", "acme_key_id: \(hex)",
        "credentialsId: '\(uuid)'",
        // References and words.
        "acme_key=$ACME_KEY", "uses: acme/token@\(hex)", "acme_secretstream_\(alnum)_init_pull",
        "acme key is in the vault of the second department",
        "privateKey: Curve25519PrivateKeyImpl", "unsigned char key[TLS_CIPHER_CHACHA20_POLY1305_PADDED_KEY_SIZE]",
        "secret = getpersistentstorecoordinatorforkey",
        "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==",
    ])
    func silent(_ text: String) throws {
        #expect(try scan(text, Self.rules).isEmpty)
    }

    @Test("The longest form of all services that are named wins")
    func longest() throws {
        let value = Self.random(19, "abcdefgh0123456789") + "_" + Self.random(20, "abcdefgh0123456789", 9)
        let findings = try scan("front acme key \(value)", Self.rules)
        #expect(findings.map(\.rule) == ["acme"])
        #expect(findings.map(\.value) == [value])
    }

    @Test("A prefix belongs to the value, a label's letters within it are no label")
    func prefixes() throws {
        #expect(try scan("acme_key = live_\(Self.hex)", Self.rules).map(\.value) == ["live_\(Self.hex)"])
        #expect(try scan("acme_key = v2/\(Self.hex)", Self.rules).map(\.value) == ["v2/\(Self.hex)"])
        #expect(try scan("x Qk7kEy_\(Self.hex)", Self.rules).isEmpty)
    }

    @Test("A value of the greatest length is found, and one byte more is another value")
    func limits() throws {
        let value = Self.random(1280, "abcdefghijklmnopqrstuvwxyz0123456789")
        let rules = [Self.service("long", ["longest"], "alnum:1280")]
        #expect(try scan("longest_key=\(value)", rules).map(\.value) == [value])
        #expect(try scan("longest_key=\(value)a", rules).isEmpty)
    }

    @Test(arguments: [
        "service-key", "service-key:", "service-key: hex", "service-key: hex:7", "service-key: hex:9-8",
        "service-key: hex:1281", "service-key: uuid:36", "service-key: words:20", "labelled-secret: hex:32",
    ])
    func mistakes(_ matcher: String) {
        let rule = RuleDefinition(
            id: "bad", name: "bad", anchors: [.shape(.label)], matcher: matcher, context: ["acme"])
        #expect(throws: RuleError.self) { try RuleSet([rule]) }
    }

    @Test("A rule of labelled values hangs on the label alone, and names a service")
    func anchors() {
        var rule = Self.service("acme", ["acme"], "hex:32")
        rule.anchors = [literal("acme")]
        #expect(throws: RuleError.self) { try RuleSet([rule]) }
        rule.anchors = [.shape(.label), literal("acme")]
        #expect(throws: RuleError.self) { try RuleSet([rule]) }
        #expect(throws: RuleError.self) { try RuleSet([Self.service("short", ["ab", "-"], "hex:32")]) }
        let regex = RuleDefinition(id: "regex", name: "regex", anchors: [.shape(.label)], regex: "abc")
        #expect(throws: RuleError.self) { try RuleSet([regex]) }
    }

    @Test("More services cost no literal")
    func literals() throws {
        let few = try RuleSet([Self.service("a", ["alpha"], "hex:32")])
        let many = try RuleSet((0..<200).map { Self.service("s\($0)", ["service\($0)x"], "hex:32") })
        #expect(many.literalCount == few.literalCount)
    }
}
