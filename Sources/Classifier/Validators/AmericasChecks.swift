/// National numbers of the Americas.
enum AmericasChecks {
    static let all: [Validator] = [
        Validator("us-ssn") { value in Digits(value).map(ssn) ?? false },
        Validator("br-cpf") { value in Digits(value).map(cpf) ?? false },
        Validator("br-cnpj") { value in Digits(value).map(cnpj) ?? false },
        Validator("ca-sin") { value in
            Digits(value).map { $0.count == 9 && $0[0] != 0 && $0[0] != 8 && GeneralChecks.luhn($0) } ?? false
        },
    ]

    /// US Social Security Administration: no area 000, 666 or 900 to 999, no group 00, no serial 0000; and not the numbers
    /// that advertisements made public.
    private static func ssn(_ digits: Digits) -> Bool {
        guard digits.count == 9 else { return false }
        let area = digits.number(0..<3)
        let group = digits.number(3..<5)
        let serial = digits.number(5..<9)
        guard area != 0, area != 666, area < 900, group != 0, serial != 0, !digits.isOneRepeated else { return false }
        let whole = digits.number(0..<9)
        return whole != 78_051_120 && whole != 219_099_999 && whole != 123_456_789
    }

    /// Receita Federal: two check digits, weights 10 to 2 and 11 to 2, modulo 11.
    private static func cpf(_ digits: Digits) -> Bool {
        guard digits.count == 11, !digits.isOneRepeated else { return false }
        return checkDigit(digits, 9, [10, 9, 8, 7, 6, 5, 4, 3, 2])
            && checkDigit(digits, 10, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
    }

    private static func cnpj(_ digits: Digits) -> Bool {
        guard digits.count == 14, !digits.isOneRepeated else { return false }
        let weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
        return checkDigit(digits, 12, Array(weights.dropFirst())) && checkDigit(digits, 13, weights)
    }

    private static func checkDigit(_ digits: Digits, _ place: Int, _ weights: [Int]) -> Bool {
        let rest = digits.weighted(weights) % 11
        return digits[place] == (rest < 2 ? 0 : 11 - rest)
    }
}
