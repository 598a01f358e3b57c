/// Check-digit systems that many formats share.
enum GeneralChecks {
    static let all: [Validator] = [
        Validator("luhn") { value in Digits(value).map { $0.count >= 2 && luhn($0) } ?? false },
        Validator("verhoeff") { value in Digits(value).map { $0.count >= 2 && verhoeff($0) } ?? false },
        Validator("iso7064-mod11-10") { value in Digits(value).map { $0.count >= 2 && mod11_10($0) } ?? false },
        Validator("mod97-10") { value in
            Digits(alphanumeric: value).map { $0.count >= 4 && $0.remainder(97) == 1 } ?? false
        },
    ]

    /// Luhn's formula (ISO/IEC 7812-1, annex B): from the right, every second digit doubled, cross sums added, sum divisible by 10.
    static func luhn(_ digits: Digits, _ range: Range<Int>? = nil) -> Bool {
        let range = range ?? 0..<digits.count
        var sum = 0
        for (place, index) in range.reversed().enumerated() {
            let digit = digits[index]
            guard digit < 10 else { return false }
            let value = place % 2 == 0 ? digit : digit * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// J. Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group D5, finds every single error and transposition.
    static func verhoeff(_ digits: Digits) -> Bool {
        var check = 0
        for place in 0..<digits.count {
            let digit = digits[digits.count - 1 - place]
            check = dihedral(check, Int(permutations[place % 8][digit]))
        }
        return check == 0
    }

    private static func dihedral(_ a: Int, _ b: Int) -> Int {
        if a < 5 { return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5 }
        return b < 5 ? 5 + (a - 5 - b + 5) % 5 : (a - b + 5) % 5
    }

    private static let permutations: [[UInt8]] = {
        let first: [UInt8] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        var rows: [[UInt8]] = [Array(0...9)]
        for _ in 1..<8 { rows.append((0..<10).map { rows[rows.count - 1][Int(first[$0])] }) }
        return rows
    }()

    /// ISO/IEC 7064 MOD 11,10: the hybrid system with one check digit.
    static func mod11_10(_ digits: Digits, _ range: Range<Int>? = nil) -> Bool {
        let range = range ?? 0..<digits.count
        var product = 10
        for index in range.dropLast() {
            var sum = (digits[index] + product) % 10
            if sum == 0 { sum = 10 }
            product = sum * 2 % 11
        }
        guard let last = range.last else { return false }
        return (11 - product) % 10 == digits[last]
    }
}
