/// National numbers of Europe with letters in them, and those whose check depends on a date.
enum EuropeLetterChecks {
    static let all: [Validator] = [
        Validator("uk-nino") { value in Digits(alphanumeric: value).map(nino) ?? false },
        Validator("es-dni") { value in Digits(alphanumeric: value).map(dni) ?? false },
        Validator("it-codice-fiscale") { value in Digits(alphanumeric: value).map(codiceFiscale) ?? false },
        Validator("se-personnummer") { value in personnummer(value) },
    ]

    private static func letter(_ character: Character) -> Int { Int(character.asciiValue ?? 0) - 65 + 10 }

    /// HMRC National Insurance Manual NIM39110: no D, F, I, Q, U, V in the prefix, no O as its second letter, not BG, GB, KN,
    /// NK, NT, TN, ZZ; six digits; suffix A to D.
    private static func nino(_ characters: Digits) -> Bool {
        guard characters.count == 9, (2..<8).allSatisfy({ characters[$0] < 10 }) else { return false }
        let first = characters[0]
        let second = characters[1]
        let barred = "DFIQUV".map(letter)
        guard first > 9, second > 9, !barred.contains(first), !barred.contains(second), second != letter("O") else {
            return false
        }
        let administrative = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].map { $0.map(letter) }
        return !administrative.contains([first, second]) && (letter("A")...letter("D")).contains(characters[8])
    }

    /// Spanish DNI and NIE: the letter at the number's remainder by 23; X, Y, Z at the start of a NIE count as 0, 1, 2.
    private static func dni(_ characters: Digits) -> Bool {
        guard characters.count == 9, characters[8] > 9 else { return false }
        var number = characters[0]
        if number > 9 {
            number -= letter("X")
            guard (0...2).contains(number) else { return false }
        }
        for index in 1..<8 {
            guard characters[index] < 10 else { return false }
            number = number * 10 + characters[index]
        }
        let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE")
        return letter(letters[number % 23]) == characters[8]
    }

    /// Decreto ministeriale 23 dicembre 1976: sixteen characters, the odd places through a table, the sum by 26 as a letter.
    private static func codiceFiscale(_ characters: Digits) -> Bool {
        guard characters.count == 16, (0..<6).allSatisfy({ characters[$0] > 9 }), characters[8] > 9, characters[11] > 9,
            characters[15] > 9
        else { return false }
        // Digits may be written as letters where two people share a code (omocodia): L to V without O, Q is 5 and so on.
        let numeric = [6, 7, 9, 10, 12, 13, 14]
        let omocodia = "LMNPQRSTUV".map(letter)
        guard numeric.allSatisfy({ characters[$0] < 10 || omocodia.contains(characters[$0]) }) else { return false }
        guard "ABCDEHLMPRST".map(letter).contains(characters[8]) else { return false }
        // Women add 40 to the day.
        let day = [9, 10].reduce(0) { $0 * 10 + (omocodia.firstIndex(of: characters[$1]) ?? characters[$1]) }
        guard (1...31).contains(day > 40 ? day - 40 : day) else { return false }
        var sum = 0
        for index in 0..<15 {
            let character = characters[index]
            let place = character > 9 ? character - 10 : character
            sum += index % 2 == 0 ? oddValues[place] : place
        }
        return sum % 26 + 10 == characters[15]
    }

    /// For A to Z; digits 0 to 9 take the values of A to J.
    private static let oddValues = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]

    /// Swedish personal identity number (SKV 704): Luhn over the ten digits; a coordination number adds 60 to the day; a plus
    /// stands for the hyphen after the hundredth birthday.
    private static func personnummer(_ value: Span<UInt8>) -> Bool {
        var plain = [UInt8]()
        for index in 0..<value.count {
            plain.append(value[index] == UInt8(ascii: "+") ? UInt8(ascii: "-") : value[index])
        }
        guard let digits = Digits(plain.span), digits.count == 10 || digits.count == 12 else { return false }
        let start = digits.count - 10
        if start == 2, !(18...20).contains(digits.number(0..<2)) { return false }
        let day = digits.number(start + 4..<start + 6)
        guard EuropeChecks.isDate(month: digits.number(start + 2..<start + 4), day: day > 60 ? day - 60 : day) else {
            return false
        }
        return GeneralChecks.luhn(digits, start..<start + 10)
    }
}
