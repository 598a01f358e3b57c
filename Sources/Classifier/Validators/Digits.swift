/// The digits (and letters) of a value, separators left out: what most check-digit rules compute on.
public struct Digits {
    /// Most characters taken; a longer value gives none.
    public static let maxCount = 64
    private var storage = SIMD64<UInt8>()
    /// How many were taken.
    public private(set) var count = 0

    /// The digits of a value in which nothing but digits and the separators blank, `-`, `.`, `/` stands; nil otherwise.
    public init?(_ value: Span<UInt8>) {
        for index in 0..<value.count {
            let byte = value[index]
            if byte >= 0x30 && byte <= 0x39 {
                guard count < Self.maxCount else { return nil }
                storage[count] = byte - 0x30
                count += 1
            } else if byte != 0x20 && byte != 0x2D && byte != 0x2E && byte != 0x2F {
                return nil
            }
        }
    }

    /// Digits as 0 to 9 and letters of either case as 10 to 35; nil if something else but separators stands in the value.
    public init?(alphanumeric value: Span<UInt8>) {
        for index in 0..<value.count {
            let byte = value[index]
            let folded = byte | 0x20
            let number: UInt8
            if byte >= 0x30 && byte <= 0x39 {
                number = byte - 0x30
            } else if folded >= 0x61 && folded <= 0x7A {
                number = folded - 0x61 + 10
            } else if byte == 0x20 || byte == 0x2D || byte == 0x2E || byte == 0x2F {
                continue
            } else {
                return nil
            }
            guard count < Self.maxCount else { return nil }
            storage[count] = number
            count += 1
        }
    }

    /// The number at an index. Precondition: `0 <= index < count`.
    public subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "no such digit")
        return Int(storage[index])
    }

    /// The number that the digits of a range write; at most 18 digits.
    public func number(_ range: Range<Int>) -> Int { range.reduce(0) { $0 * 10 + self[$1] } }

    /// The sum of the digits from the first on, each times its weight.
    public func weighted(_ weights: [Int]) -> Int {
        var sum = 0
        for (index, weight) in weights.enumerated() where index < count { sum += self[index] * weight }
        return sum
    }

    /// Whether all are the same, as in numbers made up to fill a field.
    public var isOneRepeated: Bool { (0..<count).allSatisfy { storage[$0] == storage[0] } }

    /// The remainder of the whole number by `modulus`, letters counting as two digits (ISO 7064 and ISO 13616).
    public func remainder(_ modulus: Int, rotatedBy rotation: Int = 0) -> Int {
        var rest = 0
        for position in 0..<count {
            let value = self[(position + rotation) % count]
            rest = (rest * (value > 9 ? 100 : 10) + value) % modulus
        }
        return rest
    }
}
