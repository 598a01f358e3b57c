import Events
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives

@testable import Collector

/// Events that look like an agent's, without any value in them.
enum Sample {
    static let start: UInt64 = 1_790_000_000_000

    static func finding(
        rule: String = "github.pat.classic", name: String = "GitHub token", dataClass: DataClass = .credential,
        severity: Severity = .critical, action: RecordedAction = .block
    ) -> FindingRecord {
        let text = Array("ERROR deploy token=abcdefgh failed".utf8)
        return FindingRecord(
            rule: rule, name: name, kind: .secret, dataClass: dataClass, severity: severity, confidence: 0.97,
            action: action,
            place: PlaceRecord(path: "messages[2].content", message: 3, role: "user", line: 14, textKind: "log output"),
            key: "token", length: 40, views: [.json], reasons: ["format_matches"],
            excerpt: MaskedExcerpt(text: text, finding: ByteSpan(start: 19, end: 27)),
            fingerprint: FingerprintRecord(scope: "org", hmac: Array(repeating: 0xAB, count: 32)),
            revoke: "https://github.com/settings/tokens")
    }

    static func draft(
        at milliseconds: UInt64 = start, id: EventID? = nil, title: String = "GitHub token stopped",
        action: RecordedAction = .block, provider: String = "openai", providerName: String = "OpenAI",
        surfaceName: String = "OpenAI API", tier: String = "tolerated", user: String = "mei",
        application: String = "curl",
        findings: [FindingRecord] = [finding()]
    ) -> EventDraft {
        EventDraft(
            id: id ?? EventID(milliseconds: milliseconds), milliseconds: milliseconds, title: title,
            severity: .critical, action: action,
            origin: OriginRecord(channel: "gateway", application: application, user: user),
            destination: DestinationRecord(
                provider: provider, providerName: providerName, surface: provider + "-api", surfaceName: surfaceName,
                tier: tier, model: "gpt-5", host: "api.openai.com", isKnownHost: true,
                facts: ProviderFacts(
                    runBy: "OpenAI", jurisdiction: "US", trainsByDefault: "no", retention: "30 days",
                    terms: [TermRecord(name: "no-training", standing: "attested")],
                    source: "https://openai.com/policies", checked: "2026-10-02")),
            policy: PolicyRecord(
                name: "balanced", digest: "4be2c1f0",
                trace: [
                    TraceStep(step: "fact", text: "OpenAI API is run by OpenAI"),
                    TraceStep(step: "cell", text: "credential to tolerated: block"),
                ]),
            findings: findings, inspectedBytes: 4_096, inspectionMicroseconds: 210)
    }

    static func event(
        _ sequence: UInt64, device: String = "device-1", _ draft: EventDraft? = nil, count: UInt64 = 1,
        lastSeen: UInt64? = nil, updates: EventID? = nil
    ) -> Event {
        Event(
            content: draft ?? self.draft(at: start + sequence * 1000), sequence: sequence, previousHash: Event.noHash,
            device: DeviceRecord(uid: device, hostname: device + ".local", system: "Linux"), productVersion: "0.1.0",
            count: count, lastSeen: lastSeen, updates: updates)
    }

    static func batch(
        _ events: [Event], device: String = "device-1", journal: String = "journal-1", oldest: UInt64? = nil
    ) -> EventBatch {
        EventBatch(device: device, journal: journal, oldest: oldest ?? events.first?.sequence ?? 1, events: events)
    }

    static func body(_ batch: EventBatch) throws -> ByteBuffer {
        ByteBuffer(
            bytes: EventBatch.encode(
                device: batch.device, journal: batch.journal, oldest: batch.oldest,
                encodedEvents: try batch.events.map { try EventCoding.encode($0) }))
    }
}

/// A folder of its own for one test, removed at the end.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("collector-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A collector over a store of its own, served on a real port for the time of one test.
struct TestCollector {
    static let token = "test-token-0123456789abcdef0123456789abcdef"

    let folder: TemporaryFolder
    let store: any EventStore
    let collector: CollectorApplication

    init(
        limits: CollectorLimits = .standard, store: (any EventStore)? = nil,
        clock: @escaping @Sendable () -> UInt64 = { Sample.start + 3_600_000 }
    ) throws {
        folder = try TemporaryFolder()
        self.store = try store ?? SQLiteEventStore(path: folder.file("c.db"), limits: limits)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        collector = CollectorApplication(
            store: self.store, token: EnrolmentToken(value: Self.token), limits: limits, logger: logger, clock: clock)
    }

    func run<Value>(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value) async throws -> Value {
        let value = try await collector.application(host: "127.0.0.1", port: 0).test(.live, body)
        await store.close()
        return value
    }
}

extension TestClientProtocol {
    /// Delivers a batch as an agent does.
    func deliver(_ body: ByteBuffer, token: String? = TestCollector.token, headers: HTTPFields = [:]) async throws
        -> TestResponse
    {
        var headers = headers
        headers[.contentType] = "application/json"
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await execute(uri: "/api/v1/events", method: .post, headers: headers, body: body)
    }

    func deliver(_ batch: EventBatch) async throws -> TestResponse { try await deliver(try Sample.body(batch)) }

    func page(_ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers)
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    func json() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        return object as? [String: Any] ?? [:]
    }

    var errorCode: String? { (try? json()["error"] as? [String: Any])?["code"] as? String }
}
