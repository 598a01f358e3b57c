/// How far the bytes around digit runs have been looked at.
struct NumberSweep {
    /// Up to where context words have been looked for.
    var cursor = 0
    /// The largest of all rules' `contextUntil`.
    var until = -1
}

extension Scanner {
    /// Bytes of one run that are handed on as one hit; a longer run gives several.
    static let maxRunBytes = 64

    /// Finds the runs that begin in `from..<to`, a part of the chunk in `scratch.masks`; returns where the next may begin.
    mutating func scanDigits(_ slice: Slice, _ from: Int, _ to: Int, _ sweep: inout NumberSweep) -> Int {
        let text = slice.text
        let masks = scratch.masks
        var next = from
        if from == slice.hits.lowerBound { next = endLongRun(slice, at: from, &sweep) }
        var digitBefore: UInt64 = isASCIIDigit(text.at(masks.start - 1)) ? 1 : 0
        var runBefore: UInt64 = isInRun(text, masks.start - 1) ? 1 : 0
        var own = masks.numberBits(0, digitBefore: digitBefore)
        for index in 0..<ClassMasks.words(to - masks.start) {
            let digits = masks.digits[index]
            digitBefore = digits &>> 63
            let following = masks.numberBits(index + 1, digitBefore: digitBefore)
            let current = own
            own = following
            let begins = ~(current &<< 1 | runBefore)
            runBefore = current &>> 63
            if current == 0 { continue }
            // Seven digits take seven bytes.
            var runs = BitPair(low: current, high: following)
            runs.requireAlso(1)
            runs.requireAlso(2)
            runs.requireAlso(3)
            var starts = runs.low & begins
            while starts != 0 {
                let shift = UInt64(starts.trailingZeroBitCount)
                starts &= starts - 1
                let start = masks.start + index << 6 + Int(shift)
                guard start >= next, start < to else { continue }
                let length = (~(current &>> shift | (following &<< 1) &<< (63 &- shift))).trailingZeroBitCount
                if length >= Self.maxRunBytes {
                    next = longRun(slice, from: start, &sweep)
                    continue
                }
                let count = (masks.window(masks.digits, at: start) & (1 &<< UInt64(length) &- 1)).nonzeroBitCount
                if count >= ByteShape.minDigits { digitsFound(start..<start + length, count, slice, &sweep) }
                next = start + length
            }
        }
        return max(next, to)
    }

    @inline(__always)
    private func isInRun(_ text: Text, _ index: Int) -> Bool {
        let byte = text.at(index)
        return isASCIIDigit(byte)
            || isSeparator(byte) && isASCIIDigit(text.at(index - 1)) && isASCIIDigit(text.at(index + 1))
    }

    /// The end of a run that the slice's hits begin in. Where it is longer than one hit, its pieces from there on belong to this slice.
    private mutating func endLongRun(_ slice: Slice, at start: Int, _ sweep: inout NumberSweep) -> Int {
        let text = slice.text
        guard start > 0, isInRun(text, start), isInRun(text, start - 1) else { return start }
        var low = start
        while low > 0, start - low < Self.maxRunBytes, isInRun(text, low - 1) { low -= 1 }
        var high = start
        while high - low < Self.maxRunBytes, isInRun(text, high) { high += 1 }
        return high - low < Self.maxRunBytes ? high : longRun(slice, from: start, &sweep)
    }

    /// Hands a run on in pieces that overlap, as far as they begin in the slice's hits; returns the end of the last.
    private mutating func longRun(_ slice: Slice, from start: Int, _ sweep: inout NumberSweep) -> Int {
        let text = slice.text
        var at = start
        while at < slice.hits.upperBound, isInRun(text, at) {
            if !isASCIIDigit(text[at]) { at += 1 }
            let run = digitRun(text, around: at)
            if run.digits >= ByteShape.minDigits { digitsFound(run.range, run.digits, slice, &sweep) }
            at = max(at + 1, run.range.upperBound)
        }
        return at
    }

    /// The run of digits and single separators around a digit, cut before and behind it.
    private func digitRun(_ text: Text, around first: Int) -> (range: Range<Int>, digits: Int) {
        let base = text.base
        @inline(__always) func byte(_ index: Int) -> UInt8 { base.load(fromByteOffset: index, as: UInt8.self) }
        var low = first
        var digits = 0
        let floor = max(0, first - Self.maxRunBytes / 2)
        while low > floor {
            let before = byte(low - 1)
            if isASCIIDigit(before) {
                low -= 1
            } else if low - 2 >= floor, isSeparator(before), isASCIIDigit(byte(low - 2)) {
                low -= 2
            } else {
                break
            }
            digits += 1
        }
        var high = first
        let ceiling = min(text.count, first + Self.maxRunBytes)
        while high < ceiling {
            let next = byte(high)
            if isASCIIDigit(next) {
                high += 1
            } else if high + 1 < ceiling, isSeparator(next), isASCIIDigit(byte(high + 1)) {
                high += 2
            } else {
                break
            }
            digits += 1
        }
        return (low..<high, digits)
    }

    @inline(__always)
    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }

    private mutating func digitsFound(_ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout NumberSweep) {
        let text = slice.text
        var count = 0
        if let numbers = scratch.numbers, mayWalk {
            let start = max(0, range.lowerBound - NumberForms.reach)
            let end = min(text.count, range.upperBound + NumberForms.reach)
            let candidates = scratch.candidates
            let tried = scratch.tried
            let made = numbers._withUnsafeGuaranteedRef {
                $0.walk(text, from: start, lastStart: range.upperBound, to: end) { rule, end in
                    guard end > range.lowerBound, tried[rule] != range.lowerBound else { return }
                    tried[rule] = range.lowerBound
                    candidates[count] = UInt16(truncatingIfNeeded: rule)
                    count += 1
                }
            }
            if made > 0 { charge(states: made) }
        }
        for index in 0..<count { tryNumber(Int(scratch.candidates[index]), range, digits, slice, &sweep) }
        let wide = wideRules(text, range)
        if wide != 0 { tryWide(wide, range, digits, slice, &sweep) }
        for rule in rules.numbers.unknown { tryGated(rule, range, digits, slice, &sweep) }
    }

    /// The wide rules, one bit each, whose matches may go on at an end of the run.
    private func wideRules(_ text: Text, _ range: Range<Int>) -> UInt64 {
        var before = scratch.numberEdges[Int(text.at(range.lowerBound - 1))]
        if isSeparator(text.at(range.lowerBound - 1)) {
            before &= scratch.numberEdges[Int(text.at(range.lowerBound - 2))]
        }
        var behind = scratch.numberEdges[256 + Int(text.at(range.upperBound))]
        if isSeparator(text.at(range.upperBound)) {
            behind &= scratch.numberEdges[256 + Int(text.at(range.upperBound + 1))]
        }
        return before | behind
    }

    private mutating func tryWide(
        _ mask: UInt64, _ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout NumberSweep
    ) {
        let wide = rules.numbers.wide
        var rest = wide.count < 64 ? mask & (1 << UInt64(wide.count) - 1) : mask
        while rest != 0 {
            let rule = wide[rest.trailingZeroBitCount]
            rest &= rest - 1
            tryGated(rule, range, digits, slice, &sweep)
        }
    }

    /// Asks what is cheap first: digits, context, and the rule's gate.
    private mutating func tryGated(
        _ rule: Int, _ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout NumberSweep
    ) {
        let facts = rules.numbers.facts[rule]
        guard facts.minDigits <= digits, scratch.tried[rule] != range.lowerBound else { return }
        scratch.tried[rule] = range.lowerBound
        if facts.needsContext, !hasContext(rule, range, slice, &sweep) { return }
        var made = 0
        let mayMatch = scratch.gates.mayMatch(rule, rules, slice.text, run: range, made: &made)
        if made > 0 { charge(states: made) }
        if mayMatch { tryNumber(rule, range, digits, slice, &sweep) }
    }

    private mutating func tryNumber(
        _ rule: Int, _ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout NumberSweep
    ) {
        let facts = rules.numbers.facts[rule]
        guard facts.minDigits <= digits else { return }
        if facts.needsContext, !hasContext(rule, range, slice, &sweep) { return }
        if facts.isGroup, digits == range.count, digits < Self.maxRunBytes / 2 {
            for validator in rules.compiled[rule].validators {
                guard slice.text.withSpan(range, validator.accepts) else { return }
            }
        }
        run(rules.compiled[rule], at: range, slice)
    }

    /// Whether one of the rule's context words is near a run.
    private mutating func hasContext(
        _ rule: Int, _ range: Range<Int>, _ slice: Slice, _ sweep: inout NumberSweep
    ) -> Bool {
        sweepContext(slice, around: range, &sweep)
        return sweep.until >= range.lowerBound && scratch.contextUntil[rule] >= range.lowerBound
    }

    /// Notes the context words around a run, up to `ContextWords.reachAfter` behind it. Each byte is looked at once at most.
    private mutating func sweepContext(_ slice: Slice, around range: Range<Int>, _ sweep: inout NumberSweep) {
        guard let table = rules.contextFilter.table else { return }
        let text = slice.text
        let end = min(text.count, range.upperBound + ContextWords.reachAfter)
        guard sweep.cursor < end else { return }
        var at = max(sweep.cursor, range.lowerBound - rules.contextFilter.maxReach - Literal.maxBytes, 0)
        while at < end {
            let to = min(at + Scratch.sweepBytes, end)
            let found = Kernels.literalCandidates(
                text.base, text.count, from: at, to: to, filter: table.filter, out: scratch.sweep)
            for index in 0..<found {
                table.verify(text.base, text.count, at: Int(scratch.sweep[index])) { literal, start in
                    let wordEnd = start + table.literals[literal].bytes.count
                    for (rule, reach) in rules.contextFilter.rulesOfLiteral[literal] {
                        let until = wordEnd + reach
                        if until > scratch.contextUntil[rule] { scratch.contextUntil[rule] = until }
                        if until > sweep.until { sweep.until = until }
                    }
                }
            }
            at = to
        }
        sweep.cursor = end
    }
}
