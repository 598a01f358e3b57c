import Classifier

/// Makes discard conditions of betterleaks' filter expressions, in the subset that asks for the finding's own text.
///
/// A filter that holds drops the finding. It becomes alternatives of what must hold together; an alternative that asks for something
/// else is left out and noted, so that more is reported and never less. Paths don't exist here: what asks for one is false.
enum FilterExpression {
    /// Most alternatives of one filter.
    static let maxAlternatives = DiscardCondition.maxConditions

    static func conditions(_ source: String) -> (conditions: [DiscardCondition], notes: [String]) {
        let parsed: FilterParser.Parsed
        do {
            parsed = try FilterParser.parse(source)
        } catch { return ([], ["\(error.reason), so it is left out"]) }
        var lowering = Lowering(names: parsed.names)
        switch lowering.lower(parsed.result, negated: false) {
        case .constant(true): return ([], ["it would drop everything, so it is left out"])
        case .constant(false): return ([], lowering.notes)
        case .unknown(let what): return ([], lowering.notes + ["\(what) is left out"])
        case .any(let conditions):
            guard conditions.count <= maxAlternatives else {
                return (
                    Array(conditions.prefix(maxAlternatives)),
                    lowering.notes + ["\(conditions.count - maxAlternatives) of its alternatives are left out"]
                )
            }
            return (conditions, lowering.notes)
        }
    }

    private enum Truth {
        case constant(Bool)
        /// Can't be told here; says what it asks for.
        case unknown(String)
        /// Holds if one of these does.
        case any([DiscardCondition])
    }

    private enum Subject {
        case value
        case match
        case line
        case path
    }

    private struct Lowering {
        let names: [String: FilterNode]
        var notes: [String] = []
        private var depth = 0

        init(names: [String: FilterNode]) { self.names = names }

        mutating func lower(_ node: FilterNode, negated: Bool) -> Truth {
            depth += 1
            defer { depth -= 1 }
            guard depth < 200 else { return .unknown("an expression nested too deep") }
            switch node {
            case .not(let inner): return lower(inner, negated: !negated)
            case .binary("||", let left, let right):
                return negated ? both(left, right, negated) : either(left, right, negated)
            case .binary("&&", let left, let right):
                return negated ? either(left, right, negated) : both(left, right, negated)
            case .binary(let sign, let left, let right): return compare(sign, left, right, negated)
            case .call(let name, let arguments): return call(name, arguments, negated)
            case .name(let name):
                if name == "true" || name == "false" { return .constant((name == "true") != negated) }
                guard let bound = names[name] else { return .unknown("the name \(name)") }
                return lower(bound, negated: negated)
            default: return .unknown("an expression of another kind")
            }
        }

        private mutating func either(_ left: FilterNode, _ right: FilterNode, _ negated: Bool) -> Truth {
            let (first, second) = (lower(left, negated: negated), lower(right, negated: negated))
            switch (first, second) {
            case (.constant(true), _), (_, .constant(true)): return .constant(true)
            case (.constant(false), let other), (let other, .constant(false)): return other
            case (.any(let some), .any(let more)): return .any(some + more)
            case (.any(let some), .unknown(let what)), (.unknown(let what), .any(let some)):
                notes.append("\(what) is left out")
                return .any(some)
            case (.unknown(let what), .unknown(let other)):
                notes.append("\(what) is left out")
                return .unknown(other)
            }
        }

        private mutating func both(_ left: FilterNode, _ right: FilterNode, _ negated: Bool) -> Truth {
            let (first, second) = (lower(left, negated: negated), lower(right, negated: negated))
            switch (first, second) {
            case (.constant(false), _), (_, .constant(false)): return .constant(false)
            case (.constant(true), let other), (let other, .constant(true)): return other
            case (.unknown(let what), _), (_, .unknown(let what)): return .unknown(what)
            case (.any(let some), .any(let more)):
                guard some.count * more.count <= FilterExpression.maxAlternatives else {
                    return .unknown("a product of too many alternatives")
                }
                var out: [DiscardCondition] = []
                for a in some {
                    for b in more {
                        guard let joined = FilterExpression.joined(a, b) else {
                            return .unknown("two word lists that must both hold")
                        }
                        out.append(joined)
                    }
                }
                return .any(out)
            }
        }

        // MARK: Leaves

        private func call(_ name: String, _ arguments: [FilterNode], _ negated: Bool) -> Truth {
            let plain = name.hasPrefix("filter.") ? String(name.dropFirst(7)) : name
            guard plain == "matchesAny" || plain == "containsAny" else { return .unknown(name) }
            guard arguments.count == 2, let subject = subject(arguments[0]), let list = texts(arguments[1]) else {
                return .unknown("\(name) of something else than the finding's text")
            }
            if subject == .path { return .constant(negated) }
            var test = TextTest()
            switch (plain, negated) {
            case ("matchesAny", false): test.matches = GitleaksReader.merged(list)
            case ("matchesAny", true): test.lacks = GitleaksReader.merged(list)
            case (_, false): test.contains = list
            case (_, true): test.lacks = GitleaksReader.merged(list.map { "(?i)\(FilterExpression.escaped($0))" })
            }
            return test.isEmpty ? .constant(negated) : .any([condition(subject, test)])
        }

        private func condition(_ subject: Subject, _ test: TextTest) -> DiscardCondition {
            switch subject {
            case .value, .path: DiscardCondition(value: test)
            case .match: DiscardCondition(match: test)
            case .line: DiscardCondition(line: test)
            }
        }

        private func compare(_ sign: String, _ left: FilterNode, _ right: FilterNode, _ negated: Bool) -> Truth {
            guard case .call(let name, let arguments) = left, case .number(let number) = right, arguments.count == 1,
                let subject = subject(arguments[0])
            else { return .unknown("the comparison \(sign)") }
            let opposite = ["<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="]
            let sign = negated ? opposite[sign] ?? sign : sign
            switch name {
            case "entropy", "filter.entropy":
                // Between two numbers that entropy is ever compared with, a millionth makes no difference.
                guard subject == .value, sign == "<=" || sign == "<" else { return .unknown("entropy \(sign)") }
                return .any([DiscardCondition(maxEntropy: max(0, sign == "<" ? number - 1e-6 : number))])
            case "len":
                guard number >= 0, number <= 4_096, subject != .path else { return .unknown("len") }
                let count = Int(number)
                let pattern =
                    switch sign {
                    case "==": #"\A[\s\S]{\#(count)}\z"#
                    case ">=": #"\A[\s\S]{\#(count)}"#
                    case ">": #"\A[\s\S]{\#(count + 1)}"#
                    case "<=": #"\A[\s\S]{0,\#(count)}\z"#
                    case "<": #"\A[\s\S]{0,\#(max(0, count - 1))}\z"#
                    default: ""
                    }
                return pattern.isEmpty
                    ? .unknown("len \(sign)") : .any([condition(subject, TextTest(matches: [pattern]))])
            default: return .unknown(name)
            }
        }

        /// Which text an expression stands for.
        private func subject(_ node: FilterNode, depth: Int = 0) -> Subject? {
            guard depth < 50 else { return nil }
            switch node {
            case .name(let name): return names[name].flatMap { subject($0, depth: depth + 1) }
            case .index(.name("finding"), .text(let part)):
                return ["secret": .value, "match": .match, "line": .line][part]
            case .index(.name("attributes"), .text("path")): return .path
            case .call("get", let arguments):
                guard arguments.count >= 2, case .name("attributes") = arguments[0], case .text("path") = arguments[1]
                else { return nil }
                return .path
            case .binary("??", let left, _): return subject(left, depth: depth + 1)
            case .binary("+", let left, let right):
                return subject(right, depth: depth + 1) ?? subject(left, depth: depth + 1)
            case .slice(.index(.name("finding"), .text("fragment_raw")), let from, let to):
                // The match by its own bounds; with room around it, clamped to its line, the line.
                if case .index(.name("finding"), .text("match_start_idx"))? = from,
                    case .index(.name("finding"), .text("match_end_idx"))? = to
                {
                    return .match
                }
                return .line
            default: return nil
            }
        }

        private func texts(_ node: FilterNode) -> [String]? {
            switch node {
            case .text(let text): return text.isEmpty ? nil : [text]
            case .list(let items):
                var out: [String] = []
                for item in items {
                    guard case .text(let text) = item, !text.isEmpty else { return nil }
                    out.append(text)
                }
                return out
            case .name(let name): return names[name].flatMap { if case .list = $0 { texts($0) } else { nil } }
            default: return nil
            }
        }
    }

    /// A regex that matches just this text.
    static func escaped(_ text: String) -> String {
        text.map { $0.isASCII && !$0.isLetter && !$0.isNumber && !$0.isWhitespace ? "\\\($0)" : String($0) }.joined()
    }

    /// One condition that holds if both do; nil if none can say it.
    static func joined(_ a: DiscardCondition, _ b: DiscardCondition) -> DiscardCondition? {
        var out = a
        if let least = b.maxEntropy { out.maxEntropy = min(a.maxEntropy ?? least, least) }
        for part: WritableKeyPath<DiscardCondition, TextTest> in [\.value, \.match, \.line] {
            let (first, second) = (a[keyPath: part], b[keyPath: part])
            guard first.contains.isEmpty || second.contains.isEmpty else { return nil }
            var test = TextTest(contains: first.contains + second.contains, lacks: first.lacks + second.lacks)
            if first.matches.isEmpty || second.matches.isEmpty {
                test.matches = first.matches + second.matches
            } else {
                for left in first.matches {
                    for right in second.matches {
                        test.matches.append(#"\A(?=[\s\S]*?(?:\#(left)))[\s\S]*?(?:\#(right))"#)
                    }
                }
            }
            out[keyPath: part] = test
        }
        return out
    }
}
