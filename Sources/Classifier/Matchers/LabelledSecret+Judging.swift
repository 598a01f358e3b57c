/// Whether what stands behind a label is a secret.
extension LabelledSecret {
    static func judge(
        _ text: Text, _ spans: ValueSpans, _ label: Range<Int>, _ gap: Gap, _ services: ServiceTable
    ) -> Hit? {
        guard isWord(text, label) else { return nil }
        let hit = services.isEmpty ? nil : service(text, spans, label, gap, services)
        guard hit != nil || gap.isDirect else { return nil }
        let kind = LabelKind(text, label)
        if kind == .public || isInBlob(text, label) { return nil }
        if let hit { return hit }
        guard kind != .none, let value = random(text, spans, kind, gap) else { return nil }
        if DigestShape.isAmbiguous(text, value, name: name(text, around: label, before: value.lowerBound)) {
            return nil
        }
        return Hit(value: value, service: nil, adjust: kind == .strong ? 0 : -0.05)
    }

    /// The whole name that the label's word stands in.
    private static func name(_ text: Text, around label: Range<Int>, before value: Int) -> Range<Int> {
        var low = label.lowerBound
        let floor = max(0, low - maxServiceGap)
        while low > floor, isAlphanumeric(text[low - 1]) || isNameJoint(text[low - 1]) { low -= 1 }
        var high = label.upperBound
        while high < value, isAlphanumeric(text[high]) || isNameJoint(text[high]) { high += 1 }
        return low..<high
    }

    private static func isNameJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// Whether the label is written as words are: in small letters, in capitals, or with its first letter alone a capital. Random text
    /// holds `AuTh` and `kEy`.
    private static func isWord(_ text: Text, _ label: Range<Int>) -> Bool {
        var capitals = 0
        var letters = 0
        for index in label where isASCIILetter(text[index]) {
            letters += 1
            if ByteSet.upper.contains(text[index]) { capitals += 1 }
        }
        let first = text[label.lowerBound]
        return capitals == 0 || capitals == letters || capitals == 1 && ByteSet.upper.contains(first)
    }

    /// Whether the label's letters only happen to stand in Base64, as in a certificate.
    private static func isInBlob(_ text: Text, _ label: Range<Int>) -> Bool {
        var low = label.lowerBound
        let floor = max(0, low - maxServiceGap)
        while low > floor, isAlphanumeric(text[low - 1]) || "+/".utf8.contains(text[low - 1]) { low -= 1 }
        guard label.lowerBound - low >= minBlobBytes else { return false }
        return text.withSpan(low..<label.lowerBound) { Randomness.score($0) } >= SecretValue.minRandomness
    }

    private static let minBlobBytes = 16

    /// The service before the value whose keys have its form; of several the one that takes most of it, then the nearest.
    private static func service(
        _ text: Text, _ spans: ValueSpans, _ label: Range<Int>, _ gap: Gap, _ services: ServiceTable
    ) -> Hit? {
        var best: (value: Range<Int>, rule: Int)?
        let floor = max(0, label.lowerBound - maxServiceGap)
        services.forEachStart(text, from: spans.dashed.lowerBound - ServiceTable.minNameBytes, downTo: floor) { at in
            _ = services.visit(text, at: at) { match in
                for form in match.service.forms {
                    guard let value = form.part(of: spans, text), value.lowerBound >= match.end,
                        value.count > best?.value.count ?? 0
                    else { continue }
                    best = (value, match.service.rule)
                }
                return false
            }
        }
        guard let best else { return nil }
        let isWeak = !isRandom(text, best.value)
        return Hit(
            value: gap.isAttached ? best.value : withPrefix(text, best.value, spans), service: best.rule,
            adjust: (gap.isDirect ? 0 : -0.05) + (isWeak ? -0.1 : 0))
    }

    private static let maxPrefixBytes = 24

    /// The value with what its form leaves out at its beginning: `live_`, `acme-`, `v2/`.
    private static func withPrefix(_ text: Text, _ value: Range<Int>, _ spans: ValueSpans) -> Range<Int> {
        let start = spans.full.lowerBound
        guard start < value.lowerBound, value.lowerBound - start <= maxPrefixBytes,
            !(start..<value.lowerBound).contains(where: { text[$0] == UInt8(ascii: ".") })
        else { return value }
        return start..<value.upperBound
    }

    /// Letters and digits, or letters of both cases all over, and no text.
    static func isRandom(_ text: Text, _ value: Range<Int>) -> Bool {
        var lower = 0
        var upper = 0
        var digits = 0
        for index in value {
            switch text[index] {
            case 0x61...0x7A: lower += 1
            case 0x41...0x5A: upper += 1
            case 0x30...0x39: digits += 1
            default: break
            }
        }
        guard digits > 0 && lower + upper > 0 || min(lower, upper) * 4 >= value.count else { return false }
        return text.withSpan(value) { Randomness.score($0) } >= 0.6
    }

    /// The value, if it looks random enough for its label alone.
    private static func random(_ text: Text, _ spans: ValueSpans, _ kind: LabelKind, _ gap: Gap) -> Range<Int>? {
        let value = spans.full
        // `secretstream_xchacha20poly1305_init` goes on with the label's own name.
        if gap.isAttached {
            let isName = text.at(value.lowerBound - 1) == UInt8(ascii: "_") && value != spans.alnum
            if isName || value.lowerBound == gap.start { return nil }
        }
        let least = kind == .strong ? 16 : 20
        guard value.count >= least, value.count <= 512, isAlphanumeric(text[value.lowerBound]) else { return nil }
        let next = text.at(value.upperBound)
        if next == UInt8(ascii: "(") || next == UInt8(ascii: "%") || next == UInt8(ascii: "{") || isValueByte(next) {
            if next != UInt8(ascii: ".") { return nil }
        }
        if let uuid = spans.uuid, uuid == value { return kind == .strong || gap.hasSign ? value : nil }
        if digitGroups(text, value) < 3, hasCamelWords(text, value) { return nil }
        let hasJoints = value != spans.alnum
        if isConstantName(text, value) { return nil }
        if hasJoints, value.count < 40, spans.alnum.count < 16,
            RandomPart.longest(text, value) < RandomPart.minBytes
        {
            return nil
        }
        let changes = alternations(text, value)
        if changes >= 2 { return value }
        if changes == 0, !hasJoints { return isRandomLetters(text, value) ? value : nil }
        guard !hasJoints, changes == 1 else { return nil }
        return value.count >= (gap.hasSign ? 16 : 20) ? value : nil
    }

    /// `CHACHA20_POLY1305_KEY_SIZE`, `pwhash_scryptsalsa208sha256_str_verify`: letters of one case in parts between underscores, as names
    /// in code have them and random text, which mixes cases where it mixes in signs, has not.
    private static func isConstantName(_ text: Text, _ value: Range<Int>) -> Bool {
        var joints = 0
        var hasLower = false
        var hasUpper = false
        for index in value {
            switch text[index] {
            case UInt8(ascii: "_"): joints += 1
            case 0x61...0x7A: hasLower = true
            case 0x41...0x5A: hasUpper = true
            default: break
            }
        }
        return joints >= 3 && hasLower != hasUpper
    }

    /// Letters alone, of one case or of both, that no word explains: the model is surer of them than 400 to 1.
    private static func isRandomLetters(_ text: Text, _ value: Range<Int>) -> Bool {
        value.count >= minLettersBytes && value.allSatisfy { isASCIILetter(text[$0]) }
            && text.withSpan(value) { Randomness.logit($0) } >= minLettersLogit
    }

    private static let minLettersBytes = 24
    private static let minLettersLogit = 6.0

    /// How often a letter stands beside a digit.
    private static func alternations(_ text: Text, _ value: Range<Int>) -> Int {
        var changes = 0
        for index in value.dropFirst() {
            let byte = text[index]
            let before = text[index - 1]
            if isASCIILetter(byte) && isASCIIDigit(before) || isASCIIDigit(byte) && isASCIILetter(before) {
                changes += 1
            }
        }
        return changes
    }

    /// Names in code hold few numbers; random text has a digit in six.
    private static func digitGroups(_ text: Text, _ value: Range<Int>) -> Int {
        value.count { isASCIIDigit(text[$0]) && !isASCIIDigit(text.at($0 - 1)) }
    }

    private static let maxNameBytes = 60

    /// Two words in a row, the second with its capital: `acceptTermsOption`, as names in code have them.
    private static func hasCamelWords(_ text: Text, _ value: Range<Int>) -> Bool {
        var lower = 0
        for index in value.lowerBound..<min(value.upperBound, value.lowerBound + maxNameBytes) {
            let byte = text[index]
            if ByteSet.lower.contains(byte) {
                lower += 1
                continue
            }
            if ByteSet.upper.contains(byte), lower > 0 {
                let first = text.at(index - lower - 1)
                let isWord = lower >= 5 || lower >= 3 && ByteSet.upper.contains(first)
                if isWord, lower <= 16, ByteSet.lower.contains(text.at(index + 1)),
                    ByteSet.lower.contains(text.at(index + 2))
                {
                    return true
                }
            }
            lower = 0
        }
        return false
    }
}
