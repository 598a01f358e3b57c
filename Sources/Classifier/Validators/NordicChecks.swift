/// National and business numbers of the Nordic countries that the older families leave out.
enum NordicChecks {
    static let all: [Validator] = [
        .digits("dk-cpr", 10, cpr),
        // Danish company number (Erhvervsstyrelsen): weights 2, 7 to 1, divisible by 11.
        .digits("dk-cvr", 8, country: "DK") { $0[0] != 0 && $0.weighted([2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 },
        // Finnish business id (PRH): weights 7, 9, 10, 5, 8, 4, 2, 1, divisible by 11.
        .digits("fi-ytunnus", 8, country: "FI") { $0.weighted([7, 9, 10, 5, 8, 4, 2, 1]) % 11 == 0 && !$0.isZero },
        .digits("is-kennitala", 10, kennitala),
        // Norwegian organisation number (Brønnøysund): weights 3, 2, 7 to 2, 1, divisible by 11.
        .digits("no-orgnr", 9, country: "NO") { !$0.isZero && $0.weighted([3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 },
        // Norwegian account number (Bits): weights 5 to 2, 7 to 2, 1, divisible by 11.
        .digits("no-kontonr", 11) { !$0.isOneRepeated && $0.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 },
    ]

    /// Danish CPR number (CPR-kontoret): birth date and a seventh digit that gives the century. The old check modulo 11 is no
    /// longer kept to since 2007, so none is asked for.
    private static func cpr(_ digits: Digits) -> Bool {
        let short = digits.number(4..<6)
        let century: Int
        switch digits[6] {
        case 0...3: century = 1900
        case 4, 9: century = short >= 37 ? 1900 : 2000
        default: century = short >= 58 ? 1800 : 2000
        }
        return CalendarDate.exists(year: century + short, month: digits.number(2..<4), day: digits.number(0..<2))
    }

    /// Icelandic kennitala (Þjóðskrá): birth date (day plus 40 for companies), weights 3, 2, 7 to 2, 1, divisible by 11; the last
    /// digit gives the century.
    private static func kennitala(_ digits: Digits) -> Bool {
        guard digits[9] == 9 || digits[9] == 0,
            digits.weighted([3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
        else { return false }
        let century = digits[9] == 9 ? 1900 : 2000
        let day = digits.number(0..<2)
        return CalendarDate.exists(
            year: century + digits.number(4..<6), month: digits.number(2..<4), day: day > 40 ? day - 40 : day)
    }
}
