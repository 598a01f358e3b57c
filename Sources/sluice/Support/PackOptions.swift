import ArgumentParser
import Classifier
import Packs

/// `--pack`, as every command that needs rules takes it.
struct PackOptions: ParsableArguments {
    @Option(help: "Rules to use: a pack, a rule file (.toml) or a folder of rule files.")
    var pack: String?

    /// Loads the pack and tells the user what there is to tell.
    func load(examples: Bool = false) throws -> LoadedPack {
        do {
            let loaded = try PackLocator().load(pack, examples: examples)
            for note in loaded.notes { StandardError.note(note) }
            return loaded
        } catch { throw CommandFailure(error.description) }
    }
}

/// `--pack` and which of its rules are in use, as every command that scans takes it.
struct RuleOptions: ParsableArguments {
    @OptionGroup var pack: PackOptions

    @Option(help: ArgumentHelp("Of rules that belong to a country only these, such as de,fr.", valueName: "countries"))
    var locales: String?

    @Option(
        name: .customLong("without-locales"),
        help: ArgumentHelp("Leave out the rules of these countries.", valueName: "countries"))
    var withoutLocales: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Use a rule that is off by default; pii.* means all that begin so.", valueName: "rules"))
    var enable: [String] = []

    @Option(parsing: .singleValue, help: ArgumentHelp("Don't use a rule.", valueName: "rules"))
    var disable: [String] = []

    func validate() throws {
        for country in Self.parts([locales, withoutLocales].compactMap(\.self)) where !RuleSelection.isCountry(country)
        {
            throw ValidationError("\"\(country)\" is no country: write ISO 3166 codes in lower case, such as de,fr")
        }
    }

    /// What the options say.
    var selection: RuleSelection {
        var selection = RuleSelection()
        selection.locales = locales.map { Set(Self.parts([$0])) }
        selection.withoutLocales = Set(Self.parts([withoutLocales].compactMap(\.self)))
        selection.on = Self.parts(enable)
        selection.off = Self.parts(disable)
        return selection
    }

    /// Loads the pack and switches its rules on and off. A rule or country that it does not have is an error.
    func load() throws -> LoadedPack {
        var loaded = try pack.load()
        let selection = selection
        guard !selection.isDefault else { return loaded }
        let unknown = selection.unknown(in: loaded.pack.sources)
        guard unknown.isEmpty else { throw CommandFailure(unknown.joined(separator: "\n")) }
        loaded.selection = selection
        return loaded
    }

    private static func parts(_ lists: [String]) -> [String] {
        lists.flatMap { $0.split(separator: ",") }.map { String($0.drop { $0 == " " }) }
    }
}

/// The rules of a pack, compiled; an error names the rule at fault.
func compiled(_ loaded: LoadedPack) throws -> RuleSet {
    do {
        return try loaded.ruleSet()
    } catch {
        let source = loaded.pack.sources.first { $0.definition.id == error.rule }
        let place = source.map { "\($0.file):\($0.position.line): " } ?? ""
        throw CommandFailure("\(loaded.origin): \(place)\(error)")
    }
}
