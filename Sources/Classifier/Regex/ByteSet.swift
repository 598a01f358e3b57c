/// A set of byte values.
struct ByteSet: Hashable, Sendable {
    private var low: (UInt64, UInt64) = (0, 0)
    private var high: (UInt64, UInt64) = (0, 0)

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    /// Makes a set of its bits, the lowest byte values first.
    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        low = (words.0, words.1)
        high = (words.2, words.3)
    }

    /// The set's bits, the lowest byte values first.
    var words: [UInt64] { [low.0, low.1, high.0, high.1] }

    static func == (a: ByteSet, b: ByteSet) -> Bool { a.low == b.low && a.high == b.high }

    func hash(into hasher: inout Hasher) {
        for word in [low.0, low.1, high.0, high.1] { hasher.combine(word) }
    }

    static let all: ByteSet = { ByteSet(UInt8.min...UInt8.max) }()
    static let digits = ByteSet(0x30...0x39)
    static let lower = ByteSet(0x61...0x7A)
    static let upper = ByteSet(0x41...0x5A)
    static let letters = lower.union(upper)
    static let word = letters.union(digits).union(ByteSet([0x5F]))
    /// What may stand before a word.
    static let notWord = word.inverted
    static let hexDigits = digits.union(ByteSet(0x41...0x46)).union(ByteSet(0x61...0x66))
    static let space = ByteSet([0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D])
    /// What may stand in a base64 or base64url run, padding aside.
    static let token = letters.union(digits).union(ByteSet("+/-_".utf8))

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: low.0 |= bit
        case 1: low.1 |= bit
        case 2: high.0 |= bit
        default: high.1 |= bit
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        let word: UInt64
        switch byte >> 6 {
        case 0: word = low.0
        case 1: word = low.1
        case 2: word = high.0
        default: word = high.1
        }
        return word >> UInt64(byte & 63) & 1 == 1
    }

    func union(_ other: ByteSet) -> ByteSet {
        var out = self
        out.low.0 |= other.low.0
        out.low.1 |= other.low.1
        out.high.0 |= other.high.0
        out.high.1 |= other.high.1
        return out
    }

    func intersection(_ other: ByteSet) -> ByteSet { inverted.union(other.inverted).inverted }

    var inverted: ByteSet {
        var out = self
        out.low = (~low.0, ~low.1)
        out.high = (~high.0, ~high.1)
        return out
    }

    /// The set with both cases of every ASCII letter in it.
    var caseless: ByteSet {
        var out = self
        for letter in UInt8(0x61)...0x7A where contains(letter) || contains(letter - 0x20) {
            out.insert(letter)
            out.insert(letter - 0x20)
        }
        return out
    }

    var count: Int {
        low.0.nonzeroBitCount + low.1.nonzeroBitCount + high.0.nonzeroBitCount + high.1.nonzeroBitCount
    }

    /// The members in ascending order.
    var members: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count)
        for (index, word) in [low.0, low.1, high.0, high.1].enumerated() {
            var rest = word
            while rest != 0 {
                out.append(UInt8(index << 6 | rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return out
    }

    /// The lowest member.
    var first: UInt8? {
        for (index, word) in [low.0, low.1, high.0, high.1].enumerated() where word != 0 {
            return UInt8(index << 6 | word.trailingZeroBitCount)
        }
        return nil
    }

    /// What the members are with the bit 0x20 set.
    var folded: ByteSet {
        func fold(_ word: UInt64) -> UInt64 { (word | word << 32) & 0xFFFF_FFFF_0000_0000 }
        return ByteSet(words: (fold(low.0), fold(low.1), fold(high.0), fold(high.1)))
    }

    /// Calls `body` with each member in ascending order.
    @inline(__always)
    func forEach(_ body: (UInt8) -> Void) {
        func walk(_ word: UInt64, _ base: UInt8) {
            var rest = word
            while rest != 0 {
                body(base | UInt8(rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        walk(low.0, 0)
        walk(low.1, 64)
        walk(high.0, 128)
        walk(high.1, 192)
    }

    func isSubset(of other: ByteSet) -> Bool { union(other) == other }
}

/// ASCII lower case; every other byte as it is.
@inline(__always)
func foldCase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

@inline(__always)
func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

@inline(__always)
func isASCIIDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

@inline(__always)
func isWordByte(_ byte: UInt8) -> Bool { isASCIILetter(byte) || isASCIIDigit(byte) || byte == 0x5F }
