/// A time in UTC as text, without a locale. Years 1970 to 9999; later times are shown as the last of them.
struct Moment {
    static let maxMilliseconds: UInt64 = 253_402_300_799_999

    let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int

    init(milliseconds: UInt64) {
        let time = Int(min(milliseconds, Self.maxMilliseconds))
        let days = time / 86_400_000
        let rest = time % 86_400_000
        (hour, minute, second, millisecond) = (
            rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000
        )
        // Days to year, month, day: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// "2026-11-24T10:54:41.123Z", for machines.
    var iso: String {
        "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(hour)):\(pad(minute)):\(pad(second)).\(pad(millisecond, 3))Z"
    }

    /// "24 Nov 2026".
    var date: String { "\(day) \(Self.months[month - 1]) \(year)" }

    /// "24 Nov".
    var shortDate: String { "\(day) \(Self.months[month - 1])" }

    /// "10:54:41".
    var time: String { "\(pad(hour)):\(pad(minute)):\(pad(second))" }

    /// "3 min ago", for what lies behind; "just now" for less than ten seconds or a clock that leads.
    static func ago(_ milliseconds: UInt64, now: UInt64) -> String {
        let seconds = now > milliseconds ? (now - milliseconds) / 1000 : 0
        return switch seconds {
        case 0..<10: "just now"
        case 10..<60: "\(seconds) s ago"
        case 60..<3600: "\(seconds / 60) min ago"
        case 3600..<172_800: "\(seconds / 3600) h ago"
        default: "\(seconds / 86_400) days ago"
        }
    }

    /// The members of a view that a `<time>` element needs.
    static func view(_ milliseconds: UInt64) -> View {
        let moment = Moment(milliseconds: milliseconds)
        return ["iso": moment.iso, "date": moment.date, "shortDate": moment.shortDate, "time": moment.time]
    }

    private func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
