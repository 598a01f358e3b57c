/// Tells whether a match may begin before a run of digits, by the bytes that every match begins with.
///
/// A look of a few bytes, whatever the number of alternatives: a pattern that lists each country's form is too large for an automaton.
struct BeginProbe: Sendable {
    /// What may stand before a match, besides the beginning of the text.
    private let lead: ByteSet
    /// The bytes that a match may begin with, place by place.
    private let first: ByteSet
    private let second: ByteSet
    private let third: ByteSet
    private let fourth: ByteSet
    private let alphabet: ByteSet
    /// Longest match, in bytes.
    private let longest: Int

    /// Longest match that is looked for, in bytes.
    private static let maxBytes = 128

    /// Nil if a match may begin with a digit or separator, or where its beginning isn't known.
    init?(_ node: PatternNode) {
        guard node.beginsBeforeDigits, let longest = node.maxLength, longest <= Self.maxBytes,
            let firsts = PatternTail.bytes(after: [], in: node, count: 4)
        else { return nil }
        var lead = ByteSet.all
        for part in node.flattened {
            guard part.maxLength == 0 else { break }
            if case .neighbour(let set, isBefore: true) = part { lead = lead.intersection(set) }
        }
        self.lead = lead
        (first, second, third, fourth) = (firsts[0], firsts[1], firsts[2], firsts[3])
        alphabet = node.alphabet
        self.longest = longest
    }

    /// Whether a match that holds the digit at `start` may begin before it. Precondition: `start` is an offset in the text.
    func mayBegin(_ text: Text, before start: Int) -> Bool {
        var at = start - 1
        let floor = max(0, start - longest)
        while at >= floor, alphabet.contains(text[at]) {
            if first.contains(text[at]), second.contains(text.at(at + 1)), third.contains(text.at(at + 2)),
                fourth.contains(text.at(at + 3)), at == 0 || lead.contains(text[at - 1])
            {
                return true
            }
            at -= 1
        }
        return false
    }
}
