/// National numbers of Asia and Oceania.
enum AsiaChecks {
    static let all: [Validator] = [
        Validator("in-aadhaar") { value in
            // UIDAI: twelve digits, the first 2 to 9, Verhoeff.
            Digits(value).map { $0.count == 12 && $0[0] > 1 && !$0.isOneRepeated && GeneralChecks.verhoeff($0) }
                ?? false
        },
        Validator("cn-resident-id") { value in Digits(alphanumeric: value).map(residentID) ?? false },
        Validator("au-tfn") { value in Digits(value).map(taxFileNumber) ?? false },
        Validator("sg-nric") { value in Digits(alphanumeric: value).map(nric) ?? false },
    ]

    /// GB 11643-1999: eighteen places, ISO 7064 MOD 11-2, X for ten.
    private static func residentID(_ characters: Digits) -> Bool {
        guard characters.count == 18 else { return false }
        var sum = 0
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        for index in 0..<17 {
            guard characters[index] < 10 else { return false }
            sum += characters[index] * weights[index]
        }
        guard (18...21).contains(characters.number(6..<8)),
            CalendarDate.exists(
                year: characters.number(6..<10), month: characters.number(10..<12), day: characters.number(12..<14))
        else { return false }
        let check = (12 - sum % 11) % 11
        return characters[17] == (check == 10 ? 33 : check)
    }

    /// Australian Taxation Office: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, sum divisible by 11.
    private static func taxFileNumber(_ digits: Digits) -> Bool {
        digits.count == 9 && !digits.isOneRepeated && digits.weighted([1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0
    }

    /// Singapore's NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2 and an offset by the series letter.
    private static func nric(_ characters: Digits) -> Bool {
        guard characters.count == 9, (1..<8).allSatisfy({ characters[$0] < 10 }) else { return false }
        let weights = [2, 7, 6, 5, 4, 3, 2]
        var sum = 0
        for index in 0..<7 { sum += characters[index + 1] * weights[index] }
        let series = Character(Unicode.Scalar(UInt8(characters[0] + 55)))
        let letters: String
        switch series {
        case "S": letters = "JZIHGFEDCBA"
        case "T": (sum, letters) = (sum + 4, "JZIHGFEDCBA")
        case "F": letters = "XWUTRQPNMLK"
        case "G": (sum, letters) = (sum + 4, "XWUTRQPNMLK")
        case "M": (sum, letters) = (sum + 3, "XWUTRQPNJLK")
        default: return false
        }
        let expected = Array(letters.utf8)[sum % 11]
        return characters[8] + 55 == Int(expected)
    }
}
