/// How random a value looks.
///
/// Two measures and their blend: entropy, which knows how often each byte occurs, and a model of text, which knows what follows
/// what. `Curve25519PrivateKey` has the entropy of a key and the digrams of a name.
public enum Randomness {
    /// Bytes of a value that count; more changes nothing.
    static let maxBytes = 1024
    /// Bytes that the model reads; random or not shows long before.
    static let maxModelBytes = 256

    /// What rules ask for: the entropy, lowered by as much as the model takes the value for text; 0 to 1.
    ///
    /// Where the model is undecided or sees no text, the entropy stands. Hexadecimal has no words, so its entropy stands too.
    public static func score(_ value: Span<UInt8>) -> Double {
        let make = Make(value)
        let entropy = make.entropy(others: 32)
        guard !make.hasNoWords else { return entropy }
        let logit = logit(value, make)
        return logit >= 0 ? entropy : entropy * max(0, 1 + logit / logitOfText)
    }

    /// The logit below zero at which nothing is left of the entropy: 50 to 1 for text.
    private static let logitOfText = 4.0

    /// Shannon entropy per byte over the most that its length and alphabet allow: 0 for one repeated byte, 1 for the best mix.
    ///
    /// The alphabet is the smallest of decimal (10), hexadecimal (16), and the sum of the classes present (26 lower, 26
    /// upper, 10 digits, 32 others).
    public static func normalisedEntropy(_ value: Span<UInt8>) -> Double { Make(value).entropy(others: 32) }

    /// The model's logarithm of the odds that the value is random and not words, an identifier or a path.
    public static func logit(_ value: Span<UInt8>) -> Double { logit(value, Make(value)) }

    /// The kinds of bytes in a value.
    private struct Make {
        var counts = [UInt16](repeating: 0, count: 256)
        var hasLower = false
        var hasUpper = false
        var hasDigit = false
        var hasOther = false
        var hasRareOther = false
        var isHex = true
        var hasWordLetter = false
        var length: Int

        init(_ value: Span<UInt8>) {
            length = min(value.count, Randomness.maxBytes)
            for index in 0..<length {
                let byte = value[index]
                counts[Int(byte)] += 1
                switch byte {
                case 0x30...0x39: hasDigit = true
                case 0x61...0x7A: hasLower = true
                case 0x41...0x5A: hasUpper = true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
                    UInt8(ascii: "+"), UInt8(ascii: "="):
                    hasOther = true
                default:
                    hasOther = true
                    hasRareOther = true
                }
                guard hexValue(byte) == nil else { continue }
                isHex = false
                if isASCIILetter(byte) { hasWordLetter = true }
            }
        }

        /// Whether every letter is a hexadecimal digit and there are digits as well.
        var hasNoWords: Bool { hasDigit && !hasWordLetter }

        func alphabet(others: Int) -> Int {
            if isHex, !(hasLower && hasUpper) { return hasLower || hasUpper ? 16 : 10 }
            return (hasLower ? 26 : 0) + (hasUpper ? 26 : 0) + (hasDigit ? 10 : 0) + (hasOther ? others : 0)
        }

        func entropy(others: Int) -> Double {
            guard length > 1 else { return 0 }
            var sum = 0.0
            for found in counts where found > 1 { sum += Double(found) * Randomness.log2(Int(found)) }
            let entropy = Randomness.log2(length) - sum / Double(length)
            return min(1, entropy / Randomness.log2(min(alphabet(others: others), length)))
        }
    }

    // MARK: - The model

    /// Training and features are described in `scripts/train-randomness.py`, which computes the same.
    private static func logit(_ value: Span<UInt8>, _ make: Make) -> Double {
        let count = min(value.count, maxModelBytes)
        guard count > 0 else { return RandomnessTable.biasWeight }
        // What joins words in tokens widens their alphabet by little.
        let others = make.hasRareOther ? 32 : 4
        let randomCost = log2(make.alphabet(others: others))
        var before = 0
        var kinds = 0
        var total = 0.0
        var stretch = 0.0
        var largest = 0.0
        for index in 0..<count {
            let (symbol, kind) = symbol(value[index])
            var steps = Double(symbols[before << 5 | symbol] - 0x30)
            if kind == 1 || kind == 2 { steps += Double(cases[kinds << 1 | (kind - 1)] - 0x30) }
            var says = steps / 5 - randomCost
            // A digit never speaks for text: only letters make words.
            if kind == 3 { says = max(0, says + log2(10)) }
            total += says
            stretch = max(0, stretch + says)
            largest = max(largest, stretch)
            before = (before << 5 | symbol) & 1023
            kinds = (kinds << 2 | kind) & 63
        }
        return RandomnessTable.meanWeight * (total / Double(count))
            + RandomnessTable.stretchWeight * (min(largest, 64) / 16)
            + RandomnessTable.entropyWeight * make.entropy(others: others)
            + RandomnessTable.lengthWeight * (Double(min(count, 64)) / 16) + RandomnessTable.biasWeight
    }

    private static let symbols = RandomnessTable.symbols.withUTF8Buffer { Array($0) }
    private static let cases = RandomnessTable.cases.withUTF8Buffer { Array($0) }

    /// One of 32 symbols, and the kind: 1 small letter, 2 capital, 3 digit, 0 anything else.
    private static func symbol(_ byte: UInt8) -> (symbol: Int, kind: Int) {
        switch byte {
        case 0x61...0x7A: (Int(byte) - 96, 1)
        case 0x41...0x5A: (Int(byte) - 64, 2)
        case 0x30...0x39: (27, 3)
        case UInt8(ascii: "_"): (28, 0)
        case UInt8(ascii: "-"): (29, 0)
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"): (30, 0)
        default: (31, 0)
        }
    }

    /// log2 from a table of our own, so that scores are the same bits on every machine.
    static func log2(_ value: Int) -> Double { table[value] }

    private static let table: [Double] = (0...maxBytes).map { value in
        guard value > 1 else { return 0 }
        var whole = 0
        while 1 << (whole + 1) <= value { whole += 1 }
        var rest = Double(value) / Double(1 << whole)
        var result = Double(whole)
        var bit = 0.5
        // Squaring a number in 1..<2 yields one binary digit of its logarithm at a time.
        for _ in 0..<40 {
            rest *= rest
            if rest >= 2 {
                rest /= 2
                result += bit
            }
            bit /= 2
        }
        return result
    }
}
