/// Identifiers of persons, devices and subscribers that belong to no country.
enum PersonChecks {
    static let all: [Validator] = [
        // ORCID and ISNI (ISO 27729): ISO 7064 MOD 11-2, X for ten.
        .alphanumeric("isni", 16) { characters in
            guard characters.areDigits(0..<15), !characters.isZero else { return false }
            var rest = 0
            for index in 0..<15 { rest = (rest + characters[index]) * 2 % 11 }
            let check = (12 - rest) % 11
            return characters[15] == (check == 10 ? Digits.letter("X") : check)
        },
        // ITU-T E.118: 89, country, issuer, Luhn.
        Validator("iccid") { value in
            guard let digits = Digits(value), digits.count == 19 || digits.count == 20, digits.number(0..<2) == 89
            else {
                return false
            }
            return GeneralChecks.luhn(digits)
        },
        // Legal entity identifier (ISO 17442): ISO 7064 MOD 97-10.
        .alphanumeric("lei", 20) { $0.areDigits(18..<20) && $0.remainder(97) == 1 },
        // ITU-T E.212: a mobile country code, then network and subscriber.
        .digits("imsi", 15) {
            (2...7).contains($0[0]) && mobileCountries.contains($0.number(0..<3)) && !$0.isOneRepeated
        },
        .alphanumeric("meid", 15, meid),
        // ICAO 9303 part 3: the last digit over what precedes it, weights 7, 3, 1.
        Validator("icao-check") { value in
            guard let characters = Digits(alphanumeric: value), characters.count > 5 else { return false }
            let last = characters.count - 1
            return WestEuropeChecks.icaoCheck((0..<last).map { characters[$0] }) == characters[last]
        },
        Validator("magstripe") { value in magneticStripe(value) },
        Validator("seed-phrase") { value in SeedPhrase.isPhrase(value) },
    ]

    /// ISO/IEC 7813: after the sentinel (and B on track 1) stands the card's number, up to a caret or an equals sign; Luhn.
    private static func magneticStripe(_ value: Span<UInt8>) -> Bool {
        guard value.count > 16 else { return false }
        let start = value[0] == UInt8(ascii: "%") ? 2 : 1
        var end = start
        while end < value.count, isASCIIDigit(value[end]) || value[end] == 0x20 { end += 1 }
        guard let digits = Digits(value.extracting(start..<end)), (12...19).contains(digits.count) else { return false }
        return !digits.isOneRepeated && GeneralChecks.luhn(digits)
    }

    /// 3GPP2 S.R0048: fourteen hexadecimal digits that begin with A to F, and Luhn in base 16.
    private static func meid(_ characters: Digits) -> Bool {
        guard characters[0] > 9, (0..<15).allSatisfy({ characters[$0] < 16 }) else { return false }
        var sum = 0
        for index in 0..<15 {
            let product = characters[14 - index] * (index % 2 == 1 ? 2 : 1)
            sum += product / 16 + product % 16
        }
        return sum % 16 == 0
    }

    /// Mobile country codes, ITU Operational Bulletin (Annex: list of mobile country or geographical area codes).
    private static let mobileCountries: Set<Int> = {
        var codes: Set<Int> = []
        let ranges: [ClosedRange<Int>] = [
            202...202, 204...204, 206...206, 208...208, 212...214, 216...216, 218...222, 226...226, 228...228,
            230...232, 234...235, 238...238, 240...240, 242...242, 244...244, 246...248, 250...250, 255...255,
            257...257, 259...260, 262...262, 266...266, 268...268, 270...270, 272...274, 276...276, 278...278,
            280...280, 282...284, 286...286, 288...290, 292...295, 297...297, 302...302, 308...308, 310...316,
            330...330, 334...334, 338...338, 340...340, 342...342, 344...344, 346...346, 348...348, 350...350,
            352...352, 354...354, 356...356, 358...358, 360...360, 362...366, 368...368, 370...370, 372...372,
            374...374, 376...376, 400...402, 404...406, 410...410, 412...422, 424...432, 434...434, 436...438,
            440...441, 450...450, 452...452, 454...457, 460...461, 466...467, 470...470, 472...472, 502...502,
            505...505, 510...510, 514...515, 520...520, 525...525, 528...528, 530...530, 536...537, 539...555,
            602...657, 659...659, 702...702, 704...704, 706...706, 708...708, 710...710, 712...712, 714...714,
            716...716, 722...722, 724...724, 730...730, 732...732, 734...734, 736...736, 738...738, 740...740,
            742...742, 744...744, 746...746, 748...748, 750...750,
        ]
        for range in ranges { codes.formUnion(range) }
        return codes
    }()
}
