/// How random a value looks.
enum Randomness {
    /// Shannon entropy per byte over the most that its length and alphabet allow: 0 for one repeated byte, 1 for the best mix.
    ///
    /// The alphabet is the smallest of decimal (10), hexadecimal (16), and the sum of the classes present (26 lower, 26
    /// upper, 10 digits, 32 others).
    static func normalisedEntropy(_ value: Span<UInt8>) -> Double {
        let count = min(value.count, maxBytes)
        guard count > 1 else { return 0 }
        var counts = [UInt16](repeating: 0, count: 256)
        var hasLower = false
        var hasUpper = false
        var hasDigit = false
        var hasOther = false
        var isHex = true
        for index in 0..<count {
            let byte = value[index]
            counts[Int(byte)] += 1
            switch byte {
            case 0x30...0x39: hasDigit = true
            case 0x61...0x7A: hasLower = true
            case 0x41...0x5A: hasUpper = true
            default: hasOther = true
            }
            if hexValue(byte) == nil { isHex = false }
        }
        let mixed = (hasLower ? 26 : 0) + (hasUpper ? 26 : 0) + (hasDigit ? 10 : 0) + (hasOther ? 32 : 0)
        let alphabet = isHex && !(hasLower && hasUpper) ? (hasLower || hasUpper ? 16 : 10) : mixed
        var sum = 0.0
        for found in counts where found > 1 { sum += Double(found) * log2(Int(found)) }
        let entropy = log2(count) - sum / Double(count)
        return min(1, entropy / log2(min(alphabet, count)))
    }

    /// Bytes of a value that count; more changes nothing.
    static let maxBytes = 1024

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
