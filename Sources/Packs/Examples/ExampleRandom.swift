/// SplitMix64 (Steele, Lea, Flood 2014): the same examples on every machine and in every run.
struct ExampleRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Seeds from a name by FNV-1a, so that each example has numbers of its own.
    init(_ name: String) {
        state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// `count` bytes drawn from an alphabet.
    mutating func draw(_ count: Int, from alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
    }
}

/// The alphabets that generators draw from.
enum ExampleAlphabet {
    static let digits = Array("0123456789".utf8)
    static let lower = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    static let upper = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    static let base62 = digits + upper + lower
    static let base64 = upper + lower + digits + Array("+/".utf8)
    static let base64url = upper + lower + digits + Array("-_".utf8)
    /// Printable ASCII without blanks, quotes, backslash and what opens or closes a bracket, all of which end a value in some format.
    static let printable = base62 + Array("!#$%&*+,-./:;=?@^_|~".utf8)

    /// The alphabet of `{name:N}`.
    static let byName: [String: [UInt8]] = [
        "base62": base62, "alnum": base62, "base64": base64, "base64url": base64url,
        "base32": upper + Array("234567".utf8), "hex": digits + Array("abcdef".utf8),
        "HEX": digits + Array("ABCDEF".utf8), "digits": digits, "lower": lower, "upper": upper,
        "base58": Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8),
        "bech32": Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8),
        "BECH32": Array("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".utf8),
        "lowernum": digits + lower, "uppernum": digits + upper, "printable": printable,
    ]
}
