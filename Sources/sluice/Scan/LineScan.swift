import Classifier
import Glibc
import Packs

/// `sluice scan --jsonl`: one question a line, one answer a line, in the same order, each as soon as its line is there.
struct LineScan {
    let rules: RuleSet
    let reporter: FindingReporter
    let limits: ScanLimits

    /// Longest line, in bytes; a longer one is answered with an error and passed over.
    static let maxLineBytes = 32 << 20
    private static let pieceBytes = 256 << 10

    /// What all lines have brought.
    struct Summary {
        var findings = 0
        /// Whether any text could not be scanned in full.
        var isIncomplete = false
    }

    /// Answers standard input to its end.
    func run() throws -> Summary {
        var scanner = Scanner(rules, limits: limits)
        var summary = Summary()
        var rest: [UInt8] = []
        var isPassingOver = false
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let got = read(STDIN_FILENO, piece.baseAddress, piece.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw CommandFailure("standard input: \(String(cString: strerror(errno)))") }
            if got == 0 { break }
            var from = 0
            let bytes = UnsafeRawBufferPointer(rebasing: piece[..<got])
            while let end = bytes[from...].firstIndex(of: 0x0A) {
                if isPassingOver {
                    isPassingOver = false
                } else if rest.isEmpty {
                    answer(UnsafeRawBufferPointer(rebasing: bytes[from..<end]), &scanner, &summary)
                } else {
                    rest += bytes[from..<end]
                    rest.withUnsafeBytes { answer($0, &scanner, &summary) }
                    rest.removeAll(keepingCapacity: rest.count < Self.pieceBytes)
                }
                from = end + 1
            }
            if !isPassingOver {
                rest += bytes[from...]
                if rest.count > Self.maxLineBytes {
                    refuse("a line of more than \(Self.maxLineBytes) bytes")
                    isPassingOver = true
                    rest = []
                }
            }
            // Whoever asks line by line waits for the answer.
            StandardOutput.shared.flush()
        }
        if !rest.isEmpty { rest.withUnsafeBytes { answer($0, &scanner, &summary) } }
        return summary
    }

    private func answer(_ line: UnsafeRawBufferPointer, _ scanner: inout Scanner, _ summary: inout Summary) {
        guard line.count <= Self.maxLineBytes else { return refuse("a line of more than \(Self.maxLineBytes) bytes") }
        let question: JSONLine
        do throws(JSONLine.Mistake) {
            question = try JSONLine(line)
        } catch { return refuse(error.reason) }
        let result = question.text.withUnsafeBytes { scanner.scan($0) }
        if result.incomplete != nil { summary.isIncomplete = true }
        summary.findings += result.findings.count
        let findings = reporter.report(result.findings, in: InputText(question.text))
        var json = JSONText()
        json.object { json in
            json.member("id") { $0.raw(question.id) }
            json.member("findings") { json in
                json.array { json in for finding in findings { FindingJSON.write(finding, path: nil, to: &json) } }
            }
            if let reason = result.incomplete { json.member("incomplete", reason.rawValue) }
        }
        StandardOutput.shared.write(json.bytes + [0x0A])
    }

    private func refuse(_ reason: String) {
        var json = JSONText()
        json.object { json in
            json.member("id", nil)
            json.member("error", reason)
        }
        StandardOutput.shared.write(json.bytes + [0x0A])
    }
}
