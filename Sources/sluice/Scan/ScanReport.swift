import Classifier
import Events
import Packs
import Primitives

/// What scanning one file has brought.
struct FileOutcome: Sendable {
    var path: String
    var findings: [ReportedFinding] = []
    var incomplete: IncompleteReason?
    /// What it is, where it was not scanned for being no text.
    var binary: String?
    var problem: FileProblem?
}

/// What a whole scan has brought.
struct ScanSummary: Sendable {
    var files = 0
    var findings = 0
    var filesWithFindings = 0
    var binaries = 0
    var problems: [FileProblem] = []
    var incomplete: [(path: String, reason: IncompleteReason)] = []
    var ruleCount = 0
}

/// One output format of `sluice scan`. Called in the order of the files, then once at the end.
protocol ScanReport {
    /// Writes what one file has brought.
    mutating func add(_ outcome: FileOutcome, to output: StandardOutput)
    /// Writes what comes last.
    mutating func finish(_ summary: ScanSummary, to output: StandardOutput)
}

/// Findings as JSON: the documented contract.
enum FindingJSON {
    static func write(_ finding: ReportedFinding, path: String?, to json: inout JSONText) {
        let rule = finding.source.definition
        json.object { json in
            json.member("rule", rule.id)
            json.member("kind", rule.kind.rawValue)
            json.member("class", rule.dataClass.rawValue)
            json.member("severity", rule.severity.rawValue)
            json.member("confidence") { $0.literal(Score.text(finding.confidence)) }
            json.member("key", finding.key)
            json.member("path", path)
            json.member("start", finding.span.start)
            json.member("end", finding.span.end)
            json.member("line", finding.start.line)
            json.member("column", finding.start.column)
            json.member("views", finding.views)
            if let fingerprint = finding.fingerprint { json.member("fingerprint", fingerprint) }
            json.member("excerpt", finding.excerpt.text)
            json.member("reasons", finding.reasons.map(\.description))
        }
    }
}

/// One JSON object: `{"findings":[…],"files":N,"binary":[…],"errors":[…]}`, with `"incomplete"` where a scan was.
struct JSONReport: ScanReport {
    private var isFirst = true
    private var binaries: [(path: String, what: String)] = []

    mutating func add(_ outcome: FileOutcome, to output: StandardOutput) {
        if let what = outcome.binary { binaries.append((outcome.path, what)) }
        for finding in outcome.findings {
            var json = JSONText()
            FindingJSON.write(finding, path: outcome.path, to: &json)
            output.write(isFirst ? "{\"findings\":[\n" : ",\n")
            output.write(json.bytes)
            isFirst = false
        }
    }

    mutating func finish(_ summary: ScanSummary, to output: StandardOutput) {
        output.write(isFirst ? "{\"findings\":[]" : "\n]")
        var json = JSONText()
        json.object { json in
            json.member("files", summary.files)
            json.member("binary") { json in
                json.array { json in
                    for binary in binaries {
                        json.object {
                            $0.member("path", binary.path)
                            $0.member("what", binary.what)
                        }
                    }
                }
            }
            json.member("errors") { json in
                json.array { json in
                    for problem in summary.problems {
                        json.object {
                            $0.member("path", problem.path)
                            $0.member("reason", problem.reason)
                        }
                    }
                }
            }
            if let first = summary.incomplete.first { json.member("incomplete", first.reason.rawValue) }
        }
        output.write(",")
        output.write(Array(json.bytes.dropFirst()))
        output.write("\n")
    }
}

/// Findings for people: place, what it is, the masked line, why, and what to do.
struct TextReport: ScanReport {
    let style: Style

    mutating func add(_ outcome: FileOutcome, to output: StandardOutput) {
        for finding in outcome.findings { output.write(text(finding, outcome.path)) }
    }

    private func text(_ finding: ReportedFinding, _ path: String) -> String {
        let rule = finding.source.definition
        let place = "\(Printable.text(path)):\(finding.start.line):\(finding.start.column)"
        var text = "\(style.path(place))  \(style.severity(rule.severity))  \(style.bold(rule.name))"
        text += style.dim("  \(rule.id) \(Score.text(finding.confidence))") + "\n"
        text += "    " + excerpt(finding) + "\n"
        var why = finding.reasons.map(\.description)
        if let key = finding.key { why.insert("key \(Printable.text(key))", at: 0) }
        if !finding.views.isEmpty { why.append("inside " + finding.views.joined(separator: ", ")) }
        if !why.isEmpty { text += "    " + style.dim(why.joined(separator: "; ")) + "\n" }
        if let revoke = rule.revoke { text += "    " + style.dim("rotate it: \(revoke)") + "\n" }
        return text + "\n"
    }

    /// The masked line; on a terminal the value's place is coloured, elsewhere it is in brackets.
    private func excerpt(_ finding: ReportedFinding) -> String {
        let bytes = Array(finding.excerpt.text.utf8)
        let mark = finding.excerpt.mark
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let value = part(mark.start..<mark.end)
        let before = part(0..<mark.start)
        let after = part(mark.end..<bytes.count)
        return before + (style.isOn ? style.red(value) : "[\(value)]") + after
    }

    mutating func finish(_ summary: ScanSummary, to output: StandardOutput) {
        output.flush()
        var parts = [
            summary.findings == 0
                ? style.green("nothing found")
                : style.bold(counted(summary.findings, "finding") + " in " + counted(summary.filesWithFindings, "file"))
        ]
        parts.append(counted(summary.files, "file") + " scanned with " + counted(summary.ruleCount, "rule"))
        if summary.binaries > 0 {
            parts.append(counted(summary.binaries, "binary file") + " left out (--binary scans them)")
        }
        if !summary.problems.isEmpty { parts.append(style.red(counted(summary.problems.count, "error"))) }
        StandardError.write(parts.joined(separator: "; ") + "\n")
    }
}
