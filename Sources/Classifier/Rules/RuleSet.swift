/// Compiled rules: the shared literal table and, compiled on first use, each rule's regex.
public final class RuleSet: Sendable {
    /// The rules in the order given.
    public let rules: [RuleDefinition]
    let compiled: [CompiledRule]
    let literals: LiteralTable
    /// For each literal of the table, the rules that it triggers.
    let literalRules: LiteralRules
    /// For each literal, the view that it opens; zero if none.
    let literalMarks: [UInt8]
    let shapes: ShapeRules
    let numbers: NumberForms
    let tokens: TokenForms
    let contextFilter: ContextFilter

    /// The rules that each shape triggers.
    struct ShapeRules: Sendable {
        var email: [CompiledRule] = []
        /// The rule that stands for all rules of labelled values where their anchors are met.
        var label: CompiledRule?
        /// The rule of labelled values of no known service.
        var labelled: Int?
        var services = ServiceTable()
        fileprivate var serviceNames = ServiceTable.Builder()
        /// Rules whose value may be the whole text.
        var alone: [CompiledRule] = []
    }

    /// Most rules in one set.
    public static let maxRules = 8192

    /// Compiles rules; throws at the first that can't be used, naming it.
    ///
    /// With `checkingRegexes` each regex is compiled once for the check and again, with JIT, on its first use. Leave it out
    /// for rules that were checked when their pack was built: a set of hundreds is then ready in a few milliseconds.
    public convenience init(_ definitions: [RuleDefinition], checkingRegexes: Bool = true) throws(RuleError) {
        try self.init(definitions, plans: nil, checkingRegexes: checkingRegexes)
    }

    /// Makes rules ready that were checked and planned before: a plan for each. One without a plan is checked in full.
    public convenience init(_ definitions: [RuleDefinition], plans: [RulePlan?]) throws(RuleError) {
        precondition(definitions.count == plans.count, "a plan, or nil, for each rule")
        try self.init(definitions, plans: plans, checkingRegexes: true)
    }

    private init(_ definitions: [RuleDefinition], plans: [RulePlan?]?, checkingRegexes: Bool) throws(RuleError) {
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
            compiled.append(try compiler.compile(plans?[index], checkingRegex: checkingRegexes))
        }
        rules = definitions
        self.compiled = compiled
        var builder = AnchorBuilder(ruleCount: compiled.count)
        for rule in compiled { builder.add(rule) }
        for (bytes, mark) in ViewMark.literals { builder.add(bytes, opening: mark) }
        guard builder.literals.count <= LiteralTable.maxLiterals else {
            throw RuleError(
                rule: definitions.last?.id ?? "", field: "anchors",
                reason: "more than \(LiteralTable.maxLiterals) distinct literals in one set")
        }
        literals = LiteralTable(builder.literals)
        literalRules = LiteralRules(builder.literalRules)
        literalMarks = builder.literalMarks
        builder.shapes.services = ServiceTable(builder.shapes.serviceNames)
        builder.shapes.serviceNames = ServiceTable.Builder()
        shapes = builder.shapes
        numbers = builder.numbers
        tokens = builder.tokens
        contextFilter = ContextFilter(compiled.filter { $0.definition.contextRequired })
    }

    /// Number of distinct literals in the table that all rules share.
    public var literalCount: Int { literals.literals.count }
}

/// Gathers anchors, so that a literal that several rules name stands in the table once.
private struct AnchorBuilder {
    var literals: [Literal] = []
    var literalRules: [[CompiledRule]] = []
    var literalMarks: [UInt8] = []
    var shapes = RuleSet.ShapeRules()
    var numbers: NumberForms
    var tokens = TokenForms()
    private var ids: [Literal.Key: Int] = [:]

    init(ruleCount: Int) { numbers = NumberForms(ruleCount: ruleCount) }

    mutating func add(_ rule: CompiledRule) {
        for literal in rule.literals { add(literal, rule) }
        for case .shape(let shape) in rule.definition.anchors {
            switch shape {
            case .pem: break
            case .alone: shapes.alone.append(rule)
            case .digits: numbers.add(rule)
            case .email: shapes.email.append(rule)
            case .label: addLabelled(rule)
            case .base64, .base64url, .hex: tokens.add(rule)
            }
        }
    }

    /// One rule triggers the reader that serves them all.
    private mutating func addLabelled(_ rule: CompiledRule) {
        if shapes.label == nil {
            shapes.label = rule
            for word in LabelWords.anchors {
                add(Literal(bytes: word.withUTF8Buffer(Array.init), isCaseSensitive: false), rule)
            }
            tokens.add(rule)
        }
        if rule.forms.isEmpty {
            if shapes.labelled == nil { shapes.labelled = rule.index }
        } else {
            shapes.serviceNames.add(rule.definition.context, rule: rule.index, forms: rule.forms)
        }
    }

    /// A literal that opens a view.
    mutating func add(_ bytes: [UInt8], opening mark: UInt8) {
        literalMarks[id(of: Literal(bytes: bytes, isCaseSensitive: true))] |= mark
    }

    /// The index of a literal, entered if it is new.
    private mutating func id(of literal: Literal) -> Int {
        if let id = ids[literal.key] {
            literals[id].widen(lead: literal.lead, tail: literal.tail)
            return id
        }
        ids[literal.key] = literals.count
        literals.append(literal)
        literalRules.append([])
        literalMarks.append(0)
        return literals.count - 1
    }

    private mutating func add(_ literal: Literal, _ rule: CompiledRule) {
        let id = id(of: literal)
        if literalRules[id].last !== rule { literalRules[id].append(rule) }
    }
}
