/// National numbers of eastern and south-eastern Europe and the Baltic.
enum EastEuropeChecks {
    static let all: [Validator] = [
        Validator("pl-nip") { value in tail(value, "PL").map(nip) ?? false },
        Validator("gr-afm") { value in tail(value, "EL").map(afm) ?? false },
        Validator("ro-cnp") { value in Digits(value).map(cnp) ?? false },
        Validator("bg-egn") { value in Digits(value).map(egn) ?? false },
        Validator("cz-rodne-cislo") { value in Digits(value).map(rodneCislo) ?? false },
        Validator("ee-isikukood") { value in Digits(value).map(isikukood) ?? false },
        Validator("lv-personas-kods") { value in Digits(value).map(personasKods) ?? false },
        Validator("jmbg") { value in Digits(value).map(jmbg) ?? false },
        Validator("si-davcna") { value in tail(value, "SI").map(davcna) ?? false },
        Validator("ru-snils") { value in Digits(value).map(snils) ?? false },
        Validator("ru-inn") { value in Digits(value).map(inn) ?? false },
    ]

    /// The digits of a value that may begin with its country's two letters.
    static func tail(_ value: Span<UInt8>, _ country: StaticString) -> Digits? {
        guard value.count > 2 else { return nil }
        let hasCountry = country.withUTF8Buffer { name in
            value[0] & 0xDF == name[0] && value[1] & 0xDF == name[1]
        }
        return hasCountry ? Digits(value.extracting(2..<value.count)) : Digits(value)
    }

    /// Polish tax number: weights 6, 5, 7, 2 to 7, modulo 11; a remainder of 10 is never issued.
    private static func nip(_ digits: Digits) -> Bool {
        guard digits.count == 10, digits[0] != 0 else { return false }
        return digits.weighted([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digits[9]
    }

    /// Greek tax number: powers of two, modulo 11, then 10.
    private static func afm(_ digits: Digits) -> Bool {
        guard digits.count == 9, !digits.isOneRepeated else { return false }
        return digits.weighted([256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == digits[8]
    }

    /// Romanian personal number: sex and century, date, county; the key 279146358279, modulo 11, 10 written as 1.
    private static func cnp(_ digits: Digits) -> Bool {
        guard digits.count == 13, digits[0] != 0 else { return false }
        let century = [1900, 1900, 1900, 1800, 1800, 2000, 2000, 1900, 1900, 1900][digits[0]]
        let county = digits.number(7..<9)
        guard (1...48).contains(county) || [51, 52, 70, 80, 81, 82, 83].contains(county),
            CalendarDate.exists(
                year: century + digits.number(1..<3), month: digits.number(3..<5), day: digits.number(5..<7))
        else { return false }
        let rest = digits.weighted([2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
        return (rest == 10 ? 1 : rest) == digits[12]
    }

    /// Bulgarian personal number: the month carries the century (+20, +40); powers of two modulo 11, then 10.
    private static func egn(_ digits: Digits) -> Bool {
        guard digits.count == 10 else { return false }
        let month = digits.number(2..<4)
        let century = month > 40 ? 2000 : month > 20 ? 1800 : 1900
        guard
            CalendarDate.exists(
                year: century + digits.number(0..<2), month: month > 40 ? month - 40 : month > 20 ? month - 20 : month,
                day: digits.number(4..<6))
        else { return false }
        return digits.weighted([2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == digits[9]
    }

    /// Czech and Slovak birth number: ten digits divisible by 11 (or the first nine leave 10 and the last is 0). Months carry the
    /// sex (+50) and an overflow (+20). The nine digits of births before 1954 have no check and are refused.
    private static func rodneCislo(_ digits: Digits) -> Bool {
        guard digits.count == 10 else { return false }
        let month = digits.number(2..<4) % 50 % 20
        let year = digits.number(0..<2)
        guard CalendarDate.exists(year: year + (year < 54 ? 2000 : 1900), month: month, day: digits.number(4..<6))
        else {
            return false
        }
        return digits.number(0..<9) % 11 % 10 == digits[9]
    }

    /// Estonian and Lithuanian personal number: two rounds of weights modulo 11 (EVS 585:2007).
    private static func isikukood(_ digits: Digits) -> Bool {
        guard digits.count == 11, (1...8).contains(digits[0]),
            CalendarDate.exists(
                year: 1800 + (digits[0] - 1) / 2 * 100 + digits.number(1..<3), month: digits.number(3..<5),
                day: digits.number(5..<7))
        else { return false }
        var rest = digits.weighted([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
        if rest == 10 { rest = digits.weighted([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10 }
        return rest == digits[10]
    }

    /// Latvian personal code: eleven digits; those issued since 2017 begin with 32 and hold no birth date.
    private static func personasKods(_ digits: Digits) -> Bool {
        guard digits.count == 11 else { return false }
        if digits.number(0..<2) != 32 {
            guard EuropeChecks.isDate(month: digits.number(2..<4), day: digits.number(0..<2)) else { return false }
        }
        return (1101 - digits.weighted([1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 % 10 == digits[10]
    }

    /// The number that Yugoslavia gave and its successors kept (EMŠO, JMBG, MBG): date, region; weights 7 to 2 twice, modulo 11.
    private static func jmbg(_ digits: Digits) -> Bool {
        guard digits.count == 13 else { return false }
        // The year lacks its first digit.
        let year = digits.number(4..<7)
        guard
            CalendarDate.exists(
                year: year + (year >= 800 ? 1000 : 2000), month: digits.number(2..<4), day: digits.number(0..<2))
        else { return false }
        return (11 - digits.weighted([7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == digits[12]
    }

    /// Slovenian tax number: weights 8 to 2, 11 minus the remainder by 11; 10 is written as 0 and 11 never issued.
    private static func davcna(_ digits: Digits) -> Bool {
        guard digits.count == 8, digits[0] != 0 else { return false }
        let check = 11 - digits.weighted([8, 7, 6, 5, 4, 3, 2]) % 11
        return check != 11 && check % 10 == digits[7]
    }

    /// Russian pension number: weights 9 to 1; modulo 101, 100 written as 00.
    private static func snils(_ digits: Digits) -> Bool {
        guard digits.count == 11, !digits.isOneRepeated else { return false }
        return digits.weighted([9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == digits.number(9..<11)
    }

    /// Russian tax number of a person: two check digits modulo 11, then 10.
    private static func inn(_ digits: Digits) -> Bool {
        guard digits.count == 12, !digits.isOneRepeated else { return false }
        return digits.weighted([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == digits[10]
            && digits.weighted([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == digits[11]
    }
}
