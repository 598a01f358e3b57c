import Classifier
import Primitives

/// Reads the body of a pack. Trusts no length: each is checked against what is left before anything is taken.
struct PackReader {
    /// Valid for as long as the reader is.
    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, from start: Int) {
        self.bytes = bytes
        at = start
        end = bytes.count
    }

    /// Most distinct files or literals, and most entries of any list in a rule.
    private static let maxTableEntries = 100_000
    private static let maxListEntries = 1_000

    static func pack(
        _ bytes: UnsafeRawBufferPointer, from start: Int, digest: [UInt8], examples: Bool
    ) throws(PackError) -> Pack {
        var reader = PackReader(bytes, from: start)
        var files: [String] = []
        for _ in 0..<(try reader.count(max: maxTableEntries)) { files.append(try reader.text()) }
        var literals: [[UInt8]] = []
        for _ in 0..<(try reader.count(max: maxTableEntries)) { literals.append(Array(try reader.slice())) }
        let ruleCount = try reader.count(max: Pack.maxRules)
        var sources: [RuleSource] = []
        sources.reserveCapacity(ruleCount)
        var plans: [RulePlan?] = []
        plans.reserveCapacity(ruleCount)
        for _ in 0..<ruleCount {
            sources.append(try reader.source(files, literals))
            plans.append(try reader.plan())
        }
        if examples {
            for index in sources.indices {
                sources[index].hits = try reader.examples()
                sources[index].misses = try reader.examples()
            }
            guard reader.at == reader.end else { throw reader.problem("\(reader.end - reader.at) bytes too many") }
        }
        return Pack(digest: digest, sources: sources, plans: plans, fileNames: files, literalCount: literals.count)
    }

    // MARK: Parts

    private mutating func source(_ files: [String], _ literals: [[UInt8]]) throws(PackError) -> RuleSource {
        let file = try number() as UInt32
        guard Int(file) < files.count else { throw problem("a rule of a file that is not listed") }
        let position = try position()
        let summary = try text()
        return RuleSource(
            definition: try definition(literals), summary: summary, hits: [], misses: [], file: files[Int(file)],
            position: position)
    }

    private mutating func definition(_ literals: [[UInt8]]) throws(PackError) -> RuleDefinition {
        let id = try text()
        let name = try text()
        let kind = try choice(FindingKind.self)
        let dataClass = DataClass(rawValue: try text())
        let severity = try choice(Severity.self)
        var anchors: [Anchor] = []
        for _ in 0..<(try count(max: Self.maxListEntries)) { anchors.append(try anchor(literals)) }
        var rule = RuleDefinition(
            id: id, name: name, kind: kind, dataClass: dataClass, severity: severity, anchors: anchors)
        rule.regex = try optionalText()
        rule.matcher = try optionalText()
        rule.secretGroup = try optionalCount()
        rule.validators = try texts()
        rule.confidence = Double(bitPattern: try number())
        rule.context = try texts()
        rule.contextReach = Int(try number() as UInt32)
        rule.contextRequired = try flag()
        if try flag() { rule.minRandomness = Double(bitPattern: try number()) }
        let before = try optionalCount()
        let after = try optionalCount()
        if let before, let after { rule.window = Window(before: before, after: after) }
        rule.stopValues = try texts()
        for _ in 0..<(try count(max: DiscardCondition.maxConditions)) { rule.discard.append(try condition()) }
        if let template = try optionalText() {
            rule.checksum = CaptureChecksum(
                of: template, method: try choice(CaptureChecksum.Method.self), length: Int(try number() as UInt32),
                group: Int(try number() as UInt32))
        }
        rule.fingerprint = try choice(FingerprintScope.self)
        rule.publicPrefix = try optionalText()
        rule.revoke = try optionalText()
        rule.references = try texts()
        rule.locale = try optionalText()
        rule.isEnabled = try flag()
        return rule
    }

    private mutating func plan() throws(PackError) -> RulePlan? {
        let slice = try slice()
        if slice.isEmpty { return nil }
        guard let plan = RulePlan(decoding: UnsafeRawBufferPointer(rebasing: slice)) else {
            throw problem("a plan that can't be read")
        }
        return plan
    }

    private mutating func condition() throws(PackError) -> DiscardCondition {
        var condition = DiscardCondition()
        if try flag() { condition.maxEntropy = Double(bitPattern: try number()) }
        condition.value = try test()
        condition.match = try test()
        condition.line = try test()
        return condition
    }

    private mutating func test() throws(PackError) -> TextTest {
        TextTest(
            contains: try texts(max: TextTest.maxEntries), matches: try texts(max: TextTest.maxEntries),
            lacks: try texts(max: TextTest.maxEntries))
    }

    private mutating func anchor(_ literals: [[UInt8]]) throws(PackError) -> Anchor {
        let tag = try number() as UInt8
        switch tag {
        case 0, 1:
            let index = Int(try number() as UInt32)
            guard index < literals.count else { throw problem("an anchor that is not in the table") }
            return .literal(literals[index], caseSensitive: tag == 0)
        case 2: return .shape(try choice(ByteShape.self))
        default: throw problem("an anchor of unknown kind \(tag)")
        }
    }

    private mutating func examples() throws(PackError) -> [RuleExample] {
        var examples: [RuleExample] = []
        for _ in 0..<(try count(max: RuleSource.maxExamples)) {
            let template = try text()
            examples.append(RuleExample(template: template, position: try position()))
        }
        return examples
    }

    private mutating func position() throws(PackError) -> SourcePosition {
        let line = try number() as UInt32
        return SourcePosition(line: Int(line), column: Int(try number() as UInt32))
    }

    // MARK: Primitives

    private func problem(_ reason: String) -> PackError { PackError(at: at, reason) }

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>() throws(PackError) -> Number {
        let width = Number.bitWidth / 8
        guard end - at >= width else { throw problem("cut off") }
        defer { at += width }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Number.self))
    }

    private mutating func slice() throws(PackError) -> Slice<UnsafeRawBufferPointer> {
        let count = Int(try number() as UInt32)
        guard count <= end - at else { throw problem("a length of \(count) bytes where \(end - at) are left") }
        defer { at += count }
        return bytes[at..<at + count]
    }

    private mutating func text() throws(PackError) -> String {
        let slice = UnsafeRawBufferPointer(rebasing: try slice())
        // Nearly all texts are ASCII, and the general way takes several times as long.
        if slice.allSatisfy({ $0 < 0x80 }) { return String(decoding: slice, as: UTF8.self) }
        guard let text = String(validating: slice, as: UTF8.self) else { throw problem("a text that is not UTF-8") }
        return text
    }

    private mutating func flag() throws(PackError) -> Bool {
        switch try number() as UInt8 {
        case 0: return false
        case 1: return true
        case let other: throw problem("a flag of value \(other)")
        }
    }

    private mutating func count(max: Int) throws(PackError) -> Int {
        let count = Int(try number() as UInt32)
        guard count <= max else { throw problem("a list of \(count) entries, at most \(max) are read") }
        return count
    }

    private mutating func optionalText() throws(PackError) -> String? { try flag() ? try text() : nil }

    private mutating func optionalCount() throws(PackError) -> Int? {
        try flag() ? Int(try number() as UInt32) : nil
    }

    private mutating func texts(max: Int = Self.maxListEntries) throws(PackError) -> [String] {
        var texts: [String] = []
        for _ in 0..<(try count(max: max)) { texts.append(try text()) }
        return texts
    }

    private mutating func choice<Choice: RawRepresentable>(_ type: Choice.Type) throws(PackError) -> Choice
    where Choice.RawValue == String {
        let name = try text()
        guard let choice = Choice(rawValue: name) else { throw problem("an unknown name") }
        return choice
    }
}
