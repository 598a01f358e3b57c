/// National and tax numbers of Latin America that the older families leave out.
enum LatinAmericaChecks {
    static let all: [Validator] = [
        .digits("ec-ci", 10, cedulaEcuador),
        .digits("ec-ruc", 13, rucEcuador),
        .digits("sv-nit", 14, nitSalvador),
        Validator("gt-nit") { value in Digits(alphanumeric: value).map(nitGuatemala) ?? false },
        .alphanumeric("ve-rif", 10, rif),
        .digits("uy-rut", 12, rutUruguay),
        .digits("uy-ci", 8) {
            // Uruguayan identity card: weights 2, 9, 8, 7, 6, 3, 4, ten minus the remainder by 10.
            !$0.isOneRepeated && MiddleEuropeChecks.negative($0.weighted([2, 9, 8, 7, 6, 3, 4]), 10) == $0[7]
        },
        Validator("co-nit") { value in Digits(value).map(nitColombia) ?? false },
        // Dominican identity card (JCE): Luhn.
        .digits("do-cedula", 11) { !$0.isOneRepeated && GeneralChecks.luhn($0) },
        // Dominican taxpayer (DGII): weights 7, 9, 8 to 2, modulo 11.
        .digits("do-rnc", 9) { !$0.isZero && (21 - $0.weighted([7, 9, 8, 6, 5, 4, 3, 2]) % 11) % 11 % 9 + 1 == $0[8] },
        // Peruvian taxpayer (SUNAT): kind of person, weights 5 to 2, 7 to 2, modulo 11, its last digit.
        .digits("pe-ruc", 11) {
            [10, 15, 16, 17, 20].contains($0.number(0..<2))
                && (11 - $0.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == $0[10]
        },
        Validator("py-ruc") { value in Digits(value).map(rucParaguay) ?? false },
        .alphanumeric("mx-curp", 18, curp),
        Validator("mx-rfc") { value in rfc(value) },
        // Argentine bank account (BCRA): weights 3, 1, 7, 9 from the right, in two blocks.
        .digits("ar-cbu", 22) { !$0.isZero && cbu($0, 0..<7) == $0[7] && cbu($0, 8..<21) == $0[21] },
        // Mexican bank account (CLABE): weights 3, 7, 1, digits of the products modulo 10.
        .digits("mx-clabe", 18) { digits in
            let sum = (0..<17).reduce(0) { $0 + digits[$1] * [3, 7, 1][$1 % 3] % 10 }
            return !digits.isZero && (10 - sum % 10) % 10 == digits[17]
        },
        .digits("cu-ni", 11) {
            let century = $0[6] == 9 ? 1800 : $0[6] < 6 ? 1900 : 2000
            return CalendarDate.exists(
                year: century + $0.number(0..<2), month: $0.number(2..<4), day: $0.number(4..<6))
        },
    ]

    private static func isProvince(_ digits: Digits) -> Bool {
        let province = digits.number(0..<2)
        return (1...24).contains(province) || province == 30 || province == 50
    }

    /// Ecuadorian identity card (Registro Civil): province, third digit up to 6, Luhn with the first digit doubled.
    private static func cedulaEcuador(_ digits: Digits) -> Bool {
        isProvince(digits) && digits[2] <= 6 && GeneralChecks.luhn(digits, 0..<10)
    }

    /// Ecuadorian taxpayer (SRI): a person's card and an establishment, or a public or private company with weights modulo 11.
    private static func rucEcuador(_ digits: Digits) -> Bool {
        guard isProvince(digits) else { return false }
        let isPerson = digits.number(10..<13) != 0 && cedulaEcuador(digits)
        let isPublic =
            digits.number(9..<13) != 0 && digits.weighted([3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
        switch digits[2] {
        case 0...5: return isPerson
        case 6: return isPublic || isPerson
        case 9:
            let isCompany =
                digits.number(10..<13) != 0 && digits.weighted([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
            return isPublic || isCompany
        default: return false
        }
    }

    /// Salvadoran taxpayer (Ministerio de Hacienda): two weightings, the older for serials up to 100.
    private static func nitSalvador(_ digits: Digits) -> Bool {
        guard [0, 1, 9].contains(digits[0]), !digits.isZero else { return false }
        if digits.number(10..<13) <= 100 {
            return digits.weighted([14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 % 10 == digits[13]
        }
        let sum = digits.weighted([2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
        return MiddleEuropeChecks.negative(sum, 11) % 10 == digits[13]
    }

    /// Guatemalan taxpayer (SAT): weights from 2 up, from the right, modulo 11; 10 is written K.
    private static func nitGuatemala(_ digits: Digits) -> Bool {
        guard (6...12).contains(digits.count), digits.areDigits(0..<digits.count - 1), digits[0] != 0 else {
            return false
        }
        let body = digits.count - 1
        let sum = (0..<body).reduce(0) { $0 + (body - $1 + 1) * digits[$1] }
        let check = MiddleEuropeChecks.negative(sum, 11)
        return digits[body] == (check == 10 ? Digits.letter("K") : check)
    }

    /// Venezuelan taxpayer (SENIAT): V, E, J, P or G counts 4, 8, 12, 16, 20; weights 3, 2, 7 to 2, modulo 11.
    private static func rif(_ characters: Digits) -> Bool {
        let kinds = "VEJPG".unicodeScalars.map { Digits.letter($0) }
        guard let kind = kinds.firstIndex(of: characters[0]), characters.areDigits(1..<10) else { return false }
        let rest = ((kind + 1) * 4 + characters.weighted([3, 2, 7, 6, 5, 4, 3, 2], from: 1)) % 11
        return (rest < 2 ? 0 : 11 - rest) == characters[9]
    }

    /// Uruguayan taxpayer (DGI): a department up to 22, serial, 001, weights 4, 3, 2, 9 to 2, modulo 11.
    private static func rutUruguay(_ digits: Digits) -> Bool {
        (1...22).contains(digits.number(0..<2)) && digits.number(2..<8) != 0 && digits.number(8..<11) == 1
            && MiddleEuropeChecks.negative(digits.weighted([4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]), 11) == digits[11]
    }

    /// Colombian taxpayer (DIAN): prime weights from the right, modulo 11.
    private static func nitColombia(_ digits: Digits) -> Bool {
        guard (8...16).contains(digits.count), !digits.isOneRepeated else { return false }
        let primes = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71]
        let body = digits.count - 1
        let rest = (0..<body).reduce(0) { $0 + digits[$1] * primes[body - 1 - $1] } % 11
        return (rest < 2 ? rest : 11 - rest) == digits[body]
    }

    /// Paraguayan taxpayer (SET): weights from 2 up, from the right, modulo 11, then 10.
    private static func rucParaguay(_ digits: Digits) -> Bool {
        guard (5...9).contains(digits.count), !digits.isZero else { return false }
        let body = digits.count - 1
        let sum = (0..<body).reduce(0) { $0 + (body - $1 + 1) * digits[$1] }
        return MiddleEuropeChecks.negative(sum, 11) % 10 == digits[body]
    }

    private static func cbu(_ digits: Digits, _ range: Range<Int>) -> Int {
        let sum = range.reversed().enumerated().reduce(0) { $0 + digits[$1.element] * [3, 1, 7, 9][$1.offset % 4] }
        return (10 - sum % 10) % 10
    }

    /// Mexican population register (SEGOB): letters, birth date, sex, state, consonants, century, and a check modulo 10 in which
    /// Ñ has a place after N.
    private static func curp(_ characters: Digits) -> Bool {
        guard (0..<4).allSatisfy({ characters[$0] > 9 }), characters.areDigits(4..<10),
            (10..<16).allSatisfy({ characters[$0] > 9 }), characters[17] < 10,
            "HMX".unicodeScalars.contains(where: { Digits.letter($0) == characters[10] })
        else { return false }
        let year = characters.number(4..<6) + (characters[16] < 10 ? 1900 : 2000)
        guard CalendarDate.exists(year: year, month: characters.number(6..<8), day: characters.number(8..<10)) else {
            return false
        }
        let state = [UInt8(characters[11] + 55), UInt8(characters[12] + 55)]
        guard states.contains(state) else { return false }
        var sum = 0
        for index in 0..<17 {
            let place = characters[index] + (characters[index] > Digits.letter("N") ? 1 : 0)
            sum += place * (18 - index)
        }
        return (10 - sum % 10) % 10 == characters[17]
    }

    private static let states: Set<[UInt8]> = Set(
        ("AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS")
            .utf8.split(separator: 0x20).map { Array($0) })

    /// Mexican taxpayer (SAT): three or four letters or &, a date, two places and a check modulo 11 (ten is A).
    private static func rfc(_ value: Span<UInt8>) -> Bool {
        let alphabet = Array("0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ".utf8)
        var places: [Int] = []
        for index in 0..<value.count where value[index] != 0x20 && value[index] != 0x2D {
            let byte = value[index] >= 0x61 && value[index] <= 0x7A ? value[index] & 0xDF : value[index]
            guard let place = alphabet.firstIndex(of: byte), place < 37, places.count < 13 else { return false }
            places.append(place)
        }
        guard places.count == 12 || places.count == 13 else { return false }
        let start = places.count - 9
        guard places[0..<start].allSatisfy({ $0 > 9 }), places[start..<start + 6].allSatisfy({ $0 < 10 }) else {
            return false
        }
        func two(_ at: Int) -> Int { places[start + at] * 10 + places[start + at + 1] }
        guard CalendarDate.exists(shortYear: two(0), month: two(2), day: two(4)) else { return false }
        // The two places that tell namesakes apart are never 0; the first ends at V.
        guard places[start + 6] > 0, alphabet[places[start + 6]] <= UInt8(ascii: "V"), places[start + 7] > 0,
            alphabet[places[start + 6]] != UInt8(ascii: "&"), alphabet[places[start + 7]] != UInt8(ascii: "&")
        else { return false }
        // A company's three letters are preceded by a blank.
        if places.count == 12 { places.insert(37, at: 0) }
        let sum = (0..<12).reduce(0) { $0 + places[$1] * (13 - $1) }
        return (11 - sum % 11) % 11 == places[12]
    }
}
