/// National numbers of western and northern Europe that EuropeChecks leaves out.
enum WestEuropeChecks {
    static let all: [Validator] = [
        Validator("de-svnr") { value in Digits(alphanumeric: value).map(pensionNumber) ?? false },
        Validator("de-id-card") { value in Digits(alphanumeric: value).map(idCard) ?? false },
        Validator("de-kvnr") { value in Digits(alphanumeric: value).map(healthNumber) ?? false },
        Validator("de-vat") { value in
            EastEuropeChecks.tail(value, "DE").map { $0.count == 9 && $0[0] != 0 && GeneralChecks.mod11_10($0) }
                ?? false
        },
        // Physicians' number (KBV): weights 4 and 9 over six digits, ten minus the last digit of the sum; then the specialty.
        .digits("de-lanr", 9) {
            !$0.isZero && (10 - $0.weighted([4, 9, 4, 9, 4, 9]) % 10) % 10 == $0[6] && $0.number(7..<9) > 0
        },
        Validator("pt-nif") { value in EastEuropeChecks.tail(value, "PT").map(nif) ?? false },
        Validator("ie-pps") { value in Digits(alphanumeric: value).map(pps) ?? false },
        Validator("lu-matricule") { value in Digits(value).map(matricule) ?? false },
        Validator("es-nuss") { value in Digits(value).map(nuss) ?? false },
        Validator("fi-hetu") { value in hetu(value) },
        Validator("no-fodselsnummer") { value in Digits(value).map(fodselsnummer) ?? false },
        Validator("it-piva") { value in
            EastEuropeChecks.tail(value, "IT").map {
                $0.count == 11 && $0.number(0..<7) > 0 && isItalianOffice($0.number(7..<10)) && GeneralChecks.luhn($0)
            }
                ?? false
        },
    ]

    /// Provinces' offices, and those for foreigners and for ministries (Agenzia delle Entrate).
    private static func isItalianOffice(_ office: Int) -> Bool {
        (1...100).contains(office) || [120, 121, 888, 999].contains(office)
    }

    /// The sum of the digits of each product, as ISO/IEC 7812 adds them.
    private static func crossSum(_ digits: [Int], _ weights: [Int]) -> Int {
        zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 / 10 + $1.0 * $1.1 % 10 }
    }

    /// German pension number, VKVV § 4: area, birth date, initial (A = 01), serial; cross sums modulo 10.
    private static func pensionNumber(_ digits: Digits) -> Bool {
        guard digits.count == 12, digits[8] > 9, digits[11] < 10 else { return false }
        for index in 0..<12 where index != 8 && digits[index] > 9 { return false }
        // Days past 31 are given when a day's serial numbers have run out.
        guard digits.number(2..<4) >= 1, (1...12).contains(digits.number(4..<6)) else { return false }
        let letter = digits[8] - 9
        let body = (0..<8).map { digits[$0] } + [letter / 10, letter % 10, digits[9], digits[10]]
        return crossSum(body, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 == digits[11]
    }

    /// German identity card and passport: nine places and, in the machine readable zone, a check digit (weights 7, 3, 1,
    /// ICAO 9303). Nine places alone have no check; no vowels are used, and some digit and letter are.
    private static func idCard(_ digits: Digits) -> Bool {
        guard digits.count == 9 || digits.count == 10, digits[0] > 9 else { return false }
        guard (1..<9).contains(where: { digits[$0] < 10 }) else { return false }
        guard digits.count == 10 else { return true }
        return icaoCheck((0..<9).map { digits[$0] }) == digits[9]
    }

    /// ICAO 9303 part 3: weights 7, 3, 1 over digits and letters (A = 10), modulo 10.
    static func icaoCheck(_ values: [Int]) -> Int {
        values.enumerated().reduce(0) { $0 + $1.element * [7, 3, 1][$1.offset % 3] } % 10
    }

    /// German health insurance number, § 290 SGB V: an initial (A = 01) and eight digits, weights 1 and 2, cross sums modulo 10.
    private static func healthNumber(_ digits: Digits) -> Bool {
        guard digits.count == 10, digits[0] > 9, (1..<10).allSatisfy({ digits[$0] < 10 }) else { return false }
        let letter = digits[0] - 9
        let body = [letter / 10, letter % 10] + (1..<9).map { digits[$0] }
        return crossSum(body, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 == digits[9]
    }

    /// Portuguese tax number: weights 9 to 2; 11 minus the remainder by 11, 10 and 11 written as 0.
    private static func nif(_ digits: Digits) -> Bool {
        guard digits.count == 9, digits[0] != 0, digits[0] != 4 || digits[1] == 5 else { return false }
        let rest = digits.weighted([9, 8, 7, 6, 5, 4, 3, 2]) % 11
        return (rest < 2 ? 0 : 11 - rest) == digits[8]
    }

    /// Irish personal public service number: seven digits, a check letter modulo 23 and, since 2013, a second letter of weight 9
    /// (W counts 0).
    private static func pps(_ digits: Digits) -> Bool {
        guard digits.count == 8 || digits.count == 9, (0..<7).allSatisfy({ digits[$0] < 10 }), digits[7] > 9 else {
            return false
        }
        var sum = digits.weighted([8, 7, 6, 5, 4, 3, 2])
        if digits.count == 9 {
            // T, W and X marked members of a family and count nothing.
            guard "ABHTWX".unicodeScalars.contains(where: { Digits.letter($0) == digits[8] }) else { return false }
            let second = digits[8] - 9
            sum += (second > 9 ? 0 : second) * 9
        }
        let letter = digits[7] - 9
        return sum % 23 == (letter == 23 ? 0 : letter)
    }

    /// Luxembourg's matricule: birth date and serial, then a Luhn digit and a Verhoeff digit over the same eleven.
    private static func matricule(_ digits: Digits) -> Bool {
        guard digits.count == 13, EuropeChecks.isDate(month: digits.number(4..<6), day: digits.number(6..<8)),
            (1850...2099).contains(digits.number(0..<4))
        else { return false }
        var sum = 0
        for index in 0..<12 {
            let value = digits[index] * (index % 2 == 0 ? 2 : 1)
            sum += value > 9 ? value - 9 : value
        }
        guard sum % 10 == 0 else { return false }
        let text = (0..<11).map { UInt8(digits[$0]) + 0x30 } + [UInt8(digits[12]) + 0x30]
        return Digits(text.span).map(GeneralChecks.verhoeff) ?? false
    }

    /// Spanish social security number: province and serial modulo 97.
    private static func nuss(_ digits: Digits) -> Bool {
        guard digits.count == 12, (1...66).contains(digits.number(0..<2)) || digits.number(0..<2) > 66 else {
            return false
        }
        let serial = digits.number(2..<10)
        let body = digits.number(0..<2) * (serial < 10_000_000 ? 10_000_000 : 100_000_000) + serial
        return body % 97 == digits.number(10..<12)
    }

    /// Finnish identity code: date, century sign, serial, and one of 31 letters and digits (Digital and Population Data Services
    /// Agency).
    private static func hetu(_ value: Span<UInt8>) -> Bool {
        guard value.count == 11 else { return false }
        let centuries = Array("+-ABCDEFYXWVU".utf8)
        guard centuries.contains(value[6]) else { return false }
        var number = 0
        for index in [0, 1, 2, 3, 4, 5, 7, 8, 9] {
            guard (0x30...0x39).contains(value[index]) else { return false }
            number = number * 10 + Int(value[index] - 0x30)
        }
        let isOld = value[6] == UInt8(ascii: "+")
        let isYoung = (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(value[6])
        guard number % 1000 >= 2,
            CalendarDate.exists(
                year: (isOld ? 1800 : isYoung ? 2000 : 1900) + number / 1000 % 100, month: number / 100_000 % 100,
                day: number / 10_000_000)
        else { return false }
        let marks = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)
        return marks[number % 31] == value[10]
    }

    /// Norwegian birth number: two check digits modulo 11. D-numbers add 40 to the day, H-numbers 40 to the month.
    private static func fodselsnummer(_ digits: Digits) -> Bool {
        guard digits.count == 11, digits.number(0..<2) < 80 else { return false }
        let short = digits.number(4..<6)
        let serial = digits.number(6..<9)
        let year: Int
        if serial < 500 {
            year = 1900 + short
        } else if serial < 750, short >= 54 {
            year = 1800 + short
        } else if short < 40 {
            year = 2000 + short
        } else {
            guard serial >= 900 else { return false }
            year = 1900 + short
        }
        let day = digits.number(0..<2)
        let month = digits.number(2..<4)
        guard
            CalendarDate.exists(year: year, month: month > 40 ? month - 40 : month, day: day > 40 ? day - 40 : day)
        else { return false }
        let first = (11 - digits.weighted([3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11
        let second = (11 - digits.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
        return first == digits[9] && second == digits[10]
    }
}
