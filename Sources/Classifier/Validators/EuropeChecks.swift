/// National numbers of Europe whose check is arithmetic on digits alone.
enum EuropeChecks {
    static let all: [Validator] = [
        Validator("uk-nhs") { value in Digits(value).map(nhs) ?? false },
        Validator("de-steuer-id") { value in Digits(value).map(steuerID) ?? false },
        Validator("fr-nir") { value in Digits(alphanumeric: value).map(nir) ?? false },
        Validator("nl-bsn") { value in Digits(value).map(bsn) ?? false },
        Validator("be-rrn") { value in Digits(value).map(rrn) ?? false },
        Validator("pl-pesel") { value in Digits(value).map(pesel) ?? false },
        Validator("ch-ahv") { value in Digits(value).map(ahv) ?? false },
        Validator("at-svnr") { value in Digits(value).map(svnr) ?? false },
    ]

    static func isDate(month: Int, day: Int) -> Bool { (1...12).contains(month) && (1...31).contains(day) }

    /// NHS Data Dictionary, NHS NUMBER: weights 10 to 2, 11 minus the remainder by 11; 10 is never issued.
    private static func nhs(_ digits: Digits) -> Bool {
        guard digits.count == 10, !digits.isOneRepeated else { return false }
        let check = (11 - digits.weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11
        return check != 10 && check == digits[9]
    }

    /// Bundeszentralamt für Steuern: eleven digits, ISO 7064 MOD 11,10; of the first ten one digit occurs twice or thrice and
    /// no other more than once.
    private static func steuerID(_ digits: Digits) -> Bool {
        guard digits.count == 11, digits[0] != 0 else { return false }
        var counts = [Int](repeating: 0, count: 10)
        for index in 0..<10 { counts[digits[index]] += 1 }
        let repeated = counts.filter { $0 > 1 }
        guard repeated.count == 1, repeated[0] <= 3 else { return false }
        return GeneralChecks.mod11_10(digits)
    }

    /// INSEE: 13 places and a key, 97 minus the number by 97; Corsica's 2A and 2B count as 19 and 18.
    private static func nir(_ digits: Digits) -> Bool {
        guard digits.count == 15, (1...4).contains(digits[0]) || digits[0] == 7 || digits[0] == 8 else { return false }
        var number = 0
        for index in 0..<13 {
            var digit = digits[index]
            if index == 6, digits[5] == 2, digit == 10 || digit == 11 {
                number = number / 10 * 10 + 1
                digit = digit == 10 ? 9 : 8
            }
            guard digit < 10 else { return false }
            number = number * 10 + digit
        }
        guard digits[13] < 10, digits[14] < 10 else { return false }
        let month = digits[3] * 10 + digits[4]
        guard (1...12).contains(month) || (20...42).contains(month) || (50...99).contains(month) else { return false }
        return 97 - number % 97 == digits[13] * 10 + digits[14]
    }

    /// The Dutch elfproef: weights 9 to 2 and -1, sum divisible by 11.
    private static func bsn(_ digits: Digits) -> Bool {
        guard digits.count == 9, !digits.isOneRepeated else { return false }
        return digits.weighted([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
    }

    /// Belgian national register: 97 minus the first nine digits by 97, with a 2 in front for births since 2000.
    private static func rrn(_ digits: Digits) -> Bool {
        guard digits.count == 11 else { return false }
        // Month and day may be unknown, written 00; bis numbers are another kind.
        guard digits.number(2..<4) <= 12, digits.number(4..<6) <= 31 else { return false }
        let number = digits.number(0..<9)
        let check = digits.number(9..<11)
        let isYoung = digits.number(0..<2) < 40 && 97 - (2_000_000_000 + number) % 97 == check
        return number > 0 && (97 - number % 97 == check || isYoung)
    }

    /// Polish PESEL: weights 1, 3, 7, 9; the month carries the century.
    private static func pesel(_ digits: Digits) -> Bool {
        guard digits.count == 11, isDate(month: digits.number(2..<4) % 20, day: digits.number(4..<6)) else {
            return false
        }
        return digits.weighted([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
    }

    /// Swiss AHV number: an EAN-13 that begins with Switzerland's 756.
    private static func ahv(_ digits: Digits) -> Bool {
        guard digits.count == 13, digits.number(0..<3) == 756 else { return false }
        return digits.weighted([1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0
    }

    /// Austrian social insurance number: weights 3, 7, 9, (check), 5, 8, 4, 2, 1, 6, modulo 11, with a birth date at the end.
    private static func svnr(_ digits: Digits) -> Bool {
        guard digits.count == 10, digits[0] != 0 else { return false }
        // Months above 12 mark numbers given once a day's were used up.
        guard (1...15).contains(digits.number(6..<8)), (1...31).contains(digits.number(4..<6)) else { return false }
        return digits.weighted([3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == digits[3]
    }
}
