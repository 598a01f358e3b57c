public import Classifier
public import Policy
import Synchronization

/// Everything that a verdict rests on besides the prompt: compiled rules, policy, catalogue. Never changes; a reload makes another.
public final class Snapshot: Sendable {
    /// Compiled rules.
    public let rules: RuleSet
    /// Policy and catalogue.
    public let engine: PolicyEngine
    /// Digest over rules and policy, in lower-case hex; every event carries it.
    public let digest: String
    let scanners: ScannerPool
    let rulesDigest: [UInt8]
    let known: [KnownRule]

    /// Scanners kept when nobody scans.
    public static let maxIdleScanners = 4

    /// Takes compiled parts. The digests name their sources: two snapshots with the same `rulesDigest` must hold the same rules.
    public init(
        rules: RuleSet, rulesDigest: [UInt8], engine: PolicyEngine, policyDigest: [UInt8],
        limits: ScanLimits = .standard
    ) {
        self.rules = rules
        self.engine = engine
        self.rulesDigest = rulesDigest
        digest = Hashing.hex(Hashing.digest(rulesDigest, policyDigest))
        scanners = ScannerPool(rules, limits: limits, maxIdle: Self.maxIdleScanners)
        known = rules.rules.map { KnownRule($0, placeholderKind: PlaceholderKind.name(of: $0)) }
    }

    /// The same rules under another policy.
    public func with(_ engine: PolicyEngine, policyDigest: [UInt8]) -> Snapshot {
        Snapshot(rules: rules, rulesDigest: rulesDigest, engine: engine, policyDigest: policyDigest)
    }

    /// The catalogue.
    public var catalogue: Catalogue { engine.catalogue }
}

/// Holds the snapshot in force. A swap waits for nobody: whoever judges a prompt keeps the one that he took.
public final class SnapshotHolder: Sendable {
    private let held: Mutex<(snapshot: Snapshot, generation: Int)>

    /// Starts with a snapshot.
    public init(_ snapshot: Snapshot) { held = Mutex((snapshot, 0)) }

    /// The snapshot in force.
    public var current: Snapshot { held.withLock { $0.snapshot } }

    /// How often another was put in force.
    var generation: Int { held.withLock { $0.generation } }

    /// Puts another in force.
    public func replace(with snapshot: Snapshot) { held.withLock { $0 = (snapshot, $0.generation + 1) } }
}
