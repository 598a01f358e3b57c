import Classifier
import Events
import Primitives
import PromptFormats
import Synchronization

@testable import Inspection
@testable import Policy

/// A journal in memory that can be told to fail.
final class MemoryJournal: EventRecording {
    struct Failure: Error {}
    struct State {
        var drafts: [(draft: EventDraft, durable: Bool)] = []
        var repeats: [EventID] = []
        var fails = false
        var forgets = false
    }

    private let state = Mutex(State())

    var drafts: [EventDraft] { state.withLock { $0.drafts.map(\.draft) } }
    var durable: [Bool] { state.withLock { $0.drafts.map(\.durable) } }
    var repeats: [EventID] { state.withLock { $0.repeats } }

    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func record(_ draft: EventDraft, durable: Bool) async throws {
        try state.withLock { state in
            if state.fails { throw Failure() }
            state.drafts.append((draft, durable))
        }
    }

    /// From now on the journal holds none of the earlier events.
    func forget() { state.withLock { $0.forgets = true } }

    func countRepeat(of event: EventID) async -> Bool {
        state.withLock { state in
            state.repeats.append(event)
            return !state.forgets
        }
    }

    /// Waits until so many repeats were counted; they are not waited for by the line.
    func repeats(_ count: Int) async -> [EventID] {
        while repeats.count < count { await Task.yield() }
        return repeats
    }

    /// All events as the journal would store them.
    func bytes() throws -> String {
        try drafts.map { draft in
            let event = Event(
                content: draft, sequence: 1, previousHash: Event.noHash, device: DeviceRecord(uid: "device"),
                productVersion: "1")
            return String(decoding: try EventCoding.encode(event), as: UTF8.self)
        }.joined(separator: "\n")
    }
}

/// One line with real rules and a small policy.
struct Line {
    static let deviceKey = [UInt8](repeating: 7, count: 32)

    let inspector: Inspector
    let journal = MemoryJournal()
    let vault: Vault
    let holder: SnapshotHolder

    init(
        threads: ScanThreads = ScanThreads(), rules: [RuleDefinition] = Line.rules, limits: ScanLimits = .standard,
        usage: UsageLedger? = nil, _ change: (inout PolicyDocument) -> Void = { _ in }
    ) throws {
        vault = Vault(deviceKey: Self.deviceKey)
        holder = SnapshotHolder(try Self.snapshot(rules: rules, limits: limits, change))
        inspector = Inspector(
            snapshots: holder, journal: journal, vault: vault, deviceKey: Self.deviceKey, threads: threads,
            usage: usage, milliseconds: { 1_795_478_400_000 })
    }

    static func snapshot(
        rules: [RuleDefinition] = Line.rules, limits: ScanLimits = .standard, digest: [UInt8] = [1],
        _ change: (inout PolicyDocument) -> Void = { _ in }
    ) throws -> Snapshot {
        var document = PolicyDocument(
            tiers: ["good-api": .approved, "fair-api": .tolerated, "bad-api": .forbidden],
            table: [
                "credential": TableRow(approved: .allow, tolerated: .redact, unapproved: .block, forbidden: .block),
                "personal": TableRow(approved: .allow, tolerated: .redact, unapproved: .redact, forbidden: .block),
                "opaque": TableRow(approved: .allow, tolerated: .coach, unapproved: .block, forbidden: .block),
            ])
        change(&document)
        let engine = try PolicyEngine(document, catalogue: catalogue())
        return Snapshot(
            rules: try RuleSet(rules), rulesDigest: digest, engine: engine, policyDigest: [2], limits: limits)
    }

    static func catalogue() throws -> Catalogue {
        try Catalogue([
            Provider(
                id: "vendor", name: "Vendor", jurisdiction: "US", ownership: "", dataRegions: "", provenance: "",
                restrictions: "", modelPatterns: [], gatewaySurface: nil,
                surfaces: ["good-api", "fair-api", "dim-api", "bad-api"].map { id in
                    ProviderSurface(
                        id: id, name: id == "fair-api" ? "Fair API" : id, kind: .api, plan: "",
                        hosts: ["vendor.example"],
                        local: false, training: .no, trainingNote: "", optOut: "", retentionDays: 30,
                        abuseMonitoringDays: nil, zeroRetention: "", humanReview: "", controls: [], tenantHeaders: [],
                        accountEvidence: [], remoteModels: [], notes: "",
                        sources: ["https://vendor.example/terms (2026)"], verified: true, checked: "2026-11-24")
                })
        ])
    }

    static let rules = [
        RuleDefinition(
            id: "acme.token", name: "Acme token", severity: .critical,
            anchors: [.literal(Array("acme_".utf8), caseSensitive: true)], regex: #"\bacme_[0-9a-zA-Z]{32}\b"#,
            confidence: 0.9, fingerprint: .org, publicPrefix: "acme_", revoke: "https://acme.example/tokens"),
        RuleDefinition(
            id: "generic.password", name: "Password", anchors: [.literal(Array("password".utf8), caseSensitive: false)],
            regex: #"(?i)password["']?\s*[:=]\s*["']?([^\s"']{6,64})"#),
        RuleDefinition(
            id: "pii.email", name: "E-mail address", kind: .pii, dataClass: .personal, severity: .medium,
            anchors: [.shape(.email)], regex: #"\b[a-z.]{1,40}@[a-z.]{1,40}\.[a-z]{2,8}\b"#),
    ]

    /// A fresh token each time, so that none stands in the source.
    static func token() -> String {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return "acme_" + String((0..<32).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }

    static func scope(
        client: String = "editor", credential: [UInt8] = [1], destination: String = "vendor/fair-api",
        conversation: String? = nil
    ) -> RestoreScope {
        RestoreScope(client: client, credential: credential, destination: destination, conversation: conversation)
    }

    static func prompt(
        _ texts: [String], to surface: String = "fair-api", opaque: [OpaqueItem] = [], scope: RestoreScope = scope(),
        oneGroup: Bool = false, rewritable: Bool = true, role: Place.Role = .user
    ) -> Prompt {
        let segments = texts.enumerated().map { index, text in
            PromptSegment(
                text: Array(text.utf8),
                place: Place(path: "messages[\(index)].content", message: index + 1, role: role),
                group: oneGroup ? 0 : index, rewritable: rewritable)
        }
        return Prompt(
            segments: segments, opaque: opaque,
            destination: Destination(provider: "vendor", surface: surface, host: "vendor.example", model: "gpt-4o"),
            channel: .gateway, application: "editor", user: "alice", scope: scope)
    }
}

extension Line {
    /// A prompt as a channel makes it that sends the request itself. The surface need not be the catalogue's.
    static func request(
        _ body: String, provider: String = "vendor", surface: String = "fair-api", path: String = "/v1/responses",
        headers: [(name: String, value: String)] = [], isReadable: Bool = true, groups: [String] = []
    ) throws -> Prompt {
        let head = RequestHead(provider: provider, method: "POST", path: path, headers: headers)
        let format = RequestFormats.match(head)
        let bytes = Array(body.utf8)
        let request = try format.parse(bytes, of: head)
        var prompt = prompt(request.segments.map { String(decoding: $0.text, as: UTF8.self) }, to: surface)
        prompt.destination.model = request.model
        prompt.destination.otherModels = Array(request.models.dropFirst())
        prompt.groups = groups
        prompt.wire = WireSubject(
            head: head, request: request, body: bytes, format: format, host: "vendor.example", isReadable: isReadable)
        return prompt
    }
}

extension Verdict {
    /// The request's body with all changes made.
    func body(of prompt: Prompt) -> String {
        guard let subject = prompt.wire else { return "" }
        let edits = self.edits.map { RequestEdit(segment: $0.segment, span: $0.span, replacement: $0.replacement) }
        return String(decoding: subject.request.splice(edits, wire, into: subject.body), as: UTF8.self)
    }

    /// The prompt's texts with the edits made.
    func applied(to prompt: Prompt) -> [String] {
        prompt.segments.enumerated().map { index, segment in
            var text = segment.text
            for edit in edits.reversed() where edit.segment == index {
                text.replaceSubrange(edit.span.range, with: edit.replacement)
            }
            return String(decoding: text, as: UTF8.self)
        }
    }
}
