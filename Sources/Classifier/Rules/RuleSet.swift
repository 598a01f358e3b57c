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
    var literals: [LiteralTable.Literal] = []
    var literalRules: [[CompiledRule]] = []
    var shapes = RuleSet.ShapeRules()
    private var ids: [LiteralTable.Literal: Int] = [:]

    mutating func add(_ rule: CompiledRule) {
        var hasToken = false
        for anchor in rule.definition.anchors {
            switch anchor {
            case .literal(let bytes, let isCaseSensitive):
                add(bytes, isCaseSensitive, rule)
            case .shape(.pem): add(Array("-----BEGIN".utf8), true, rule)
            case .shape(.digits): shapes.digits.append(rule)
            case .shape(.email): shapes.email.append(rule)
            case .shape(.base64), .shape(.base64url):
                if !hasToken { shapes.token.append(rule) }
                hasToken = true
            case .shape(.hex): shapes.hex.append(rule)
            }
        }
    }

    private mutating func add(_ bytes: [UInt8], _ isCaseSensitive: Bool, _ rule: CompiledRule) {
        let literal = LiteralTable.Literal(
            bytes: isCaseSensitive ? bytes : bytes.map(foldCase), isCaseSensitive: isCaseSensitive)
        let id: Int
        if let known = ids[literal] {
            id = known
        } else {
            id = literals.count
            ids[literal] = id
            literals.append(literal)
            literalRules.append([])
        }
        if literalRules[id].last !== rule { literalRules[id].append(rule) }
    }
}
