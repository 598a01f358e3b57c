import ArgumentParser
import Glibc
import Packs
import Primitives

/// `sluice exposure`
struct ExposureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure",
        abstract:
            "Show which secrets have left already: in the records of coding assistants and shells on this machine.",
        discussion: """
            Reads the transcripts that Claude Code, Codex, Gemini CLI, Cursor and GitHub Copilot keep, and shell history. What stands in a
            transcript was sent to the assistant's provider. Nothing leaves this machine, and nothing is written down: only counts and
            where to rotate are shown, never a value.

            Examples:
              sluice exposure
              sluice exposure --format json
              sluice exposure --home /home/jane      another user's records, as far as you may read them

            Exit status: 0 nothing found, 1 something found, 2 an error.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "How to print what was found.")
    var format = Format.text

    @OptionGroup var pack: PackOptions

    @Option(help: "Home folder to look in; by default yours.")
    var home: String?

    @Flag(help: "List every secret, not the five worst.")
    var all = false

    func run() throws {
        guard let home = home ?? getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
            throw CommandFailure("name a home folder with --home")
        }
        let loaded = try pack.load()
        let rules = try compiled(loaded)
        var files: [(path: String, source: ExposureSource)] = []
        var total = 0
        for source in ExposureSource.all {
            for path in Self.files(of: source, home: home) {
                var status = stat()
                if stat(path, &status) == 0 { total += Int(status.st_size) }
                files.append((path, source))
            }
        }
        let bar = ProgressBar(total: total)
        var scan = ExposureScan(rules: rules, key: DeviceKey.load() ?? .passing()) { bar.show($0) }
        for file in files { scan.read(file.path, of: file.source) }
        bar.end()
        for problem in scan.unread { StandardError.note("\(problem)") }
        for path in scan.unfinished.sorted() { StandardError.note("\(Printable.text(path)): not looked at in full") }
        let report = ExposureReport(
            exposures: Array(scan.exposures.values), rules: loaded.active,
            places: ExposureSource.all.filter { source in
                files.contains { $0.source.name == source.name }
            }.map(\.name), files: scan.files, bytes: scan.bytes)
        switch format {
        case .text:
            StandardOutput.shared.write(report.text(style: .of(STDOUT_FILENO), limit: all ? nil : ExposureReport.shown))
        case .json: StandardOutput.shared.write(report.json)
        }
        if !report.exposures.isEmpty { throw ExitCode(1) }
    }

    /// The files of a source that are there. `*` in a place stands for every name at that point.
    private static func files(of source: ExposureSource, home: String) -> [String] {
        var paths: [String] = []
        for place in source.places {
            var here = [home]
            for part in place.split(separator: "/").map(String.init) {
                here = here.flatMap { part == "*" ? names(in: $0) : [$0 + "/" + part] }
            }
            paths += here.filter { access($0, R_OK) == 0 }
        }
        // A name that is no UTF-8 could not be opened by what is shown of it; none of the sources makes such names.
        return FileWalk(paths.map { ScanPath($0) }).files.map(\.shown).filter { path in
            source.endings.isEmpty || source.endings.contains { path.hasSuffix($0) }
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(folder + "/" + name) }
        }
        return names.sorted()
    }
}

/// How far a long piece of work is, on a terminal; nothing elsewhere.
final class ProgressBar {
    private let total: Int
    private let isOn: Bool
    private var shown = -1

    init(total: Int) {
        self.total = max(1, total)
        isOn = isatty(STDERR_FILENO) == 1
    }

    /// Shows that `done` of the total are done.
    func show(_ done: Int) {
        let percent = min(100, done * 100 / total)
        guard isOn, percent != shown else { return }
        shown = percent
        let width = 30
        let filled = percent * width / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        StandardError.write("\r[\(bar)] \(percent) % of \(total >> 20) MiB")
    }

    /// Clears the line.
    func end() { if isOn { StandardError.write("\r\u{1B}[K") } }
}
