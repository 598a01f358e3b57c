import Classifier
import Primitives

/// A generator with a seed, so that a failing case can be run again.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func text(_ count: Int, of alphabet: String) -> String {
        let characters = Array(alphabet)
        return String((0..<count).map { _ in characters[Int(next() >> 33) % characters.count] })
    }
}

let base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/// A GitHub token with a true checksum, made here so that none stands in the source.
func githubToken(_ random: inout SeededRandom, prefix: String = "ghp_") -> String {
    let body = random.text(30, of: base62)
    var crc = UInt32.max
    for byte in body.utf8 {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    var number = UInt64(~crc)
    var check = ""
    let digits = Array(base62)
    for _ in 0..<6 {
        check = String(digits[Int(number % 62)]) + check
        number /= 62
    }
    return prefix + body + check
}

func literal(_ text: String, caseless: Bool = false) -> Anchor { .literal(Array(text.utf8), caseSensitive: !caseless) }

/// A few rules of every kind of anchor and engine.
enum Sample {
    static let github = RuleDefinition(
        id: "github.pat", name: "GitHub token", severity: .critical, anchors: [literal("ghp_"), literal("gho_")],
        regex: #"\bgh[po]_[0-9A-Za-z]{36}\b"#, validators: ["github-crc32"])
    static let aws = RuleDefinition(
        id: "aws.key", name: "AWS access key id", anchors: [literal("AKIA"), literal("ASIA")],
        regex: #"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b"#, validators: ["aws-access-key"])
    static let pem = RuleDefinition(
        id: "pem", name: "Private key", anchors: [.shape(.pem)],
        regex: #"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]{64,}?-----END (?:[A-Z]+ )?PRIVATE KEY-----"#)
    static let assigned = RuleDefinition(
        id: "generic", name: "Assigned secret",
        anchors: ["password", "passwd", "secret", "token", "api_key", "apikey", "api-key"].map {
            literal($0, caseless: true)
        },
        matcher: "assigned-secret", confidence: 0.65)
    static let email = RuleDefinition(
        id: "email", name: "E-mail address", kind: .pii, dataClass: .personal, severity: .low,
        anchors: [.shape(.email)],
        matcher: "email")
    static let card = RuleDefinition(
        id: "card", name: "Card number", kind: .pii, dataClass: .financial, anchors: [.shape(.digits)],
        matcher: "digit-run", validators: ["card"])
    static let ssn = RuleDefinition(
        id: "us.ssn", name: "Social security number", kind: .pii, dataClass: .governmentID, anchors: [.shape(.digits)],
        regex: #"\b(\d{3}-\d{2}-\d{4})\b"#, validators: ["us-ssn"], context: ["ssn", "social security"],
        contextRequired: true)
    static let located = RuleDefinition(
        id: "located", name: "Token with its mark in the middle", anchors: [literal(".mark1.")],
        regex: #"\b[0-9A-Za-z]{14}\.mark1\.[0-9A-Za-z]{20,}"#)
    static let windowed = RuleDefinition(
        id: "windowed", name: "Digest near a vendor's name", anchors: [literal("vendorly", caseless: true)],
        regex: #"\b[0-9a-f]{32}\b"#, window: Window(before: 0, after: 80))

    static let all = [github, aws, pem, assigned, email, card, ssn, located, windowed]
}

func scan(_ text: String, _ rules: [RuleDefinition] = Sample.all) throws -> [(
    rule: String, value: String, finding: Finding
)] {
    let set = try RuleSet(rules)
    var scanner = Scanner(set)
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes { scanner.scan($0) }
    return result.findings.map {
        (set.rules[$0.rule].id, String(decoding: bytes[$0.span.range], as: UTF8.self), $0)
    }
}
