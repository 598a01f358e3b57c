/// How far the bytes around digit runs have been looked at.
struct NumberSweep {
    /// Up to where context words have been looked for.
    var cursor = 0
    /// The largest of all rules' `contextUntil`.
    var until = -1
    /// Where the walk through the number formats stands; nil before the first run.
    var place: LazyAutomaton.Place?
    /// Formats that the walk found, by the offset at which their match ends.
    var events: [(rule: Int, end: Int)] = []
}

extension Scanner {
    /// Bytes of one run that are handed on as one hit; a longer run gives several.
    static let maxRunBytes = 64

    mutating func scanDigits(_ slice: Slice, _ from: Int, _ to: Int, _ sweep: inout NumberSweep) -> Int {
        var at = from
        let text = slice.text
        while at < to, let word = Kernels.digitWord(text.base, from: at, to: min(text.count, to + 7)) {
            let run = digitRun(text, around: word)
            at = max(word + 8, run.range.upperBound)
            if run.digits >= ByteShape.minDigits { digitsFound(run.range, run.digits, slice, &sweep) }
        }
        return max(at, to)
    }

    /// The run of digits and single separators around a word that holds four digits.
    private func digitRun(_ text: Text, around word: Int) -> (range: Range<Int>, digits: Int) {
        var first = word
        while first < word + 7, !isASCIIDigit(text.at(first)) { first += 1 }
        var low = first
        var digits = 0
        let floor = max(0, first - Self.maxRunBytes / 2)
        while low > floor {
            if isASCIIDigit(text[low - 1]) {
                low -= 1
                digits += 1
            } else if low - 2 >= floor, isSeparator(text[low - 1]), isASCIIDigit(text[low - 2]) {
                low -= 2
                digits += 1
            } else {
                break
            }
        }
        var high = first
        let ceiling = min(text.count, first + Self.maxRunBytes)
        while high < ceiling {
            if isASCIIDigit(text[high]) {
                high += 1
                digits += 1
            } else if high + 1 < ceiling, isSeparator(text[high]), isASCIIDigit(text[high + 1]) {
                high += 2
                digits += 1
            } else {
                break
            }
        }
        return (low..<high, digits)
    }

    @inline(__always)
    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }

    private mutating func digitsFound(_ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout NumberSweep) {
        sweepContext(slice, before: min(slice.text.count, range.upperBound + ContextWords.reachAfter), &sweep)
        walkNumbers(slice, around: range, &sweep)
        for rule in rules.shapes.digits where rule.minDigits <= digits { tryNumber(rule, range, slice, sweep) }
        let last = range.upperBound + rules.shapes.numbersAfter
        var index = 0
        while index < sweep.events.count {
            let event = sweep.events[index]
            index += 1
            let rule = rules.compiled[event.rule]
            if event.end > last || rule.minDigits > digits || scratch.tried[event.rule] == range.lowerBound { continue }
            scratch.tried[event.rule] = range.lowerBound
            tryNumber(rule, range, slice, sweep)
        }
    }

    private mutating func tryNumber(_ rule: CompiledRule, _ range: Range<Int>, _ slice: Slice, _ sweep: NumberSweep) {
        if rule.definition.contextRequired, !rules.contextFilter.untracked.contains(rule.index) {
            if sweep.until < range.lowerBound || scratch.contextUntil[rule.index] < range.lowerBound { return }
        }
        run(rule, at: range, slice)
    }

    /// Walks on through the number formats, over the bytes around a run that the walk hasn't seen yet.
    private mutating func walkNumbers(_ slice: Slice, around range: Range<Int>, _ sweep: inout NumberSweep) {
        guard scratch.numbers != nil, work.windows <= limits.maxWindowsPerBlock else { return }
        sweep.events.removeAll { $0.end <= range.lowerBound }
        let text = slice.text
        let start = max(0, range.lowerBound - rules.shapes.numbersBefore)
        // One byte more, for what must stand behind a match.
        let end = min(text.count, range.upperBound + rules.shapes.numbersAfter + 1)
        var place = sweep.place ?? LazyAutomaton.Place(state: 0, offset: -1)
        if place.offset < start { place = LazyAutomaton.place(at: start) }
        guard place.offset < end else { return }
        var events = sweep.events
        let made = scratch.numbers?.walk(text, &place, to: end) { rule, end in
            if end > range.lowerBound { events.append((rule, end)) }
        }
        sweep.events = events
        sweep.place = place
        // A new state costs about as much as a regex run.
        work.windows += made ?? 0
        if work.windows > limits.maxWindowsPerBlock { note(.windows) }
    }

    /// Looks for context words between the last digit run and this one.
    private mutating func sweepContext(_ slice: Slice, before end: Int, _ sweep: inout NumberSweep) {
        guard let table = rules.contextFilter.table else { return }
        let text = slice.text
        var at = max(sweep.cursor, end - rules.contextFilter.maxReach - Literal.maxBytes, 0)
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
        sweep.cursor = max(sweep.cursor, end)
    }
}
