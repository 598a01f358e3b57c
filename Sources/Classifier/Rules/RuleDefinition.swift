public import Primitives

/// One rule as plain values: what to look for and how to judge it, without its examples.
///
/// Reading rule files is the business of Packs; this type only says what a rule is. `RuleSet` checks and compiles it.
public struct RuleDefinition: Sendable, Hashable, Codable {
    /// Stable for ever, such as `github.pat.classic`.
    public var id: String
    /// What a user reads.
    public var name: String
    public var kind: FindingKind
    public var dataClass: DataClass
    public var severity: Severity
    /// What the one pass over the input looks for; a hit runs the regex or matcher around it. At least one.
    public var anchors: [Anchor]
    /// PCRE2 syntax, matched on bytes. Exactly one of `regex` and `matcher` is set.
    public var regex: String?
    /// Name of a hand-written matcher; see `Matchers.names`.
    public var matcher: String?
    /// The capture group that is the value; by default group 1 if the regex has one, else the whole match.
    public var secretGroup: Int?
    /// Names of validators, all of which must pass; see `Validators.names`.
    public var validators: [String]
    /// Score before validators and context, 0 to 1.
    public var confidence: Double
    /// Lower-case words; one within `contextReach` bytes before the value, or in its key, raises the score.
    public var context: [String]
    /// How far before the value a context word may stand, in bytes.
    public var contextReach: Int
    /// Without a context word there is no finding.
    public var contextRequired: Bool
    /// Least `Randomness.score` of the value, 0 to 1: entropy normalised by length and alphabet, lowered for what reads
    /// like text.
    public var minRandomness: Double?
    /// The bytes around the anchor that the regex may see; by default derived from the regex's own longest match.
    public var window: Window?
    /// Values that never count, compared without regard to ASCII case.
    public var stopValues: [String]
    /// When a value is dropped after all: if one of these holds.
    public var discard: [DiscardCondition]
    /// A checksum that capture groups of the regex must satisfy.
    public var checksum: CaptureChecksum?
    public var fingerprint: FingerprintScope
    /// A prefix of the value that may be shown, since it belongs to the format and not to the secret.
    public var publicPrefix: String?
    /// Where to revoke or rotate such a value.
    public var revoke: String?
    public var references: [String]
    /// ISO 3166 country, lower case, that the format belongs to.
    public var locale: String?
    /// Whether the rule is in use unless somebody asks for it; `RuleSet` compiles what it is given either way.
    public var isEnabled: Bool

    /// Makes a rule; everything but identity, kind and anchors has a default.
    public init(
        id: String, name: String, kind: FindingKind = .secret, dataClass: DataClass = .credential,
        severity: Severity = .high, anchors: [Anchor], regex: String? = nil, matcher: String? = nil,
        secretGroup: Int? = nil, validators: [String] = [], confidence: Double = Self.defaultConfidence,
        context: [String] = [], contextReach: Int = Self.defaultContextReach, contextRequired: Bool = false,
        minRandomness: Double? = nil, window: Window? = nil, stopValues: [String] = [],
        discard: [DiscardCondition] = [], checksum: CaptureChecksum? = nil,
        fingerprint: FingerprintScope = .device, publicPrefix: String? = nil, revoke: String? = nil,
        references: [String] = [], locale: String? = nil,
        isEnabled: Bool = true
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.dataClass = dataClass
        self.severity = severity
        self.anchors = anchors
        self.regex = regex
        self.matcher = matcher
        self.secretGroup = secretGroup
        self.validators = validators
        self.confidence = confidence
        self.context = context
        self.contextReach = contextReach
        self.contextRequired = contextRequired
        self.minRandomness = minRandomness
        self.window = window
        self.stopValues = stopValues
        self.discard = discard
        self.checksum = checksum
        self.fingerprint = fingerprint
        self.publicPrefix = publicPrefix
        self.revoke = revoke
        self.references = references
        self.locale = locale
        self.isEnabled = isEnabled
    }

    /// The score of a rule that states none.
    public static let defaultConfidence = 0.7
    /// How far back a context word counts unless the rule says otherwise, in bytes.
    public static let defaultContextReach = 64
}

/// What starts a rule's regex or matcher.
public enum Anchor: Sendable, Hashable, Codable {
    /// These bytes. Case folding is ASCII only.
    case literal([UInt8], caseSensitive: Bool)
    /// A run or byte of a certain make.
    case shape(ByteShape)
}

/// A byte-class shape that a vector kernel finds.
public enum ByteShape: String, Sendable, Hashable, Codable, CaseIterable {
    /// At least `minDigits` digits, each neighbour one separator (space, `-`, `.`, `/`) apart at most.
    case digits
    /// An `@`.
    case email
    /// A run of at least `minTokenRun` of `A-Z a-z 0-9 + / _ -`.
    case base64
    /// The same run as `base64`; the rule's regex tells the alphabets apart.
    case base64url
    /// A run of at least `minTokenRun` hexadecimal digits of one word.
    case hex
    /// `-----BEGIN`.
    case pem
    /// A word for a key (`key`, `token`, `secret`, ...), or a run of token bytes: for the matchers of labelled values.
    case label
    /// The whole text, blanks and quotes around it left out, or each item of a short list: at most `Scanner.maxAloneBytes`.
    case alone

    /// Fewest digits in a run that counts as `digits`.
    public static let minDigits = 7
    /// Shortest run that counts as `base64`, `base64url` or `hex`, in bytes.
    public static let minTokenRun = 24
}

/// How many bytes before and after an anchor a regex may see.
public struct Window: Sendable, Hashable, Codable {
    /// Bytes before the anchor's first byte.
    public var before: Int
    /// Bytes after the anchor's last byte.
    public var after: Int

    /// Makes a window; a rule whose window passes `ScanLimits.maxWindowBytes` does not compile.
    public init(before: Int, after: Int) {
        self.before = before
        self.after = after
    }
}

/// Who may compare fingerprints of a rule's values.
public enum FingerprintScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nobody: the value is counted by kind.
    case none
    /// This device only.
    case device
    /// The organisation; only for values that carry at least 64 random bits by their format.
    case org
}

/// Why a rule does not compile.
public struct RuleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The rule's id.
    public var rule: String
    /// The field at fault, as a rule file spells it.
    public var field: String
    /// What is wrong, and where it helps what to do.
    public var reason: String

    /// Makes an error.
    public init(rule: String, field: String, reason: String) {
        self.rule = rule
        self.field = field
        self.reason = reason
    }

    public var description: String { "rule \(rule): \(field): \(reason)" }
}
