import Classifier
import Glibc

/// Whose rules a file holds.
public enum ImportFormat: String, Sendable, CaseIterable {
    case gitleaks
    case betterleaks
    case kingfisher
}

/// What an import took, and what it did not.
public struct ImportReport: Sendable {
    /// Rules that were taken, in the order of the files.
    public var rules: [RuleSource] = []
    /// Rules that were not, each at its place with the reason.
    public var refused: [SourceMistake] = []
    /// What was left out of rules that were taken, each at its place.
    public var notes: [SourceMistake] = []
    /// The formats that were read.
    public var formats: Set<ImportFormat> = []
    /// Rules that the files hold.
    public var total: Int { rules.count + refused.count }
}

/// Reads rules of other scanners and makes them ours.
///
/// What a rule of ours can't say is left out and noted; a rule whose regex can't be run as fast as ours must is refused with the reason.
/// No network, no code of theirs: patterns, word lists and sums only.
public enum RuleImporter {
    /// Largest file, in bytes.
    public static let maxFileBytes = ConfigurationTable.maxDocumentBytes
    /// Most files of one import.
    public static let maxFiles = 2_000
    /// Most rules of one import.
    public static let maxRules = 5_000
    /// Rules stay below the scanner's match limit divided by this on their worst window.
    public static let speedMargin: UInt32 = 4

    /// Reads files whose bytes the caller has. `format` is guessed for each from its name and content unless it is given.
    public static func run(
        _ files: [(name: String, bytes: [UInt8])], format: ImportFormat? = nil
    ) throws(SourceMistakes) -> ImportReport {
        var report = ImportReport()
        var mistakes: [SourceMistake] = []
        var batches: [ImportFormat: [(file: String, rules: [ForeignRule])]] = [:]
        guard files.count <= maxFiles else { throw tooMany("files", files.count, maxFiles) }
        for (name, bytes) in files {
            do {
                let (format, rules) = try read(bytes, file: name, format, &report)
                report.formats.insert(format)
                batches[format, default: []].append((name, rules))
            } catch { mistakes += error.mistakes }
        }
        guard mistakes.isEmpty else { throw SourceMistakes(mistakes) }
        let count = batches.values.joined().reduce(0) { $0 + $1.rules.count }
        guard count <= maxRules else { throw tooMany("rules", count, maxRules) }
        for format in ImportFormat.allCases {
            var builder = ForeignRuleBuilder(format, batches[format] ?? [])
            builder.build(into: &report)
        }
        return report
    }

    private static func tooMany(_ what: String, _ count: Int, _ most: Int) -> SourceMistakes {
        SourceMistakes([
            SourceMistake(file: "import", position: nil, what: "\(count) \(what)", mend: "at most \(most) at once")
        ])
    }

    private static func read(
        _ bytes: [UInt8], file: String, _ wanted: ImportFormat?, _ report: inout ImportReport
    ) throws(SourceMistakes) -> (ImportFormat, [ForeignRule]) {
        let isYAML = [".yml", ".yaml"].contains { file.lowercased().hasSuffix($0) }
        if wanted == .kingfisher || wanted == nil && isYAML {
            let root = try YAMLTable.parse(bytes, file: file)
            return (.kingfisher, try KingfisherReader.read(root, file: file, &report))
        }
        let root = try ConfigurationTable.parse(bytes, file: file)
        let format = wanted ?? (BetterleaksReader.isMeant(root) ? .betterleaks : .gitleaks)
        switch format {
        case .betterleaks: return (.betterleaks, try BetterleaksReader.read(root, file: file, &report))
        case .gitleaks, .kingfisher: return (.gitleaks, try GitleaksReader.read(root, file: file, &report))
        }
    }
}

extension RuleImporter {
    /// Reads the files that are named, and those of the folders that are, two levels deep, in the order of their names.
    ///
    /// In a folder `.toml`, `.yml` and `.yaml` count, narrowed to what `format` is written in.
    public static func files(
        in paths: [String], format: ImportFormat?
    ) throws(SourceMistakes) -> [(name: String, bytes: [UInt8])] {
        let endings =
            switch format {
            case .kingfisher: [".yml", ".yaml"]
            case .gitleaks, .betterleaks: [".toml"]
            case nil: [".toml", ".yml", ".yaml"]
            }
        var names: [String] = []
        for path in paths { list(path, endings, depth: 0, isNamed: true, &names) }
        guard names.count <= maxFiles else { throw tooMany("files", names.count, maxFiles) }
        var files: [(String, [UInt8])] = []
        for name in names {
            do {
                files.append((name, try FileBytes.read(name, max: maxFileBytes)))
            } catch {
                throw SourceMistakes([SourceMistake(file: name, position: nil, what: "\(error)")])
            }
        }
        guard !files.isEmpty else {
            throw SourceMistakes([
                SourceMistake(
                    file: paths.joined(separator: " "), position: nil, what: "no rule file here",
                    mend: "they end in \(endings.joined(separator: ", "))")
            ])
        }
        return files
    }

    private static let maxFolderDepth = 2

    private static func list(
        _ path: String, _ endings: [String], depth: Int, isNamed: Bool, _ names: inout [String]
    ) {
        // One more than is allowed is enough to know.
        guard names.count <= maxFiles else { return }
        guard depth <= maxFolderDepth, let folder = opendir(path) else {
            if isNamed || endings.contains(where: { path.hasSuffix($0) }) { names.append(path) }
            return
        }
        defer { closedir(folder) }
        var entries: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { entries.append(name) }
        }
        let base = path.hasSuffix("/") ? path : path + "/"
        for entry in entries.sorted() { list(base + entry, endings, depth: depth + 1, isNamed: false, &names) }
    }
}
