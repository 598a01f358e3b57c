/// How bad it is when a value of this kind leaves.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    case low, medium, high, critical

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        case .critical: 3
        }
    }

    /// Orders from harmless to grave.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// What sort of thing a rule finds.
public enum FindingKind: String, Sendable, Codable, CaseIterable {
    /// A value that gives access: token, key, password.
    case secret
    /// Data about a person.
    case pii
    /// A confidentiality label on a document.
    case marking
    /// Declared by the organisation.
    case custom
}

/// The class of data that policy speaks of: a row of the decision table.
///
/// Open on purpose: an organisation's own rules may bring classes of their own. Names are lower-case ASCII with hyphens,
/// at most `maxNameBytes` long.
public struct DataClass: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// Longest accepted name, in bytes.
    public static let maxNameBytes = 40

    public let rawValue: String

    /// Takes a name as it is; use `init(validating:)` for text from a file.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nil unless `name` is 1 to `maxNameBytes` bytes of `a-z`, `0-9` and `-`, and begins with a letter.
    public init?(validating name: String) {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= Self.maxNameBytes, (0x61...0x7A).contains(first),
            bytes.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        rawValue = name
    }

    public var description: String { rawValue }

    /// Keys, tokens, passwords.
    public static let credential = DataClass(rawValue: "credential")
    /// Names, addresses, phone numbers, e-mail.
    public static let personal = DataClass(rawValue: "personal")
    /// Numbers that a state gives to a person: national, tax, social security ids, passports.
    public static let governmentID = DataClass(rawValue: "government-id")
    /// Cards, accounts, IBAN.
    public static let financial = DataClass(rawValue: "financial")
    /// Patient numbers, health insurance ids.
    public static let health = DataClass(rawValue: "health")
    /// Addresses and names of machines and devices.
    public static let network = DataClass(rawValue: "network")
    /// Text that carries a confidentiality label.
    public static let confidential = DataClass(rawValue: "confidential")
    /// What could not be inspected: spent budget, unknown coding or shape, image, archive, token array.
    public static let opaque = DataClass(rawValue: "opaque")

    /// The classes above: those that the rules and channels of Sluice itself use.
    public static let known: [DataClass] = [
        credential, personal, governmentID, financial, health, network, confidential, opaque,
    ]
}

/// An encoding through which a finding was seen, outermost first in a finding's `views`.
///
/// Open on purpose: each view is one file in Classifier.
public struct ViewKind: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A JSON string's escapes.
    public static let json = ViewKind(rawValue: "json")
    /// UTF-16 with a byte order mark.
    public static let utf16 = ViewKind(rawValue: "utf16")
}
