/// Finds a wallet's seed phrase: 12, 15, 18, 21 or 24 words of the BIP-39 list whose checksum is right.
enum SeedPhrase {
    /// How far from its label a phrase may reach, in bytes.
    static let reach = 512
    private static let lengths = [24, 21, 18, 15, 12]
    private static let maxWordBytes = 8

    private typealias Word = (index: Int, range: Range<Int>)

    /// The phrases within `reach` of the label at `anchor`. Numbers and punctuation may stand between the words.
    static func values(_ text: Text, near anchor: Range<Int>) -> [Range<Int>] {
        let end = min(text.count, anchor.upperBound + reach)
        var run: [Word] = []
        var values: [Range<Int>] = []
        // Words of a label, such as "seed phrase", stand in the list too.
        var at = anchor.upperBound
        while at < end {
            guard isASCIILetter(text[at]) else {
                at += 1
                continue
            }
            let start = at
            while at < end, isASCIILetter(text[at]) { at += 1 }
            if let word = index(text, start..<at) {
                run.append((word, start..<at))
            } else {
                values += phrases(run)
                run.removeAll(keepingCapacity: true)
            }
        }
        return values + phrases(run)
    }

    private static func index(_ text: Text, _ range: Range<Int>) -> Int? {
        guard range.count <= maxWordBytes else { return nil }
        let folded = range.map { foldCase(text[$0]) }
        return SeedWords.index(of: folded.span)
    }

    private static func phrases(_ run: [Word]) -> [Range<Int>] {
        var values: [Range<Int>] = []
        var first = 0
        while first + 12 <= run.count {
            let length = lengths.first { first + $0 <= run.count && hasChecksum(run[first..<first + $0].map(\.index)) }
            if let length {
                values.append(run[first].range.lowerBound..<run[first + length - 1].range.upperBound)
                first += length
            } else {
                first += 1
            }
        }
        return values
    }

    /// BIP-39: eleven bits a word; of all bits, one in 33 stands at the end and is the start of the SHA-256 of the others.
    private static func hasChecksum(_ words: [Int]) -> Bool {
        var bits: [Bool] = []
        for word in words { for place in (0..<11).reversed() { bits.append(word >> place & 1 == 1) } }
        let checkBits = words.count / 3
        let entropy = bits.count - checkBits
        let bytes = stride(from: 0, to: entropy, by: 8).map { at in
            (0..<8).reduce(UInt8(0)) { $0 << 1 | (bits[at + $1] ? 1 : 0) }
        }
        let digest = SHA256.digest(bytes)
        return (0..<checkBits).allSatisfy { (digest[$0 / 8] >> UInt8(7 - $0 % 8) & 1 == 1) == bits[entropy + $0] }
    }

    /// Whether a value is one whole phrase.
    static func isPhrase(_ value: Span<UInt8>) -> Bool {
        value.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return false }
            return values(Text(base: base, count: raw.count), near: 0..<0) == [0..<raw.count]
        }
    }
}
