/// National, tax and civil numbers of Africa and the Middle East.
enum AfricaChecks {
    static let all: [Validator] = [
        // Moroccan common company identifier: ISO 7064 MOD 97-10 with a remainder of 0.
        .digits("ma-ice", 15) { !$0.isZero && $0.remainder(97) == 0 },
        .alphanumeric("mu-nid", 14, mauritius),
        // Mozambican tax number: weights 8, 9, 4 to 9, modulo 11.
        .digits("mz-nuit", 9) {
            !$0.isOneRepeated
                && [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1][$0.weighted([8, 9, 4, 5, 6, 7, 8, 9]) % 11] == $0[8]
        },
        .alphanumeric("gh-tin", 11, ghana),
        // Guinean tax number: Luhn.
        .digits("gn-nifp", 9) { !$0.isOneRepeated && GeneralChecks.luhn($0) },
        // South African tax number (SARS): first digit 0 to 3 or 9, Luhn.
        .digits("za-tin", 10) { [0, 1, 2, 3, 9].contains($0[0]) && !$0.isZero && GeneralChecks.luhn($0) },
        .digits("eg-national-id", 14, egypt),
        Validator("il-idnr") { value in Digits(value).map(israel) ?? false },
        // Saudi national id and iqama: first digit 1 or 2, Luhn.
        .digits("sa-id", 10) { ($0[0] == 1 || $0[0] == 2) && !$0.isOneRepeated && GeneralChecks.luhn($0) },
        // Emirates id (ICP): 784, year of birth, serial, Luhn.
        .digits("ae-emirates-id", 15) {
            $0.number(0..<3) == 784 && (1900...2099).contains($0.number(3..<7)) && GeneralChecks.luhn($0)
        },
        .digits("kw-civil-id", 12, kuwait),
        // Turkish tax number (GİB): each digit plus its distance from the end, times a power of two modulo 9.
        .digits("tr-vkn", 10, turkishTax),
        // Iranian national code: weights 10 to 2, modulo 11.
        .digits("ir-national-id", 10) {
            let rest = $0.weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
            return !$0.isOneRepeated && $0[9] == (rest < 2 ? rest : 11 - rest)
        },
    ]

    /// Mauritian identity card: a letter, birth date, serial; weights 14 to 2, modulo 17, in base 36.
    private static func mauritius(_ characters: Digits) -> Bool {
        guard characters[0] > 9, characters.areDigits(1..<13),
            CalendarDate.exists(
                year: 2000 + characters.number(5..<7), month: characters.number(3..<5), day: characters.number(1..<3))
        else { return false }
        let sum = (0..<13).reduce(0) { $0 + (14 - $1) * characters[$1] }
        return MiddleEuropeChecks.negative(sum, 17) == characters[13]
    }

    /// Ghanaian tax number (GRA): a letter, 00, seven digits; places times digits modulo 11, ten is X.
    private static func ghana(_ characters: Digits) -> Bool {
        let kinds = "PCGQV".unicodeScalars.map { Digits.letter($0) }
        guard kinds.contains(characters[0]), characters.areDigits(1..<10), characters.number(1..<3) == 0 else {
            return false
        }
        let rest = characters.weighted([1, 2, 3, 4, 5, 6, 7, 8, 9], from: 1) % 11
        return characters[10] == (rest == 10 ? Digits.letter("X") : rest)
    }

    /// Egyptian national id: century 2 or 3, birth date, governorate, serial; weights 2, 7 to 2, 7 to 2, 11 minus the remainder by
    /// 11, its last digit.
    private static func egypt(_ digits: Digits) -> Bool {
        guard digits[0] == 2 || digits[0] == 3,
            CalendarDate.exists(
                year: 1700 + digits[0] * 100 + digits.number(1..<3), month: digits.number(3..<5),
                day: digits.number(5..<7))
        else { return false }
        let governorate = digits.number(7..<9)
        guard
            (1...4).contains(governorate) || (11...19).contains(governorate) || (21...29).contains(governorate)
                || (31...35).contains(governorate) || governorate == 88
        else { return false }
        return (11 - digits.weighted([2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == digits[13]
    }

    /// Israeli identity number: up to nine digits, zeros in front left out, Luhn.
    private static func israel(_ digits: Digits) -> Bool {
        (8...9).contains(digits.count) && !digits.isZero && GeneralChecks.luhn(digits)
    }

    /// Kuwaiti civil id: century 1 to 3, birth date, serial; weights 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 11 minus the remainder by 11.
    private static func kuwait(_ digits: Digits) -> Bool {
        guard (1...3).contains(digits[0]),
            CalendarDate.exists(
                year: 1700 + digits[0] * 100 + digits.number(1..<3), month: digits.number(3..<5),
                day: digits.number(5..<7))
        else { return false }
        return 11 - digits.weighted([2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11 == digits[11]
    }

    private static func turkishTax(_ digits: Digits) -> Bool {
        var sum = 0
        for index in 0..<9 {
            let shifted = (digits[index] + 9 - index) % 10
            guard shifted > 0 else { continue }
            let power = shifted << (9 - index) % 9
            sum += power == 0 ? 9 : power
        }
        return !digits.isZero && (10 - sum % 10) % 10 == digits[9]
    }
}
