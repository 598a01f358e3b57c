/// Finds what a rule set looks for. One thread at a time; keeps its scratch memory between scans.
public struct Scanner: ~Copyable {
    /// Size of a block on the absolute grid, in bytes: the unit of budgets and of streaming.
    public static let blockBytes = 64 << 10

    /// Makes a scanner.
    public init(_ rules: RuleSet, limits: ScanLimits = .standard) {}

    /// Scans one whole input.
    public mutating func scan(_ bytes: UnsafeRawBufferPointer) -> ScanResult { ScanResult(findings: []) }

    /// Takes the next piece of a stream and emits every finding that no later byte can change.
    ///
    /// The findings are the same for every way of cutting the stream, and the same as those of `scan`.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer, emit: (Finding) -> Void) {}

    /// Ends the stream, emits what is left, and makes the scanner ready for the next one.
    public mutating func finish(emit: (Finding) -> Void) -> IncompleteReason? { nil }
}
