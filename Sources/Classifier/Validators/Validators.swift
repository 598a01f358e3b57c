/// A check of a value's structure: check digits, checksum, decodability.
///
/// It sees the value's bytes as they stand; separators that the format allows (spaces, hyphens, dots) are its own to skip.
public struct Validator: Sendable {
    /// What a rule file calls it.
    public let name: String
    /// Whether the value passes.
    public let accepts: @Sendable (Span<UInt8>) -> Bool

    /// Makes a validator.
    public init(_ name: String, accepts: @escaping @Sendable (Span<UInt8>) -> Bool) {
        self.name = name
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
