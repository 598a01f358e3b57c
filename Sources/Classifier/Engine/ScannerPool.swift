import Synchronization

/// Scanners for many threads: each scan borrows one.
public final class ScannerPool: Sendable {
    private let rules: RuleSet
    private let limits: ScanLimits
    private let maxIdle: Int
    private let idle = Mutex<[Box]>([])

    /// A scanner at rest. It is handed from thread to thread under the pool's mutex and used by one at a time, which is
    /// what makes the unchecked conformance true.
    private final class Box: @unchecked Sendable {
        var scanner: Scanner
        init(_ rules: RuleSet, _ limits: ScanLimits) { scanner = Scanner(rules, limits: limits) }
    }

    /// Makes a pool that keeps at most `maxIdle` scanners when nobody scans.
    public init(_ rules: RuleSet, limits: ScanLimits = .standard, maxIdle: Int = 4) {
        self.rules = rules
        self.limits = limits
        self.maxIdle = maxIdle
    }

    /// Scans one whole input on the calling thread.
    public func scan(_ bytes: [UInt8]) -> ScanResult { bytes.withUnsafeBytes { scan($0) } }

    /// Scans one whole input on the calling thread. The bytes are not kept.
    public func scan(_ bytes: UnsafeRawBufferPointer) -> ScanResult {
        let box = idle.withLock { $0.popLast() } ?? Box(rules, limits)
        let result = box.scanner.scan(bytes)
        idle.withLock { if $0.count < maxIdle { $0.append(box) } }
        return result
    }
}
