/// Payment cards, accounts, bank codes.
enum FinanceChecks {
    static let all: [Validator] = [
        Validator("card") { value in Digits(value).map(card) ?? false },
        Validator("iban") { value in Digits(alphanumeric: value).map(iban) ?? false },
        Validator("us-aba") { value in Digits(value).map(aba) ?? false },
    ]

    /// Issuer ranges of ISO/IEC 7812 with their lengths, as the networks publish them, and Luhn.
    private static func card(_ digits: Digits) -> Bool {
        guard (12...19).contains(digits.count), !digits.isOneRepeated else { return false }
        let four = digits.number(0..<4)
        let two = four / 100
        let six = digits.number(0..<6)
        let isKnown: Bool
        switch digits.count {
        case 13: isKnown = digits[0] == 4
        case 14: isKnown = two == 36 || two == 38 || two == 39 || (300...305).contains(four / 10) || four == 3095
        case 15: isKnown = two == 34 || two == 37
        case 16:
            isKnown =
                digits[0] == 4 || (51...55).contains(two) || (2221...2720).contains(four) || four == 6011 || two == 65
                || (644...649).contains(four / 10) || (622_126...622_925).contains(six) || (3528...3589).contains(four)
                || two == 62 || two == 60 || four == 5078 || (2200...2204).contains(four)
                || (506...508).contains(four / 10)
                || two == 81 || two == 82 || isMaestro(two, four)
        case 19: isKnown = digits[0] == 4 || two == 62 || isMaestro(two, four) || four == 6011 || two == 65
        default: isKnown = isMaestro(two, four) || digits.count > 16 && two == 62
        }
        return isKnown && GeneralChecks.luhn(digits)
    }

    private static func isMaestro(_ two: Int, _ four: Int) -> Bool {
        [5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763].contains(four) || two == 67
    }

    /// ISO 13616: letters and digits, the first four moved to the end, remainder 1 by 97; lengths of the SWIFT IBAN registry.
    private static func iban(_ characters: Digits) -> Bool {
        guard (15...34).contains(characters.count), characters[0] > 9, characters[1] > 9, characters[2] < 10,
            characters[3] < 10
        else { return false }
        let country = characters[0] * 36 + characters[1]
        guard let length = ibanLengths[country], length == characters.count else { return false }
        return characters.remainder(97, rotatedBy: 4) == 1
    }

    private static let ibanLengths: [Int: Int] = {
        let registry =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
            + "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 "
            + "KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 "
            + "PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 "
            + "VA22 VG24 XK20 YE30"
        var lengths: [Int: Int] = [:]
        for entry in registry.utf8.split(separator: 0x20) {
            let bytes = Array(entry)
            let country = Int(bytes[0] - 65 + 10) * 36 + Int(bytes[1] - 65 + 10)
            lengths[country] = Int(bytes[2] - 0x30) * 10 + Int(bytes[3] - 0x30)
        }
        return lengths
    }()

    /// American Bankers Association routing number: weights 3, 7, 1; first two digits of a Federal Reserve district.
    private static func aba(_ digits: Digits) -> Bool {
        guard digits.count == 9, !digits.isOneRepeated else { return false }
        let district = digits.number(0..<2)
        guard
            (1...12).contains(district) || (21...32).contains(district) || (61...72).contains(district)
                || district == 80
        else { return false }
        return digits.weighted([3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0
    }
}
