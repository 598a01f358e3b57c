/// Tax and business numbers of central, eastern and south-eastern Europe.
enum MiddleEuropeChecks {
    static let all: [Validator] = [
        // Austrian tax number (BMF): Luhn over nine digits, the first two name the office.
        .digits("at-tin", 9) { !$0.isOneRepeated && $0[0] != 0 && GeneralChecks.luhn($0) },
        .alphanumeric("at-uid", 9, country: "AT", austrianVAT),
        .alphanumeric("ch-uid", 12, swissUID),
        // Hungarian VAT number (NAV): weights 9, 7, 3, 1, divisible by 10.
        .digits("hu-vat", 8, country: "HU") { !$0.isZero && $0.weighted([9, 7, 3, 1, 9, 7, 3, 1]) % 10 == 0 },
        // Hungarian tax id (NAV): an 8, days since 1867, serial; places times digits modulo 11.
        .digits("hu-tax-id", 10) { $0[0] == 8 && $0.weighted([1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == $0[9] },
        // Hungarian social security number (TAJ): weights 3 and 7 in turn, modulo 10.
        .digits("hu-taj", 9) { !$0.isOneRepeated && $0.weighted([3, 7, 3, 7, 3, 7, 3, 7]) % 10 == $0[8] },
        Validator("pl-regon") { value in Digits(value).map(regon) ?? false },
        // Slovak VAT number: divisible by 11, first digit not 0, third one of 2, 3, 4, 7, 8, 9.
        .digits("sk-dic", 10, country: "SK") {
            $0[0] != 0 && [2, 3, 4, 7, 8, 9].contains($0[2]) && $0.number(0..<10) % 11 == 0
        },
        .digits("cz-ico", 8, country: "CZ", czechCompany),
        Validator("ro-cui") { value in Digits(value, country: "RO").map(romanianCUI) ?? false },
        .digits("bg-eik", 9, country: "BG", bulgarianCompany),
        // Bulgarian number of foreigners: weights 21, 19, 17, 13, 11, 9, 7, 3, 1, modulo 10.
        .digits("bg-lnch", 10) { $0.weighted([21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == $0[9] && !$0.isOneRepeated },
        // Serbian tax number: ISO 7064 MOD 11,10.
        .digits("rs-pib", 9, country: "RS") { $0[0] != 0 && GeneralChecks.mod11_10($0) },
        // Croatian OIB (Porezna uprava): ISO 7064 MOD 11,10.
        .digits("hr-oib", 11, country: "HR") { GeneralChecks.mod11_10($0) && !$0.isOneRepeated },
        // Montenegrin tax number: weights 8 to 2, modulo 11, then 10.
        .digits("me-pib", 8) { !$0.isZero && negative($0.weighted([8, 7, 6, 5, 4, 3, 2]), 11) % 10 == $0[7] },
        // North Macedonian tax number: weights 7 to 2 twice, modulo 11, then 10.
        .digits("mk-edb", 13, country: "MK") {
            !$0.isZero && negative($0.weighted([7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), 11) % 10 == $0[12]
        },
        // Moldovan IDNO and IDNP: weights 7, 3, 1, modulo 10.
        .digits("md-idno", 13) {
            !$0.isZero && $0.weighted([7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == $0[12]
        },
        // Belarusian taxpayer number of a company: weights 29, 23, 19, 17, 13, 7, 5, 3, modulo 11; 10 is never issued.
        .digits("by-unp", 9) {
            (1...7).contains($0[0]) && $0.weighted([29, 23, 19, 17, 13, 7, 5, 3]) % 11 == $0[8]
        },
        // Ukrainian taxpayer number of a person: weights -1, 5, 7, 9, 4, 6, 10, 5, 7, modulo 11, then 10.
        .digits("ua-rntrc", 10) {
            !$0.isZero && positive($0.weighted([-1, 5, 7, 9, 4, 6, 10, 5, 7]), 11) % 10 == $0[9]
        },
        .digits("ua-edrpou", 8, ukrainianCompany),
        Validator("lt-vat") { value in Digits(value, country: "LT").map(lithuanianVAT) ?? false },
        // Estonian VAT number: weights 3, 7, 1, divisible by 10.
        .digits("ee-vat", 9, country: "EE") { !$0.isZero && $0.weighted([3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0 },
        // Latvian VAT number of a company: first digit above 3; weights 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1, remainder 3 by 11.
        .digits("lv-vat", 11, country: "LV") {
            $0[0] > 3 && $0.weighted([9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
        },
        Validator("ru-ogrn") { value in Digits(value).map(ogrn) ?? false },
    ]

    /// The least non-negative number that makes `sum` divisible by `modulus`.
    static func negative(_ sum: Int, _ modulus: Int) -> Int { (modulus - sum % modulus) % modulus }
    private static func positive(_ sum: Int, _ modulus: Int) -> Int { (sum % modulus + modulus) % modulus }

    /// Austrian VAT number: U, seven digits, and ten minus (cross sums plus 4).
    private static func austrianVAT(_ characters: Digits) -> Bool {
        guard characters[0] == Digits.letter("U"), characters.areDigits(1..<9) else { return false }
        var sum = 4
        for index in 1..<8 {
            let product = characters[index] * (index % 2 == 0 ? 2 : 1)
            sum += product > 9 ? product - 9 : product
        }
        return (10 - sum % 10) % 10 == characters[8]
    }

    /// Swiss company number (BFS): CHE and nine digits, weights 5 to 2, 7 to 4, modulo 11; 10 is never issued.
    private static func swissUID(_ characters: Digits) -> Bool {
        guard characters[0] == Digits.letter("C"), characters[1] == Digits.letter("H"),
            characters[2] == Digits.letter("E"), characters.areDigits(3..<12)
        else { return false }
        return negative(characters.weighted([5, 4, 3, 2, 7, 6, 5, 4], from: 3), 11) == characters[11]
    }

    /// Polish REGON (GUS): nine digits with weights 8, 9, 2 to 7; fourteen with a second check over all.
    private static func regon(_ digits: Digits) -> Bool {
        guard digits.count == 9 || digits.count == 14, !digits.isOneRepeated else { return false }
        guard digits.weighted([8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == digits[8] else { return false }
        return digits.count == 9
            || digits.weighted([2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11 % 10 == digits[13]
    }

    /// Czech company number: weights 8 to 2, 11 minus the remainder by 11; 11 is written 1, 10 written 0.
    private static func czechCompany(_ digits: Digits) -> Bool {
        guard digits[0] != 9 else { return false }
        let rest = negative(digits.weighted([8, 7, 6, 5, 4, 3, 2]), 11)
        return (rest == 0 ? 1 : rest) % 10 == digits[7]
    }

    /// Romanian fiscal code: up to nine digits, weights 7, 5, 3, 2, 1 and again from the right, ten-fold modulo 11, then 10.
    private static func romanianCUI(_ digits: Digits) -> Bool {
        guard (2...10).contains(digits.count), digits[0] != 0 else { return false }
        let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2]
        let body = digits.count - 1
        var sum = 0
        for index in 0..<body { sum += digits[index] * weights[9 - body + index] }
        return sum * 10 % 11 % 10 == digits[body]
    }

    /// Bulgarian company number: places times digits modulo 11; ten starts again with places plus 2.
    private static func bulgarianCompany(_ digits: Digits) -> Bool {
        guard !digits.isZero else { return false }
        var rest = digits.weighted([1, 2, 3, 4, 5, 6, 7, 8]) % 11
        if rest == 10 { rest = digits.weighted([3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 }
        return rest == digits[8]
    }

    /// Ukrainian company number: weights 1 to 7, between 30 and 60 million 7, 1 to 6; ten starts again with weights plus 2.
    private static func ukrainianCompany(_ digits: Digits) -> Bool {
        guard !digits.isZero else { return false }
        let weights = (3...5).contains(digits[0]) ? [7, 1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7]
        var rest = digits.weighted(weights) % 11
        if rest == 10 { rest = digits.weighted(weights.map { $0 + 2 }) % 11 % 10 }
        return rest == digits[7]
    }

    /// Lithuanian VAT number: nine digits for companies, twelve for others, a 1 before the check digit; places by nine modulo 11.
    private static func lithuanianVAT(_ digits: Digits) -> Bool {
        guard digits.count == 9 || digits.count == 12, digits[digits.count - 2] == 1 else { return false }
        let body = digits.count - 1
        var rest = (0..<body).reduce(0) { $0 + (1 + $1 % 9) * digits[$1] } % 11
        if rest == 10 { rest = (0..<body).reduce(0) { $0 + (1 + ($1 + 2) % 9) * digits[$1] } % 11 % 10 }
        return rest == digits[body]
    }

    /// Russian register numbers: the body modulo 11 (13 digits) or modulo 13 (15 digits), then 10.
    private static func ogrn(_ digits: Digits) -> Bool {
        guard digits.count == 13 || digits.count == 15 else { return false }
        if digits.count == 13 {
            guard [1, 2, 3, 5, 6, 7, 8, 9].contains(digits[0]) else { return false }
            return digits.number(0..<12) % 11 % 10 == digits[12]
        }
        guard digits[0] == 3 || digits[0] == 4 else { return false }
        return digits.number(0..<14) % 13 % 10 == digits[14]
    }
}
