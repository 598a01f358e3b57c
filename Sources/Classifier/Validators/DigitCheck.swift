/// What the families of check-digit rules share.
extension Validator {
    /// A check on a number of digits alone, with or without separators and its country's two letters.
    static func digits(
        _ name: String, _ count: Int, country: StaticString = "", _ test: @escaping @Sendable (Digits) -> Bool
    ) -> Validator {
        Validator(name) { value in
            guard let digits = Digits(value, country: country), digits.count == count else { return false }
            return test(digits)
        }
    }

    /// A check on digits and letters, A as 10.
    static func alphanumeric(
        _ name: String, _ count: Int, country: StaticString = "", _ test: @escaping @Sendable (Digits) -> Bool
    ) -> Validator {
        Validator(name) { value in
            let start = Digits.tailStart(value, country)
            guard let characters = Digits(alphanumeric: value.extracting(start..<value.count)),
                characters.count == count
            else { return false }
            return test(characters)
        }
    }
}

extension Digits {
    /// The digits of a value that may begin with its country's two letters and a blank.
    init?(_ value: Span<UInt8>, country: StaticString) {
        self.init(value.extracting(Self.tailStart(value, country)..<value.count))
    }

    static func tailStart(_ value: Span<UInt8>, _ country: StaticString) -> Int {
        let length = country.utf8CodeUnitCount
        guard length > 0, value.count > length else { return 0 }
        for index in 0..<length where value[index] & 0xDF != country.utf8Start[index] { return 0 }
        return length
    }

    /// Whether the characters of a range are digits, where letters were let in.
    func areDigits(_ range: Range<Int>) -> Bool { range.allSatisfy { self[$0] < 10 } }
    /// The value that `Digits(alphanumeric:)` gives a letter.
    static func letter(_ letter: Unicode.Scalar) -> Int { Int(letter.value) - 65 + 10 }
    /// The sum of the digits of a range, each times its weight.
    func weighted(_ weights: [Int], from start: Int) -> Int {
        var sum = 0
        for (index, weight) in weights.enumerated() where start + index < count { sum += self[start + index] * weight }
        return sum
    }
    /// Whether all are zero.
    var isZero: Bool { isOneRepeated && count > 0 && self[0] == 0 }
}

/// Days of the Gregorian calendar.
enum CalendarDate {
    static func exists(year: Int, month: Int, day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }

    /// The same where the century is not known: 29 February counts in years that are leap years in either century.
    static func exists(shortYear: Int, month: Int, day: Int) -> Bool {
        exists(year: 1900 + shortYear, month: month, day: day) || exists(year: 2000 + shortYear, month: month, day: day)
    }
}
