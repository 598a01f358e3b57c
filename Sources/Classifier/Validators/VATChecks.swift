/// Tax, business and account numbers of western and southern Europe.
enum VATChecks {
    static let all: [Validator] = [
        // Belgian company number: 97 minus the first eight digits by 97.
        .digits("be-vat", 10, country: "BE") {
            $0[0] < 2 && !$0.isZero && ($0.number(0..<8) + $0.number(8..<10)) % 97 == 0
        },
        .alphanumeric("cy-vat", 9, country: "CY", cyprus),
        // French company number (INSEE): Luhn.
        .digits("fr-siren", 9) { !$0.isZero && GeneralChecks.luhn($0) },
        .digits("fr-siret", 14, siret),
        .alphanumeric("fr-tva", 11, country: "FR", frenchVAT),
        // French tax number (DGFiP): the first ten digits modulo 511.
        .digits("fr-spi", 13) { $0[0] < 4 && $0.number(0..<10) % 511 == $0.number(10..<13) && !$0.isZero },
        .digits("gb-utr", 10, utr),
        .digits("gb-vat", 9, country: "GB", britishVAT),
        .alphanumeric("gb-upn", 13, upn),
        .alphanumeric("nl-btw", 12, country: "NL", dutchVAT),
        // Luxembourg: the first six digits modulo 89.
        .digits("lu-vat", 8, country: "LU") { !$0.isZero && $0.number(0..<6) % 89 == $0.number(6..<8) },
        // Malta: weights 3, 4, 6 to 10, 1, divisible by 37.
        .digits("mt-vat", 8, country: "MT") { $0[0] != 0 && $0.weighted([3, 4, 6, 7, 8, 9, 10, 1]) % 37 == 0 },
        .alphanumeric("es-cif", 9, country: "ES", cif),
        .digits("es-ccc", 20, ccc),
        // Greek social security number: birth date and Luhn.
        .digits("gr-amka", 11) {
            GeneralChecks.luhn($0)
                && CalendarDate.exists(
                    shortYear: $0.number(4..<6), month: $0.number(2..<4), day: $0.number(0..<2))
        },
        .alphanumeric("pt-cc", 12, citizenCard),
    ]

    /// Cyprus: even places through a table, odd ones plain, the sum by 26 as a letter; never beginning with 12.
    private static func cyprus(_ characters: Digits) -> Bool {
        guard characters.areDigits(0..<8), characters[8] > 9, characters.number(0..<2) != 12 else { return false }
        let table = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
        var sum = 0
        for index in 0..<8 { sum += index % 2 == 0 ? table[characters[index]] : characters[index] }
        return sum % 26 + 10 == characters[8]
    }

    /// French establishment number: Luhn; La Poste's many establishments only sum to a multiple of 5.
    private static func siret(_ digits: Digits) -> Bool {
        guard !digits.isZero else { return false }
        if digits.number(0..<9) == 356_000_000, digits.number(9..<14) != 48 {
            return (0..<14).reduce(0) { $0 + digits[$1] } % 5 == 0
        }
        return GeneralChecks.luhn(digits) && GeneralChecks.luhn(digits, 0..<9)
    }

    /// French VAT number: a key before the company number, twelve plus three times the number by 97; keys with letters are sums
    /// by 11 in base 34.
    private static func frenchVAT(_ characters: Digits) -> Bool {
        guard characters.areDigits(2..<11) else { return false }
        // Monaco's numbers begin with three zeros and are no French company numbers.
        if characters.number(2..<5) != 0, !GeneralChecks.luhn(characters, 2..<11) { return false }
        let first = characters[0]
        let second = characters[1]
        if first < 10, second < 10 {
            return first * 10 + second == (characters.number(2..<11) * 100 + 12) % 97
        }
        // I and O are left out of the alphabet.
        func place(_ character: Int) -> Int? {
            if character == Digits.letter("I") || character == Digits.letter("O") { return nil }
            return character - (character > Digits.letter("I") ? 1 : 0) - (character > Digits.letter("O") ? 1 : 0)
        }
        guard let high = place(first), let low = place(second) else { return false }
        let check = high < 10 ? high * 24 + low - 10 : high * 34 + low - 100
        return (characters.number(2..<11) + 1 + check / 11) % 11 == check % 11
    }

    /// British taxpayer reference: weights 6 to 10, 5 to 2 over the last nine digits give the first.
    private static func utr(_ digits: Digits) -> Bool {
        let table = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        return table[digits.weighted([6, 7, 8, 9, 10, 5, 4, 3, 2], from: 1) % 11] == digits[0] && !digits.isOneRepeated
    }

    /// British VAT number: weights 8 to 2, 10, 1; sum divisible by 97, or with 55 since 2010.
    private static func britishVAT(_ digits: Digits) -> Bool {
        let sum = digits.weighted([8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97
        return !digits.isZero && (digits.number(0..<3) >= 100 ? [0, 42, 55].contains(sum) : sum == 0)
    }

    /// English pupil number (DfE): a letter over twelve places, weights 2 to 13, modulo 23; then the authority's number.
    private static func upn(_ characters: Digits) -> Bool {
        guard characters[0] > 9, characters.areDigits(1..<12) else { return false }
        let alphabet = Array("ABCDEFGHJKLMNPQRTUVWXYZ".unicodeScalars).map { Digits.letter($0) }
        let authority = characters.number(1..<4)
        guard (201...396).contains(authority) || authority == 420 || (800...945).contains(authority) else {
            return false
        }
        func value(_ character: Int) -> Int? {
            character < 10 ? alphabet.count + character : alphabet.firstIndex(of: character)
        }
        guard let last = value(characters[12]) else { return false }
        let sum = (1..<12).reduce(13 * last) { $0 + ($1 + 1) * (alphabet.count + characters[$1]) }
        return alphabet[sum % 23] == characters[0]
    }

    /// Dutch VAT number: a citizen's number before B and two digits, or since 2020 the whole by ISO 7064 MOD 97-10.
    private static func dutchVAT(_ characters: Digits) -> Bool {
        guard characters.areDigits(0..<9), characters[9] == Digits.letter("B"), characters.areDigits(10..<12),
            characters.number(0..<9) > 0, characters.number(10..<12) > 0
        else { return false }
        if characters.weighted([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 { return true }
        // NL counts as 23 and 21.
        var rest = 2321 % 97
        for index in 0..<12 { rest = (rest * (characters[index] > 9 ? 100 : 10) + characters[index]) % 97 }
        return rest == 1
    }

    /// Spanish company number: a letter, seven digits, Luhn's digit or its letter of JABCDEFGHI.
    private static func cif(_ characters: Digits) -> Bool {
        let kinds = "ABCDEFGHJNPQRSUVW".unicodeScalars.map { Digits.letter($0) }
        guard kinds.contains(characters[0]), characters.areDigits(1..<8) else { return false }
        var sum = 0
        for index in 1..<8 {
            let product = characters[index] * (index % 2 == 1 ? 2 : 1)
            sum += product > 9 ? product - 9 : product
        }
        let check = (10 - sum % 10) % 10
        return characters[8] == check || characters[8] == (check == 0 ? Digits.letter("J") : check + 9)
    }

    /// Spanish account number: two digits over bank and branch and over the account, powers of two modulo 11.
    private static func ccc(_ digits: Digits) -> Bool {
        func check(_ places: [Int]) -> Int {
            let rest = places.enumerated().reduce(0) { $0 + $1.element * (1 << $1.offset) } % 11
            return rest < 2 ? rest : 11 - rest
        }
        let first = check([0, 0] + (0..<8).map { digits[$0] })
        return !digits.isZero && first == digits[8] && check((10..<20).map { digits[$0] }) == digits[9]
    }

    /// Portuguese citizen card: nine digits, two places, a digit; Luhn with letters counting from A = 10.
    private static func citizenCard(_ characters: Digits) -> Bool {
        guard characters.areDigits(0..<9), characters[11] < 10, !characters.isZero else { return false }
        var sum = 0
        for index in 0..<12 {
            guard index % 2 == 0 else {
                sum += characters[index]
                continue
            }
            let double = characters[index] * 2
            sum += double > 9 ? double - 9 : double
        }
        return sum % 10 == 0
    }
}
