import Policy

/// A selection of the display.
public enum ClipboardSelection: String, Sendable, Hashable, CaseIterable {
    /// What Ctrl-C fills.
    case clipboard
    /// What the mouse marks and the middle button pastes.
    case primary
}

/// The policy's section with nothing left open.
public struct ClipboardRules: Sendable, Hashable, Codable {
    /// How far the clipboard is guarded.
    public var mode: ClipboardPolicy.Mode
    /// For AI applications.
    public var application: ClipboardPolicy.Answer
    /// For browsers on an AI site.
    public var likely: ClipboardPolicy.Answer
    /// For those that can't be told.
    public var unknown: ClipboardPolicy.Answer
    /// Whether PRIMARY is guarded as well.
    public var primary: Bool

    /// Fills what is open with the balanced preset's words.
    public init(_ policy: ClipboardPolicy = ClipboardPolicy()) {
        mode = policy.mode ?? .guarded
        application = policy.application ?? .redact
        likely = policy.likely ?? .redact
        unknown = policy.unknown ?? .original
        primary = policy.primary ?? false
    }
}

/// A text of a selection in UTF-8, with the target that it was read from.
public struct ClipboardText: Sendable, Hashable {
    /// The target's name.
    public var target: String
    /// The text.
    public var text: [UInt8]

    /// Makes a text.
    public init(target: String, text: [UInt8]) {
        self.target = target
        self.text = text
    }
}

/// Something of a selection that is no text, or that was not read in full.
public struct ClipboardPart: Sendable, Hashable, Codable {
    /// Why it can't be inspected.
    public enum Reason: String, Sendable, Hashable, Codable {
        case image, file, tooLarge = "too-large", budget
    }

    /// Why it can't be inspected.
    public var reason: Reason
    /// The target's name.
    public var target: String

    /// Makes a part.
    public init(_ reason: Reason, target: String) {
        self.reason = reason
        self.target = target
    }
}

/// For what a judgement is asked.
public enum ClipboardPurpose: Sendable, Hashable {
    /// Somebody has copied; nothing leaves yet.
    case copy
    /// Somebody asks for it: the catalogue's surface, nil for an unknown one, how certain that is, and what policy lets him have.
    case paste(surface: String?, grade: Requestor.Grade, answer: ClipboardPolicy.Answer)
}

/// A judgement that is asked for.
public struct ClipboardQuestion: Sendable, Hashable {
    /// For what.
    public var purpose: ClipboardPurpose
    /// The texts.
    public var texts: [ClipboardText]
    /// What is no text.
    public var parts: [ClipboardPart]
    /// The program that copied or asks; it is masked before it is stored.
    public var program: String?

    /// Makes a question.
    public init(
        purpose: ClipboardPurpose, texts: [ClipboardText], parts: [ClipboardPart] = [], program: String? = nil
    ) {
        self.purpose = purpose
        self.texts = texts
        self.parts = parts
        self.program = program
    }
}

/// One finding, without its value.
public struct ClipboardFinding: Sendable, Hashable, Codable {
    /// Id of the rule.
    public var rule: String
    /// Its name for people.
    public var name: String
    /// Index of the text; nil for what could not be inspected.
    public var text: Int?
    /// Line in that text, from 1.
    public var line: Int
    /// What the table says.
    public var action: PolicyAction

    /// Makes a finding.
    public init(rule: String, name: String, text: Int?, line: Int, action: PolicyAction) {
        self.rule = rule
        self.name = name
        self.text = text
        self.line = line
        self.action = action
    }
}

/// A judgement.
public struct ClipboardVerdict: Sendable, Hashable, Codable {
    /// The strongest action; at most `coach` for a copy.
    public var action: PolicyAction
    /// What was found.
    public var findings: [ClipboardFinding]
    /// The texts with placeholders, in the question's order; nil unless `action` is `redact`.
    public var redacted: [[UInt8]]?
    /// Short id of the event.
    public var event: String?
    /// Why, in the words of catalogue and policy.
    public var trace: [String]
    /// Name of the destination for people.
    public var destination: String?
    /// The rules that are in force now.
    public var rules: ClipboardRules

    /// Makes a verdict.
    public init(
        action: PolicyAction, findings: [ClipboardFinding] = [], redacted: [[UInt8]]? = nil, event: String? = nil,
        trace: [String] = [], destination: String? = nil, rules: ClipboardRules = ClipboardRules()
    ) {
        self.action = action
        self.findings = findings
        self.redacted = redacted
        self.event = event
        self.trace = trace
        self.destination = destination
        self.rules = rules
    }
}

/// What the clipboard needs of the agent: its own process's line, or the control socket.
public protocol ClipboardLine: Sendable {
    /// Judges; the event stands in the journal when it returns. Nil where nobody can judge now.
    func judge(_ question: ClipboardQuestion) async -> ClipboardVerdict?
    /// The rules in force; nil where nobody can say.
    func rules() async -> ClipboardRules?
    /// Records that the user calls a finding harmless, or lets a text pass. Returns the event's short id.
    func record(_ word: ClipboardWord) async -> String?
}

/// What a human says about the clipboard; an event of its own.
public struct ClipboardWord: Sendable, Hashable, Codable {
    /// What is said.
    public enum Sort: String, Sendable, Hashable, Codable {
        /// The text may be pasted anywhere for a time.
        case release
        /// What was found is not sensitive.
        case notSensitive = "not-sensitive"
    }

    /// What is said.
    public var sort: Sort
    /// Short id of the event that it is about.
    public var about: String?
    /// Ids of the rules.
    public var rules: [String]
    /// Where it was said: "notification" or "terminal".
    public var place: String
    /// The user's reason; it is inspected before it is stored.
    public var reason: String?

    /// Makes a word.
    public init(sort: Sort, about: String?, rules: [String], place: String, reason: String? = nil) {
        self.sort = sort
        self.about = about
        self.rules = rules
        self.place = place
        self.reason = reason
    }
}

/// Something that the user is told.
public enum ClipboardNotice: Sendable, Hashable {
    /// Something was found in a copy; nothing was changed.
    case found(ClipboardVerdict)
    /// The clipboard now holds placeholders for everybody.
    case replaced(ClipboardVerdict)
    /// A destination got placeholders, or nothing.
    case answered(ClipboardVerdict, refused: Bool)
    /// Something was found, and the clipboard can't be guarded: why.
    case notGuarded(ClipboardVerdict, reason: String)
}
