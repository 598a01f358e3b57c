import Primitives

/// What an event tells of.
public enum EventKind: String, Sendable, Codable, CaseIterable {
    /// A verdict on a prompt.
    case verdict
    /// Events were evicted before they were delivered: `EventDraft.gap` says which.
    case gap
    /// Something about the product itself: a journal set aside, a failed reload.
    case health
    /// An attempt of a coding assistant to switch the gate off or to speak for the user, refused.
    case tamper
    /// Which programs used which destinations in a period: `EventDraft.usage` counts.
    case usage
    /// A human's word: a release with its reason, a finding that he calls not sensitive.
    case statement
}

/// An action as recorded, weakest first; the same words as policy's.
public enum RecordedAction: String, Sendable, Codable, CaseIterable, Comparable {
    case allow, coach, redact, justify, reroute, block

    private var rank: Int {
        switch self {
        case .allow: 0
        case .coach: 1
        case .redact: 2
        case .justify: 3
        case .reroute: 4
        case .block: 5
        }
    }

    /// Orders from the weakest to the strongest.
    public static func < (a: RecordedAction, b: RecordedAction) -> Bool { a.rank < b.rank }
}

/// Who and what sent the prompt.
public struct OriginRecord: Sendable, Hashable, Codable {
    /// "gateway", "proxy", "clipboard", "hook", "cli".
    public internal(set) var channel: String
    /// The program, masked but for well-known names.
    public internal(set) var application: MaskedText?
    /// The login name, as the system gives it.
    public internal(set) var user: String?

    /// Masks `application`; `user` is the system's word and is only cut.
    public init(channel: String, application: String? = nil, user: String? = nil) {
        self.channel = EventLimits.identifier(channel)
        self.application = application.map { MaskedText(masking: $0, as: .client) }
        self.user = user.map { EventLimits.plain($0, to: EventLimits.maxNameBytes) }
    }
}

/// A term of use and how far it is certain.
public struct TermRecord: Sendable, Hashable, Codable {
    /// "no-training", "zero-retention", …
    public internal(set) var name: String
    /// "enforced", "attested" or "assumed".
    public internal(set) var standing: String

    public init(name: String, standing: String) {
        self.name = EventLimits.plain(name, to: EventLimits.maxNameBytes)
        self.standing = EventLimits.identifier(standing)
    }
}

/// What the catalogue knew of the destination when the verdict fell.
public struct ProviderFacts: Sendable, Hashable, Codable {
    /// Who runs the inference.
    public internal(set) var runBy: String?
    public internal(set) var jurisdiction: String?
    /// "yes", "no", "opt-out", …
    public internal(set) var trainsByDefault: String?
    public internal(set) var retention: String?
    public internal(set) var terms: [TermRecord]
    /// Link to the source of the facts.
    public internal(set) var source: String?
    /// Day on which they were looked up, "2026-05-01".
    public internal(set) var checked: String?

    /// Texts of the catalogue, cut to `EventLimits`.
    public init(
        runBy: String? = nil, jurisdiction: String? = nil, trainsByDefault: String? = nil, retention: String? = nil,
        terms: [TermRecord] = [], source: String? = nil, checked: String? = nil
    ) {
        let line = { (text: String?) in text.map { EventLimits.plain($0, to: EventLimits.maxLineBytes) } }
        self.runBy = line(runBy)
        self.jurisdiction = line(jurisdiction)
        self.trainsByDefault = line(trainsByDefault)
        self.retention = line(retention)
        self.terms = Array(terms.prefix(EventLimits.maxTerms))
        self.source = EventLimits.link(source)
        self.checked = checked.map(EventLimits.identifier)
    }

    enum CodingKeys: String, CodingKey {
        case jurisdiction, retention, terms, source, checked
        case runBy = "run_by"
        case trainsByDefault = "trains_by_default"
    }
}

/// A field, header or feature of the request itself that policy had a say in.
public struct ControlRecord: Sendable, Hashable, Codable {
    /// Its name: "store", "provider.zdr", "batches".
    public internal(set) var name: String
    /// "set" by us, "kept" as the client had set it, "stripped", or "refused".
    public internal(set) var outcome: String

    public init(name: String, outcome: String) {
        self.name = EventLimits.plain(name, to: EventLimits.maxNameBytes)
        self.outcome = EventLimits.identifier(outcome)
    }
}

/// Where the prompt was going.
public struct DestinationRecord: Sendable, Hashable, Codable {
    /// Catalogue id ("openai").
    public internal(set) var provider: String
    /// The provider's name for people ("OpenAI").
    public internal(set) var providerName: String?
    /// Catalogue id of the surface ("openai-api").
    public internal(set) var surface: String
    /// The surface's name for people ("OpenAI API").
    public internal(set) var surfaceName: String?
    /// "approved", "tolerated", "unapproved" or "forbidden".
    public internal(set) var tier: String
    /// Masked but for known families.
    public internal(set) var model: MaskedText?
    /// The host, in clear only if the catalogue knows it (`isKnownHost`).
    public internal(set) var host: String?
    public internal(set) var facts: ProviderFacts?
    /// What policy did to the request itself; nil for nothing.
    public internal(set) var controls: [ControlRecord]?

    /// Ids and names are the catalogue's; `model` is masked, and so is `host` unless it `isKnownHost`.
    public init(
        provider: String, providerName: String? = nil, surface: String, surfaceName: String? = nil, tier: String,
        model: String? = nil, host: String? = nil, isKnownHost: Bool = false, facts: ProviderFacts? = nil,
        controls: [ControlRecord] = []
    ) {
        let name = { (text: String?) in text.map { EventLimits.plain($0, to: EventLimits.maxNameBytes) } }
        self.provider = EventLimits.identifier(provider)
        self.providerName = name(providerName)
        self.surface = EventLimits.identifier(surface)
        self.surfaceName = name(surfaceName)
        self.tier = EventLimits.identifier(tier)
        self.model = model.map { MaskedText(masking: $0, as: .model) }
        self.host = name(isKnownHost ? host : host.map { ShapeMask.text.mask($0) })
        self.facts = facts
        self.controls = controls.isEmpty ? nil : Array(controls.prefix(EventLimits.maxControls))
    }

    enum CodingKeys: String, CodingKey {
        case provider, surface, tier, model, host, facts, controls
        case providerName = "provider_name"
        case surfaceName = "surface_name"
    }
}

/// One step that led to the verdict.
public struct TraceStep: Sendable, Hashable, Codable {
    /// "fact", "attestation", "tier", "cell", "override", "floor", "suspend", "result", …
    public internal(set) var step: String
    /// The line, made of the catalogue's and the policy's words only.
    public internal(set) var text: String

    public init(step: String, text: String) {
        self.step = EventLimits.identifier(step)
        self.text = EventLimits.plain(text, to: EventLimits.maxLineBytes)
    }
}

/// Under which policy the verdict fell.
public struct PolicyRecord: Sendable, Hashable, Codable {
    /// Name of the preset or policy ("balanced").
    public internal(set) var name: String
    /// Digest of the snapshot (rules, policy, catalogue) in hex.
    public internal(set) var digest: String?
    public internal(set) var trace: [TraceStep]

    public init(name: String, digest: String? = nil, trace: [TraceStep] = []) {
        self.name = EventLimits.plain(name, to: EventLimits.maxNameBytes)
        self.digest = digest.map(EventLimits.identifier)
        self.trace = Array(trace.prefix(EventLimits.maxTraceSteps))
    }
}

/// Which events can't be delivered any more. The collector may hold some of them: what it does not hold of them is lost.
public struct GapRecord: Sendable, Hashable, Codable {
    /// First evicted sequence number.
    public internal(set) var first: UInt64
    /// Last evicted sequence number.
    public internal(set) var last: UInt64
    /// SHA-256 of the last evicted row, in hex: the chain goes on behind it.
    public internal(set) var lastHash: String
    /// HMAC-SHA-256 of `first:last:lastHash` under the device's key, in hex; nil without a key.
    public internal(set) var signature: String?

    public init(first: UInt64, last: UInt64, lastHash: String, signature: String? = nil) {
        self.first = first
        self.last = last
        self.lastHash = EventLimits.identifier(lastHash)
        self.signature = signature.map(EventLimits.identifier)
    }

    enum CodingKeys: String, CodingKey {
        case first, last, signature
        case lastHash = "last_hash"
    }
}

/// An event before the journal has given it its place: what happened, without sequence number and hash.
public struct EventDraft: Sendable, Hashable {
    public internal(set) var id: EventID
    public internal(set) var kind: EventKind
    /// When the verdict fell, in milliseconds since 1970.
    public internal(set) var milliseconds: UInt64
    /// One line for people, of the product's and the pack's words only ("GitHub token stopped").
    public internal(set) var title: String
    /// Nil: informational.
    public internal(set) var severity: Severity?
    /// Nil for what is no verdict.
    public internal(set) var action: RecordedAction?
    public internal(set) var origin: OriginRecord?
    public internal(set) var destination: DestinationRecord?
    public internal(set) var policy: PolicyRecord?
    public private(set) var findings: [FindingRecord]
    /// Findings that did not fit.
    public private(set) var omittedFindings: Int
    /// Kinds of what could not be inspected ("image", "budget", "coding").
    public internal(set) var opaque: [String]
    /// Bytes of text that were inspected.
    public internal(set) var inspectedBytes: Int?
    /// Time from the whole prompt to the verdict, in microseconds.
    public internal(set) var inspectionMicroseconds: Int?
    public internal(set) var gap: GapRecord?
    /// Of a usage event: what was used, at most `EventLimits.maxUsage`.
    public internal(set) var usage: [UsageRecord]

    /// Cuts every part to `EventLimits`; `title` may hold nothing from a prompt.
    public init(
        id: EventID, kind: EventKind = .verdict, milliseconds: UInt64, title: String, severity: Severity? = nil,
        action: RecordedAction? = nil, origin: OriginRecord? = nil, destination: DestinationRecord? = nil,
        policy: PolicyRecord? = nil, findings: [FindingRecord] = [], omittedFindings: Int = 0, opaque: [String] = [],
        inspectedBytes: Int? = nil, inspectionMicroseconds: Int? = nil, gap: GapRecord? = nil,
        usage: [UsageRecord] = []
    ) {
        self.id = id
        self.kind = kind
        self.milliseconds = min(milliseconds, EventID.maxMilliseconds)
        self.title = EventLimits.plain(title, to: EventLimits.maxLineBytes)
        self.severity = severity
        self.action = action
        self.origin = origin
        self.destination = destination
        self.policy = policy
        self.findings = Array(findings.prefix(EventLimits.maxFindings))
        self.omittedFindings = max(omittedFindings, 0) + max(findings.count - EventLimits.maxFindings, 0)
        self.opaque = opaque.prefix(EventLimits.maxOpaque).map(EventLimits.identifier)
        self.inspectedBytes = inspectedBytes
        self.inspectionMicroseconds = inspectionMicroseconds
        self.gap = gap
        self.usage = Array(usage.prefix(EventLimits.maxUsage))
    }

    /// Leaves out the later half of the findings, and counts them; false when there is none left to leave out.
    mutating func halveFindings() -> Bool {
        guard !findings.isEmpty else { return false }
        let kept = findings.count / 2
        omittedFindings += findings.count - kept
        findings.removeLast(findings.count - kept)
        return true
    }

    /// The same event for an update: under a new id and without its findings, which the first event tells.
    public func repeated(as id: EventID) -> EventDraft {
        EventDraft(
            id: id, kind: kind, milliseconds: milliseconds, title: title, severity: severity, action: action,
            origin: origin,
            destination: destination, policy: policy.map { PolicyRecord(name: $0.name, digest: $0.digest) },
            omittedFindings: omittedFindings + findings.count, opaque: opaque, inspectedBytes: inspectedBytes)
    }
}
