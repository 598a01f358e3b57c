import ArgumentParser
import Classifier
import Glibc
import Packs
import Synchronization

/// `sluice scan`
struct ScanCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif }

    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Find secrets and personal data in files, folders or standard input.",
        discussion: """
            The values themselves are never shown: excerpts are masked by shape. Messages go to standard error, results to standard output.

            Examples:
              sluice scan app.log                   one file
              sluice scan .                         a folder, without its .git
              git diff | sluice scan -              standard input
              sluice scan --format sarif . > out.sarif
              sluice scan --jsonl < lines.jsonl     one answer a line

            With --jsonl each line is {"id": ..., "text": "..."} and is answered by
            {"id": ..., "findings": [...]}, in order; a line that is no such object by
            {"id": null, "error": "..."}.

            Input is read in pieces, so standard input and files may be of any size.

            Exit status: 0 nothing found, 1 something found, 2 an error or a scan that could not look at everything.
            """)

    @Option(help: "How to print findings; text unless told.")
    var format: Format?

    @OptionGroup var rules: RuleOptions

    @Option(name: .customLong("min-confidence"), help: "Leave out what scores lower, from 0 to 1.")
    var minConfidence = 0.5

    @Option(help: "Threads to scan files with; 0 means one a processor, 8 at most.")
    var threads = 0

    @Flag(name: .customLong("allow-incomplete"), help: "Don't end with 2 because a scan ran out of its work budget.")
    var allowIncomplete = false

    @Flag(help: "Scan binary files as well.")
    var binary = false

    @Flag(help: "Read one JSON object with \"id\" and \"text\" a line from standard input, answer one a line.")
    var jsonl = false

    @Argument(help: "Files and folders, or - for standard input (which is also the default in a pipe).")
    var paths: [String] = []

    func validate() throws {
        guard (0...1).contains(minConfidence) else { throw ValidationError("--min-confidence is a number from 0 to 1") }
        guard (0...FileScan.maxThreads).contains(threads) else {
            throw ValidationError("--threads is a number from 0 to \(FileScan.maxThreads)")
        }
        guard !jsonl || format == nil || format == .json else {
            throw ValidationError(
                "--jsonl answers one JSON object a line; leave out --format \(format?.rawValue ?? "")")
        }
        guard !jsonl || paths.isEmpty || paths == [FileScan.standardInput] else {
            throw ValidationError("--jsonl reads standard input and takes no paths")
        }
    }

    func run() throws {
        if paths.isEmpty, !jsonl, isatty(STDIN_FILENO) == 1 {
            throw CommandFailure("nothing to scan: name files or folders, or pipe a text in (see sluice scan --help)")
        }
        let loaded = try rules.load()
        var limits = ScanLimits.standard
        limits.minConfidence = minConfidence
        let reporter = FindingReporter(sources: loaded.active, key: DeviceKey.load())
        if jsonl {
            let scan = LineScan(rules: try compiled(loaded), reporter: reporter, limits: limits)
            let summary = try scan.run()
            if summary.isIncomplete, !allowIncomplete { throw ExitCode(Program.errorStatus) }
            if summary.findings > 0 { throw ExitCode(1) }
            return
        }
        let scan = FileScan(rules: try compiled(loaded), reporter: reporter, limits: limits, evenBinary: binary)
        let summary = files(scan, ruleCount: loaded.active.count)
        let isWhole = summary.problems.isEmpty && (allowIncomplete || summary.incomplete.isEmpty)
        if !isWhole { throw ExitCode(Program.errorStatus) }
        if summary.findings > 0 { throw ExitCode(1) }
    }

    private func files(_ scan: FileScan, ruleCount: Int) -> ScanSummary {
        let named = ScanPath.arguments(paths.isEmpty ? [FileScan.standardInput] : paths)
        var summary = ScanSummary()
        summary.ruleCount = ruleCount
        var list: [ScanPath] = []
        // "-" is no file to look for; everything else keeps its place.
        let walk = FileWalk(named.filter { $0 != .standardInput })
        if named.contains(.standardInput) { list.append(.standardInput) }
        list += walk.files
        for problem in walk.problems { Self.complain(problem, &summary) }

        let state = Mutex(Progress(report: report(), summary: summary))
        scan.run(list, threads: threads == 0 ? Self.defaultThreads : threads) { outcome in
            state.withLock { $0.add(outcome) }
        }
        return state.withLock { state in
            state.report.finish(state.summary, to: .shared)
            return state.summary
        }
    }

    /// What the scan's threads share; used by one at a time.
    private struct Progress {
        var report: any ScanReport
        var summary: ScanSummary

        mutating func add(_ outcome: FileOutcome) {
            summary.findings += outcome.findings.count
            if !outcome.findings.isEmpty { summary.filesWithFindings += 1 }
            if let problem = outcome.problem {
                ScanCommand.complain(problem, &summary)
            } else if outcome.binary != nil {
                summary.binaries += 1
            } else {
                summary.files += 1
            }
            if let reason = outcome.incomplete {
                summary.incomplete.append((outcome.path, reason))
                StandardError.note("\(Printable.text(outcome.path)): not scanned in full (\(reason.rawValue))")
            }
            report.add(outcome, to: .shared)
        }
    }

    private static func complain(_ problem: FileProblem, _ summary: inout ScanSummary) {
        summary.problems.append(problem)
        StandardError.note(Printable.text(problem.description))
    }

    private func report() -> any ScanReport {
        switch format ?? .text {
        case .text: TextReport(style: .of(STDOUT_FILENO))
        case .json: JSONReport()
        case .sarif: SARIFReport()
        }
    }

    private static var defaultThreads: Int { min(8, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
