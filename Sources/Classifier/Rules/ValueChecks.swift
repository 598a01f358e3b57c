/// When a value that a regex took is dropped after all: every stated part must hold.
///
/// Most formats need none of it. Rules that were written for other scanners lean on such lists, and this carries them over as they are.
public struct DiscardCondition: Sendable, Hashable, Codable {
    /// The value has at most so many bits of Shannon entropy a byte.
    public var maxEntropy: Double?
    /// Tests of the value itself.
    public var value: TextTest
    /// Tests of the whole match, from the start of the word that it begins in (letters, digits, `_`, `.`, `-`, at most `maxWordReach`
    /// bytes).
    public var match: TextTest
    /// Tests of the line or lines that the match stands on, cut at `maxLineReach` from the value on either side.
    public var line: TextTest

    /// Makes a condition.
    public init(
        maxEntropy: Double? = nil, value: TextTest = TextTest(), match: TextTest = TextTest(),
        line: TextTest = TextTest()
    ) {
        self.maxEntropy = maxEntropy
        self.value = value
        self.match = match
        self.line = line
    }

    /// Whether nothing is stated.
    public var isEmpty: Bool { maxEntropy == nil && value.isEmpty && match.isEmpty && line.isEmpty }

    /// How far from the match a line is looked at, in bytes.
    public static let maxLineReach = 512
    /// How far before the match the word that it begins in is looked at, in bytes.
    public static let maxWordReach = 50
    /// Most conditions of one rule.
    public static let maxConditions = 64
}

/// What a text must hold; all three lists that are not empty count.
public struct TextTest: Sendable, Hashable, Codable {
    /// One of these stands in it, without regard to ASCII case.
    public var contains: [String]
    /// One of these regexes matches in it.
    public var matches: [String]
    /// None of these regexes matches in it.
    public var lacks: [String]

    /// Makes a test.
    public init(contains: [String] = [], matches: [String] = [], lacks: [String] = []) {
        self.contains = contains
        self.matches = matches
        self.lacks = lacks
    }

    /// Whether nothing is stated.
    public var isEmpty: Bool { contains.isEmpty && matches.isEmpty && lacks.isEmpty }

    /// Most entries of each list.
    public static let maxEntries = 4096
}

/// A checksum over parts of a match, which a capture group holds.
public struct CaptureChecksum: Sendable, Hashable, Codable {
    /// What is summed: plain text, in which `{2}` stands for what group 2 took.
    public var of: String
    /// How the sum is taken and written.
    public var method: Method
    /// Characters of the written sum that count, from its start.
    public var length: Int
    /// The capture group that holds the sum. If it took no part, there is nothing to check.
    public var group: Int

    /// A sum and its notation.
    public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
        /// CRC-32 (ISO 3309), as a number in base 62 (0-9, A-Z, a-z), padded with zeros to the length.
        case crc32Base62 = "crc32-base62"
        /// The same in base 36 (0-9, a-z).
        case crc32Base36 = "crc32-base36"
        /// The same as eight hexadecimal digits of either case.
        case crc32Hex = "crc32-hex"
        /// CRC-32's four bytes, least significant first, in base64 (RFC 4648).
        case crc32Base64 = "crc32-le-base64"
        /// SHA-256 in base32 (RFC 4648) of either case.
        case sha256Base32 = "sha256-base32"
    }

    /// Makes a checksum.
    public init(of: String, method: Method, length: Int, group: Int) {
        self.of = of
        self.method = method
        self.length = length
        self.group = group
    }

    /// Longest written sum, in characters: SHA-256 in base32.
    public static let maxLength = 52
}
