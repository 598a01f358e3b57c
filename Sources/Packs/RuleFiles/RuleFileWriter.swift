import Classifier
import Primitives

/// Writes rules as the TOML that `RuleFileReader` reads.
public enum RuleFileWriter {
    /// One file with these rules; `comment` goes on top, a line each.
    public static func text(_ sources: [RuleSource], comment: [String] = []) -> String {
        var out = comment.map { "# \($0)\n" }.joined()
        for source in sources {
            if !out.isEmpty { out += "\n" }
            out += rule(source)
        }
        return out
    }

    private static func rule(_ source: RuleSource) -> String {
        let rule = source.definition
        var lines = ["[[rule]]"]
        func add(_ key: String, _ value: String?) { if let value { lines.append("\(key) = \(value)") } }
        add("id", quoted(rule.id))
        add("name", quoted(rule.name))
        add("description", source.summary.isEmpty ? nil : quoted(source.summary))
        add("kind", quoted(rule.kind.rawValue))
        add("class", quoted(rule.dataClass.rawValue))
        add("severity", quoted(rule.severity.rawValue))
        add("confidence", rule.confidence == RuleDefinition.defaultConfidence ? nil : number(rule.confidence))
        add("anchors", list(rule.anchors.map(anchor)))
        add("regex", rule.regex.map(quoted))
        add("matcher", rule.matcher.map(quoted))
        add("secret_group", rule.secretGroup.map(String.init))
        add("window", rule.window.map { "{ before = \($0.before), after = \($0.after) }" })
        add("validators", list(rule.validators))
        add("context", list(rule.context))
        if !rule.context.isEmpty, rule.contextReach != RuleDefinition.defaultContextReach {
            add("context_reach", String(rule.contextReach))
        }
        add("context_required", rule.contextRequired ? "true" : nil)
        add("min_randomness", rule.minRandomness.map(number))
        add("stop_values", list(rule.stopValues))
        add("fingerprint", rule.fingerprint == .device ? nil : quoted(rule.fingerprint.rawValue))
        add("public_prefix", rule.publicPrefix.map(quoted))
        add("revoke", rule.revoke.map(quoted))
        add("references", list(rule.references))
        add("locale", rule.locale.map(quoted))
        if let sum = rule.checksum {
            add(
                "checksum",
                "{ of = \(quoted(sum.of)), by = \(quoted(sum.method.rawValue)), length = \(sum.length), in = \(sum.group) }"
            )
        }
        add("hits", list(source.hits.map(\.template)))
        add("misses", list(source.misses.map(\.template)))
        for condition in rule.discard { lines += discard(condition) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func discard(_ condition: DiscardCondition) -> [String] {
        var lines = ["[[rule.discard]]"]
        if let most = condition.maxEntropy { lines.append("entropy_at_most = \(number(most))") }
        for (part, test) in [("value", condition.value), ("match", condition.match), ("line", condition.line)] {
            for (key, texts) in [("contains", test.contains), ("matches", test.matches), ("lacks", test.lacks)] {
                if let list = list(texts) { lines.append("\(part)_\(key) = \(list)") }
            }
        }
        return lines
    }

    private static func anchor(_ anchor: Anchor) -> String {
        switch anchor {
        case .literal(let bytes, let isCaseSensitive):
            (isCaseSensitive ? "" : "(?i)") + String(decoding: bytes, as: UTF8.self)
        case .shape(let shape): "shape:\(shape.rawValue)"
        }
    }

    private static func number(_ value: Double) -> String {
        // TOML wants a digit on either side of the point.
        let text = "\(value)"
        return text.contains("e") ? "0.0" : text
    }

    private static func list(_ texts: [String]) -> String? {
        guard !texts.isEmpty else { return nil }
        let items = texts.map(quoted)
        let line = "[\(items.joined(separator: ", "))]"
        return line.utf8.count <= 100 ? line : "[\n    \(items.joined(separator: ",\n    ")),\n]"
    }

    /// A literal string where nothing needs an escape, else a basic one.
    static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "'" }
        if isPlain, text.contains("\\") || text.contains("\"") { return "'\(text)'" }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
