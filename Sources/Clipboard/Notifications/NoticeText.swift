/// What a notification says. Names of rules, lines, destinations; never a value, nor anything else of the text.
public struct NoticeText: Sendable, Hashable {
    /// What the user can answer.
    public enum Answer: String, Sendable, Hashable, CaseIterable {
        case release, why
        case notSensitive = "not-sensitive"

        /// The button.
        public var label: String {
            switch self {
            case .release: "Release"
            case .why: "Why"
            case .notSensitive: "Not sensitive"
            }
        }
    }

    /// The first line.
    public var summary: String
    /// The rest, in plain text.
    public var body: String
    /// The buttons.
    public var answers: [Answer]

    /// Longest body, in characters: desktops cut what is longer.
    public static let maxCharacters = 600
    /// Findings that are named; the rest is counted.
    static let maxNamed = 3

    init(summary: String, body: String, answers: [Answer]) {
        self.summary = summary
        self.body = String(body.prefix(Self.maxCharacters))
        self.answers = answers
    }

    /// The notice in words. `folded` is how many others it stands for.
    public init(_ notice: ClipboardNotice, folded: Int = 0) {
        let more = folded == 0 ? "" : folded == 1 ? " One more notice since." : " \(folded) more notices since."
        let verdict = notice.verdict
        let found = Self.list(verdict.findings)
        let event = verdict.event.map { " Event \($0)." } ?? ""
        switch notice {
        case .found:
            self.init(
                summary: "The clipboard holds something sensitive",
                body: "\(found). It was not changed.\(event)\(more)", answers: [.why, .notSensitive])
        case .replaced:
            self.init(
                summary: "The clipboard now holds placeholders",
                body: "Found: \(found). Release gives the original back for a minute.\(event)\(more)",
                answers: [.release, .why, .notSensitive])
        case .answered(_, let refused):
            let target = verdict.destination ?? "a program that may not have it"
            self.init(
                summary: refused ? "Nothing was pasted into \(target)" : "Placeholders were pasted into \(target)",
                body: "Found: \(found). Release lets you paste the original for a minute.\(event)\(more)",
                answers: [.release, .why, .notSensitive])
        case .notGuarded(_, let reason):
            self.init(
                summary: "The clipboard holds something sensitive, and is not guarded",
                body: "\(found). It can be pasted anywhere: \(reason).\(event)\(more)", answers: [.why, .notSensitive])
        }
    }

    /// The answer to Why.
    public static func reasons(_ verdict: ClipboardVerdict) -> NoticeText {
        let lines = verdict.trace.isEmpty ? ["Nothing more is known."] : verdict.trace
        return NoticeText(
            summary: "Why: \(list(verdict.findings))", body: lines.map { "• \($0)" }.joined(separator: "\n"),
            answers: [])
    }

    private static func list(_ findings: [ClipboardFinding]) -> String {
        var order: [(name: String, line: Int, count: Int)] = []
        // The same value stands in the plain text and in the HTML: the first text tells.
        let first = findings.compactMap(\.text).min()
        for finding in findings where finding.text == first && finding.text != nil {
            if let index = order.firstIndex(where: { $0.name == finding.name }) {
                order[index].count += 1
            } else {
                order.append((finding.name, finding.line, 1))
            }
        }
        var parts = order.prefix(maxNamed).map { entry in
            entry.count == 1
                ? "\(entry.name) in line \(entry.line)" : "\(entry.count) times \(entry.name) from line \(entry.line)"
        }
        if order.count > maxNamed { parts.append("\(order.count - maxNamed) more") }
        return parts.isEmpty ? "something that can't be inspected" : parts.joined(separator: ", ")
    }
}

extension ClipboardNotice {
    /// The judgement behind it.
    public var verdict: ClipboardVerdict {
        switch self {
        case .found(let verdict), .replaced(let verdict), .answered(let verdict, _), .notGuarded(let verdict, _):
            verdict
        }
    }
}

/// One notification in five seconds; what comes in between is folded into the next.
public struct NoticeThrottle: Sendable {
    /// Shortest time between two notifications, in milliseconds.
    public static let milliseconds: UInt64 = 5_000

    private var last: UInt64?
    private var held: ClipboardNotice?
    private var folded = 0

    /// Starts with nothing shown.
    public init() {}

    /// When the notice that is held back is to be shown; nil without one.
    public var deadline: UInt64? { held == nil ? nil : last.map { $0 + Self.milliseconds } }

    /// Takes a notice at a time in milliseconds; returns what is to be shown now.
    public mutating func take(_ notice: ClipboardNotice, at now: UInt64) -> (notice: ClipboardNotice, folded: Int)? {
        if let last, now < last + Self.milliseconds {
            folded += held == nil ? 0 : 1
            held = notice
            return nil
        }
        last = now
        return (notice, 0)
    }

    /// The notice that was held back, once its time has come.
    public mutating func due(at now: UInt64) -> (notice: ClipboardNotice, folded: Int)? {
        guard let held, let deadline, now >= deadline else { return nil }
        defer {
            self.held = nil
            folded = 0
            last = now
        }
        return (held, folded)
    }
}
