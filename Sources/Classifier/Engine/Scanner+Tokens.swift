/// Long runs of letters, digits and `+ / _ -`: tokens, and what views decode.
extension Scanner {
    /// Token runs at least this long are handed to the views, in bytes: what the masks are asked for.
    static let minViewRun = 23

    /// Finds the runs that begin in `from..<to`, a part of the chunk in `scratch.masks`; returns where the next may begin.
    mutating func scanTokens(_ slice: Slice, _ from: Int, _ to: Int, _ runs: inout [Range<Int>]) -> Int {
        let text = slice.text
        let masks = scratch.masks
        var next = from
        if from == slice.hits.lowerBound, from > 0, from < to, isTokenByte(text, from - 1), isTokenByte(text, from) {
            next = takeRun(slice, beyond: from, &runs)
        }
        var before: UInt64 = masks.start > 0 && isTokenByte(text, masks.start - 1) ? 1 : 0
        for index in 0..<ClassMasks.words(to - masks.start) {
            let own = masks.tokens[index]
            let begins = ~(own &<< 1 | before)
            before = own &>> 63
            var bits = BitPair(low: own, high: masks.tokens[index + 1])
            bits.requireAlso(1)
            bits.requireAlso(2)
            bits.requireAlso(4)
            if bits.low == 0 { continue }
            bits.requireAlso(8)
            // Twenty-three in a row.
            bits.requireAlso(7)
            var starts = bits.low & begins
            while starts != 0 {
                let start = masks.start + index << 6 + starts.trailingZeroBitCount
                starts &= starts - 1
                guard start >= next, start < to else { continue }
                let ceiling = min(text.count, start + ScanLimits.maxWindowBytes)
                let end = Kernels.tokenEnd(text.base, from: start + Self.minViewRun, to: ceiling)
                runs.append(start..<end)
                if end - start >= ByteShape.minTokenRun { tokenFound(start..<end, slice) }
                next = end == ceiling && end < slice.hits.upperBound ? takeRun(slice, beyond: end, &runs) : end
            }
        }
        return max(next, to)
    }

    /// Hands on what goes on from before `start`, in pieces that overlap; returns where the last ends.
    private mutating func takeRun(_ slice: Slice, beyond start: Int, _ runs: inout [Range<Int>]) -> Int {
        let text = slice.text
        var at = start
        while at < slice.hits.upperBound, isTokenByte(text, at) {
            let floor = max(0, at - Self.maxLookBack)
            var low = at
            while low > floor, isTokenByte(text, low - 1) { low -= 1 }
            let ceiling = min(text.count, at + ScanLimits.maxWindowBytes)
            let high = Kernels.tokenEnd(text.base, from: at, to: ceiling)
            if high - low >= Self.minViewRun { runs.append(low..<high) }
            // A run that begins nearer was found there.
            if low == floor, high - low >= ByteShape.minTokenRun { tokenFound(low..<high, slice) }
            at = high
        }
        return at
    }

    @inline(__always)
    private func isTokenByte(_ text: Text, _ index: Int) -> Bool {
        Kernels.isTokenByte(text.base.load(fromByteOffset: index, as: UInt8.self))
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
