public import Classifier
import Crypto

/// Which rules of a pack are in use: all that are on by default, less those of unwanted countries, with single rules switched
/// on and off.
public struct RuleSelection: Sendable, Hashable {
    /// Of rules that belong to a country only these countries', as ISO 3166 codes in lower case; nil for all. A rule that belongs
    /// to no country always stays.
    public var locales: Set<String>?
    /// Countries whose rules are left out.
    public var withoutLocales: Set<String> = []
    /// Rules in use although they are off by default or belong to another country: ids, or `pii.*` for all that begin so.
    public var on: [String] = []
    /// Rules not in use, whatever else says so.
    public var off: [String] = []

    /// Most entries of each list that is read from a configuration.
    public static let maxEntries = 256

    /// What the pack says by itself.
    public init() {}

    /// Whether a text is a country as rules name it: two lower-case letters.
    public static func isCountry(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x61...0x7A).contains($0) }
    }

    /// Whether nothing differs from what the pack says by itself.
    public var isDefault: Bool { self == RuleSelection() }

    /// Whether a rule is in use.
    public func includes(_ rule: RuleDefinition) -> Bool {
        includes(id: rule.id, locale: rule.locale, isEnabled: rule.isEnabled)
    }

    /// Whether a rule of this id, country and default is in use.
    func includes(id: String, locale: String?, isEnabled: Bool) -> Bool {
        if isDefault { return isEnabled }
        if off.contains(where: { Self.matches($0, id) }) { return false }
        if on.contains(where: { Self.matches($0, id) }) { return true }
        guard isEnabled else { return false }
        guard let locale else { return true }
        return (locales?.contains(locale) ?? true) && !withoutLocales.contains(locale)
    }

    /// The rules in use, in their order.
    public func active(_ sources: [RuleSource]) -> [RuleSource] { sources.filter { includes($0.definition) } }

    /// What the lists name and the rules don't have, each as a sentence with the nearest name.
    public func unknown(in sources: [RuleSource]) -> [String] {
        let ids = sources.map(\.definition.id)
        let countries = Set(sources.compactMap(\.definition.locale)).sorted()
        var sentences: [String] = []
        for name in on + off where !ids.contains(where: { Self.matches(name, $0) }) {
            let near = Suggestion.nearest(to: name, among: ids)
            sentences.append(
                "there is no rule \"\(name)\"; "
                    + (near.map { "did you mean \"\($0)\"?" } ?? "sluice rules list shows those there are"))
        }
        for name in (locales ?? []).union(withoutLocales).sorted() where !countries.contains(name) {
            sentences.append("no rule belongs to \"\(name)\"; there are: \(countries.joined(separator: ", "))")
        }
        return sentences
    }

    private static func matches(_ name: String, _ id: String) -> Bool {
        name.hasSuffix(".*") ? id.utf8.starts(with: name.utf8.dropLast()) : name == id
    }

    /// The digest of a pack's rules as this selection leaves them; the pack's own where it changes nothing.
    func digest(over pack: [UInt8]) -> [UInt8] {
        if isDefault { return pack }
        var hash = SHA256()
        hash.update(data: pack)
        let lists = [locales.map { $0.sorted() } ?? ["*"], withoutLocales.sorted(), on.sorted(), off.sorted()]
        for list in lists {
            // Neither a country nor an id holds a control character, so these separate.
            hash.update(data: Array((list.joined(separator: "\u{1}") + "\u{2}").utf8))
        }
        return Array(hash.finalize())
    }
}
