/// Devices, vehicles, networks.
enum DeviceChecks {
    static let all: [Validator] = [
        Validator("imei") { value in
            // 3GPP TS 23.003, annex B: fifteen digits, Luhn.
            Digits(value).map { $0.count == 15 && !$0.isOneRepeated && GeneralChecks.luhn($0) } ?? false
        },
        Validator("vin") { value in vin(value) },
        Validator("ipv4") { value in ipv4(value) },
        Validator("uuid") { value in UUIDShape.matches(value) },
        Validator("email") { value in email(value) },
    ]

    /// 49 CFR 565.15 (and ISO 3779's alphabet without I, O, Q): the ninth of seventeen characters is the weighted sum by 11.
    private static func vin(_ value: Span<UInt8>) -> Bool {
        guard value.count == 17 else { return false }
        let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
        // A to Z; 0 marks the three letters that a VIN never holds.
        let letters = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9]
        var sum = 0
        var digits = 0
        for index in 0..<17 {
            let byte = value[index]
            let number: Int
            if isASCIIDigit(byte) {
                number = Int(byte - 0x30)
                digits += 1
            } else {
                guard isASCIILetter(byte) else { return false }
                number = letters[Int((byte | 0x20) - 0x61)]
                guard number > 0 else { return false }
            }
            sum += number * weights[index]
        }
        let check = sum % 11
        let written = value[8]
        guard digits < 17 else { return false }
        return check == 10 ? written | 0x20 == UInt8(ascii: "x") : written == UInt8(check) + 0x30
    }

    /// Four numbers of 0 to 255 without leading zeros.
    private static func ipv4(_ value: Span<UInt8>) -> Bool {
        var parts = 0
        var number = -1
        var length = 0
        for index in 0...value.count {
            let byte = index < value.count ? value[index] : UInt8(ascii: ".")
            if byte == UInt8(ascii: ".") {
                guard (0...255).contains(number), length == 1 || number >= (length == 2 ? 10 : 100) else {
                    return false
                }
                parts += 1
                number = -1
                length = 0
            } else {
                guard isASCIIDigit(byte), length < 3 else { return false }
                number = max(0, number) * 10 + Int(byte - 0x30)
                length += 1
            }
        }
        return parts == 4
    }

    private static func email(_ value: Span<UInt8>) -> Bool {
        value.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let sign = raw.firstIndex(of: UInt8(ascii: "@")) else { return false }
            return EmailMatcher.match(Text(base: base, count: raw.count), at: sign) == 0..<raw.count
        }
    }
}
