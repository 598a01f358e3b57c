import Clipboard
import FoundationEssentials
import Policy

/// With `clipboard`: what is asked of whoever watches it, or of the agent by the session's helper.
public struct ControlClipboard: Codable, Sendable {
    /// What is asked.
    public enum Ask: String, Codable, Sendable {
        /// How it stands.
        case standing
        /// Let the text be pasted anywhere for a time: a human's word.
        case release
        /// Of the agent: judge a copy or a paste.
        case judge
        /// Of the agent: the policy's section.
        case rules
        /// Of the agent: record a human's word that the helper has heard.
        case word
    }

    /// What is asked.
    public var ask: Ask
    /// With `release`: for how long.
    public var seconds: Int?
    /// With `release`: why.
    public var reason: String?
    /// With `judge`.
    public var question: Question?
    /// With `word`.
    public var word: ClipboardWord?

    /// Makes a question.
    public init(_ ask: Ask, seconds: Int? = nil, reason: String? = nil) {
        self.ask = ask
        self.seconds = seconds
        self.reason = reason
    }

    /// `ClipboardQuestion` on the wire; texts stand as base64.
    public struct Question: Codable, Sendable {
        var surface: String?
        /// Nil for a copy.
        var grade: Requestor.Grade?
        var answer: ClipboardPolicy.Answer?
        var targets: [String]
        var texts: [Data]
        var parts: [ClipboardPart]
        var program: String?

        init(_ question: ClipboardQuestion) {
            if case .paste(let surface, let grade, let answer) = question.purpose {
                self.surface = surface
                self.grade = grade
                self.answer = answer
            }
            targets = question.texts.map(\.target)
            texts = question.texts.map { Data($0.text) }
            parts = question.parts
            program = question.program
        }

        var question: ClipboardQuestion {
            ClipboardQuestion(
                purpose: grade.map { .paste(surface: surface, grade: $0, answer: answer ?? .refuse) } ?? .copy,
                texts: zip(targets, texts).map { ClipboardText(target: $0, text: Array($1)) }, parts: parts,
                program: program)
        }
    }
}

/// The answer to `clipboard`.
public struct ControlClipboardAnswer: Codable, Sendable {
    /// With `standing`.
    public var standing: ClipboardStanding?
    /// With `release`: seconds that it holds.
    public var released: Int?
    /// With `release` and `word`: short id of the event.
    public var event: String?
    /// With `rules`.
    public var rules: ClipboardRules?
    /// With `judge`.
    public var verdict: Verdict?

    /// `ClipboardVerdict` on the wire.
    public struct Verdict: Codable, Sendable {
        var verdict: ClipboardVerdict
        var redacted: [Data]?

        init(_ verdict: ClipboardVerdict) {
            self.verdict = verdict
            self.verdict.redacted = nil
            redacted = verdict.redacted.map { $0.map { Data($0) } }
        }

        var whole: ClipboardVerdict {
            var whole = verdict
            whole.redacted = redacted.map { $0.map { Array($0) } }
            return whole
        }
    }

    init(
        standing: ClipboardStanding? = nil, released: Int? = nil, event: String? = nil, rules: ClipboardRules? = nil,
        verdict: Verdict? = nil
    ) {
        self.standing = standing
        self.released = released
        self.event = event
        self.rules = rules
        self.verdict = verdict
    }
}

/// The clipboard's line from a session's helper: the agent's control socket.
struct SocketClipboardLine: ClipboardLine {
    let path: String
    /// Seconds to wait for an answer.
    static let seconds = 5
    /// Most bytes of text that go over the socket, whose frames are limited; base64 adds a third.
    static let maxTextBytes = ControlProtocol.maxQuestionBytes / 4 * 3 - (256 << 10)

    func judge(_ given: ClipboardQuestion) async -> ClipboardVerdict? {
        var question = given
        var bytes = 0
        question.texts = given.texts.filter { text in
            bytes += text.text.count
            if bytes <= Self.maxTextBytes { return true }
            question.parts.append(ClipboardPart(.tooLarge, target: text.target))
            return false
        }
        // A paste is answered in full or not at all.
        if question.texts.count < given.texts.count, question.purpose != .copy { return nil }
        var asked = ControlClipboard(.judge)
        asked.question = .init(question)
        return await ask(asked)?.verdict?.whole
    }

    func rules() async -> ClipboardRules? { await ask(ControlClipboard(.rules))?.rules }

    func record(_ word: ClipboardWord) async -> String? {
        var asked = ControlClipboard(.word)
        asked.word = word
        return await ask(asked)?.event
    }

    private func ask(_ question: ControlClipboard) async -> ControlClipboardAnswer? {
        let client = ControlClient(path: path, seconds: Self.seconds)
        // The client blocks; the helper has nothing else to do meanwhile but the clipboard, which has its own thread.
        return try? client.ask(ControlQuestion(clipboard: question)).clipboard
    }
}

extension ClipboardStanding {
    /// All of it as JSON.
    public var json: String {
        get throws { String(decoding: try ControlCoding.encode(self), as: UTF8.self) }
    }
}
