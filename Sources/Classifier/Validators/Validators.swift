/// A check of a value's structure: check digits, checksum, decodability.
///
/// It sees the value's bytes as they stand; separators that the format allows (spaces, hyphens, dots) are its own to skip.
public struct Validator: Sendable {
    /// What a rule file calls it.
    public let name: String
    /// Whether the value passes.
    public let accepts: @Sendable (Span<UInt8>) -> Bool
    /// Whether a value that fails is no secret under any other rule either: a checksum over all of it, which a random value of the
    /// same form passes less than once in a million.
    let isConclusive: Bool

    /// Makes a validator.
    public init(_ name: String, accepts: @escaping @Sendable (Span<UInt8>) -> Bool) {
        self.init(name, isConclusive: false, accepts: accepts)
    }

    init(_ name: String, isConclusive: Bool, accepts: @escaping @Sendable (Span<UInt8>) -> Bool) {
        self.name = name
        self.isConclusive = isConclusive
        self.accepts = accepts
    }
}

/// The registry of validators by name. A family is one file with one static list, named in `all`.
public enum Validators {
    /// Every validator.
    static let all: [Validator] =
        GeneralChecks.all + FinanceChecks.all + AmericasChecks.all + EuropeChecks.all + EuropeLetterChecks.all
        + EastEuropeChecks.all + WestEuropeChecks.all + AsiaChecks.all + OverseasChecks.all
        + NordicChecks.all + MiddleEuropeChecks.all + VATChecks.all + LatinAmericaChecks.all + AfricaChecks.all
        + PacificChecks.all + PersonChecks.all + PhonePlan.all + DeviceChecks.all + TokenChecks.all + WalletChecks.all

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The validator of that name.
    public static func named(_ name: String) -> Validator? { byName[name] }
    /// All names, sorted.
    public static var names: [String] { byName.keys.sorted() }
}
