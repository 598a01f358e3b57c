import Classifier
import Foundation
import Packs

/// The modes that check instead of measuring.
enum Proving {
    /// Runs every hit and miss of the rules, and lint; prints what fails. Whether all came out.
    static func prove(_ path: String) throws -> Bool {
        let sources = try RuleFolder.load([path])
        let report = try RuleProof.run(sources, among: sources)
        for failure in report.failures { print(failure) }
        let lint = RuleLint.run(sources)
        for mistake in lint.errors { print(mistake) }
        for mistake in lint.warnings { print("warning: \(mistake)") }
        print("\(report.rules) rules, \(report.hits) hits, \(report.misses) misses, \(report.failures.count) failures,")
        print("\(lint.errors.count) lint errors, \(lint.warnings.count) warnings, \(lint.literalCount) literals")
        return report.isProven && lint.errors.isEmpty
    }

    /// Answers each line `VALIDATOR<tab>VALUE` of standard input with 1 or 0, and with ? where no validator has that name.
    static func validate() {
        var answers = Data()
        while let line = readLine() {
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let validator = Validators.named(String(parts[0])) else {
                answers.append(contentsOf: Array("?\n".utf8))
                continue
            }
            let value = Array(parts[1].utf8)
            answers.append(contentsOf: Array(validator.accepts(value.span) ? "1\n".utf8 : "0\n".utf8))
        }
        FileHandle.standardOutput.write(answers)
    }
}
