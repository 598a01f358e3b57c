/// Finds, in one sweep that follows the digit runs, where rules that need a context word may match at all.
///
/// Without it, each run of digits in a log would start every national number's regex. Each byte is swept once at most.
struct ContextFilter: Sendable {
    let table: LiteralTable?
    /// For each literal: the rules' indices and their reach in bytes.
    let rulesOfLiteral: [[(rule: Int, reach: Int)]]
    /// The longest reach of any word, in bytes.
    let maxReach: Int

    init(_ rules: [CompiledRule]) {
        var literals: [Literal] = []
        var owners: [[(rule: Int, reach: Int)]] = []
        var ids: [[UInt8]: Int] = [:]
        for rule in rules where Self.knows(rule) {
            for word in rule.context {
                let id = ids[word] ?? literals.count
                if id == literals.count {
                    ids[word] = id
                    literals.append(Literal(bytes: word, isCaseSensitive: false))
                    owners.append([])
                }
                owners[id].append((rule.index, rule.definition.contextReach))
            }
        }
        table = literals.isEmpty ? nil : LiteralTable(literals)
        rulesOfLiteral = owners
        maxReach = owners.joined().map(\.reach).max() ?? 0
    }

    /// Whether all of a rule's words have a length that the table takes; a rule with another is tried at every run.
    static func knows(_ rule: CompiledRule) -> Bool {
        rule.context.allSatisfy { (Literal.minPlainBytes...Literal.maxBytes).contains($0.count) }
    }
}
