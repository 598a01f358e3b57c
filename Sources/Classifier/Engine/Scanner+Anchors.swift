import Primitives

extension Scanner {
    /// Finds the anchors of a slice, runs their rules, then opens the slice's views.
    mutating func scan(_ slice: Slice) {
        scratch.forgetPlaces()
        let hits = slice.hits
        let cellEnd = min(Scratch.cellCount, hits.upperBound / Kernels.cellBytes + 1)
        for cell in 0..<cellEnd { scratch.cells[cell] = 0 }
        var sweep = NumberSweep()
        var digitsFrom = hits.lowerBound
        var tokensFrom = hits.lowerBound
        var chunk = hits.lowerBound
        let wantsDigits = !rules.numbers.isEmpty
        var runs: [Range<Int>] = []
        while chunk < hits.upperBound {
            let end = min(chunk + Kernels.chunkBytes, hits.upperBound)
            scanLiterals(slice, chunk, end)
            scanMails(slice, chunk, end)
            if wantsDigits { digitsFrom = scanDigits(slice, max(digitsFrom, chunk), end, &sweep) }
            tokensFrom = scanTokens(slice, max(tokensFrom, chunk), end, &runs)
            chunk = end
        }
        scanAlone(slice)
        openViews(slice, tokenRuns: runs)
    }

    private mutating func scanLiterals(_ slice: Slice, _ from: Int, _ to: Int) {
        let table = rules.literals
        let text = slice.text
        // The quartet that gives a literal away may stand anywhere in it, also past the end of the chunk.
        let reach = min(text.count, to + Literal.maxBytes)
        let found = Kernels.literalCandidates(
            text.base, text.count, from: from, to: reach, filter: table.filter, out: scratch.offsets)
        for index in 0..<found {
            table.verify(text.base, text.count, at: Int(scratch.offsets[index])) { literal, start in
                guard start >= from, start < to else { return }
                let end = start + table.literals[literal].bytes.count
                let mark = rules.literalMarks[literal]
                if mark != 0 { scratch.cells[start / Kernels.cellBytes] |= mark }
                for rule in rules.literalRules[literal] { runGated(rule, at: start..<end, slice) }
            }
        }
    }

    private mutating func runGated(_ rule: CompiledRule, at anchor: Range<Int>, _ slice: Slice) {
        var made = 0
        let mayMatch = scratch.gates.mayMatch(rule.index, rules, slice.text, anchor, made: &made)
        // A state costs about as much to make as a regex to run.
        if made > 0 { work.windows += made }
        if mayMatch { run(rule, at: anchor, slice) }
    }

    private mutating func scanMails(_ slice: Slice, _ from: Int, _ to: Int) {
        var count = 0
        let wantsMail = !rules.shapes.email.isEmpty
        Kernels.markCells(
            slice.text.base, from: from, to: to, escapes: scratch.cells, mails: scratch.mails, mailCount: &count,
            wantsMail: wantsMail)
        for index in 0..<count {
            let at = Int(scratch.mails[index])
            for rule in rules.shapes.email { runGated(rule, at: at..<at + 1, slice) }
        }
    }
}

// MARK: - Token runs

extension Scanner {
    /// Token runs at least this long are handed to the views, in bytes: what the kernel is sure to find.
    static let minViewRun = 23

    private mutating func scanTokens(_ slice: Slice, _ from: Int, _ to: Int, _ runs: inout [Range<Int>]) -> Int {
        var at = from
        let text = slice.text
        while at < to, let word = Kernels.tokenWords(text.base, text.count, from: at, to: to) {
            var low = word
            let floor = max(0, word - Self.maxLookBack)
            while low > floor, Kernels.isTokenByte(text[low - 1]) { low -= 1 }
            var high = max(low, word)
            let ceiling = min(text.count, word + ScanLimits.maxWindowBytes)
            while high < ceiling, Kernels.isTokenByte(text[high]) { high += 1 }
            at = max(high & ~7, word + 8)
            if high - low >= Self.minViewRun, high > slice.hits.lowerBound { runs.append(low..<high) }
            // A run that shows a whole word before this slice's hits was found there.
            guard high - low >= ByteShape.minTokenRun, low + 8 > slice.hits.lowerBound || low == floor else { continue }
            tokenFound(low..<high, slice)
        }
        return max(at, to)
    }

    private mutating func tokenFound(_ range: Range<Int>, _ slice: Slice) {
        for rule in rules.shapes.token { run(rule, at: range, slice) }
        guard scratch.tokenForms != nil, work.windows <= limits.maxWindowsPerBlock else { return }
        let text = slice.text
        var place = LazyAutomaton.place(at: max(0, range.lowerBound - rules.shapes.tokenBefore))
        // One byte more, for what must stand behind a match.
        let end = min(text.count, range.upperBound + rules.shapes.tokenAfter + 1)
        var matched: [Int] = []
        let made = scratch.tokenForms?.walk(text, &place, to: end) { rule, end in
            if end > range.lowerBound, !matched.contains(rule) { matched.append(rule) }
        }
        work.windows += made ?? 0
        if work.windows > limits.maxWindowsPerBlock { note(.windows) }
        for rule in matched.sorted() { run(rules.compiled[rule], at: range, slice) }
    }
}
