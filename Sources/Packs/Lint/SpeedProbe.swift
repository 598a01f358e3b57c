import Classifier
import Primitives

/// Runs one rule over the inputs that make backtracking worst, under a tightened match limit.
///
/// The worst window of a pattern is nearly always a long run of what its repeated part accepts, with or without what it must end in.
/// So windows are filled with every class of byte that patterns repeat, alone and in pairs, around the rule's own anchors and hits.
enum SpeedProbe {
    /// Least bytes on each side of the anchor; the classifier cuts its window out of it.
    private static let minReach = 1 << 10
    /// Anchors that are tried; a rule's anchors lead to one and the same regex.
    private static let maxAnchors = 3

    private static let fillers: [[UInt8]] = [
        "a", "A", "f", "0", "9", "-", "_", ".", "/", "+", "=", ":", ",", ";", "@", " ", "\t", "\n", "\"", "'", "%",
        "\\",
        "a0", "a.", "a-", "a_", "a ", "A0", "0 ", "0-", "0.", "a=", "a:", "\"a", "' ", "= ", " \n", "aA0_-", "a@",
        "a@a.",
    ].map { Array($0.utf8) }

    /// What is slow about the rule, or nil.
    static func slowness(
        _ source: RuleSource, _ set: RuleSet, _ limits: ScanLimits
    ) -> (what: String, mend: String)? {
        var scanner = Scanner(set, limits: limits)
        for input in inputs(source) {
            let result = input.withUnsafeBytes { scanner.scan($0) }
            switch result.incomplete {
            case .matchLimit:
                return (
                    "slow: more than \(limits.matchLimit) match steps on a hostile window",
                    "bound the repetitions, make neighbours disjoint, or use possessive ones (++)"
                )
            case .rule: return ("the regex does not compile on this machine", "")
            default: continue
            }
        }
        return nil
    }

    private static func inputs(_ source: RuleSource) -> [[UInt8]] {
        var inputs: [[UInt8]] = []
        let window = source.definition.window
        let reach = max(minReach, window?.before ?? 0, window?.after ?? 0)
        var cores = source.definition.anchors.prefix(maxAnchors).map(core)
        for (index, hit) in source.hits.prefix(1).enumerated() {
            let name = RuleProof.seed(source.definition.id, "hit", index)
            guard let text = try? ExampleTemplate.expand(hit.template, name: name), let mark = text.marks.first else {
                continue
            }
            // A value that lacks its last byte makes the pattern fail as late as it can.
            cores.append(Array(text.text[..<max(mark.start, mark.end - 1)]))
        }
        for core in cores {
            for filler in fillers {
                let run = repeated(filler, to: reach)
                inputs.append(run + core + run)
            }
            inputs.append(repeated(core, to: reach))
        }
        return inputs
    }

    private static func core(_ anchor: Anchor) -> [UInt8] {
        switch anchor {
        case .literal(let bytes, _): bytes
        case .shape(.digits), .shape(.alone): Array("4111 1111 1111 1111".utf8)
        case .shape(.email): Array("a@a".utf8)
        case .shape(.base64), .shape(.base64url): Array("QWxhZGRpbjpvcGVuIHNlc2FtZQ".utf8)
        case .shape(.hex): Array("0123456789abcdef0123456789abcdef".utf8)
        case .shape(.pem): Array("-----BEGIN".utf8)
        case .shape(.label): Array("api_key: ".utf8)
        }
    }

    private static func repeated(_ piece: [UInt8], to reach: Int) -> [UInt8] {
        var run: [UInt8] = []
        run.reserveCapacity(reach + piece.count)
        while run.count < reach { run += piece }
        return run
    }
}
