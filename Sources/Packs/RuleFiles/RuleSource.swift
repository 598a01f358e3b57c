public import Classifier

/// One rule as its file states it: the definition, why it matters, and the proof.
public struct RuleSource: Sendable, Hashable {
    /// What the classifier compiles.
    public var definition: RuleDefinition
    /// One sentence: why such a value must not leave.
    public var summary: String
    /// Texts in which « » mark exactly what must be found.
    public var hits: [RuleExample]
    /// Texts in which this rule must find nothing.
    public var misses: [RuleExample]
    /// The file, as the user named it or as the pack recorded it.
    public var file: String
    /// Where the rule begins in its file.
    public var position: SourcePosition
    /// Where each field's value stands, by the name that the file uses; empty when read from a pack.
    public var fields: [String: SourcePosition]

    /// Makes a rule's source.
    public init(
        definition: RuleDefinition, summary: String, hits: [RuleExample], misses: [RuleExample], file: String,
        position: SourcePosition, fields: [String: SourcePosition] = [:]
    ) {
        self.definition = definition
        self.summary = summary
        self.hits = hits
        self.misses = misses
        self.file = file
        self.position = position
        self.fields = fields
    }

    /// Most bytes of one example, before its generators are expanded.
    public static let maxExampleBytes = 16 << 10
    /// Most hits, and most misses, of one rule.
    public static let maxExamples = 64

    /// A mistake at a field of this rule.
    public func mistake(at field: String, _ what: String, mend: String = "") -> SourceMistake {
        SourceMistake(file: file, position: fields[field] ?? position, what: "\(definition.id): \(what)", mend: mend)
    }
}

/// A hit or miss with its place in the file.
public struct RuleExample: Sendable, Hashable {
    /// As written, generators and marks included.
    public var template: String
    /// Where it stands.
    public var position: SourcePosition

    /// Makes an example.
    public init(template: String, position: SourcePosition) {
        self.template = template
        self.position = position
    }
}
