import Classifier
import Primitives

/// The word that a placeholder shows for what it stands for: `GITHUB_TOKEN`, `EMAIL`.
enum PlaceholderKind {
    /// Rule families that name no vendor.
    private static let plainFamilies: Set<String> = [
        "generic", "secret", "assigned", "pii", "personal", "password", "key",
    ]
    private static let credentialNouns = [
        ("password", "PASSWORD"), ("passphrase", "PASSWORD"), ("private key", "PRIVATE_KEY"),
        ("connection string", "CONNECTION_STRING"), ("webhook", "WEBHOOK"), ("cookie", "COOKIE"), ("token", "TOKEN"),
        ("key", "KEY"), ("secret", "SECRET"), ("url", "URL"),
    ]
    private static let dataNouns = [
        ("e-mail", "EMAIL"), ("email", "EMAIL"), ("iban", "IBAN"), ("card", "CARD_NUMBER"), ("phone", "PHONE"),
        ("passport", "PASSPORT"), ("birth", "BIRTH_DATE"), ("address", "ADDRESS"),
    ]

    /// Made from the rule's id and name, so that a pack needs no further field.
    static func name(of rule: RuleDefinition) -> String {
        let words = rule.name.lowercased()
        let parts = rule.id.split(separator: ".").map(String.init)
        if rule.kind == .secret {
            let noun = credentialNouns.first { words.contains($0.0) }?.1 ?? "SECRET"
            guard let family = parts.first, parts.count > 1, !plainFamilies.contains(family) else { return noun }
            return family.uppercased() + "_" + noun
        }
        if let noun = dataNouns.first(where: { words.contains($0.0) })?.1 { return noun }
        return (parts.last ?? rule.dataClass.rawValue).uppercased()
    }
}
