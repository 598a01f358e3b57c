/// Compiled rules: the shared literal table and, compiled on first use, each rule's regex.
public final class RuleSet: Sendable {
    /// The rules in the order given.
    public let rules: [RuleDefinition]
    let compiled: [CompiledRule]
    let literals: LiteralTable
    /// For each literal of the table, the rules that it triggers.
    let literalRules: [[CompiledRule]]
    let shapes: ShapeRules
    let contextFilter: ContextFilter

    /// The rules that each shape triggers.
    struct ShapeRules: Sendable {
        /// Ascending by the fewest digits that they need.
        var digits: [CompiledRule] = []
        var email: [CompiledRule] = []
        var token: [CompiledRule] = []
        var hex: [CompiledRule] = []
    }

    /// Most rules in one set.
    public static let maxRules = 8192

    /// Compiles rules; throws at the first that can't be used, naming it.
    ///
    /// With `checkingRegexes` each regex is compiled once for the check and again, with JIT, on its first use. Leave it out
    /// for rules that were checked when their pack was built: a set of hundreds is then ready in a few milliseconds.
    public init(_ definitions: [RuleDefinition], checkingRegexes: Bool = true) throws(RuleError) {
        guard definitions.count <= Self.maxRules else {
            throw RuleError(
                rule: definitions[Self.maxRules].id, field: "id", reason: "more than \(Self.maxRules) rules in one set")
        }
        var seen: Set<String> = []
        var compiled: [CompiledRule] = []
        for (index, definition) in definitions.enumerated() {
            guard seen.insert(definition.id).inserted else {
                throw RuleError(rule: definition.id, field: "id", reason: "is used twice")
            }
            let compiler = RuleCompiler(rule: definition, index: index)
            compiled.append(try compiler.compile(checkingRegex: checkingRegexes))
        }
        rules = definitions
        self.compiled = compiled
        var builder = AnchorBuilder()
        for rule in compiled { builder.add(rule) }
        guard builder.literals.count <= LiteralTable.maxLiterals else {
            throw RuleError(
                rule: definitions.last?.id ?? "", field: "anchors",
                reason: "more than \(LiteralTable.maxLiterals) distinct literals in one set")
        }
        literals = LiteralTable(builder.literals)
        literalRules = builder.literalRules
        shapes = builder.shapes
        contextFilter = ContextFilter(compiled.filter { $0.definition.contextRequired })
    }

    /// Number of distinct literals in the table that all rules share.
    public var literalCount: Int { literals.literals.count }
}

/// Gathers anchors, so that a literal that several rules name stands in the table once.
private struct AnchorBuilder {
    var literals: [Literal] = []
    var literalRules: [[CompiledRule]] = []
    var shapes = RuleSet.ShapeRules()
    private var ids: [Literal.Key: Int] = [:]

    mutating func add(_ rule: CompiledRule) {
        for literal in rule.literals { add(literal, rule) }
        for case .shape(let shape) in rule.definition.anchors {
            switch shape {
            case .pem: break
            case .digits: shapes.digits.append(rule)
            case .email: shapes.email.append(rule)
            case .base64, .base64url: if shapes.token.last !== rule { shapes.token.append(rule) }
            case .hex: shapes.hex.append(rule)
            }
        }
    }

    private mutating func add(_ literal: Literal, _ rule: CompiledRule) {
        guard let id = ids[literal.key] else {
            ids[literal.key] = literals.count
            literals.append(literal)
            literalRules.append([rule])
            return
        }
        literals[id].widen(lead: literal.lead, tail: literal.tail)
        if literalRules[id].last !== rule { literalRules[id].append(rule) }
    }
}
