/// What is known of a family of models: one entry of a file in `agent-config/models`.
public struct ModelFamily: Sendable, Hashable, Codable {
    /// Whether the weights can be had.
    public enum Weights: String, Sendable, Codable, CaseIterable { case open, closed, mixed, unknown }
    /// Whether a summary of the training data has been published (EU AI Act, article 53(1)(d)).
    public enum Published: String, Sendable, Codable, CaseIterable { case yes, partial, no, unknown }

    /// The summary of the training data.
    public struct Summary: Sendable, Hashable, Codable {
        /// Whether it has been published.
        public var status: Published
        /// Where.
        public var link: String?
        /// Of what day it is.
        public var date: String?
        /// Remarks.
        public var note: String?
    }

    /// An order, ban or end that concerned the family.
    public struct Withdrawal: Sendable, Hashable, Codable {
        /// What happened.
        public var what: String
        /// When, as exactly as it is known.
        public var date: String
        /// What has become of it.
        public var status: String
        /// Where the fact comes from.
        public var source: String
    }

    /// Stable id within the publisher.
    public var id: String
    /// Names of its models, `*` for any run of characters.
    public var patterns: [String]
    /// Whether the weights can be had.
    public var weights: Weights
    /// Licence of the weights, or "unknown".
    public var licence: String
    /// Publisher of the model that it was made from, where that is another's.
    public var basePublisher: String?
    /// The summary of the training data.
    public var trainingSummary: Summary
    /// Orders, bans and ends.
    public var withdrawals: [Withdrawal]
    /// Remarks.
    public var notes: String
    /// Where the facts come from.
    public var sources: [String]
    /// Day on which the facts were last checked, YYYY-MM-DD.
    public var checked: String

    enum CodingKeys: String, CodingKey {
        case id, patterns, weights, licence, withdrawals, notes, sources, checked
        case basePublisher = "base_publisher"
        case trainingSummary = "training_summary"
    }
}

/// A company that publishes models, wherever they are served: one file of `agent-config/models`.
public struct ModelPublisher: Sendable, Hashable, Codable {
    /// Whether it has signed the EU General-Purpose AI Code of Practice.
    public enum CodeOfPractice: String, Sendable, Codable, CaseIterable {
        case full, none, unknown
        case safetyOnly = "safety-only"
    }

    /// Stable id; the same as the provider's where the publisher serves models too.
    public var id: String
    /// Name for people.
    public var name: String
    /// Law that it lives under, an ISO 3166 code.
    public var jurisdiction: String
    /// What routers put before its models: "meta-llama" in "meta-llama/llama-3".
    public var prefixes: [String]
    /// Whether it has signed the code of practice.
    public var codeOfPractice: CodeOfPractice
    /// Where that fact comes from.
    public var codeSource: String?
    /// Its models.
    public var families: [ModelFamily]

    enum CodingKeys: String, CodingKey {
        case id, name, jurisdiction, prefixes, families
        case codeOfPractice = "code_of_practice"
        case codeSource = "code_source"
    }
}

/// A model's name, resolved.
public struct ResolvedModel: Sendable, Hashable {
    /// Who publishes it.
    public var publisher: ModelPublisher
    /// Its family; nil where only the publisher's prefix was known.
    public var family: ModelFamily?

    /// Laws that it lives under: the publisher's.
    public var jurisdiction: String { publisher.jurisdiction }
}

/// All publishers and families with what is known about them.
public struct ModelCatalogue: Sendable {
    /// In the order of their ids.
    public let publishers: [ModelPublisher]
    private let families: [(pattern: Glob, publisher: Int, family: Int)]
    private let prefixes: [[UInt8]: Int]

    /// Most families of one publisher.
    public static let maxFamilies = 64

    /// Knows nothing.
    public init() {
        publishers = []
        families = []
        prefixes = [:]
    }

    /// Checks and indexes publishers.
    public init(_ unsorted: [ModelPublisher]) throws(Catalogue.Failure) {
        let publishers = unsorted.sorted { $0.id < $1.id }
        guard publishers.count <= Catalogue.maxProviders else {
            throw Catalogue.Failure(description: "more than \(Catalogue.maxProviders) publishers of models")
        }
        for (one, next) in zip(publishers, publishers.dropFirst()) where one.id == next.id {
            throw Catalogue.Failure(description: "publisher \(one.id) occurs twice")
        }
        let ids = Set(publishers.map(\.id))
        var families: [(pattern: Glob, publisher: Int, family: Int)] = []
        var prefixes: [[UInt8]: Int] = [:]
        for (index, publisher) in publishers.enumerated() {
            guard publisher.families.count <= Self.maxFamilies else {
                throw Catalogue.Failure(description: "publisher \(publisher.id): too many families")
            }
            for (number, family) in publisher.families.enumerated() {
                guard family.patterns.count <= Catalogue.maxPatterns, PolicyDate(family.checked) != nil else {
                    throw Catalogue.Failure(
                        description: "models of \(publisher.id), family \(family.id): bad date, or too many patterns")
                }
                if let base = family.basePublisher, !ids.contains(base) {
                    throw Catalogue.Failure(
                        description: "models of \(publisher.id), family \(family.id): no publisher \"\(base)\"")
                }
                families += family.patterns.map { (Glob($0), index, number) }
            }
            for prefix in publisher.prefixes { prefixes[Glob.folded(prefix)] = index }
        }
        self.publishers = publishers
        self.families = families
        self.prefixes = prefixes
    }

    /// The publisher of that id.
    public func publisher(_ id: String) -> ModelPublisher? { publishers.first { $0.id == id } }

    /// Whose model it is, and of which family: of all patterns that fit, the longest counts. Prefixes of routers and clouds are left out of account
    /// ("openai/gpt-4o", "eu.anthropic.claude-x", "publishers/google/models/gemini-x"); where no pattern fits, such a prefix alone tells the publisher.
    public func resolve(_ model: String) -> ResolvedModel? {
        let names = Catalogue.names(of: model)
        var best: (length: Int, publisher: Int, family: Int)?
        for entry in families where entry.pattern.length > (best?.length ?? 0) {
            if names.contains(where: { entry.pattern.matches($0) }) {
                best = (entry.pattern.length, entry.publisher, entry.family)
            }
        }
        if let best {
            let publisher = publishers[best.publisher]
            return ResolvedModel(publisher: publisher, family: publisher.families[best.family])
        }
        for part in Catalogue.folded(model).split(whereSeparator: { $0 == 0x2F || $0 == 0x2E || $0 == 0x40 }) {
            if let index = prefixes[Array(part)] { return ResolvedModel(publisher: publishers[index], family: nil) }
        }
        return nil
    }
}
