import Crypto
import FoundationEssentials
import Glibc
public import Policy

/// A policy in force: the user's file laid over its preset, with the catalogue that it speaks of.
public struct LoadedPolicy: Sendable {
    /// Decides.
    public var engine: PolicyEngine
    /// The user's file, or nil where a preset alone is in force.
    public var file: String?
    /// The folder that catalogue and presets came from.
    public var home: String
    /// Suspend lists that were read, in the order in which they count.
    public var suspendLists: [String]
    /// SHA-256 over everything that was read: catalogue, preset, file and suspend lists.
    public var digest: [UInt8]
}

/// Where catalogue and presets stand: `$SLUICE_CONFIG`, `../share/sluice` beside the executable, or `agent-config` of the checkout
/// that the program was built in. None is an error, never an empty catalogue.
public struct PolicyHome: Sendable {
    /// Name of the environment variable that names the folder.
    public static let variable = "SLUICE_CONFIG"
    /// Largest file that is read, in bytes.
    public static let maxFileBytes = 1 << 20
    /// Preset where nobody names one.
    public static let standardPreset = "balanced"

    /// The folder; it holds `catalogue/*.json`, `models/*.json` and `presets/*.toml`.
    public let folder: String

    /// Takes the folder as given.
    public init(folder: String) { self.folder = folder }

    /// Finds the folder.
    public init(locator: PackLocator = PackLocator(), environment: String? = nil) throws(PackProblem) {
        let named = environment ?? getenv(Self.variable).map { String(cString: $0) }
        if let named, !named.isEmpty {
            guard access(named + "/catalogue", R_OK) == 0 else {
                throw PackProblem("$\(Self.variable) (\(named)) holds no catalogue folder")
            }
            folder = named
            return
        }
        let shared = PackLocator.parent(PackLocator.parent(locator.executable)) + "/share/sluice"
        let places = [shared] + (locator.checkoutRoot.map { [$0 + "/agent-config"] } ?? [])
        guard let place = places.first(where: { access($0 + "/catalogue", R_OK) == 0 }) else {
            throw PackProblem(
                "no provider catalogue found: name its folder with $\(Self.variable), or install it as \(shared)/catalogue"
            )
        }
        folder = place
    }

    /// Loads the policy: `file` laid over the preset that it names, or the standard preset alone. `preset` takes the place of the
    /// file's own word.
    public func load(file: String? = nil, preset: String? = nil) throws -> LoadedPolicy {
        var hash = SHA256()
        let catalogue = try readCatalogue(&hash)
        var top = PolicyDocument()
        var source: PolicyFile?
        if let file {
            let bytes = try FileBytes.read(file, max: Self.maxFileBytes)
            Self.update(&hash, "policy", bytes)
            let read = try PolicyFile(bytes, named: file)
            try read.check(catalogue)
            top = read.document
            source = read
        }
        let name = preset ?? top.preset ?? Self.standardPreset
        let base = try readPreset(name, catalogue, &hash)
        top.preset = name
        let lists = Self.suspendLists(beside: file).filter { access($0, F_OK) == 0 }
        var withdrawn: [Suspension] = []
        for list in lists { withdrawn += try Self.readSuspendList(list, catalogue, &hash) }
        top.suspensions = withdrawn + top.suspensions
        let engine: PolicyEngine
        do {
            engine = try PolicyEngine(top.over(base), catalogue: catalogue)
        } catch {
            throw PackProblem("the policy \(source?.name ?? name) can't be used: \(error)")
        }
        return LoadedPolicy(
            engine: engine, file: file, home: folder, suspendLists: lists, digest: Array(hash.finalize()))
    }

    /// Reads a list of `[[suspend]]` entries alone. Throws what is wrong with it, with line and column.
    private static func readSuspendList(
        _ path: String, _ catalogue: Catalogue, _ hash: inout SHA256
    ) throws -> [Suspension] {
        let bytes = try FileBytes.read(path, max: maxFileBytes)
        update(&hash, path, bytes)
        let file = try PolicyFile(bytes, named: path)
        try file.check(catalogue)
        guard file.document == PolicyDocument(suspensions: file.document.suspensions) else {
            throw PackProblem(
                "\(path): a suspend list holds [[suspend]] entries alone; the rest belongs in policy.toml")
        }
        return file.document.suspensions
    }

    /// Reads `catalogue/*.json`, one provider a file.
    public func readCatalogue() throws -> Catalogue {
        var hash = SHA256()
        return try readCatalogue(&hash)
    }

    private func readCatalogue(_ hash: inout SHA256) throws -> Catalogue {
        let place = folder + "/catalogue"
        let models: [ModelPublisher] = try readFacts(in: folder + "/models", &hash)
        let providers: [Provider] = try readFacts(in: place, &hash)
        let watchList = try readWatchList(&hash)
        do {
            return try Catalogue(providers, models: ModelCatalogue(models), watchList: watchList)
        } catch {
            throw PackProblem("\(place): \(error)")
        }
    }

    /// Reads every JSON file of a folder, one entry a file.
    private func readFacts<Entry: Decodable>(in place: String, _ hash: inout SHA256) throws -> [Entry] {
        let names = try Self.names(in: place, ending: ".json")
        let decoder = JSONDecoder()
        var entries: [Entry] = []
        for name in names {
            let path = place + "/" + name
            let bytes = try FileBytes.read(path, max: Self.maxFileBytes)
            Self.update(&hash, name, bytes)
            do {
                entries.append(try decoder.decode(Entry.self, from: Data(bytes)))
            } catch {
                throw PackProblem("\(path) is no catalogue entry: \(error)")
            }
        }
        return entries
    }

    /// Reads `watchlist.json`, which may be missing.
    private func readWatchList(_ hash: inout SHA256) throws -> WatchList {
        let path = folder + "/watchlist.json"
        guard access(path, F_OK) == 0 else { return .empty }
        let bytes = try FileBytes.read(path, max: Self.maxFileBytes)
        Self.update(&hash, "watchlist", bytes)
        do {
            return try WatchList(JSONDecoder().decode([WatchedService].self, from: Data(bytes)))
        } catch {
            throw PackProblem("\(path) is no list of services: \(error)")
        }
    }

    private func readPreset(_ name: String, _ catalogue: Catalogue, _ hash: inout SHA256) throws -> PolicyDocument {
        guard PolicyFile.presetNames.contains(name) else {
            throw PackProblem("there is no preset \"\(name)\"; \(Suggestion.mend(name, among: PolicyFile.presetNames))")
        }
        let path = "\(folder)/presets/\(name).toml"
        let bytes = try FileBytes.read(path, max: Self.maxFileBytes)
        Self.update(&hash, name, bytes)
        let file = try PolicyFile(bytes, named: path)
        try file.check(catalogue)
        guard file.document.preset == nil else { throw PackProblem("\(path): a preset stands on no other preset") }
        return file.document
    }

    private static func update(_ hash: inout SHA256, _ name: String, _ bytes: [UInt8]) {
        hash.update(data: Array("\(name) \(bytes.count)\n".utf8))
        hash.update(data: bytes)
    }

    private static func names(in folder: String, ending suffix: String) throws(PackProblem) -> [String] {
        guard let open = opendir(folder) else {
            throw PackProblem("\(folder) can't be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        guard !names.isEmpty, names.count <= Catalogue.maxProviders else {
            throw PackProblem("\(folder) holds \(names.count) files, 1 to \(Catalogue.maxProviders) are expected")
        }
        return names.sorted()
    }
}

extension PolicyHome {
    /// The managed policy, which wins over the user's.
    public static let managedFile = "/etc/sluice/policy.toml"

    /// The policy file in force where none is named: the managed one, else `$XDG_CONFIG_HOME/sluice/policy.toml`; nil if neither is there.
    public static func standardFile() -> String? {
        if access(managedFile, F_OK) == 0 { return managedFile }
        return userFile().flatMap { access($0, F_OK) == 0 ? $0 : nil }
    }

    /// Name of a suspend list. It is a file of its own, so that it can be changed in a hurry and by another program.
    public static let suspendListName = "suspend.toml"

    /// The suspend lists that count besides a policy: the managed one, and the one beside the policy file or where that would be.
    public static func suspendLists(beside policy: String?) -> [String] {
        let managed = PackLocator.parent(managedFile) + "/" + suspendListName
        guard let file = policy ?? userFile() else { return [managed] }
        let own = PackLocator.parent(file) + "/" + suspendListName
        return own == managed ? [managed] : [managed, own]
    }

    /// Where the user's own policy file belongs; nil without a home directory.
    public static func userFile() -> String? {
        let value = { (name: String) in getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        let base = value("XDG_CONFIG_HOME") ?? value("HOME").map { $0 + "/.config" }
        return base.map { $0 + "/sluice/policy.toml" }
    }
}
