import Primitives

extension Scanner {
    /// Finds the anchors of a slice, runs their rules, then opens the slice's views.
    mutating func scan(_ slice: Slice) {
        for index in scratch.resume.indices {
            scratch.resume[index] = 0
            scratch.contextUntil[index] = -1
        }
        let hits = slice.hits
        let cellEnd = min(Scratch.cellCount, hits.upperBound / Kernels.cellBytes + 1)
        for cell in 0..<cellEnd { scratch.cells[cell] = 0 }
        var sweep = ContextSweep(cursor: 0, until: -1)
        var digitsFrom = hits.lowerBound
        var tokensFrom = hits.lowerBound
        var chunk = hits.lowerBound
        let wantsDigits = !rules.shapes.digits.isEmpty
        var runs: [Range<Int>] = []
        while chunk < hits.upperBound {
            let end = min(chunk + Kernels.chunkBytes, hits.upperBound)
            scanLiterals(slice, chunk, end)
            scanMails(slice, chunk, end)
            if wantsDigits { digitsFrom = scanDigits(slice, max(digitsFrom, chunk), end, &sweep) }
            tokensFrom = scanTokens(slice, max(tokensFrom, chunk), end, &runs)
            chunk = end
        }
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
                for rule in rules.literalRules[literal] { run(rule, at: start..<end, slice) }
            }
        }
    }

    private mutating func scanMails(_ slice: Slice, _ from: Int, _ to: Int) {
        var count = 0
        let wantsMail = !rules.shapes.email.isEmpty
        Kernels.markCells(
            slice.text.base, from: from, to: to, escapes: scratch.cells, mails: scratch.mails, mailCount: &count,
            wantsMail: wantsMail)
        for index in 0..<count {
            let at = Int(scratch.mails[index])
            for rule in rules.shapes.email { run(rule, at: at..<at + 1, slice) }
        }
    }
}

// MARK: - Digit runs

/// How far context words have been looked for.
struct ContextSweep {
    var cursor: Int
    /// The largest of all rules' `contextUntil`.
    var until: Int
}

extension Scanner {
    /// Bytes of one run that are handed on as one hit; a longer run gives several.
    static let maxRunBytes = 64

    private mutating func scanDigits(_ slice: Slice, _ from: Int, _ to: Int, _ sweep: inout ContextSweep) -> Int {
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

    private mutating func digitsFound(_ range: Range<Int>, _ digits: Int, _ slice: Slice, _ sweep: inout ContextSweep) {
        sweepContext(slice, before: range.lowerBound, &sweep)
        let isNearContext = sweep.until >= range.lowerBound
        for rule in rules.shapes.digits where rule.minDigits <= digits {
            if rule.definition.contextRequired {
                let isTracked = !rules.contextFilter.untracked.contains(rule.index)
                if isTracked, !isNearContext || scratch.contextUntil[rule.index] < range.lowerBound { continue }
            }
            run(rule, at: range, slice)
        }
    }

    /// Looks for context words between the last digit run and this one.
    private mutating func sweepContext(_ slice: Slice, before end: Int, _ sweep: inout ContextSweep) {
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

// MARK: - Token runs

extension Scanner {
    /// Token runs at least this long are handed to the views, in bytes.
    static let minViewRun = 24

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
            // A run that shows a whole word before this slice's hits was found there.
            guard high - low >= ByteShape.minTokenRun, low + 8 > slice.hits.lowerBound || low == floor else { continue }
            for rule in rules.shapes.token { run(rule, at: low..<high, slice) }
            if !rules.shapes.hex.isEmpty, (low..<high).allSatisfy({ hexValue(text[$0]) != nil || text[$0] == 0x2D }) {
                for rule in rules.shapes.hex { run(rule, at: low..<high, slice) }
            }
            if high - low >= Self.minViewRun { runs.append(low..<high) }
        }
        return max(at, to)
    }
}
