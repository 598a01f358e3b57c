import Primitives

/// A rule's discard conditions and checksum, made ready. Nil at nearly all rules, so that they pay one test for it.
final class CompiledChecks: Sendable {
    private let conditions: [Condition]
    private let checksum: Checksum?

    private struct Condition: Sendable {
        let maxEntropy: Double?
        let value: Test
        let match: Test
        let line: Test
    }

    /// A text test with its words in a table and its regexes compiled on first use.
    private struct Test: Sendable {
        let words: WordIndex?
        let matches: [LazyRegex]
        let lacks: [LazyRegex]
        let isEmpty: Bool

        init(_ test: TextTest) {
            words = test.contains.isEmpty ? nil : WordIndex(test.contains)
            matches = test.matches.map { LazyRegex($0, isAnchored: false, isOpenEnded: false) }
            lacks = test.lacks.map { LazyRegex($0, isAnchored: false, isOpenEnded: false) }
            isEmpty = test.isEmpty
        }
    }

    private struct Checksum: Sendable {
        /// Plain bytes, or the number of a group.
        enum Part: Sendable {
            case text([UInt8])
            case group(Int)
        }
        let parts: [Part]
        let definition: CaptureChecksum
    }

    /// What a check says of a match.
    enum Outcome {
        case keep
        /// The checksum is right as well.
        case proven(String)
        /// The checksum is wrong.
        case refuted
        case drop
    }

    init?(_ rule: RuleDefinition) {
        guard !rule.discard.isEmpty || rule.checksum != nil else { return nil }
        conditions = rule.discard.map {
            Condition(maxEntropy: $0.maxEntropy, value: Test($0.value), match: Test($0.match), line: Test($0.line))
        }
        checksum = rule.checksum.map { Checksum(parts: Self.parts($0.of), definition: $0) }
    }

    // MARK: Before any scan

    /// The first mistake in a rule's conditions and checksum.
    static func check(_ rule: RuleDefinition, captures: Int, regexes: Bool) throws(RuleError) {
        guard rule.discard.count <= DiscardCondition.maxConditions else {
            throw RuleError(rule: rule.id, field: "discard", reason: "more than \(DiscardCondition.maxConditions)")
        }
        for condition in rule.discard {
            guard !condition.isEmpty else {
                throw RuleError(rule: rule.id, field: "discard", reason: "states nothing, so it would drop everything")
            }
            for test in [condition.value, condition.match, condition.line] {
                try check(test, rule, regexes: regexes)
            }
        }
        guard let checksum = rule.checksum else { return }
        let groups = parts(checksum.of).compactMap { if case .group(let group) = $0 { group } else { nil } }
        guard (1...CaptureChecksum.maxLength).contains(checksum.length) else {
            throw RuleError(rule: rule.id, field: "checksum", reason: "1 to \(CaptureChecksum.maxLength) characters")
        }
        guard !groups.isEmpty, (groups + [checksum.group]).allSatisfy({ (0...captures).contains($0) }) else {
            throw RuleError(
                rule: rule.id, field: "checksum", reason: "names no group, or one that the regex doesn't have")
        }
    }

    private static func check(_ test: TextTest, _ rule: RuleDefinition, regexes: Bool) throws(RuleError) {
        let lists = [test.contains, test.matches, test.lacks]
        guard lists.allSatisfy({ $0.count <= TextTest.maxEntries }) else {
            throw RuleError(rule: rule.id, field: "discard", reason: "a list of more than \(TextTest.maxEntries)")
        }
        guard !lists.joined().contains(where: \.isEmpty) else {
            throw RuleError(rule: rule.id, field: "discard", reason: "an entry is empty")
        }
        for pattern in test.matches + test.lacks {
            guard pattern.utf8.count <= RuleCompiler.maxRegexBytes else {
                throw RuleError(
                    rule: rule.id, field: "discard", reason: "longer than \(RuleCompiler.maxRegexBytes) bytes")
            }
            guard regexes else { continue }
            do {
                _ = try LazyRegex.check(pattern)
            } catch {
                throw RuleError(
                    rule: rule.id, field: "discard", reason: "\(error.message) at offset \(error.offset)")
            }
        }
    }

    /// Cuts `glpat-{1}.x` into its parts; a brace without a number is text.
    private static func parts(_ template: String) -> [Checksum.Part] {
        let bytes = Array(template.utf8)
        var parts: [Checksum.Part] = []
        var text: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let digits = bytes[at] == UInt8(ascii: "{") ? bytes[(at + 1)...].prefix(while: isASCIIDigit) : []
            let end = at + 1 + digits.count
            if (1...2).contains(digits.count), end < bytes.count, bytes[end] == UInt8(ascii: "}") {
                if !text.isEmpty { parts.append(.text(text)) }
                text = []
                parts.append(.group(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
                at = end + 1
            } else {
                text.append(bytes[at])
                at += 1
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }

    // MARK: At a match

    /// Judges the last match of `regex`. `floor` and `ceiling` bound what may be looked at around it. The second result says that a
    /// regex reached its limit, which keeps the value.
    func judge(
        _ regex: borrowing RegexMemory, _ text: Text, whole: Range<Int>, value: Range<Int>, floor: Int, ceiling: Int
    ) -> (outcome: Outcome, isLimited: Bool) {
        var proof: String?
        if let checksum {
            switch holds(checksum, regex, text) {
            case true?: proof = checksum.definition.method.rawValue
            case false?: return (.refuted, false)
            case nil: break
            }
        }
        var isLimited = false
        for condition in conditions {
            let holds = holds(
                condition, regex, text, whole: whole, value: value, floor: floor, ceiling: ceiling, &isLimited)
            if holds { return (.drop, isLimited) }
        }
        return (proof.map { .proven($0) } ?? .keep, isLimited)
    }

    private func holds(
        _ condition: Condition, _ regex: borrowing RegexMemory, _ text: Text, whole: Range<Int>, value: Range<Int>,
        floor: Int, ceiling: Int, _ isLimited: inout Bool
    ) -> Bool {
        if let most = condition.maxEntropy, text.withSpan(value, { Self.bitsPerByte($0) }) > most { return false }
        if !condition.value.isEmpty, !holds(condition.value, regex, text, value, &isLimited) { return false }
        if !condition.match.isEmpty {
            var low = whole.lowerBound
            let least = max(floor, low - DiscardCondition.maxWordReach)
            while low > least, Self.isWordPart(text[low - 1]) { low -= 1 }
            if !holds(condition.match, regex, text, low..<whole.upperBound, &isLimited) { return false }
        }
        if !condition.line.isEmpty {
            var low = whole.lowerBound
            let least = max(floor, low - DiscardCondition.maxLineReach)
            while low > least, text[low - 1] != 0x0A { low -= 1 }
            var high = whole.upperBound
            let most = min(ceiling, high + DiscardCondition.maxLineReach)
            while high < most, text[high] != 0x0A { high += 1 }
            if !holds(condition.line, regex, text, low..<high, &isLimited) { return false }
        }
        return true
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private func holds(
        _ test: Test, _ regex: borrowing RegexMemory, _ text: Text, _ range: Range<Int>, _ isLimited: inout Bool
    ) -> Bool {
        if let words = test.words, !words.occurs(in: text, range) { return false }
        if !test.matches.isEmpty {
            guard test.matches.contains(where: { found($0, regex, text, range, &isLimited) ?? false }) else {
                return false
            }
        }
        return !test.lacks.contains { found($0, regex, text, range, &isLimited) ?? true }
    }

    /// Whether the pattern matches in the range as if nothing else were there; nil if that can't be told.
    private func found(
        _ pattern: LazyRegex, _ regex: borrowing RegexMemory, _ text: Text, _ range: Range<Int>,
        _ isLimited: inout Bool
    ) -> Bool? {
        guard let code = pattern.compiled() else { return nil }
        let outcome = regex.match(
            code, text.base + range.lowerBound, from: 0, lastStart: nil, to: range.count, group: 0, isPartial: false)
        switch outcome {
        case .match: return true
        case .noMatch: return false
        case .partial, .limit:
            isLimited = true
            return nil
        }
    }

    /// Shannon entropy of the bytes, in bits; of the first `Randomness.maxBytes`.
    static func bitsPerByte(_ value: Span<UInt8>) -> Double {
        let count = min(value.count, Randomness.maxBytes)
        guard count > 1 else { return 0 }
        var counts = [UInt16](repeating: 0, count: 256)
        for index in 0..<count { counts[Int(value[index])] += 1 }
        var sum = 0.0
        for found in counts where found > 1 { sum += Double(found) * Randomness.log2(Int(found)) }
        return Randomness.log2(count) - sum / Double(count)
    }

    // MARK: Checksums

    /// Whether the group holds the sum; nil if it took no part in the match.
    private func holds(_ checksum: Checksum, _ regex: borrowing RegexMemory, _ text: Text) -> Bool? {
        guard let place = regex.lastMatch(group: checksum.definition.group) else { return nil }
        var message: [UInt8] = []
        for part in checksum.parts {
            switch part {
            case .text(let bytes): message += bytes
            case .group(let group):
                if let range = regex.lastMatch(group: group) { message += range.map { text[$0] } }
            }
        }
        let method = checksum.definition.method
        let wanted = ChecksumNotation.written(method, of: message, length: checksum.definition.length)
        guard wanted.count == place.count else { return false }
        return zip(place, wanted).allSatisfy { index, byte in
            text[index] == byte || method.ignoresCase && foldCase(text[index]) == foldCase(byte)
        }
    }
}

extension CaptureChecksum.Method {
    var ignoresCase: Bool { self == .crc32Hex || self == .sha256Base32 }
}

/// Words that may stand in a text, found by their first two bytes.
struct WordIndex: Sendable {
    private let byStart: [UInt16: [[UInt8]]]
    private let singles: ByteSet

    init(_ words: [String]) {
        var byStart: [UInt16: [[UInt8]]] = [:]
        var singles = ByteSet()
        for word in words.map({ $0.utf8.map(foldCase) }) {
            if word.count == 1 { singles.insert(word[0]) }
            if word.count > 1 { byStart[UInt16(word[0]) << 8 | UInt16(word[1]), default: []].append(word) }
        }
        self.byStart = byStart
        self.singles = singles
    }

    func occurs(in text: Text, _ range: Range<Int>) -> Bool {
        for index in range {
            let first = foldCase(text[index])
            if singles.contains(first) { return true }
            guard index + 1 < range.upperBound else { return false }
            let start = UInt16(first) << 8 | UInt16(foldCase(text[index + 1]))
            guard let words = byStart[start] else { continue }
            for word in words where index + word.count <= range.upperBound && text.hasFolded(word, at: index) {
                return true
            }
        }
        return false
    }
}

/// Writes checksums as tokens carry them.
enum ChecksumNotation {
    static func written(_ method: CaptureChecksum.Method, of message: [UInt8], length: Int) -> [UInt8] {
        switch method {
        case .crc32Base62: number(crc32(message), base62, length)
        case .crc32Base36: number(crc32(message), base36, length)
        case .crc32Hex: Array(number(crc32(message), base36, 8, base: 16).prefix(length))
        case .crc32Base64:
            Array(grouped(withUnsafeBytes(of: crc32(message).littleEndian) { Array($0) }, 6, base64).prefix(length))
        case .sha256Base32: Array(grouped(SHA256.digest(message), 5, base32).prefix(length))
        }
    }

    private static let base36 = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    private static let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let base32 = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func crc32(_ message: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in message { crc = CRC32.next(crc, byte) }
        return ~crc
    }

    /// Most significant digit first, padded with the zero; a number too long for the width is written in full.
    private static func number(_ number: UInt32, _ alphabet: [UInt8], _ width: Int, base: UInt32? = nil) -> [UInt8] {
        let base = base ?? UInt32(alphabet.count)
        var digits: [UInt8] = []
        var rest = number
        while rest > 0 || digits.count < width {
            digits.append(alphabet[Int(rest % base)])
            rest /= base
        }
        return digits.reversed()
    }

    /// The bits, most significant first, in groups of `width`; the last is padded with zeros.
    private static func grouped(_ bytes: [UInt8], _ width: UInt32, _ alphabet: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= width {
                count -= width
                out.append(alphabet[Int(bits >> count & (1 << width - 1))])
            }
        }
        if count > 0 { out.append(alphabet[Int(bits << (width - count) & (1 << width - 1))]) }
        return out
    }
}
