import Primitives
import Testing

@testable import Classifier

@Suite("Randomness")
struct RandomnessTests {
    private func score(_ text: String) -> Double { Randomness.score(Array(text.utf8).span) }

    @Test(
        "Words, identifiers and paths are not random",
        arguments: [
            "Curve25519PrivateKeyImpl", "X509_get0_pubkey_bitstr", "my-service-name-for-production",
            "correcthorsebatterystaple",
            "/usr/share/doc/libssl-dev/changelog.gz", "sha256WithRSAEncryption", "org.apache.commons.codec.Base64",
            "Verschluesselungsverfahren", "authentification-utilisateur",
        ])
    func text(_ value: String) { #expect(score(value) < 0.6) }

    @Test("Random strings of each alphabet are")
    func random() {
        var chance = SeededRandom(3)
        for alphabet in [
            base62, "abcdefghijklmnopqrstuvwxyz0123456789", "0123456789abcdef", base62 + "-_", base62 + "+/",
        ] {
            let least = (0..<200).map { _ in score(chance.text(32, of: alphabet)) }.min()
            #expect(least ?? 0 > 0.6, "\(alphabet.count) symbols")
        }
    }

    @Test("Empty, short, uniform and long values have a score")
    func edges() {
        #expect(score("") == 0)
        #expect(score("a") == 0)
        #expect(score(String(repeating: "a", count: 5000)) == 0)
        var chance = SeededRandom(4)
        #expect(score(chance.text(Randomness.maxBytes + 1, of: base62)) > 0.6)
    }

    @Test("The model costs what training reckoned with")
    func tables() {
        #expect(RandomnessTable.symbols.utf8CodeUnitCount == 32 * 32 * 32)
        #expect(RandomnessTable.cases.utf8CodeUnitCount == 128)
    }
}

@Suite("Silence")
struct SilenceTests {
    @Test(
        "What names, refers to or stands for a secret is none",
        arguments: [
            #"MACHINE_FUNCTION_PASS("codegen-prepare", Prepare)"#, #"keywords = ["pass", "return", "while"]"#,
            #"password = ask_password("Password: ")"#, "readFile('/etc/passwd', 'utf8')",
            "password: settings.databasePassword",
            "passwd=credentials[1]", "password = $self->{password}", "token: p12Bundle.privateKey9",
            #"{"password": "database-password"}"#,
            "password=$BASE/reset/9", "password: required", "token=null", "secret: ed25519.Ed25519PrivateKey",
            "api_key = sk-a1b2c3d4e5f6...", "api_key = sk-a1b2c3d4e5f6\u{2026}", "password: &lt;your password 1&gt;",
            "<b>pass</b> =item 9<b>fail</b>", "'Test2::Event::Pass' => '1.302103'", "password=YOUR_PASSWORD_HERE",
            "token = sha256-{hash}", "password = #{ENV9['X']}", "password: __DB_PASSWORD_1__",
        ])
    func silent(_ text: String) throws {
        var chance = SeededRandom(9)
        let text = text.replacing("{hash}", with: chance.text(43, of: base62))
        #expect(try scan(text).filter { $0.rule == "generic" }.map(\.value) == [])
    }

    @Test(
        "Words behind a password's name, and random values behind any, are",
        arguments: [
            ("password=hunter2", "hunter2"), (#"{"password": "opensesame"}"#, "opensesame"),
            ("db.password = Tr0ub4dor&3", "Tr0ub4dor&3"),
            ("//mapbox.secret = 'kJ8mQ2vL9xZ4tR7w'", "kJ8mQ2vL9xZ4tR7w"),
            ("?token=kJ8mQ2vL9xZ4tR7w&state=5", "kJ8mQ2vL9xZ4tR7w"),
            (#"setProperty("password", "hunter22")"#, "hunter22"),
        ])
    func found(_ text: String, _ value: String) throws {
        #expect(try scan(text).filter { $0.rule == "generic" }.map(\.value) == [value])
    }

    @Test("Public keys are public, private ones are not")
    func publicKeys() throws {
        // SubjectPublicKeyInfo and PKCS#8 begin alike in Base64; what follows is drawn.
        var chance = SeededRandom(5)
        let body = chance.text(80, of: base62)
        #expect(try scan("token = \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\(body)\"").isEmpty)
        #expect(try scan("token = \"AAAAC3NzaC1lZDI1NTE5AAAAI\(body)\"").isEmpty)
        #expect(try scan("token = \"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w\(body)\"").count == 1)
    }

    @Test("What redaction wrote is not found again")
    func ownPlaceholders() throws {
        let mark = Placeholder.make(kind: "password", digest: (0..<16).map { UInt8($0 * 16) }).description
        #expect(try scan("password = \(mark)").isEmpty)
        #expect(try scan("password = \"\(mark.lowercased())\"").isEmpty)
        #expect(try scan("Authorization: token=\(mark)").isEmpty)
        // A word that only looks like one has no check character.
        let wrong = String(mark.dropLast()) + (mark.last == "0" ? "1" : "0")
        #expect(try scan("password = \(wrong)").count == 1)
    }

    @Test("A digest behind a key that names something is an identifier")
    func identifiers() throws {
        var chance = SeededRandom(6)
        let hex = chance.text(32, of: "0123456789abcdef")
        let rule = RuleDefinition(
            id: "near", name: "Digest near a vendor's name", anchors: [literal("vendorly")],
            regex: #"\bvendorly\b.{0,40}?\b([0-9a-f]{32})\b"#, minRandomness: 0.5)
        for key in ["trace_id", "requestId", "etag", "commit", "x-build-id", "image.digest"] {
            #expect(try scan("vendorly \(key)=\(hex)", [rule]).isEmpty, "\(key)")
        }
        let digest = chance.text(40, of: "0123456789abcdef")
        let long = RuleDefinition(
            id: "near", name: "Digest near a vendor's name", anchors: [literal("vendorly")],
            regex: #"\bvendorly\b.{0,40}?\b([0-9a-f]{40})\b"#, minRandomness: 0.5)
        #expect(try scan("vendorly/app/commit/\(digest)", [long]).isEmpty)
        #expect(try scan("uses: vendorly/app@\(digest)", [long]).isEmpty)
        #expect(try scan("vendorly \(digest)", [long]).count == 1)
        for key in ["key", "api_key", "guide", "password_hash"] {
            #expect(try scan("vendorly \(key)=\(hex)", [rule]).count == 1, "\(key)")
        }
    }

    /// Keys behind their names, tokens with a checksum, and tokens told by where they stand.
    private static let placed = [
        Sample.github, Sample.assigned,
        RuleDefinition(
            id: "labelled", name: "Labelled", anchors: [.shape(.label)], matcher: "labelled-secret", minRandomness: 0.6),
        RuleDefinition(
            id: "bearer", name: "Bearer", anchors: [literal("Bearer ")], regex: #"\bBearer ([\w-]{20,})"#,
            minRandomness: 0.6),
    ]

    @Test(
        "A wrong checksum silences what only stands where a secret would",
        arguments: ["token = {}", "api_key: '{}'", "x: Bearer {}", "{\"access_token\": \"{}\"}", "x=%22Bearer%20{}%22"])
    func refuted(_ text: String) throws {
        var chance = SeededRandom(21)
        let right = githubToken(&chance)
        let wrong = String(right.dropLast()) + (right.last == "a" ? "b" : "a")
        #expect(try scan(text.replacing("{}", with: right), Self.placed).map(\.value) == [right])
        #expect(try scan(text.replacing("{}", with: wrong), Self.placed).isEmpty)
        // One more character, and it is a value of another form.
        #expect(try scan(text.replacing("{}", with: wrong + "x9"), Self.placed).count == 1)
    }

    @Test("A wrong checksum silences nothing beside it")
    func refutedAlone() throws {
        var chance = SeededRandom(22)
        let wrong = String(githubToken(&chance).dropLast()) + "-"
        let right = githubToken(&chance)
        #expect(try scan("ghp_\(chance.text(36, of: base62)) \(right)", Self.placed).map(\.value) == [right])
        #expect(try scan("token = \(wrong)\(right)", Self.placed).contains { $0.value.hasSuffix(right) })
    }

    @Test("A digest or a UUID behind a name that says no more than token is silent, and a key wherever more is said")
    func digests() throws {
        var chance = SeededRandom(23)
        let values =
            [32, 40, 64].map { chance.text($0, of: "0123456789abcdef") } + ["7d570117-a46e-4dac-8029-955038df5a9c"]
        for value in values {
            for text in ["TOKEN={}", "loaded api_key: {}", "x-auth-token: {}", #"{"accessToken":"{}"}"#, "token {}"] {
                #expect(try scan(text.replacing("{}", with: value), Self.placed).isEmpty, "\(text)")
            }
            for text in [
                "ACME_TOKEN={}", "client_secret={}", "acme.api_key: {}", "GET /v1/x?token={}",
                "curl -d token={} http://h",
                "API_KEY = \"{}\"", "get(\"api_key\", \"{}\")", "password={}",
            ] {
                #expect(try scan(text.replacing("{}", with: value), Self.placed).map(\.value) == [value], "\(text)")
            }
        }
        // Neither a digest's length nor of one case.
        for value in [chance.text(36, of: "0123456789abcdef"), chance.text(40, of: "0123456789abcdefABCDEF")] {
            #expect(try scan("TOKEN=\(value)", Self.placed).map(\.value) == [value])
        }
    }

    @Test("Digits cut out of a decimal, a version or a UUID are no number of their own")
    func numbers() throws {
        let card = "4111111111111111"
        for text in ["0.\(card)", "\(card).25", "1.2.\(card)", "550e8400-e29b-41d4-a716-446655440000"] {
            #expect(try scan("v \(text) w").isEmpty, "\(text)")
        }
        #expect(try scan("card \(card). 5 items").map(\.value) == [card])
        #expect(try scan("card:\(card)").map(\.value) == [card])
    }

    @Test("A literal in the last branch of a long pattern still starts its rule")
    func longPattern() throws {
        let long = (0..<60).map { "branch\($0)ofmany" }.joined(separator: "|")
        let rule = RuleDefinition(
            id: "long", name: "Long", kind: .marking, anchors: [literal("ofmany"), literal("last one")],
            regex: "(?:\(long)|the last one)")
        #expect(try scan("see the last one here", [rule]).map(\.value) == ["the last one"])
    }
}
