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
        for word in words where occurs(word, text, near) { return word }
        if let key, key.lowerBound < near.lowerBound {
            for word in words where occurs(word, text, key) { return word }
        }
        var end = value.upperBound
        let limit = min(text.count, end + reachAfter)
        while end < limit, text[end] != 0x0A { end += 1 }
        for word in words where occurs(word, text, value.upperBound..<end) { return word }
        return nil
    }

    private static let maxWholeWordBytes = 3

    private static func occurs(_ word: [UInt8], _ text: Text, _ range: Range<Int>) -> Bool {
        guard let first = word.first, range.count >= word.count else { return false }
        for index in range.lowerBound...(range.upperBound - word.count)
        where foldCase(text[index]) == first && text.hasFolded(word, at: index) {
            let before = text.at(index - 1)
            let startsWord = !isASCIILetter(before) || isHump(text, index)
            let after = text.at(index + word.count)
            let endsWord = word.count > maxWholeWordBytes || !isASCIILetter(after)
            if (startsWord || word.count > 5) && endsWord { return true }
        }
        return false
    }

    /// An upper-case letter after a lower-case one: the second word of `userSsn`.
    private static func isHump(_ text: Text, _ index: Int) -> Bool {
        ByteSet.upper.contains(text[index]) && ByteSet.lower.contains(text.at(index - 1))
    }
}
