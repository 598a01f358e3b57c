/// Names one event for ever: 48 bits of Unix milliseconds, then 80 random bits, so that ids sort by time.
///
/// The text form is 26 characters of Crockford's base32, the layout of a ULID (github.com/ulid/spec).
public struct EventID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// Length of the text form, in bytes.
    public static let textBytes = 26
    /// Latest time that fits, in milliseconds since 1970.
    public static let maxMilliseconds: UInt64 = (1 << 48) - 1

    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Draws a new id for the given time; a time past `maxMilliseconds` counts as that.
    public init(milliseconds: UInt64, using generator: inout some RandomNumberGenerator) {
        let time = min(milliseconds, Self.maxMilliseconds)
        high = time << 16 | UInt64(UInt16.random(in: 0...UInt16.max, using: &generator))
        low = UInt64.random(in: 0...UInt64.max, using: &generator)
    }

    /// Draws a new id for the given time from the system's generator.
    public init(milliseconds: UInt64) {
        var generator = SystemRandomNumberGenerator()
        self.init(milliseconds: milliseconds, using: &generator)
    }

    /// Reads the text form, in either case; nil unless it is exactly that.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.textBytes else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            guard let digit = Self.digit(byte) else { return nil }
            // 26 digits hold 130 bits: the first may not exceed 7.
            if index == 0, digit > 7 { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }

    /// When the event was made, in milliseconds since 1970.
    public var milliseconds: UInt64 { high >> 16 }

    /// The text form, 26 upper-case characters.
    public var description: String {
        var out = [UInt8](repeating: 0, count: Self.textBytes)
        var high = high
        var low = low
        for index in out.indices.reversed() {
            out[index] = Self.alphabet[Int(low & 31)]
            low = low >> 5 | high << 59
            high >>= 5
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The last four characters, 20 random bits: what a person reads out ("Event 7F3K"). Not unique; a search shows all that match.
    public var short: String { String(description.suffix(4)) }

    /// Orders by time, then by the random part.
    public static func < (a: EventID, b: EventID) -> Bool {
        a.high != b.high ? a.high < b.high : a.low < b.low
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = EventID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an event id is 26 base32 characters")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    private static func digit(_ byte: UInt8) -> UInt8? {
        let upper = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
        return alphabet.firstIndex(of: upper).map { UInt8($0) }
    }
}
