/// Long runs of letters, digits and `+ / _ -`: tokens, and what views decode.
extension Scanner {
    /// Token runs at least this long are handed to the views, in bytes: what the kernel is sure to find.
    static let minViewRun = 23

    mutating func scanTokens(_ slice: Slice, _ from: Int, _ to: Int, _ runs: inout [Range<Int>]) -> Int {
        var at = from
        let text = slice.text
        while at < to, let word = Kernels.tokenWords(text.base, text.count, from: at, to: to) {
            var low = word
            let floor = max(0, word - Self.maxLookBack)
            while low > floor, Kernels.isTokenByte(text.base.load(fromByteOffset: low - 1, as: UInt8.self)) { low -= 1 }
            let ceiling = min(text.count, word + ScanLimits.maxWindowBytes)
            let high = Kernels.tokenEnd(text.base, from: max(low, word), to: ceiling)
            at = max(high & ~7, word + 8)
            if high - low >= Self.minViewRun, high > slice.hits.lowerBound { runs.append(low..<high) }
            // A run that shows a whole word before this slice's hits was found there.
            guard high - low >= ByteShape.minTokenRun, low + 8 > slice.hits.lowerBound || low == floor else { continue }
            tokenFound(low..<high, slice)
        }
        return max(at, to)
    }

    private mutating func tokenFound(_ range: Range<Int>, _ slice: Slice) {
        let text = slice.text
        if mayWalk {
            var count = 0
            if let plain = scratch.plainTokens {
                plain._withUnsafeGuaranteedRef { walkStretches(text, range, $0, &count) }
            }
            if let mixed = scratch.mixedTokens {
                mixed._withUnsafeGuaranteedRef { walk(text, range, $0, of: range, &count) }
            }
            for index in 0..<count { run(rules.compiled[Int(scratch.candidates[index])], at: range, slice) }
        }
        let before = scratch.tokenEdges[Int(text.at(range.lowerBound - 1))]
        let behind = scratch.tokenEdges[256 + Int(text.at(range.upperBound))]
        if before | behind != 0 { tryWideTokens(before | behind, range, slice) }
        for rule in rules.tokens.unknown {
            var made = 0
            let mayMatch = scratch.gates.mayMatch(rule, rules, text, run: range, made: &made)
            if made > 0 { charge(states: made) }
            if mayMatch { run(rules.compiled[rule], at: range, slice) }
        }
    }

    /// Walks over the stretches of letters and digits that are long enough for a match.
    private mutating func walkStretches(
        _ text: Text, _ range: Range<Int>, _ automaton: LazyAutomaton, _ count: inout Int
    ) {
        // Any such stretch covers one of the places that are a match's least length apart.
        let length = rules.tokens.plainLength
        var low = range.lowerBound
        while low + length <= range.upperBound {
            var back = low + length - 1
            while back >= low, isPlain(text, back) { back -= 1 }
            if back >= low {
                low = back + 1
                continue
            }
            var high = low + length
            while high < range.upperBound, isPlain(text, high) { high += 1 }
            walk(text, low..<high, automaton, of: range, &count)
            low = high + 1
        }
    }

    private mutating func walk(
        _ text: Text, _ stretch: Range<Int>, _ automaton: LazyAutomaton, of run: Range<Int>, _ count: inout Int
    ) {
        let candidates = scratch.candidates
        let tried = scratch.triedTokens
        // One byte more, for what must stand behind a match.
        let end = min(text.count, stretch.upperBound + 1)
        let made = automaton.walk(text, from: stretch.lowerBound, lastStart: stretch.upperBound, to: end) { rule, _ in
            guard tried[rule] != run.lowerBound else { return }
            tried[rule] = run.lowerBound
            candidates[count] = UInt16(truncatingIfNeeded: rule)
            count += 1
        }
        if made > 0 { charge(states: made) }
    }

    private mutating func tryWideTokens(_ mask: UInt64, _ range: Range<Int>, _ slice: Slice) {
        for (index, rule) in rules.tokens.wide.enumerated() where mask >> UInt64(index) & 1 == 1 {
            var made = 0
            let mayMatch = scratch.gates.mayMatch(rule, rules, slice.text, run: range, made: &made)
            if made > 0 { charge(states: made) }
            if mayMatch { run(rules.compiled[rule], at: range, slice) }
        }
    }

    @inline(__always)
    private func isPlain(_ text: Text, _ index: Int) -> Bool {
        let byte = text.base.load(fromByteOffset: index, as: UInt8.self)
        return isASCIILetter(byte) || isASCIIDigit(byte)
    }
}
