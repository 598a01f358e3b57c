public import Primitives

/// One value found. It never holds the value itself.
public struct Finding: Sendable, Hashable {
    /// Index into `RuleSet.rules`.
    public var rule: Int
    /// The value's exact bytes in the original input.
    public var span: ByteSpan
    /// 0 to 1.
    public var confidence: Double
    /// What the score rests on.
    public var reasons: [Reason]
    /// The encodings that it was seen through, outermost first; empty when it stands plainly in the input.
    public var views: [ViewKind]
    /// The nearest key, such as `password` in `"password": "..."`, at most `maxKeyBytes` long.
    public var key: String?

    /// Makes a finding.
    public init(
        rule: Int, span: ByteSpan, confidence: Double, reasons: [Reason] = [], views: [ViewKind] = [],
        key: String? = nil
    ) {
        self.rule = rule
        self.span = span
        self.confidence = confidence
        self.reasons = reasons
        self.views = views
        self.key = key
    }

    /// Longest key that is reported, in bytes.
    public static let maxKeyBytes = 64
}

/// One thing that a score rests on.
public enum Reason: Sendable, Hashable, CustomStringConvertible {
    /// The rule's regex or matcher accepted the bytes.
    case pattern
    /// This validator passed.
    case validated(String)
    /// This context word stands near the value or in its key.
    case context(String)
    /// The value looks random; `Randomness.score` in hundredths.
    case random(Int)
    /// The value stands behind a key that names a secret.
    case key
    /// The value is the whole text.
    case alone

    /// A few words for people, such as `checksum luhn passed`.
    public var description: String {
        switch self {
        case .pattern: "format matches"
        case .validated(let name): "\(name) check passed"
        case .context(let word): "near the word \"\(word)\""
        case .random(let hundredths): "looks random (\(hundredths) %)"
        case .key: "assigned to a secret's name"
        case .alone: "stands alone"
        }
    }
}

/// Why a scan did not look at everything; a spent budget or a failed rule, never time.
public enum IncompleteReason: String, Sendable, Hashable, Codable {
    /// More regex windows than `ScanLimits.maxWindowsPerBlock` in one block.
    case windows
    /// More bytes under regexes than `ScanLimits.maxRegexBytesPerBlock` in one block.
    case regexBytes = "regex-bytes"
    /// A regex reached its match limit or its stack limit.
    case matchLimit = "match-limit"
    /// More decoded bytes than `ScanLimits.maxViewBytesPerBlock` in one block, or views nested too deep.
    case views
    /// More findings than `ScanLimits.maxFindings`.
    case findings
    /// A regex that could not be compiled on this machine.
    case rule
}

/// What a scan of one whole input found.
public struct ScanResult: Sendable, Hashable {
    /// Sorted by span; no two overlap.
    public var findings: [Finding]
    /// Nil if everything was looked at.
    public var incomplete: IncompleteReason?

    /// Makes a result.
    public init(findings: [Finding], incomplete: IncompleteReason? = nil) {
        self.findings = findings
        self.incomplete = incomplete
    }
}

/// Budgets of a scan, counted in work so that they mean the same on every machine.
///
/// A block is `Scanner.blockBytes` of input on the absolute grid.
public struct ScanLimits: Sendable, Hashable {
    /// Findings below this score are dropped.
    public var minConfidence = 0.5
    /// Runs of a regex or matcher in one block.
    public var maxWindowsPerBlock = 6144
    /// States of lazily built automata that are made in one block; one costs about as much as a short regex run.
    public var maxStatesPerBlock = 16_384
    /// Bytes handed to regexes in one block.
    public var maxRegexBytesPerBlock = 8 << 20
    /// Bytes decoded into views in one block.
    public var maxViewBytesPerBlock = 1 << 20
    /// Compressed bytes of one container that are held until it ends; of a longer one the first part is scanned.
    public var maxContainerBytes = 1 << 20
    /// Decompressed bytes in one block, over all layers; a container that was held over several blocks may have eight times its
    /// own size more.
    public var maxInflatedBytesPerBlock = 512 << 10
    /// Decompressed bytes for each compressed one.
    public var maxInflationRatio = 200
    /// Views inside views.
    public var maxViewDepth = 5
    /// Findings in one scan.
    public var maxFindings = 65_536
    /// PCRE2's count of internal match calls for one regex run.
    public var matchLimit: UInt32 = 100_000

    /// The limits of `standard`, to be changed one by one.
    public init() {}

    /// What the agent uses.
    public static let standard = ScanLimits()
    /// Most bytes around an anchor that a regex ever sees.
    public static let maxWindowBytes = 16 << 10
}
