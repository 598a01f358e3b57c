/// Tells the random parts of a value from the words around them: `db-prod-x7Kq9ZpL2m`.
enum RandomPart {
    /// Fewest bytes in a row that no word or number explains, for a value to count as random.
    static let minBytes = 8
    /// Shorter parts say nothing.
    private static let minPartBytes = 6

    /// The length of the longest part between separators that is neither words nor a number, in bytes.
    static func longest(_ text: Text, _ value: Range<Int>) -> Int {
        var longest = 0
        var start = value.lowerBound
        for index in value.lowerBound...value.upperBound where index == value.upperBound || isJoint(text[index]) {
            if index - start > longest, index - start >= minPartBytes, isRandom(text, start..<index) {
                longest = index - start
            }
            start = index + 1
        }
        return longest
    }

    private static func isJoint(_ byte: UInt8) -> Bool { "-_.:/ ".utf8.contains(byte) }

    private static func isRandom(_ text: Text, _ part: Range<Int>) -> Bool {
        guard part.contains(where: { !isASCIIDigit(text[$0]) }) else { return false }
        return text.withSpan(part) { Randomness.score($0) >= SecretValue.minRandomness }
    }
}
