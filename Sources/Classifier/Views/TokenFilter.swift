/// Finds where a run of base64 or hexadecimal may hold text, in one pass for every phase.
///
/// Encoded text shows in the characters themselves: with base64 the first of four is one of few, as each byte of text
/// begins with a zero bit and is no control character; with hexadecimal the first of two is 2 to 7. A counter for each of
/// the four phases of base64 and the two of hexadecimal says how many characters in a row have fitted. The six counters lie in
/// one word, so a byte costs a look-up, an addition and a test.
enum TokenFilter {
    /// A way to read the run: 0 to 3 are base64 whose groups of four begin at that index modulo four, 4 and 5 hexadecimal whose
    /// pairs begin at an even or odd index.
    typealias Lane = Int
    static let laneCount = 6

    /// Characters in a row that must fit, by kind: twelve bytes of text either way.
    static let minBase64 = 16
    static let minHex = 24

    private static let high: UInt64 = 0x8080_8080_8080_8080
    private static let ones: UInt64 = 0x0101_0101_0101
    private static let bias: UInt64 = 0x6868_7070_7070

    /// For each place modulo four and each byte: the lanes in which it fits, all bits of a counter set.
    private static let table: [UInt64] = {
        var table = [UInt64](repeating: 0, count: 4 * 256)
        for place in 0..<4 {
            for byte in 0..<256 {
                var lanes: UInt64 = 0
                for lane in 0..<laneCount where fits(UInt8(byte), lane: lane, place: place) {
                    lanes |= 0xFF << UInt64(8 * lane)
                }
                table[place << 8 | byte] = lanes
            }
        }
        return table
    }()

    private static func fits(_ byte: UInt8, lane: Lane, place: Int) -> Bool {
        if lane >= 4 {
            guard let nibble = hexValue(byte) else { return false }
            return (place - lane) & 1 == 1 || nibble == 0 || 2...7 ~= nibble
        }
        guard let sextet = TokenAlphabet.sextet(byte) else { return false }
        return switch (place - lane) & 3 {
        case 0: sextet == 0 || sextet == 2 || sextet == 3 || 8..<32 ~= sextet
        case 1: sextet & 15 == 0 || 2..<8 ~= sextet & 15
        case 2: sextet & 3 < 2
        default: true
        }
    }

    /// Whether any lane fits for long enough in a run of one piece.
    static func fits(_ text: Text, _ range: Range<Int>) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "range outside the text")
        return table.withUnsafeBufferPointer { table in
            var counters: UInt64 = 0
            for index in 0..<range.count {
                let byte = text.base.load(fromByteOffset: range.lowerBound + index, as: UInt8.self)
                counters = (counters &+ ones) & table[(index & 3) << 8 | Int(byte)]
                if (counters &+ bias) & high != 0 { return true }
            }
            return false
        }
    }

    /// Calls `body` with each lane that has fitted for long enough, and the index of the last byte that fitted.
    static func scan(_ text: Text, _ run: TokenRun, _ body: (Lane, Int) -> Void) {
        table.withUnsafeBufferPointer { table in
            var counters: UInt64 = 0
            var index = 0
            for piece in run.pieces {
                for position in piece {
                    counters = (counters &+ ones) & table[(index & 3) << 8 | Int(text[position])]
                    if (counters &+ bias) & high != 0 { counters = report(counters, index, body) }
                    index += 1
                }
            }
        }
    }

    private static func report(_ counters: UInt64, _ index: Int, _ body: (Lane, Int) -> Void) -> UInt64 {
        var rest = counters
        for lane in 0..<laneCount where ((counters &+ bias) & high) >> UInt64(8 * lane) & 0x80 != 0 {
            rest &= ~(0xFF << UInt64(8 * lane))
            body(lane, index)
        }
        return rest
    }
}

/// The alphabets of RFC 4648, sections 4 and 5, read as one.
enum TokenAlphabet {
    @inline(__always)
    static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
