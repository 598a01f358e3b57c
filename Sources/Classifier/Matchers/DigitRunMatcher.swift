/// Finds numbers in a run of digits: whole groups, joined by one kind of separator. Validators say which of them count.
enum DigitRunMatcher {
    /// Fewest and most digits of a number.
    static let digitCounts = 7...19
    private static let maxGroups = 32

    static func values(_ text: Text, in run: Range<Int>) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = run.lowerBound
        for at in run where !isASCIIDigit(text[at]) {
            if at > start { groups.append(start..<at) }
            start = at + 1
        }
        if start < run.upperBound { groups.append(start..<run.upperBound) }
        guard groups.count <= maxGroups else { return [] }
        var values: [Range<Int>] = []
        for first in groups.indices where standsAlone(text, groups[first].lowerBound - 1) {
            var digits = 0
            for last in first..<groups.count {
                digits += groups[last].count
                if digits > digitCounts.upperBound { break }
                if last > first + 1, text[groups[last].lowerBound - 1] != text[groups[first].upperBound] { break }
                guard digits >= digitCounts.lowerBound, standsAlone(text, groups[last].upperBound) else { continue }
                values.append(groups[first].lowerBound..<groups[last].upperBound)
            }
        }
        return values
    }

    /// Whether the byte beside a number doesn't make it part of a longer word.
    private static func standsAlone(_ text: Text, _ index: Int) -> Bool { !isWordByte(text.at(index)) }
}
