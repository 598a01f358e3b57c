/// What planning works out from a rule's regex and anchors: how the regex is run, and what may stand around each literal.
///
/// Parsing the patterns of a thousand rules for it takes longer than scanning a prompt, so a pack keeps the plans. A plan is only as good
/// as the rule that it was made from: a pack holds both under one digest. A wrong one finds too little or too much, and can't
/// make the scanner read beyond its text.
public struct RulePlan: Sendable, Hashable {
    var run: Run?
    /// Fewest digits that a match holds.
    var minDigits = 0
    var literals: [Literal] = []
    /// What a service's keys are made of, for the matcher that takes forms.
    var forms: [ValueForm] = []

    /// How the regex is run at an anchor; see `CompiledRule.RegexPlan`.
    struct Run: Sendable, Hashable {
        var group = 0
        var anchorOffset: Int?
        var before = 0
        var after = 0
        var mayGrow = false
        var coversAnchor = false
        var leastOffset = 0
    }

    init(run: Run? = nil, minDigits: Int = 0, literals: [Literal] = [], forms: [ValueForm] = []) {
        self.forms = forms
        self.run = run
        self.minDigits = minDigits
        self.literals = literals
    }

    /// Bytes that the regex may see around an anchor at first; 0 for a hand-written matcher.
    public var windowBytes: Int { run.map { $0.before + $0.after } ?? 0 }
    /// Whether that window grows as long as a match might go on, up to `ScanLimits.maxWindowBytes`.
    public var mayGrow: Bool { run?.mayGrow ?? false }

    /// Checks a rule in full and plans it.
    public init(_ rule: RuleDefinition) throws(RuleError) {
        self = try RuleCompiler(rule: rule, index: 0).checkedPlan(checkingRegex: true)
    }
}

// MARK: As bytes

extension RulePlan {
    /// The plan as a pack keeps it, numbers little-endian.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        let run = self.run ?? Run()
        out.append(
            (self.run == nil ? 0 : 1) | (run.mayGrow ? 2 : 0) | (run.coversAnchor ? 4 : 0)
                | (run.anchorOffset == nil ? 0 : 8))
        out.append(UInt8(clamping: run.group))
        for number in [run.anchorOffset ?? 0, run.before, run.after, run.leastOffset, minDigits, literals.count] {
            withUnsafeBytes(of: UInt32(clamping: number).littleEndian) { out += $0 }
        }
        for literal in literals {
            out.append(UInt8(clamping: literal.bytes.count))
            out.append(literal.isCaseSensitive ? 1 : 0)
            out += literal.bytes
            for set in [literal.lead] + literal.tail { Self.append(set, to: &out) }
        }
        out.append(UInt8(clamping: forms.count))
        for form in forms {
            out.append(UInt8(clamping: ValueForm.Alphabet.allCases.firstIndex(of: form.alphabet) ?? 0))
            for length in [form.lengths.lowerBound, form.lengths.upperBound] {
                withUnsafeBytes(of: UInt32(clamping: length).littleEndian) { out += $0 }
            }
        }
        return out
    }

    private static func append(_ set: ByteSet, to out: inout [UInt8]) {
        if set == .all { return out.append(0) }
        if set == .notWord { return out.append(1) }
        out.append(2)
        for word in set.words { withUnsafeBytes(of: word.littleEndian) { out += $0 } }
    }

    /// Reads a plan; nil if the bytes are none.
    public init?(decoding bytes: UnsafeRawBufferPointer) {
        var reader = PlanReader(bytes: bytes)
        guard let flags = reader.byte(), let group = reader.byte(), flags < 16 else { return nil }
        var numbers = (0, 0, 0, 0, 0, 0)
        guard let a = reader.number(), let b = reader.number(), let c = reader.number(), let d = reader.number(),
            let e = reader.number(), let f = reader.number()
        else { return nil }
        numbers = (a, b, c, d, e, f)
        guard group <= RegexMemory.maxCaptures, numbers.0 <= Scanner.maxLookBack, numbers.1 <= Scanner.maxLookBack,
            numbers.2 <= ScanLimits.maxWindowBytes, numbers.3 <= Scanner.maxLookBack,
            numbers.5 <= RuleCompiler.maxAnchors
        else { return nil }
        if flags & 1 == 1 {
            run = Run(
                group: Int(group), anchorOffset: flags & 8 == 0 ? nil : numbers.0, before: numbers.1, after: numbers.2,
                mayGrow: flags & 2 != 0, coversAnchor: flags & 4 != 0, leastOffset: numbers.3)
        }
        minDigits = numbers.4
        literals.reserveCapacity(numbers.5)
        for _ in 0..<numbers.5 {
            guard let literal = reader.literal() else { return nil }
            literals.append(literal)
        }
        guard let formCount = reader.byte() else { return nil }
        for _ in 0..<formCount {
            guard let form = reader.form() else { return nil }
            forms.append(form)
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// Takes a plan's parts off its bytes; nil where they end too early.
private struct PlanReader {
    let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func byte() -> UInt8? {
        guard at < bytes.count else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func number() -> Int? {
        guard bytes.count - at >= 4 else { return nil }
        defer { at += 4 }
        return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
    }

    mutating func literal() -> Literal? {
        guard let count = byte(), let flag = byte(), flag < 2,
            (Literal.minBytes...Literal.maxBytes).contains(Int(count)),
            bytes.count - at >= Int(count)
        else { return nil }
        var literal = Literal(bytes: [UInt8](bytes[at..<at + Int(count)]), isCaseSensitive: flag == 1)
        at += Int(count)
        guard let lead = set(), let first = set(), let second = set(), let third = set() else { return nil }
        literal.lead = lead
        literal.tail = [first, second, third]
        return literal
    }

    mutating func form() -> ValueForm? {
        guard let index = byte(), let low = number(), let high = number(),
            ValueForm.Alphabet.allCases.indices.contains(Int(index)), low >= ValueForm.minBytes, low <= high,
            high <= ValueForm.maxBytes
        else { return nil }
        return ValueForm(alphabet: ValueForm.Alphabet.allCases[Int(index)], lengths: low...high)
    }

    private mutating func set() -> ByteSet? {
        switch byte() {
        case 0: return .all
        case 1: return .notWord
        case 2:
            guard bytes.count - at >= 32 else { return nil }
            defer { at += 32 }
            func word(_ index: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8 * index, as: UInt64.self))
            }
            return ByteSet(words: (word(0), word(1), word(2), word(3)))
        default: return nil
        }
    }
}
