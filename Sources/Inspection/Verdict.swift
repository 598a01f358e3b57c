import Policy
import Primitives
import PromptFormats

/// A finding with what policy makes of it. Never holds the value.
public struct JudgedFinding: Sendable, Hashable {
    /// Index into the prompt's segments; nil for a part that could not be inspected.
    public var segment: Int?
    /// Bytes of the segment's text; empty for a part that could not be inspected.
    public var span: ByteSpan
    /// Id of the rule.
    public var ruleID: String
    /// Name of the rule for people.
    public var name: String
    /// Row of the decision table.
    public var dataClass: DataClass
    /// How bad it is.
    public var severity: Severity
    /// From 0 to 1.
    public var confidence: Double
    /// Line in the segment's text, from 1.
    public var line: Int
    /// What policy says about this one.
    public var action: PolicyAction

    /// Makes a judged finding.
    public init(
        segment: Int?, span: ByteSpan, ruleID: String, name: String, dataClass: DataClass, severity: Severity,
        confidence: Double, line: Int, action: PolicyAction
    ) {
        self.segment = segment
        self.span = span
        self.ruleID = ruleID
        self.name = name
        self.dataClass = dataClass
        self.severity = severity
        self.confidence = confidence
        self.line = line
        self.action = action
    }
}

/// A replacement that the channel has to make before it sends.
public struct PromptEdit: Sendable, Hashable {
    /// Index into the prompt's segments.
    public var segment: Int
    /// Bytes of the segment's text; edits of one segment are sorted and don't overlap.
    public var span: ByteSpan
    /// The placeholder.
    public var replacement: [UInt8]

    /// Makes an edit.
    public init(segment: Int, span: ByteSpan, replacement: [UInt8]) {
        self.segment = segment
        self.span = span
        self.replacement = replacement
    }
}

/// What becomes of a prompt.
public struct Verdict: Sendable {
    /// Whether the event stands in the journal.
    public enum Recording: String, Sendable, Codable {
        /// Committed.
        case committed
        /// The journal failed; the verdict holds all the same.
        case unrecorded
        /// Nothing was found: there is nothing to record.
        case notNeeded
    }

    /// The strongest action. Never `justify` or `reroute` on a channel that can't do them; with `reroute` the request goes out with all of
    /// `edits` and `wire`.
    public var action: PolicyAction
    /// What was found, in the order of the prompt.
    public var findings: [JudgedFinding]
    /// What has to be replaced; empty unless `action` is `redact`.
    public var edits: [PromptEdit]
    /// The destination's tier.
    public var tier: Tier
    /// How it came about.
    public var trace: [TraceLine]
    /// The event's short id as it is shown to users, for example "7F3K".
    public var eventID: String?
    /// Whether the event stands in the journal.
    public var recorded: Recording
    /// The sentence for the user; empty for `allow`.
    public var message: String
    /// The terms that hold for the destination, each enforced, attested or assumed.
    public var terms: [HeldTerm] = []
    /// What has to change on the request before it goes out; nothing for a prompt that came without one.
    public var wire = WireEdits()
    /// What to ask `isStillAllowed` with while the reply is under way.
    public var exchange: OpenExchange?

    /// Makes a verdict.
    public init(
        action: PolicyAction, findings: [JudgedFinding] = [], edits: [PromptEdit] = [], tier: Tier,
        trace: [TraceLine] = [], eventID: String? = nil, recorded: Recording = .notNeeded, message: String = ""
    ) {
        self.action = action
        self.findings = findings
        self.edits = edits
        self.tier = tier
        self.trace = trace
        self.eventID = eventID
        self.recorded = recorded
        self.message = message
    }
}

/// The line itself: the only thing that a channel calls.
public protocol Inspecting: Sendable {
    /// Judges a prompt; what has to be recorded is recorded when it returns.
    func inspect(_ prompt: Prompt) async -> Verdict
    /// Keeps what a reply showed of the account that it belongs to, for the requests that follow.
    func observe(_ shown: ShownTerms, within scope: RestoreScope)
    /// Changes of the header that keep other tenants out, for a request that is not looked at otherwise: one to a sign-in service.
    func tenantHeaders(for head: RequestHead, host: String) -> [WireEdits.HeaderEdit]
    /// Whether a reply that is under way may go on. Asked for every piece of a stream and every frame of a WebSocket.
    func isStillAllowed(_ exchange: inout OpenExchange) -> Bool
    /// Records that a reply was broken off. Returns the event's short id.
    func recordBrokenOff(_ exchange: OpenExchange) async -> String
}

extension Inspecting {
    public func observe(_ shown: ShownTerms, within scope: RestoreScope) {}
    public func tenantHeaders(for head: RequestHead, host: String) -> [WireEdits.HeaderEdit] { [] }
    public func isStillAllowed(_ exchange: inout OpenExchange) -> Bool { true }
    public func recordBrokenOff(_ exchange: OpenExchange) async -> String { "" }
}
