import Clipboard
import FoundationEssentials
import Gateway

/// What is said over the control socket: frames of a 32-bit length (network byte order) and that many bytes of JSON. One question, one
/// answer, any number of times on a connection.
public enum ControlProtocol {
    /// Largest question, in bytes.
    public static let maxQuestionBytes = 16 << 20
    /// Largest answer, in bytes.
    public static let maxAnswerBytes = 16 << 20
    /// Connections at a time.
    public static let maxConnections = 32
    /// Seconds that a connection may stay silent.
    public static let idleSeconds: Int64 = 60
}

/// A question to the agent.
public struct ControlQuestion: Codable, Sendable {
    /// What is asked.
    public enum Operation: String, Codable, Sendable {
        /// How the agent stands.
        case status
        /// Load pack and policy again.
        case reload
        /// Judge texts: for hooks and the browser's host.
        case inspect
        /// Record that an assistant tried to switch the gate off.
        case attempt
        /// Write what was counted of usage into the journal now.
        case usage
        /// The clipboard.
        case clipboard
    }

    /// What is asked.
    public var op: Operation
    /// With `inspect`: what to judge.
    public var prompt: ControlPrompt?
    /// With `attempt`: what was tried.
    public var attempt: ControlAttempt?
    /// With `clipboard`.
    public var clipboard: ControlClipboard?

    /// Makes a question about the clipboard.
    public init(clipboard: ControlClipboard) {
        op = .clipboard
        self.clipboard = clipboard
    }

    /// Makes a question.
    public init(_ op: Operation, prompt: ControlPrompt? = nil, attempt: ControlAttempt? = nil) {
        self.op = op
        self.prompt = prompt
        self.attempt = attempt
    }
}

/// Texts to judge.
public struct ControlPrompt: Codable, Sendable {
    /// "hook", "clipboard", "cli".
    public var channel: String
    /// Surface of the catalogue that they are about to go to, for example "claude-api".
    public var surface: String
    /// The program that asks; it is masked before it is stored.
    public var application: String?
    /// The model, where it is known.
    public var model: String?
    /// The conversation, where the host names one; placeholders hold within it.
    public var conversation: String?
    /// The texts, in order.
    public var texts: [ControlText]
    /// What could not be read as text: reasons as `OpaqueItem.Reason` names them, with their places.
    public var opaque: [ControlOpaque]

    /// Makes a prompt.
    public init(
        channel: String, surface: String, application: String?, model: String? = nil, conversation: String? = nil,
        texts: [ControlText], opaque: [ControlOpaque] = []
    ) {
        self.channel = channel
        self.surface = surface
        self.application = application
        self.model = model
        self.conversation = conversation
        self.texts = texts
        self.opaque = opaque
    }
}

/// One text of a prompt.
public struct ControlText: Codable, Sendable {
    /// The text.
    public var text: String
    /// Where it stands.
    public var path: String
    /// Who speaks, as `Place.Role` names it.
    public var role: String
    /// Whether another text can take its place.
    public var rewritable: Bool

    /// Makes a text.
    public init(_ text: String, path: String, role: String = "user", rewritable: Bool = true) {
        self.text = text
        self.path = path
        self.role = role
        self.rewritable = rewritable
    }
}

/// A part that could not be read as text.
public struct ControlOpaque: Codable, Sendable {
    /// The reason, as `OpaqueItem.Reason` names it.
    public var reason: String
    /// Where it stands.
    public var path: String

    /// Makes a part.
    public init(reason: String, path: String) {
        self.reason = reason
        self.path = path
    }
}

/// An assistant's attempt to switch the gate off.
public struct ControlAttempt: Codable, Sendable {
    /// Name of the assistant.
    public var host: String
    /// What was tried, as `TamperGuard.Attempt` names it.
    public var kind: String

    /// Makes an attempt.
    public init(host: String, kind: String) {
        self.host = host
        self.kind = kind
    }
}

/// The agent's answer.
public struct ControlAnswer: Codable, Sendable {
    /// What went wrong; nil if nothing did.
    public var error: String?
    /// With `status`.
    public var status: AgentStatus?
    /// With `reload`: what is in force now.
    public var reloaded: String?
    /// With `inspect`.
    public var verdict: ControlVerdict?
    /// With `attempt`: short id of the event.
    public var recorded: String?
    /// With `clipboard`.
    public var clipboard: ControlClipboardAnswer?

    /// Makes an answer.
    public init(
        error: String? = nil, status: AgentStatus? = nil, reloaded: String? = nil, verdict: ControlVerdict? = nil,
        recorded: String? = nil, clipboard: ControlClipboardAnswer? = nil
    ) {
        self.clipboard = clipboard
        self.recorded = recorded
        self.error = error
        self.status = status
        self.reloaded = reloaded
        self.verdict = verdict
    }
}

/// A verdict as a hook reads it.
public struct ControlVerdict: Codable, Sendable {
    /// "allow", "coach", "redact", "justify", "reroute", "block".
    public var action: String
    /// The sentence for the user; empty for "allow".
    public var message: String
    /// Short id of the event.
    public var event: String?
    /// The texts as they may leave; nil unless `action` is "redact".
    public var texts: [String]?
}

/// How the agent stands.
public struct AgentStatus: Codable, Sendable {
    /// The journal and its delivery.
    public struct Events: Codable, Sendable {
        /// Highest sequence number in the journal.
        public var last: UInt64
        /// Highest that the collector has confirmed.
        public var delivered: UInt64
        /// Events that could not be written yet and are held in memory.
        public var unrecorded: Int
        /// Events that were given up.
        public var lost: UInt64
        /// Where a damaged journal was put.
        public var setAside: String?
        /// The last failure to write.
        public var failure: String?
        /// The collector's base URL.
        public var collector: String?
        /// Where delivery stands, in words.
        public var delivery: String
    }

    /// A provider that is served.
    public struct Provider: Codable, Sendable {
        public var id: String
        public var surface: String
        public var upstream: String
    }

    public var version: String
    public var pid: Int32
    /// Port of the gateway.
    public var port: Int
    /// Name of the policy preset.
    public var preset: String
    /// The policy file; nil where the preset alone is in force.
    public var policy: String?
    /// The pack's file.
    public var pack: String
    public var rules: Int
    /// Digest of pack and policy.
    public var snapshot: String
    public var providers: [Provider]
    public var events: Events
    /// Numbers of the gateway.
    public var gateway: Gateway.Numbers
    /// Seconds since the agent started.
    public var uptimeSeconds: Int64
    /// Why the last reload failed; nil if it did not.
    public var reloadFailure: String?
    /// False where other processes of the user may read the agent's memory.
    public var memoryIsClosed: Bool
    /// The device's certificate authority.
    public var certificates: CertificateStatus
    /// The clipboard, where this process watches it.
    public var clipboard: ClipboardStanding
}

enum ControlCoding {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

extension AgentStatus {
    /// The fields as `sluice agent status` shows them.
    public var fields: [(name: String, value: String)] {
        var out = [
            ("version", version), ("pid", "\(pid)"), ("gateway", "http://127.0.0.1:\(port)"), ("port", "\(port)"),
            ("preset", preset), ("policy", policy ?? "none: the preset alone"), ("pack", pack), ("rules", "\(rules)"),
            ("snapshot", snapshot),
        ]
        out += providers.map { ("upstream", "\($0.id) -> \($0.upstream) (\($0.surface))") }
        out += [
            ("events", "\(events.last) in all, \(events.delivered) delivered"),
            ("collector", events.collector ?? "none"),
            ("delivery", events.delivery),
        ]
        if let fingerprint = certificates.fingerprint, let day = certificates.lastDay {
            out.append(("ca", "SHA-256 \(fingerprint)"))
            out.append(("ca-until", "\(day), for \(certificates.names) names with all below each"))
        }
        if let problem = certificates.problem { out.append(("ca-problem", problem)) }
        out.append(("clipboard", clipboard.summary))
        if let file = events.setAside { out.append(("set-aside", file)) }
        if let failure = events.failure {
            out.append(("journal-failure", "\(failure); \(events.unrecorded) events wait in memory"))
        }
        if let reloadFailure { out.append(("reload-failure", reloadFailure)) }
        out += [("connections", "\(gateway.connections)"), ("uptime", "\(uptimeSeconds) s")]
        return out
    }

    /// All of it as JSON.
    public var json: String {
        get throws { String(decoding: try ControlCoding.encode(self), as: UTF8.self) }
    }
}
