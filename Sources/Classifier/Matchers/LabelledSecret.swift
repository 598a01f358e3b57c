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

    /// Bit i of `candidates` says whether the i-th byte behind the label may be of a value, as `LabelGate` knows.
    static func match(
        _ text: Text, label: Range<Int>, _ services: ServiceTable, candidates: UInt64 = ~0
    ) -> Hit? {
        var gap = Gap(start: label.upperBound)
        let limit = min(text.count, label.upperBound + maxGap)
        while gap.at < limit {
            let rest = candidates >> UInt64(gap.at - label.upperBound)
            if rest == 0 { return nil }
            let mayBeValue = rest & 1 == 1
            if !mayBeValue, !gap.isDirect, !gap.isAttached {
                // Nothing before the next value counts but what ends the search.
                guard gap.skip(text, rest.trailingZeroBitCount) else { return nil }
                continue
            }
            let byte = text[gap.at]
            guard isAlphanumeric(byte) else {
                guard gap.step(byte) else { return nil }
                continue
            }
            let run = alphanumericRun(text, from: gap.at)
            // What goes on without a break is the rest of a longer word, or of a blob that holds the label by chance.
            if mayBeValue, gap.at > label.upperBound,
                let spans = gap.isAttached ? attached(text, run) : apart(text, from: gap.at)
            {
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
        if end > 0, end < run.lowerBound, services.mayEnd(text, at: end) {
            let high = end - ServiceTable.minNameBytes
            let floor = max(0, end - maxNameReach)
            var low = high + 1
            while low > floor, text[low - 1] >= 0x20 { low -= 1 }
            services.forEachStart(text, from: high, downTo: low) { start in
                guard hit == nil else { return }
                _ = services.visit(text, at: start) { match in
                    guard match.end == end else { return false }
                    hit = unlabelled(text, from: run.lowerBound, run, match.service)
                    return hit != nil
                }
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

        /// Steps over bytes of which only those that end the search count; false where one does.
        mutating func skip(_ text: Text, _ count: Int) -> Bool {
            let end = at + count
            while at < end {
                switch text[at] {
                case 0x0A:
                    newlines += 1
                    if newlines > 1 { return false }
                case UInt8(ascii: "$"), UInt8(ascii: ";"), UInt8(ascii: "@"): return false
                default: break
                }
                at += 1
            }
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
        guard at - start >= minRun, longest.count >= 3 else { return nil }
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

    static func isValueByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
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
