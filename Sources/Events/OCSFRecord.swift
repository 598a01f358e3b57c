import Primitives

/// The event in the words of OCSF 1.5 (schema.ocsf.io, class `data_security_finding`, profiles `security_control` and `host`). What OCSF has no
/// word for stands in `unmapped.sluice`.
struct OCSFRecord: Codable {
    static let schemaVersion = "1.5.0"
    static let classUID = 2006

    struct Product: Codable {
        var name = "Sluice"
        var vendor_name = "Sluice"
        var version: String
    }
    struct Metadata: Codable {
        var version = OCSFRecord.schemaVersion
        var product: Product
        var uid: EventID
        var sequence: UInt64
        var profiles = ["security_control", "host"]
    }
    struct FindingInfo: Codable {
        var uid: EventID
        var title: String
        var types: [String]
        var first_seen_time: UInt64
        var last_seen_time: UInt64
    }
    struct User: Codable { var name: String }
    struct Actor: Codable {
        var user: User?
        var app_name: MaskedText?
    }
    struct System: Codable {
        var name: String
        var type_id: Int
    }
    struct Device: Codable {
        var uid: String
        var hostname: String?
        var os: System?
        var type_id = 0
    }
    struct Policy: Codable {
        var name: String
        var uid: String?
    }
    struct DataSecurity: Codable {
        /// In transit.
        var data_lifecycle_state_id = 2
        /// Endpoint.
        var detection_system_id = 1
        var policy: Policy?
    }
    struct Extension: Codable {
        var kind: EventKind
        var action: RecordedAction?
        var origin: OriginRecord?
        var destination: DestinationRecord?
        var policy: PolicyRecord?
        var findings: [FindingRecord]
        var omitted_findings: Int
        var opaque: [String]
        var inspected_bytes: Int?
        var inspection_us: Int?
        var gap: GapRecord?
        var usage: [UsageRecord]?
        var previous: String
    }
    struct Unmapped: Codable { var sluice: Extension }

    var class_uid = OCSFRecord.classUID
    var category_uid = 2
    var activity_id: Int
    var type_uid: Int
    var severity_id: Int
    var time: UInt64
    var count: UInt64
    var status_id = 1
    var action_id: Int
    var disposition_id: Int
    var metadata: Metadata
    var finding_info: FindingInfo
    var actor: Actor?
    var device: Device
    var data_security: DataSecurity
    var unmapped: Unmapped
}

extension OCSFRecord {
    init(_ event: Event) {
        let content = event.content
        activity_id = event.updates == nil ? 1 : 2
        type_uid = Self.classUID * 100 + activity_id
        severity_id = Self.severityID(content.severity)
        time = content.milliseconds
        count = event.count
        (action_id, disposition_id) = Self.outcome(content.action)
        metadata = Metadata(
            product: Product(version: event.productVersion), uid: content.id, sequence: event.sequence)
        finding_info = FindingInfo(
            uid: event.finding, title: content.title, types: Self.types(content),
            first_seen_time: content.milliseconds, last_seen_time: event.lastSeen)
        if let origin = content.origin {
            actor = Actor(user: origin.user.map { User(name: $0) }, app_name: origin.application)
        }
        device = Device(
            uid: event.device.uid, hostname: event.device.hostname,
            os: event.device.system.map { System(name: $0, type_id: Self.systemID($0)) })
        data_security = DataSecurity(policy: content.policy.map { Policy(name: $0.name, uid: $0.digest) })
        unmapped = Unmapped(
            sluice: Extension(
                kind: content.kind, action: content.action, origin: content.origin, destination: content.destination,
                policy: content.policy, findings: content.findings, omitted_findings: content.omittedFindings,
                opaque: content.opaque, inspected_bytes: content.inspectedBytes,
                inspection_us: content.inspectionMicroseconds, gap: content.gap,
                usage: content.usage.isEmpty ? nil : content.usage, previous: event.previousHash))
    }

    /// The data classes found, each once, in order.
    private static func types(_ content: EventDraft) -> [String] {
        var seen: Set<DataClass> = []
        return content.findings.map(\.dataClass).filter { seen.insert($0).inserted }.map(\.rawValue)
    }

    private static func severityID(_ severity: Severity?) -> Int {
        switch severity {
        case nil: 1
        case .low: 2
        case .medium: 3
        case .high: 4
        case .critical: 5
        }
    }

    private static func severity(_ id: Int) -> Severity? {
        switch id {
        case 2: .low
        case 3: .medium
        case 4: .high
        case 5...: .critical
        default: nil
        }
    }

    /// `action_id` (1 allowed, 2 denied, 0 none taken) and `disposition_id` (1 allowed, 2 blocked, 11 corrected, 14 delayed, 17 logged, 19 alert).
    private static func outcome(_ action: RecordedAction?) -> (Int, Int) {
        switch action {
        case nil: (0, 17)
        case .allow: (1, 1)
        case .coach: (1, 19)
        case .redact, .reroute: (1, 11)
        case .justify: (2, 14)
        case .block: (2, 2)
        }
    }

    private static func systemID(_ name: String) -> Int {
        switch name {
        case "Linux": 200
        case "macOS": 300
        default: 0
        }
    }

    /// The event again; parts are made anew, so that their limits hold for hostile bytes too.
    func event() -> Event {
        let inner = unmapped.sluice
        let content = EventDraft(
            id: metadata.uid, kind: inner.kind, milliseconds: time, title: finding_info.title,
            severity: Self.severity(severity_id), action: inner.action, origin: inner.origin?.bounded,
            destination: inner.destination?.bounded, policy: inner.policy?.bounded,
            findings: inner.findings.map(\.bounded), omittedFindings: inner.omitted_findings, opaque: inner.opaque,
            inspectedBytes: inner.inspected_bytes, inspectionMicroseconds: inner.inspection_us, gap: inner.gap?.bounded,
            usage: inner.usage?.map(\.bounded) ?? [])
        return Event(
            content: content, sequence: metadata.sequence, previousHash: inner.previous,
            device: DeviceRecord(uid: device.uid, hostname: device.hostname, system: device.os?.name),
            productVersion: metadata.product.version, count: count, lastSeen: finding_info.last_seen_time,
            updates: activity_id == 2 ? finding_info.uid : nil)
    }
}

extension Event: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try OCSFRecord(from: decoder)
        guard record.class_uid == OCSFRecord.classUID else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "class_uid is not \(OCSFRecord.classUID)"))
        }
        self = record.event()
    }

    public func encode(to encoder: any Encoder) throws { try OCSFRecord(self).encode(to: encoder) }
}
