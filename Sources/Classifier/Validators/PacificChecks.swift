/// National, tax and health numbers of Asia, Oceania and Canada's provinces that the older families leave out.
enum PacificChecks {
    static let all: [Validator] = [
        .alphanumeric("cn-uscc", 18, creditCode),
        // Indonesian tax number (DJP): Luhn over the first nine digits.
        .digits("id-npwp", 15) { !$0.isZero && GeneralChecks.luhn($0, 0..<9) },
        .digits("id-nik", 16, nik),
        .alphanumeric("in-gstin", 15, gstin),
        // Indian virtual id for an Aadhaar: Verhoeff.
        .digits("in-vid", 16) { $0[0] > 1 && !$0.isOneRepeated && GeneralChecks.verhoeff($0) },
        // Indian voter card (ECI): three letters and Luhn over seven digits.
        .alphanumeric("in-epic", 10) {
            $0[0] > 9 && $0[1] > 9 && $0[2] > 9 && $0.areDigits(3..<10) && GeneralChecks.luhn($0, 3..<10)
        },
        .alphanumeric("in-pan", 10, pan),
        // Japanese corporate number (NTA): 9 minus the remainder of weights 1 and 2 from the right by 9.
        .digits("jp-corporate-number", 13) { digits in
            let sum = (1..<13).reduce(0) { $0 + digits[$1] * ((13 - $1) % 2 == 1 ? 1 : 2) }
            return 9 - sum % 9 == digits[0]
        },
        .digits("my-nric", 12, mykad),
        // Taiwanese company number (MOF): digits of the products with 1, 2, 1, 2, 1, 2, 4, 1; a 7 in seventh place may lack one.
        .digits("tw-ubn", 8) { digits in
            let weights = [1, 2, 1, 2, 1, 2, 4, 1]
            let sum = (0..<8).reduce(0) { $0 + digits[$1] * weights[$1] / 10 + digits[$1] * weights[$1] % 10 }
            return !digits.isZero && (sum % 10 == 0 || sum % 10 == 9 && digits[6] == 7)
        },
        // Vietnamese tax number: prime weights 31, 29, 23, 19, 17, 13, 7, 5, 3, ten minus the remainder by 11.
        Validator("vn-mst") { value in
            guard let digits = Digits(value), digits.count == 10 || digits.count == 13,
                digits.number(2..<9) != 0, digits.count == 10 || digits.number(10..<13) != 0
            else { return false }
            return 10 - digits.weighted([31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11 == digits[9]
        },
        // Azerbaijani tax number: weights 4, 1, 8, 6, 2, 7, 5, 3, modulo 11; then 1 for companies, 2 for persons.
        .digits("az-voen", 10) {
            ($0[9] == 1 || $0[9] == 2) && $0.weighted([4, 1, 8, 6, 2, 7, 5, 3]) % 11 == $0[8]
        },
        .digits("kz-iin", 12, kazakhstan),
        Validator("nz-ird") { value in Digits(value).map(ird) ?? false },
        .alphanumeric("nz-nhi", 7, nhi),
        // British Columbia's health number: a 9, weights 2, 4, 8, 5, 10, 9, 7, 3, 11 minus the remainder by 11.
        .digits("ca-bc-phn", 10) {
            $0[0] == 9
                && MiddleEuropeChecks.negative($0.weighted([2, 4, 8, 5, 10, 9, 7, 3], from: 1), 11) == $0[9]
        },
        // Ontario's health number: Luhn.
        .digits("ca-ohip", 10) { $0[0] > 0 && !$0.isOneRepeated && GeneralChecks.luhn($0) },
        // Australian individual healthcare identifier: 800360 and Luhn.
        .digits("au-ihi", 16) { $0.number(0..<6) == 800_360 && GeneralChecks.luhn($0) },
        .digits("kr-frn", 13, foreignerKorea),
    ]

    /// Chinese unified social credit code, GB 32100-2015: weights are powers of 3 modulo 31; I, O, S, V, Z are left out.
    private static func creditCode(_ characters: Digits) -> Bool {
        guard characters.areDigits(2..<8) else { return false }
        let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
        var weight = 1
        var sum = 0
        for index in 0..<18 {
            let character = characters[index]
            let byte = UInt8(character < 10 ? character + 48 : character + 55)
            guard let place = alphabet.firstIndex(of: byte) else { return false }
            if index == 17 { return (31 - sum % 31) % 31 == place }
            sum += place * weight
            weight = weight * 3 % 31
        }
        return false
    }

    /// Indonesian population number (Dukcapil): province, district, birth date (day plus 40 for women), serial.
    private static func nik(_ digits: Digits) -> Bool {
        let day = digits.number(6..<8)
        return (11...96).contains(digits.number(0..<2)) && digits.number(2..<4) > 0 && digits.number(12..<16) > 0
            && CalendarDate.exists(
                shortYear: digits.number(10..<12), month: digits.number(8..<10), day: day > 40 ? day - 40 : day)
    }

    /// Indian goods and services tax number: state, PAN, entity, Z, and Luhn in base 36.
    private static func gstin(_ characters: Digits) -> Bool {
        guard characters.areDigits(0..<2), (1...38).contains(characters.number(0..<2)), characters[12] != 0,
            characters[13] == Digits.letter("Z"), isPAN(characters, 2)
        else { return false }
        var sum = 0
        for index in 0..<15 {
            let product = characters[14 - index] * (index % 2 == 1 ? 2 : 1)
            sum += product / 36 + product % 36
        }
        return sum % 36 == 0
    }

    private static func pan(_ characters: Digits) -> Bool { isPAN(characters, 0) }

    /// Indian tax account: five letters, the fourth one of the kinds of holder, four digits, a letter.
    private static func isPAN(_ characters: Digits, _ start: Int) -> Bool {
        (start..<start + 5).allSatisfy { characters[$0] > 9 } && characters.areDigits(start + 5..<start + 9)
            && characters[start + 9] > 9 && characters.number(start + 5..<start + 9) > 0
            && "ABCFGHJKLPT".unicodeScalars.contains { Digits.letter($0) == characters[start + 3] }
    }

    /// Malaysian identity card (JPN): birth date and place of birth.
    private static func mykad(_ digits: Digits) -> Bool {
        let place = digits.number(6..<8)
        guard place > 0, ![17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97].contains(place) else { return false }
        return CalendarDate.exists(
            shortYear: digits.number(0..<2), month: digits.number(2..<4), day: digits.number(4..<6))
    }

    /// Kazakh individual number: birth date, century and sex, serial; weights 1 to 11 modulo 11, ten starts again with 3 to 11, 1, 2.
    private static func kazakhstan(_ digits: Digits) -> Bool {
        guard (1...6).contains(digits[6]),
            CalendarDate.exists(
                year: 1800 + (digits[6] - 1) / 2 * 100 + digits.number(0..<2), month: digits.number(2..<4),
                day: digits.number(4..<6))
        else { return false }
        var rest = digits.weighted([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11
        if rest == 10 { rest = digits.weighted([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11 }
        return rest == digits[11]
    }

    /// New Zealand tax number (Inland Revenue): eight or nine digits, weights 3, 2, 7 to 2; ten starts again with 7, 4, 3, 2, 5, 2, 7, 6.
    private static func ird(_ digits: Digits) -> Bool {
        guard digits.count == 8 || digits.count == 9 else { return false }
        let whole = digits.number(0..<digits.count)
        guard whole > 10_000_000, whole < 150_000_000 else { return false }
        let body = [Int](repeating: 0, count: 9 - digits.count) + (0..<digits.count - 1).map { digits[$0] }
        func rest(_ weights: [Int]) -> Int {
            MiddleEuropeChecks.negative(zip(body, weights).reduce(0) { $0 + $1.0 * $1.1 }, 11)
        }
        var check = rest([3, 2, 7, 6, 5, 4, 3, 2])
        if check == 10 { check = rest([7, 4, 3, 2, 5, 2, 7, 6]) }
        return check == digits[digits.count - 1]
    }

    /// New Zealand health number (HISO 10046): three letters without I and O, then four digits (weights 7 to 2, modulo 11) or, since
    /// 2022, two digits, a letter and a letter (modulo 23).
    private static func nhi(_ characters: Digits) -> Bool {
        let alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ".unicodeScalars.map { Digits.letter($0) }
        func value(_ index: Int) -> Int? {
            characters[index] < 10 ? characters[index] : alphabet.firstIndex(of: characters[index]).map { $0 + 1 }
        }
        guard (0..<3).allSatisfy({ characters[$0] > 9 }), characters.areDigits(3..<5) else { return false }
        var sum = 0
        for index in 0..<6 {
            guard let value = value(index) else { return false }
            sum += value * (7 - index)
        }
        if characters.areDigits(5..<7) {
            let rest = sum % 11
            return rest != 0 && (11 - rest) % 10 == characters[6]
        }
        guard characters[5] > 9, characters[6] > 9, let check = value(6) else { return false }
        return 23 - sum % 23 == check
    }

    /// Korean registration number of foreigners: birth date, seventh digit 5 to 8; the check of residents plus 2.
    private static func foreignerKorea(_ digits: Digits) -> Bool {
        guard (5...8).contains(digits[6]),
            EuropeChecks.isDate(month: digits.number(2..<4), day: digits.number(4..<6))
        else { return false }
        return (13 - digits.weighted([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == digits[12]
    }
}
