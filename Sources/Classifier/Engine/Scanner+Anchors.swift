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
            scratch.masks.fill(slice.text, from: chunk, to: end)
            scanLiterals(slice, chunk, end)
            scanMarks(slice, chunk, end)
            if wantsDigits { digitsFrom = scanDigits(slice, max(digitsFrom, chunk), end, &sweep) }
            tokensFrom = scanTokens(slice, max(tokensFrom, chunk), end, &runs)
            chunk = end
        }
        scanAlone(slice)
        openViews(slice, tokenRuns: runs)
    }

    private mutating func scanLiterals(_ slice: Slice, _ from: Int, _ to: Int) {
        let table = rules.literals
        let starters = rules.literalRules
        let text = slice.text
        // The quartet that gives a literal away may stand anywhere in it, also past the end of the chunk.
        let reach = min(text.count, to + Literal.maxBytes)
        let found = Kernels.literalCandidates(
            text.base, text.count, from: from, to: reach, filter: table.filter, out: scratch.offsets)
        for index in 0..<found {
            table.verify(text.base, text.count, at: Int(scratch.offsets[index])) { literal, start in
                guard start >= from, start < to else { return }
                let anchor = start..<start + table.length(literal)
                let mark = rules.literalMarks[literal]
                if mark != 0 { scratch.cells[start / Kernels.cellBytes] |= mark }
                for rule in starters.of(literal) { runGated(Int(rule), at: anchor, slice) }
            }
        }
    }

    private mutating func runGated(_ rule: Int, at anchor: Range<Int>, _ slice: Slice) {
        var made = 0
        let mayMatch = scratch.gates.mayMatch(rule, rules, slice.text, anchor, scratch.masks, made: &made)
        if made > 0 { charge(states: made) }
        if mayMatch { run(rules.compiled[rule], at: anchor, slice) }
    }

    /// Notes in each cell what may open a view there (`ViewMark`), and tries the rules on e-mail addresses at each `@`.
    private mutating func scanMarks(_ slice: Slice, _ from: Int, _ to: Int) {
        let masks = scratch.masks
        let text = slice.text
        for index in 0..<ClassMasks.words(to - from) {
            let valid = to - from - index << 6 >= 64 ? ~0 : 1 &<< UInt64(to - from - index << 6) &- 1
            let start = from + index << 6
            let high = masks.high[index] & valid
            if high != 0 {
                scratch.cells[(start + high.trailingZeroBitCount) / Kernels.cellBytes] |= ViewMark.high
                scratch.cells[(start + 63 - high.leadingZeroBitCount) / Kernels.cellBytes] |= ViewMark.high
            }
            var marks = masks.marks[index] & valid
            while marks != 0 {
                let at = start + marks.trailingZeroBitCount
                marks &= marks - 1
                let byte = text.base.load(fromByteOffset: at, as: UInt8.self)
                if byte == UInt8(ascii: "@") {
                    for rule in rules.shapes.email { runGated(rule.index, at: at..<at + 1, slice) }
                } else {
                    scratch.cells[at / Kernels.cellBytes] |= ViewMark.of(byte)
                }
            }
        }
    }
}
