/// Looks for a rule's context words around a value and in its key.
enum ContextWords {
    /// How far behind a value a word counts, in bytes, on the value's line: "871220-2384 är mitt personnummer".
    static let reachAfter = 40

    /// The first word found, or nil.
    ///
    /// A word must not begin in the middle of another; a word of up to three bytes must not end in one either.
    static func find(
        _ words: [[UInt8]], in text: Text, around value: Range<Int>, reach: Int, key: Range<Int>?
    ) -> [UInt8]? {
        guard !words.isEmpty else { return nil }
        let near = max(0, value.lowerBound - reach)..<value.lowerBound
        let heads = ByteSet(words.compactMap(\.first)).caseless
        if let word = first(of: words, heads, text, near) { return word }
        if let key, key.lowerBound < near.lowerBound, let word = first(of: words, heads, text, key) { return word }
        var end = value.upperBound
        let limit = min(text.count, end + reachAfter)
        while end < limit, text[end] != 0x0A { end += 1 }
        return first(of: words, heads, text, value.upperBound..<end)
    }

    private static let maxWholeWordBytes = 3

    /// The first of the words, in their order, that stands in the range: one pass for all of them.
    private static func first(
        of words: [[UInt8]], _ heads: ByteSet, _ text: Text, _ range: Range<Int>
    ) -> [UInt8]? {
        var best = words.count
        let pairs = LetterPairs(words)
        for index in range where pairs.contains(text[index], text.at(index + 1)) && heads.contains(text[index]) {
            let head = foldCase(text[index])
            for candidate in 0..<best where words[candidate].first == head {
                let word = words[candidate]
                guard index + word.count <= range.upperBound, text.hasFolded(word, at: index) else { continue }
                if stands(word, text, index) {
                    best = candidate
                    break
                }
            }
        }
        return best < words.count ? words[best] : nil
    }

    /// The pairs of letters that words begin with, told apart by five bits each: a little more than there are.
    private struct LetterPairs {
        private var rows = SIMD32<UInt32>()

        init(_ words: [[UInt8]]) {
            for word in words where !word.isEmpty {
                rows[Int(word[0] & 31)] |= word.count > 1 ? 1 << UInt32(word[1] & 31) : ~0
            }
        }

        @inline(__always)
        func contains(_ first: UInt8, _ second: UInt8) -> Bool { rows[Int(first & 31)] >> UInt32(second & 31) & 1 == 1 }
    }

    private static func stands(_ word: [UInt8], _ text: Text, _ index: Int) -> Bool {
        let before = text.at(index - 1)
        let startsWord = !isASCIILetter(before) || isHump(text, index)
        let after = text.at(index + word.count)
        let endsWord = word.count > maxWholeWordBytes || !isASCIILetter(after)
        return (startsWord || word.count > 5) && endsWord
    }

    /// An upper-case letter after a lower-case one: the second word of `userSsn`.
    private static func isHump(_ text: Text, _ index: Int) -> Bool {
        ByteSet.upper.contains(text[index]) && ByteSet.lower.contains(text.at(index - 1))
    }
}
