import Classifier
import Foundation
import Packs
import Primitives

/// Measures and exercises the classifier without the rest of the program.
///
///     classifier-bench jsonl RULES            {"id","text"} a line on standard input, findings a line: what score.py --command wants
///     classifier-bench time RULES FILE [N]    N scans of the file in 64 KiB pieces (default 5): MB/s, findings, by rule
///     classifier-bench prompts RULES FILE     each line of the file is one prompt: p50, p99 in microseconds
///     classifier-bench start RULES            milliseconds to load and compile the rules, and to the first finding
///     classifier-bench prove RULES            runs the rules' examples and lint; ends with 1 if something fails
///     classifier-bench validate -             `VALIDATOR<tab>VALUE` a line on standard input, 1 or 0 a line
///     classifier-bench randomness             a value a line on standard input, its entropy, logit and score a line
///
/// RULES is a pack, a rule file or a folder of rule files. Times are for reading side by side in one run.
@main
struct ClassifierBench {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["randomness"] { return answerRandomness() }
        guard arguments.count >= 2 else {
            FileHandle.standardError.write(
                Data(
                    "usage: classifier-bench randomness | jsonl|time|prompts|start|prove|validate RULES [FILE [N]]\n"
                        .utf8))
            exit(2)
        }
        switch arguments[0] {
        case "prove": exit(try Proving.prove(arguments[1]) ? 0 : 1)
        case "validate":
            Proving.validate()
            return
        default: break
        }
        let clock = ContinuousClock()
        let begun = clock.now
        let loaded = try PackLocator().load(arguments[1])
        let rules = try loaded.ruleSet()
        let ready = clock.now - begun
        switch arguments[0] {
        case "jsonl": try answerLines(rules)
        case "time":
            let data = try Data(contentsOf: URL(fileURLWithPath: arguments[2]), options: .alwaysMapped)
            time(rules, [UInt8](data), rounds: arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5)
        case "prompts":
            let data = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
            prompts(rules, data.split(separator: 0x0A).map { [UInt8]($0) })
        case "pack":
            let sources = try RuleFolder.load([arguments[1]])
            try FileBytes.write(try Pack(sources).encoded(), to: arguments[2], mode: 0o644)
        case "start":
            var scanner = Scanner(rules)
            let first = clock.now
            let text = Array("password = \"kJ8#mQ2$vL9x\" and nothing more\n".utf8)
            let found = text.withUnsafeBytes { scanner.scan($0).findings.count }
            var usage = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage)
            print("process \(Double(usage.tv_nsec) / 1e6) ms of CPU so far")
            print("ready \(milliseconds(ready)) ms, first scan \(milliseconds(clock.now - first)) ms, \(found) found")
        default: exit(2)
        }
    }

    private struct Line: Decodable {
        var id: String
        var text: String
    }

    private struct Answer: Encodable {
        struct Found: Encodable {
            var rule: String
            var kind: String
            var start: Int
            var end: Int
            var confidence: Double
        }
        var id: String
        var findings: [Found]
    }

    private static func answerLines(_ rules: RuleSet) throws {
        var scanner = Scanner(rules)
        let decoder = JSONDecoder()
        let encoder = JSONEncoder()
        while let line = readLine() {
            let row = try decoder.decode(Line.self, from: Data(line.utf8))
            let findings = Array(row.text.utf8).withUnsafeBytes { scanner.scan($0).findings }
            let answer = Answer(
                id: row.id,
                findings: findings.map {
                    let rule = rules.rules[$0.rule]
                    return .init(
                        rule: rule.id, kind: rule.kind.rawValue, start: $0.span.start, end: $0.span.end,
                        confidence: $0.confidence)
                })
            FileHandle.standardOutput.write(try encoder.encode(answer) + Data([0x0A]))
        }
    }

    private static func answerRandomness() {
        while let line = readLine() {
            let value = Array(line.utf8).span
            print(Randomness.normalisedEntropy(value), Randomness.logit(value), Randomness.score(value))
        }
    }

    private static func time(_ rules: RuleSet, _ bytes: [UInt8], rounds: Int) {
        let clock = ContinuousClock()
        let piece = 64 << 10
        var scanner = Scanner(rules)
        for round in 1...max(1, rounds) {
            var found: [Int: Int] = [:]
            let begun = clock.now
            bytes.withUnsafeBytes { raw in
                var at = 0
                while at < raw.count {
                    let end = min(raw.count, at + piece)
                    scanner.feed(UnsafeRawBufferPointer(rebasing: raw[at..<end])) { found[$0.rule, default: 0] += 1 }
                    at = end
                }
            }
            let reason = scanner.finish { found[$0.rule, default: 0] += 1 }
            let seconds =
                Double((clock.now - begun).components.attoseconds) / 1e18
                + Double((clock.now - begun).components.seconds)
            let rate = Double(bytes.count) / 1e6 / seconds
            print(
                "round \(round): \(Int(rate)) MB/s, \(found.values.reduce(0, +)) found\(reason.map { ", incomplete: \($0)" } ?? "")"
            )
            guard round == max(1, rounds) else { continue }
            for (rule, count) in found.sorted(by: { $0.value > $1.value }).prefix(12) {
                print("  \(count) \(rules.rules[rule].id)")
            }
        }
    }

    private static func prompts(_ rules: RuleSet, _ prompts: [[UInt8]]) {
        let clock = ContinuousClock()
        var scanner = Scanner(rules)
        var times: [Double] = []
        for round in 0..<3 {
            times.removeAll()
            for prompt in prompts {
                let begun = clock.now
                let found = prompt.withUnsafeBytes { scanner.scan($0).findings.count }
                times.append(Double((clock.now - begun).components.attoseconds) / 1e12)
                if found < 0, round < 0 { print() }
            }
        }
        times.sort()
        guard !times.isEmpty else { return }
        print("p50 \(times[times.count / 2]) us, p99 \(times[times.count * 99 / 100]) us over \(times.count) prompts")
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        (Double(duration.components.attoseconds) / 1e15 * 100).rounded() / 100 + Double(duration.components.seconds)
            * 1000
    }
}
