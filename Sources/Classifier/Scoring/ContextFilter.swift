/// Finds, in one sweep that follows the digit runs, where rules that need a context word may match at all.
///
/// Without it, each run of digits in a log would start every national number's regex. Each byte is swept once at most.
struct ContextFilter: Sendable {
    let table: LiteralTable?
    /// For each literal: the rules' indices and their reach in bytes.
    let rulesOfLiteral: [[(rule: Int, reach: Int)]]
    /// Rules with a word too short for the table; they are tried at every run.
    let untracked: Set<Int>
    /// The longest reach of any word, in bytes.
    let maxReach: Int

    init(_ rules: [CompiledRule]) {
        var literals: [Literal] = []
        var owners: [[(rule: Int, reach: Int)]] = []
        var ids: [[UInt8]: Int] = [:]
        var untracked: Set<Int> = []
        for rule in rules {
            for word in rule.context {
                guard word.count >= Literal.minPlainBytes, word.count <= Literal.maxBytes else {
                    untracked.insert(rule.index)
                    continue
                }
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
        self.untracked = untracked
    }
}
