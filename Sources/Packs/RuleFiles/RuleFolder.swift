import Classifier
import Glibc

/// Reads every rule file of a folder, or the files that are named.
public enum RuleFolder {
    /// Most rule files read at once.
    public static let maxFiles = 1_000

    /// Reads rules from folders and files, in the order of their names; mistakes of all files are named together.
    public static func load(_ paths: [String]) throws(SourceMistakes) -> [RuleSource] {
        var sources: [RuleSource] = []
        var mistakes: [SourceMistake] = []
        var seen: [String: RuleSource] = [:]
        for file in try files(in: paths) {
            do {
                let bytes = try FileBytes.read(file, max: ConfigurationTable.maxDocumentBytes)
                for source in try RuleFileReader.read(bytes, file: file) {
                    let id = source.definition.id
                    if let first = seen[id] {
                        mistakes.append(
                            source.mistake(
                                at: "id", "the id is taken by \(first.file):\(first.position.line)",
                                mend: "ids are unique and stable for ever"))
                    }
                    seen[id] = source
                    sources.append(source)
                }
            } catch let error as SourceMistakes {
                mistakes += error.mistakes
            } catch {
                mistakes.append(SourceMistake(file: file, position: nil, what: "\(error)"))
            }
        }
        guard mistakes.isEmpty else { throw SourceMistakes(mistakes) }
        return sources
    }

    /// Every rule that does not compile, each at the field at fault; `RuleSet` itself stops at the first.
    public static func uncompiled(_ sources: [RuleSource]) -> [SourceMistake] {
        sources.compactMap { source -> SourceMistake? in
            do throws(RuleError) {
                _ = try RuleSet([source.definition])
                return nil
            } catch { return source.mistake(at: error.field, "\(error.field): \(error.reason)") }
        }
    }

    private static func files(in paths: [String]) throws(SourceMistakes) -> [String] {
        var files: [String] = []
        for path in paths {
            guard let folder = opendir(path) else {
                files.append(path)
                continue
            }
            defer { closedir(folder) }
            var names: [String] = []
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                    String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name.hasSuffix(".toml"), !name.hasPrefix(".") { names.append(name) }
            }
            if names.isEmpty {
                throw SourceMistakes([
                    SourceMistake(
                        file: path, position: nil, what: "no rule file in this folder", mend: "rule files end in .toml")
                ])
            }
            let base = path.hasSuffix("/") ? path : path + "/"
            files += names.sorted().map { base + $0 }
        }
        guard files.count <= maxFiles else {
            throw SourceMistakes([
                SourceMistake(
                    file: paths.first ?? "", position: nil, what: "\(files.count) rule files",
                    mend: "at most \(maxFiles) are read")
            ])
        }
        return files
    }
}
