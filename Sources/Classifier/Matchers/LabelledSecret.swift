/// Finds keys that have no form of their own but a label before them: `acme_api_key = 3f2a...`, `acme token: ...`,
/// `fooSecret 9c1e...`, `acme: "..."`.
///
/// One reader for every service: the label's word triggers it, what looks like a value is read behind it, and only then is
/// the text before the value searched for the name of a service whose keys have that form. Without a service the value must look
/// random by itself. So a rule for one more service costs a table entry and no time.
enum LabelledSecret {
    struct Hit {
        var value: Range<Int>
        /// Index of the service's rule; nil for a label without a known service.
        var service: Int?
        /// Added to the rule's base score.
        var adjust: Double
    }

    /// Farthest from the label to its value, in bytes.
    static let maxGap = 48
    /// Farthest from the label back to the service's name, in bytes.
    static let maxServiceGap = 64
    /// Fewest letters and digits in a row that a value holds.
    private static let minRun = 8

    static func match(_ text: Text, label: Range<Int>, _ services: ServiceTable) -> Hit? {
        var gap = Gap(start: label.upperBound)
        let limit = min(text.count, label.upperBound + maxGap)
        while gap.at < limit {
            let byte = text[gap.at]
            guard isAlphanumeric(byte) else {
                guard gap.step(byte) else { return nil }
                continue
            }
            let run = alphanumericRun(text, from: gap.at)
            // What goes on without a break is the rest of a longer word, or of a blob that holds the label by chance.
            if gap.at > label.upperBound, let spans = gap.isAttached ? attached(text, run) : apart(text, from: gap.at) {
                if let hit = judge(text, spans, label, gap, services) { return hit }
                gap.isDirect = false
                gap.at = gap.isAttached ? run.upperBound : max(run.upperBound, spans.dashed.upperBound)
                continue
            }
            if gap.isAttached, isPublicRest(text, run) { return nil }
            gap.takeWord(text, run)
        }
        return nil
    }

    /// A value in a long run of token bytes right behind a service's name, without a label: `acme: "..."`, `acme-3f2a...`.
    static func match(_ text: Text, run: Range<Int>, _ services: ServiceTable) -> Hit? {
        if services.isEmpty { return nil }
        var hit: Hit?
        var end = run.lowerBound
        while end > 0, run.lowerBound - end < maxAdjacentGap, isAdjacency(text[end - 1]) { end -= 1 }
        if end > 0, end < run.lowerBound, isAlphanumeric(text[end - 1]) {
            var start = end - ServiceTable.minNameBytes
            let floor = max(0, end - maxNameReach)
            while start >= floor, hit == nil, text[start] >= 0x20 {
                if ServiceTable.mayBegin(text, at: start) {
                    _ = services.visit(text, at: start) { match in
                        guard match.end == end else { return false }
                        hit = unlabelled(text, from: run.lowerBound, run, match.service)
                        return hit != nil
                    }
                }
                start -= 1
            }
        }
        if hit == nil, ServiceTable.mayBegin(text, at: run.lowerBound) {
            _ = services.visit(text, at: run.lowerBound) { match in
                guard match.end + minRun < run.upperBound, !isAlphanumeric(text[match.end]) else { return false }
                hit = unlabelled(text, from: match.end + 1, run, match.service)
                return hit != nil
            }
        }
        return hit
    }

    static let maxAdjacentGap = 8
    private static let maxNameReach = 32

    static func isAdjacency(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="), UInt8(ascii: ":"),
            UInt8(ascii: "("), UInt8(ascii: ","):
            true
        default: false
        }
    }

    private static func unlabelled(_ text: Text, from start: Int, _ run: Range<Int>, _ service: ServiceTable.Service)
        -> Hit?
    {
        var at = start
        while at < run.upperBound, !isAlphanumeric(text[at]) { at += 1 }
        let first = alphanumericRun(text, from: at)
        guard !first.isEmpty else { return nil }
        let spans = ValueSpans(text, around: first, floor: at)
        for form in service.forms {
            guard let value = form.part(of: spans, text), isRandom(text, value) else { continue }
            return Hit(value: value, service: service.rule, adjust: -0.15)
        }
        return nil
    }

    // MARK: - Reading

    /// What stands between label and value.
    struct Gap {
        var at: Int
        /// Where the label's word ends.
        let start: Int
        /// Nothing but signs, quotes and words of the label so far.
        var isDirect = true
        /// An assignment sign was seen.
        var hasSign = false
        /// Nothing but bytes that values hold so far: what comes may still be the label's own name.
        var isAttached = true
        private var newlines = 0
        private var signs = 0

        init(start: Int) {
            at = start
            self.start = start
        }

        /// Steps over a byte that is no letter or digit; false where the label can have no value any more.
        mutating func step(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x0A:
                newlines += 1
                if newlines > 1 { return false }
            // `create-app-token@<commit>`: what is pinned, not what is kept.
            case UInt8(ascii: "$"), UInt8(ascii: ";"), UInt8(ascii: "@"): return false
            case UInt8(ascii: "="): hasSign = true
            case UInt8(ascii: ":"): hasSign = true
            case 0x20, 0x09, 0x0D: break
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "]"), UInt8(ascii: "["),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"),
                UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "("), UInt8(ascii: "\\"):
                signs += 1
                if signs > LabelledSecret.maxSigns { isDirect = false }
            default: isDirect = false
            }
            at += 1
            if !LabelledSecret.isValueByte(byte) { isAttached = false }
            return true
        }

        /// Steps over a word; only words of a label keep the way direct.
        mutating func takeWord(_ text: Text, _ run: Range<Int>) {
            if isDirect { isDirect = LabelledSecret.isRest(text, run) }
            at = run.upperBound
        }
    }

    private static let maxSigns = 8

    private static func isRest(_ text: Text, _ run: Range<Int>) -> Bool {
        var at = run.lowerBound
        words: while at < run.upperBound {
            for word in LabelWords.rest
            where at + word.utf8CodeUnitCount <= run.upperBound && text.hasFolded(word, at: at) {
                at += word.utf8CodeUnitCount
                continue words
            }
            return false
        }
        return true
    }

    private static func isPublicRest(_ text: Text, _ run: Range<Int>) -> Bool {
        LabelWords.publicRest.contains {
            $0.utf8CodeUnitCount == run.count && text.hasFolded($0, at: run.lowerBound)
        }
    }

    /// The value that begins with a run of letters and digits which may hang on the label's name.
    private static func attached(_ text: Text, _ run: Range<Int>) -> ValueSpans? {
        let next = text.at(run.upperBound)
        let isJoined = next == UInt8(ascii: "-") || next == UInt8(ascii: "_") || next == UInt8(ascii: ".")
        guard run.count >= minRun || isJoined && run.count >= 3 else { return nil }
        let spans = ValueSpans(text, around: run, floor: run.lowerBound)
        if spans.uuid != nil { return spans }
        if run.count >= minRun, run.count >= 20 || hasDigit(text, run) { return spans }
        guard isJoined, spans.full.count >= 16, hasDigit(text, spans.full) else { return nil }
        return spans
    }

    /// The value that begins at `start`, after a byte that no value holds.
    private static func apart(_ text: Text, from start: Int) -> ValueSpans? {
        var at = start
        var longest = start..<start
        let limit = min(text.count, start + ValueForm.maxBytes + 1)
        while at < limit {
            let run = alphanumericRun(text, from: at)
            if run.count > longest.count { longest = run }
            at = run.upperBound
            while at < limit, isValueByte(text[at]) { at += 1 }
            if at == run.upperBound { break }
        }
        guard longest.count >= 3, at - start >= minRun else { return nil }
        if at - start < 20 || longest.count < 20 {
            guard hasDigit(text, start..<at) else { return nil }
        }
        let spans = ValueSpans(text, around: longest, floor: start)
        return longest.count >= minRun || spans.uuid != nil || spans.full.count >= 16 ? spans : nil
    }

    private static func hasDigit(_ text: Text, _ range: Range<Int>) -> Bool {
        range.contains { isASCIIDigit(text[$0]) }
    }

    private static func alphanumericRun(_ text: Text, from start: Int) -> Range<Int> {
        var end = start
        let limit = min(text.count, start + ValueForm.maxBytes + 1)
        while end < limit, isAlphanumeric(text[end]) { end += 1 }
        return start..<end
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isASCIILetter(byte) || isASCIIDigit(byte) }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
    }

    // MARK: - Judging

    private static func judge(
        _ text: Text, _ spans: ValueSpans, _ label: Range<Int>, _ gap: Gap, _ services: ServiceTable
    ) -> Hit? {
        let kind = LabelKind(text, label)
        if kind == .public || isInBlob(text, label) { return nil }
        if !services.isEmpty, let hit = service(text, spans, label, gap, services) { return hit }
        guard gap.isDirect, kind != .none, let value = random(text, spans, kind, gap) else { return nil }
        return Hit(value: value, service: nil, adjust: kind == .strong ? 0 : -0.05)
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
        var at = spans.dashed.lowerBound - ServiceTable.minNameBytes
        while at >= floor {
            if ServiceTable.mayBegin(text, at: at) {
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
            at -= 1
        }
        guard let best else { return nil }
        let isWeak = !isRandom(text, best.value)
        return Hit(
            value: best.value, service: best.rule, adjust: (gap.isDirect ? 0 : -0.05) + (isWeak ? -0.1 : 0))
    }

    /// Letters and digits, or letters of both cases all over, and no text.
    private static func isRandom(_ text: Text, _ value: Range<Int>) -> Bool {
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
        if hasJoints, value.count < 40, spans.alnum.count < 16,
            RandomPart.longest(text, value) < RandomPart.minBytes
        {
            return nil
        }
        let changes = alternations(text, value)
        if changes >= 2 { return value }
        guard !hasJoints, changes == 1 else { return nil }
        return value.count >= (gap.hasSign ? 16 : 20) ? value : nil
    }

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

/// What a label's word says about the value behind it.
enum LabelKind {
    /// A token, a secret, an API key.
    case strong
    /// Some key.
    case weak
    /// Nothing by itself.
    case none
    /// The value is no secret.
    case `public`

    init(_ text: Text, _ label: Range<Int>) {
        let isKey = text.hasFolded("key", at: label.lowerBound)
        let isWeakWord =
            isKey || text.hasFolded("access", at: label.lowerBound) || text.hasFolded("private", at: label.lowerBound)
            || text.hasFolded("auth", at: label.lowerBound)
        var before = label.lowerBound
        let previous = text.at(before - 1)
        let isJoined =
            previous == UInt8(ascii: "_") || previous == UInt8(ascii: "-") || previous == UInt8(ascii: ".")
            || previous == 0x20
        if isJoined { before -= 1 }
        let words = isWeakWord ? LabelWords.publicBefore : LabelWords.publicTokens
        if Self.ends(text, at: before, LabelWords.always) {
            self = .public
        } else if text.at(before - 1) == UInt8(ascii: ":"), text.at(before - 2) == UInt8(ascii: ":") {
            self = .none
        } else if Self.ends(text, at: before, words) {
            self = .none
        } else if !isWeakWord {
            self = .strong
        } else if isKey, Self.ends(text, at: before, LabelWords.keyQualifiers) {
            self = .strong
        } else {
            self = isJoined || LabelledSecret.isAlphanumeric(previous) ? .weak : .none
        }
    }

    private static func ends(_ text: Text, at end: Int, _ words: [StaticString]) -> Bool {
        words.contains { text.hasFolded($0, at: end - $0.utf8CodeUnitCount) }
    }
}
