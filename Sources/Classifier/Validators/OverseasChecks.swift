/// National, tax and health numbers of America, Asia, Africa and Oceania that the other families leave out.
enum OverseasChecks {
    static let all: [Validator] = [
        Validator("us-npi") { value in Digits(value).map(npi) ?? false },
        Validator("us-dea") { value in dea(value) },
        Validator("cl-rut") { value in Digits(alphanumeric: value).map(rut) ?? false },
        Validator("ar-cuit") { value in Digits(value).map(cuit) ?? false },
        Validator("tr-tckn") { value in Digits(value).map(tckn) ?? false },
        Validator("th-id") { value in Digits(value).map(thaiID) ?? false },
        Validator("kr-rrn") { value in Digits(value).map(rrn) ?? false },
        Validator("kr-brn") { value in Digits(value).map(brn) ?? false },
        Validator("jp-my-number") { value in Digits(value).map(myNumber) ?? false },
        Validator("hk-id") { value in hongKongID(value) },
        Validator("tw-id") { value in Digits(alphanumeric: value).map(taiwanID) ?? false },
        Validator("za-id") { value in Digits(value).map(southAfricanID) ?? false },
        Validator("au-medicare") { value in Digits(value).map(medicare) ?? false },
        Validator("au-abn") { value in Digits(value).map(abn) ?? false },
        Validator("au-acn") { value in Digits(value).map(acn) ?? false },
        Validator("mrz-td3") { value in machineReadableZone(value) },
    ]

    /// US National Provider Identifier: Luhn over 80840 and the ten digits, whose first is 1 or 2 (45 CFR 162.406).
    private static func npi(_ digits: Digits) -> Bool {
        guard digits.count == 10, digits[0] == 1 || digits[0] == 2 else { return false }
        // 24 is what the prefix 80840 adds to the sum.
        var sum = 24
        for index in 0..<10 {
            let value = digits[index] * (index % 2 == 0 ? 2 : 1)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// US DEA registration: two letters (or a letter and 9), six digits, and the last digit of d1+d3+d5 + 2(d2+d4+d6).
    private static func dea(_ value: Span<UInt8>) -> Bool {
        guard value.count == 9, isASCIILetter(value[0]), isASCIILetter(value[1]) || value[1] == UInt8(ascii: "9"),
            let digits = Digits(value.extracting(2..<9)), digits.count == 7
        else { return false }
        return digits.weighted([1, 2, 1, 2, 1, 2]) % 10 == digits[6]
    }

    /// Chilean RUT: weights 2 to 7 from the right, 11 minus the remainder by 11; 10 is written K.
    private static func rut(_ digits: Digits) -> Bool {
        guard (8...9).contains(digits.count), (0..<digits.count - 1).allSatisfy({ digits[$0] < 10 }) else {
            return false
        }
        var sum = 0
        for offset in 0..<digits.count - 1 { sum += digits[digits.count - 2 - offset] * (2 + offset % 6) }
        let check = 11 - sum % 11
        let last = digits[digits.count - 1]
        return check == 10 ? last == 20 : check % 11 == last
    }

    /// Argentine CUIT and CUIL: weights 5 to 2 and 7 to 2, modulo 11.
    private static func cuit(_ digits: Digits) -> Bool {
        guard digits.count == 11, [20, 23, 24, 25, 26, 27, 30, 33, 34].contains(digits.number(0..<2)) else {
            return false
        }
        let check = (11 - digits.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
        return check == digits[10]
    }

    /// Turkish identity number: digit 10 from the odd and even places, digit 11 from the sum of the first ten.
    private static func tckn(_ digits: Digits) -> Bool {
        guard digits.count == 11, digits[0] != 0 else { return false }
        let odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8]
        let even = digits[1] + digits[3] + digits[5] + digits[7]
        guard (odd * 7 - even + 100) % 10 == digits[9] else { return false }
        return (odd + even + digits[9]) % 10 == digits[10]
    }

    /// Codes of the provinces (TIS 1099).
    private static func isThaiProvince(_ code: Int) -> Bool {
        [10...27, 30...49, 50...58, 60...67, 70...77, 80...86, 90...96].contains { $0.contains(code) }
    }

    /// Thai identity number: weights 13 to 2, 11 minus the remainder by 11, its last digit.
    private static func thaiID(_ digits: Digits) -> Bool {
        guard digits.count == 13, digits[0] != 0, digits[0] != 9, isThaiProvince(digits.number(1..<3)) else {
            return false
        }
        return (11 - digits.weighted([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == digits[12]
    }

    /// Korean resident registration number; foreigners' (seventh digit 5 to 8) check digit is two higher.
    private static func rrn(_ digits: Digits) -> Bool {
        guard digits.count == 13, EuropeChecks.isDate(month: digits.number(2..<4), day: digits.number(4..<6)) else {
            return false
        }
        let base = 11 - digits.weighted([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11
        return ((5...8).contains(digits[6]) ? base + 2 : base) % 10 == digits[12]
    }

    /// Korean business number: weights 1, 3, 7 and the tens of the ninth digit's five-fold.
    private static func brn(_ digits: Digits) -> Bool {
        guard digits.count == 10, !digits.isOneRepeated else { return false }
        let sum = digits.weighted([1, 3, 7, 1, 3, 7, 1, 3, 5]) + digits[8] * 5 / 10
        return (10 - sum % 10) % 10 == digits[9]
    }

    /// Japanese individual number: weights 6 to 2 and 7 to 2, modulo 11 (ordinance 85 of 2014).
    private static func myNumber(_ digits: Digits) -> Bool {
        guard digits.count == 12, !digits.isOneRepeated else { return false }
        let rest = digits.weighted([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return (rest < 2 ? 0 : 11 - rest) == digits[11]
    }

    /// Hong Kong identity card: one or two letters, six digits, a check digit or A, in parentheses or not; modulo 11.
    private static func hongKongID(_ value: Span<UInt8>) -> Bool {
        var marks: [Int] = []
        for index in 0..<value.count {
            let byte = value[index]
            if byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") { continue }
            if isASCIIDigit(byte) {
                marks.append(Int(byte) - 0x30)
            } else if ByteSet.upper.contains(byte) {
                marks.append(Int(byte) - 0x37)
            } else {
                return false
            }
        }
        guard marks.count == 8 || marks.count == 9 else { return false }
        // A single letter is preceded by a blank, which counts 36.
        if marks.count == 8 { marks.insert(36, at: 0) }
        guard marks[1] > 9, marks[2...7].allSatisfy({ $0 < 10 }) else { return false }
        let sum = zip(marks, [9, 8, 7, 6, 5, 4, 3, 2, 1]).reduce(0) { $0 + $1.0 * $1.1 }
        return sum % 11 == 0
    }

    /// Taiwanese identity number: a letter that stands for two digits, then weights 8 to 1 and the check digit.
    private static func taiwanID(_ digits: Digits) -> Bool {
        guard digits.count == 10, digits[0] > 9, (1..<10).allSatisfy({ digits[$0] < 10 }) else { return false }
        let codes = [
            10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
        ]
        let code = codes[digits[0] - 10]
        var sum = code / 10 + code % 10 * 9
        for index in 1..<9 { sum += digits[index] * (9 - index) }
        return (sum + digits[9]) % 10 == 0
    }

    /// South African identity number: birth date, sex, citizenship, and Luhn.
    private static func southAfricanID(_ digits: Digits) -> Bool {
        guard digits.count == 13,
            CalendarDate.exists(
                shortYear: digits.number(0..<2), month: digits.number(2..<4), day: digits.number(4..<6)),
            digits[10] < 3
        else { return false }
        return GeneralChecks.luhn(digits)
    }

    /// Australian Medicare card: weights 1, 3, 7, 9 twice, modulo 10; the card's issue and the person's line follow.
    private static func medicare(_ digits: Digits) -> Bool {
        guard (9...11).contains(digits.count), (2...6).contains(digits[0]) else { return false }
        return digits.weighted([1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digits[8]
    }

    /// Australian business number: one taken from the first digit, weights 10, 1, 3, 5 ..., divisible by 89.
    private static func abn(_ digits: Digits) -> Bool {
        guard digits.count == 11, digits[0] != 0 else { return false }
        return (digits.weighted([10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0
    }

    /// Australian company number: weights 8 to 1, 10 minus the remainder by 10.
    private static func acn(_ digits: Digits) -> Bool {
        guard digits.count == 9, !digits.isOneRepeated else { return false }
        return (10 - digits.weighted([8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == digits[8]
    }

    /// ICAO 9303 part 4: the second of two lines of 44 holds check digits of number, birth, expiry, and of all of them.
    private static func machineReadableZone(_ value: Span<UInt8>) -> Bool {
        guard value.count >= 89 else { return false }
        var line: [Int] = []
        for index in value.count - 44..<value.count {
            let byte = value[index]
            if byte == UInt8(ascii: "<") {
                line.append(0)
            } else if isASCIIDigit(byte) {
                line.append(Int(byte) - 0x30)
            } else if ByteSet.upper.contains(byte) {
                line.append(Int(byte) - 0x37)
            } else {
                return false
            }
        }
        func passes(_ range: Range<Int>, _ place: Int) -> Bool {
            WestEuropeChecks.icaoCheck(Array(line[range])) == line[place]
        }
        guard passes(0..<9, 9), passes(13..<19, 19), passes(21..<27, 27) else { return false }
        return WestEuropeChecks.icaoCheck(Array(line[0..<10] + line[13..<20] + line[21..<43])) == line[43]
    }
}
