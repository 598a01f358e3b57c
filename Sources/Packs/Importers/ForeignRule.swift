import Classifier

/// A rule as another scanner states it, before it is one of ours.
struct ForeignRule {
    /// As the other scanner names it.
    var id: String
    var name: String
    var summary = ""
    var pattern: String?
    var dialect = RegexTranslator.Dialect.re2
    /// Words without which the other scanner does not even try the rule.
    var keywords: [String] = []
    /// The capture group that is the value; nil: the first that takes part.
    var group: Int?
    /// The same by name, where the rule names one.
    var groupName: String?
    var discards: [Discard] = []
    var checksum: ForeignChecksum?
    var confidence = RuleDefinition.defaultConfidence
    /// Rules of the same set that its own scanner wants to see nearby.
    var companions: [String] = []
    var references: [String] = []
    var hits: [RuleExample] = []
    var misses: [RuleExample] = []
    var position: SourcePosition
    /// What could not be carried over, though the rule can.
    var notes: [String] = []

    /// A discard condition whose regexes are still in the rule's dialect.
    typealias Discard = DiscardCondition

    /// A checksum whose groups are still named.
    struct ForeignChecksum {
        /// Plain text and names of groups in turn.
        enum Part {
            case text(String)
            case group(String)
        }
        var parts: [Part]
        var method: CaptureChecksum.Method
        var length: Int
        var group: String
    }

    /// Confidence of a rule that only matches a part of a secret's surroundings: below what is reported unless asked for.
    static let partConfidence = 0.3
    /// Confidence of a rule that needs more than its regex says: a path, another rule's match.
    static let weakConfidence = 0.6
    /// Confidence of a rule of no format of its own.
    static let genericConfidence = 0.5
}
