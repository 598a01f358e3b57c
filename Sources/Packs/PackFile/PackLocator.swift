public import Classifier
import Glibc

/// A pack in use, and where it came from.
public struct LoadedPack: Sendable {
    public var pack: Pack
    /// The pack's file, or the folder whose sources were compiled in memory.
    public var origin: String
    /// Where a source checkout keeps its rules, if the pack was made from one.
    public var sourceFolder: String?
    /// What the user should be told on standard error; usually empty.
    public var notes: [String]

    /// Whether the rules come from sources and not from a pack.
    public var isFromSources: Bool

    /// Which of its rules are in use.
    public var selection = RuleSelection()

    /// The rules in use, in the order of the pack: what a finding's rule is an index into.
    public var active: [RuleSource] { selection.active(pack.sources) }

    /// Names what `ruleSet` compiles: the pack's digest, or one of pack and selection where these differ from what the pack is made for.
    public var rulesDigest: [UInt8] { selection.digest(over: pack.digest) }

    /// Compiles the rules in use for scanning.
    public func ruleSet() throws(RuleError) -> RuleSet {
        let chosen = pack.sources.indices.filter { selection.includes(pack.sources[$0].definition) }
        return try RuleSet(chosen.map { pack.sources[$0].definition }, plans: chosen.map { pack.plans[$0] })
    }
}

/// Why there is no pack to use, in sentences that say what to do.
public struct PackProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}

/// Finds the pack to use: `--pack`, `$SLUICE_PACK`, the installed pack, `../share/sluice/default.pack` beside the executable, the
/// one that `make build` made, and last, in a source checkout without one, its `rules/` compiled in memory.
///
/// A pack that is named or found but can't be read is an error; nothing falls through to a lesser one, and there is never an
/// empty rule set.
public struct PackLocator: Sendable {
    /// The name of the environment variable that names a pack.
    public static let variable = "SLUICE_PACK"
    /// Where packs are installed for the whole machine.
    public static let installedPath = "/var/lib/sluice/default.pack"

    /// The path of this program.
    public var executable: String
    /// The value of `$SLUICE_PACK`.
    public var fromEnvironment: String?
    /// The installed pack.
    public var installed: String

    /// Takes everything from the running process.
    public init() {
        executable = Self.executablePath() ?? ""
        fromEnvironment = getenv(Self.variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        installed = Self.installedPath
    }

    /// Takes everything as given.
    public init(executable: String, fromEnvironment: String? = nil, installed: String = Self.installedPath) {
        self.executable = executable
        self.fromEnvironment = fromEnvironment
        self.installed = installed
    }

    /// Loads the pack. `explicit` is what `--pack` named: a pack file, or rule sources (a folder or `.toml` file).
    public func load(_ explicit: String? = nil, examples: Bool = false) throws(PackProblem) -> LoadedPack {
        if let explicit { return try open(explicit, named: "--pack", examples) }
        if let fromEnvironment { return try open(fromEnvironment, named: "$" + Self.variable, examples) }
        if Self.exists(installed) { return try open(installed, named: "the installed pack", examples) }
        let shared = Self.parent(Self.parent(executable)) + "/share/sluice/default.pack"
        if Self.exists(shared) { return try open(shared, named: "the program's pack", examples) }
        guard let checkout else {
            throw PackProblem(
                "no rule pack found: name one with --pack or $\(Self.variable), or install one as \(shared)")
        }
        if Self.exists(checkout.pack) {
            var loaded = try open(checkout.pack, named: "the checkout's pack", examples)
            loaded.sourceFolder = Self.exists(checkout.rules) ? checkout.rules : nil
            if Self.newestChange(in: checkout.rules) > Self.change(of: checkout.pack) {
                loaded.notes.append("\(checkout.rules) is newer than \(checkout.pack): run make build to use it")
            }
            return loaded
        }
        guard Self.exists(checkout.rules) else {
            throw PackProblem("no rule pack found: run make build, or name one with --pack or $\(Self.variable)")
        }
        var loaded = try compile(checkout.rules)
        loaded.notes.append(
            "no pack in \(Self.parent(checkout.pack)), so \(checkout.rules) was compiled: run make build")
        return loaded
    }

    /// The rule sources of the checkout that the program was built in.
    public var checkoutRules: String? { checkout.flatMap { Self.exists($0.rules) ? $0.rules : nil } }

    private func open(_ path: String, named name: String, _ examples: Bool) throws(PackProblem) -> LoadedPack {
        if path.hasSuffix(".toml") || Self.isFolder(path) { return try compile(path) }
        do {
            let bytes = try FileBytes.read(path, max: Pack.maxPackBytes)
            let pack = try Pack(decoding: bytes, examples: examples)
            guard !pack.sources.isEmpty else { throw PackProblem("\(name) (\(path)) holds no rule") }
            return LoadedPack(pack: pack, origin: path, sourceFolder: nil, notes: [], isFromSources: false)
        } catch let error as PackProblem {
            throw error
        } catch let error as FileProblem {
            throw PackProblem("\(name) can't be read: \(error)")
        } catch {
            throw PackProblem("\(name) (\(path)) is not usable: \(error)")
        }
    }

    private func compile(_ path: String) throws(PackProblem) -> LoadedPack {
        do {
            let pack = Pack(try RuleFolder.load([path]))
            return LoadedPack(pack: pack, origin: path, sourceFolder: path, notes: [], isFromSources: true)
        } catch {
            throw PackProblem("the rules can't be used:\n\(error)")
        }
    }

    // MARK: Places

    /// The pack and rules of the checkout whose build folder holds the executable.
    private var checkout: (pack: String, rules: String)? {
        checkoutRoot.map { ($0 + "/.build/default.pack", $0 + "/rules") }
    }

    /// The checkout whose build folder holds the executable.
    var checkoutRoot: String? {
        var folder = Self.parent(executable)
        while folder.count > 1 {
            let name = folder.split(separator: "/").last ?? ""
            if name == ".build" || name.hasPrefix(".build-") {
                return Self.parent(folder)
            }
            folder = Self.parent(folder)
        }
        return nil
    }

    private static func executablePath() -> String? {
        #if os(Linux)
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/self/exe", &buffer, buffer.count)
            return count > 0
                ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
        #else
            return CommandLine.arguments.first
        #endif
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Seconds since 1970 of the last change of content; 0 for what is not there.
    private static func change(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_mtim.tv_sec) : 0
    }

    private static func newestChange(in folder: String) -> Int {
        guard let open = opendir(folder) else { return 0 }
        defer { closedir(open) }
        var newest = 0
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".toml") { newest = max(newest, change(of: folder + "/" + name)) }
        }
        return newest
    }
}
