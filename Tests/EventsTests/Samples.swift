import Events
import Primitives

/// A verdict as the line makes one. `secret` stands in the text that the excerpt is cut from.
func sampleDraft(
    secret: String = "", findings: Int = 1, milliseconds: UInt64 = 1_790_000_000_000,
    revoke: String = "https://example.com/rotate"
) -> EventDraft {
    let line = "2026-05-01T10:00:00Z ERROR password=\(secret) marmalade lantern"
    let bytes = Array(line.utf8)
    let start = Array("2026-05-01T10:00:00Z ERROR password=".utf8).count
    let span = ByteSpan(start: start, end: start + secret.utf8.count)
    let finding = FindingRecord(
        rule: "generic.password", name: "Password", kind: .secret, dataClass: .credential, severity: .high,
        confidence: 0.91234, action: .block,
        place: PlaceRecord(
            path: "messages[2].content[0].text", message: 3, role: "user", line: 14, column: 36, textKind: "log output"),
        key: "password", length: secret.utf8.count, views: [.json], reasons: ["context"],
        excerpt: MaskedExcerpt(text: bytes, finding: span),
        fingerprint: FingerprintRecord(scope: "device", hmac: [1, 2, 255]),
        revoke: revoke)
    return EventDraft(
        id: EventID(milliseconds: milliseconds), milliseconds: milliseconds, title: "Password stopped", severity: .high,
        action: .block, origin: OriginRecord(channel: "gateway", application: "openai-python/1.68.2", user: "ada"),
        destination: DestinationRecord(
            provider: "openai", providerName: "OpenAI", surface: "openai-api", surfaceName: "OpenAI API",
            tier: "tolerated",
            model: "gpt-4o-mini", host: "api.openai.com", isKnownHost: true,
            facts: ProviderFacts(
                runBy: "OpenAI", jurisdiction: "US", trainsByDefault: "no", retention: "30 days",
                terms: [TermRecord(name: "no training", standing: "assumed")], source: "https://openai.com/policies",
                checked: "2026-05-01"),
            controls: [ControlRecord(name: "store", outcome: "set")]),
        policy: PolicyRecord(
            name: "balanced", digest: "abcdef", trace: [TraceStep(step: "cell", text: "credential x tolerated = block")]
        ),
        findings: Array(repeating: finding, count: findings), opaque: ["image"], inspectedBytes: 512,
        inspectionMicroseconds: 90)
}

func sampleEvent(_ draft: EventDraft, sequence: UInt64 = 7) -> Event {
    Event(
        content: draft, sequence: sequence, previousHash: Event.noHash,
        device: DeviceRecord(uid: "d1", hostname: "box", system: "Linux"), productVersion: "0.1.0")
}
