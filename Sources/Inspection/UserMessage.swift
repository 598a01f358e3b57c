import Policy
import Primitives
import PromptFormats

/// The sentence that the user reads. Names what, where, and what to do; never a value, nor anything else out of the request, nor a
/// command or token that a model could run.
struct UserMessage {
    /// One finding in the sentence's words.
    struct Subject: Sendable {
        var name: String
        var place: Place
        /// Line from 1, and the kind of text; nil for what is no text.
        var line: Int?
        var kind: TextKind?
        var revoke: String?
        var action: PolicyAction
        var severity: Severity
    }

    var action: PolicyAction
    var subjects: [Subject]
    var destination: String
    var tier: Tier
    var suspension: Suspension?
    var wire: WireRefusal?
    /// Why the model may not be used.
    var model: String?
    var eventID: String?
    var isUnrecorded: Bool

    /// The whole sentence; empty where nothing is to be told.
    var text: String {
        let parts: [String]
        switch action {
        case .allow: return ""
        case .coach: parts = ["Sluice let this prompt pass: \(list()) went to \(destination) (tier: \(tier.rawValue))."]
        case .redact:
            parts = [
                "Sluice sent placeholders instead of what was found: \(list()), to \(destination) (tier: \(tier.rawValue))."
            ]
        case .reroute: parts = rerouting()
        case .justify, .block: parts = refusal()
        }
        return (parts + [closing()]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func refusal() -> [String] {
        if let suspension {
            let subject = suspension.model == nil && suspension.publisher == nil ? destination : "this model"
            let mend = suspension.substituteText.map { "Use \($0) instead." } ?? "Ask for a substitute."
            return ["Sluice stopped this prompt: \(subject) is suspended (\(suspension.reason)).", mend]
        }
        if let wire {
            let sentence = wire.description.prefix(1).uppercased() + wire.description.dropFirst()
            return ["Sluice stopped this prompt to \(destination) (tier: \(tier.rawValue)). \(sentence)."]
        }
        if let model {
            return [
                "Sluice stopped this prompt: this model may not be used at \(destination) (\(model)).",
                "Use another model.",
            ]
        }
        let stopping = strongest()
        guard let first = stopping.first else {
            return [
                "Sluice stopped this prompt: \(destination) may not be used (tier: \(tier.rawValue)).",
                "Use an approved destination.",
            ]
        }
        let it = stopping.count > 1 ? "them" : "it"
        // A part that can't be read can't be replaced either.
        let mend = first.line == nil ? "Remove \(it)." : "Remove \(it) or send \(it) redacted (the README says how)."
        var parts = [
            "Sluice stopped this prompt: \(list()) may not go to \(destination) (tier: \(tier.rawValue)).", mend,
        ]
        if let revoke = first.revoke { parts.append("Already sent elsewhere? Rotate it: \(revoke).") }
        return parts
    }

    private func rerouting() -> [String] {
        let reason = suspension.map { " (\($0.reason))" } ?? ""
        let substitute = suspension?.substituteText ?? "its substitute"
        var parts = [
            "Sluice sent this prompt to \(substitute) instead: the model that it asked for is suspended\(reason)."
        ]
        if subjects.contains(where: { $0.action == .redact }) { parts.append("What was found went as placeholders.") }
        return parts
    }

    private func closing() -> String {
        guard let eventID else { return "" }
        return isUnrecorded ? "Event \(eventID) (unrecorded)." : "Event \(eventID)."
    }

    /// What the action is about, the gravest first.
    private func strongest() -> [Subject] {
        subjects.filter { $0.action == action || (action == .block && $0.action > .redact) }.enumerated()
            .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
    }

    /// Most subjects that are named one by one; the rest is counted.
    private static let maxNamed = 3

    /// What was found, each kind and place once: "A in message 1, line 2; 3 times B in message 1; and 4 more".
    private func list() -> String {
        var groups: [(text: String, count: Int, first: Subject)] = []
        for subject in strongest() {
            let isSame = { (other: Subject) in
                other.name == subject.name && other.place.message == subject.place.message
                    && other.place.role == subject.place.role && other.kind == subject.kind
            }
            if let index = groups.firstIndex(where: { isSame($0.first) }) {
                groups[index].count += 1
            } else {
                groups.append((Self.describe(subject), 1, subject))
            }
        }
        guard !groups.isEmpty else { return "what was found" }
        var parts = groups.prefix(Self.maxNamed).map { group in
            group.count == 1 ? group.text : "\(group.count) times \(group.text) and after"
        }
        let more = groups.dropFirst(Self.maxNamed).reduce(0) { $0 + $1.count }
        if more > 0 { parts.append("and \(more) more") }
        return parts.joined(separator: "; ")
    }

    private static func describe(_ subject: Subject) -> String {
        var text = "\(subject.name) \(placeWords(subject.place))"
        if let line = subject.line { text += ", line \(line)" }
        if let kind = subject.kind { text += " (\(kind.rawValue))" }
        return text
    }

    /// The place in words; a path is the client's own text and does not appear.
    private static func placeWords(_ place: Place) -> String {
        if let message = place.message { return "in message \(message)" }
        return switch place.role {
        case .system: "in the system prompt"
        case .toolDescription: "in a tool's description"
        case .metadata: "in the request's metadata"
        case .tool: "in a tool's result"
        default: "in the request"
        }
    }
}

extension OpaqueItem.Reason {
    /// What it is called in a sentence.
    var words: String {
        switch self {
        case .image: "an image that can't be inspected"
        case .audio: "audio that can't be inspected"
        case .video: "video that can't be inspected"
        case .file: "a file that can't be inspected"
        case .archive: "an archive that can't be inspected"
        case .tokens: "token numbers that can't be inspected"
        case .encoding: "a body in a coding that can't be read"
        case .reference: "a reference to content elsewhere"
        case .duplicateKey: "a field that is given twice"
        case .unknownShape: "a part of unknown shape"
        case .budget: "text that takes too long to inspect in full"
        case .tooLarge: "a part too large to inspect"
        case .sealed: "a sealed part"
        }
    }
}
