import Primitives

/// Where in the prompt something was found. All texts are masked.
public struct PlaceRecord: Sendable, Hashable, Codable {
    /// Masked JSON path or file name ("messages[2].content[0].text").
    public internal(set) var path: MaskedText?
    /// Message of the conversation, from 1.
    public internal(set) var message: Int?
    /// Who speaks in it: "system", "user", "assistant", "tool", …
    public internal(set) var role: String?
    /// Line within the text, from 1.
    public internal(set) var line: Int?
    /// Column within the line, from 1, in Unicode scalars.
    public internal(set) var column: Int?
    /// What sort of text it is ("log output"), from the product's own closed list.
    public internal(set) var textKind: String?

    /// Masks `path`; `role` and `textKind` are the product's own words.
    public init(
        path: String? = nil, message: Int? = nil, role: String? = nil, line: Int? = nil, column: Int? = nil,
        textKind: String? = nil
    ) {
        self.path = path.map { MaskedText(masking: $0, as: .path, maxBytes: EventLimits.maxPathBytes) }
        self.message = message
        self.role = role.map(EventLimits.identifier)
        self.line = line
        self.column = column
        self.textKind = textKind.map { EventLimits.plain($0, to: EventLimits.maxNameBytes) }
    }

    enum CodingKeys: String, CodingKey {
        case path, message, role, line, column
        case textKind = "text_kind"
    }
}

/// A fingerprint of a found value: equal for equal values under one key, and no way back to the value.
public struct FingerprintRecord: Sendable, Hashable, Codable {
    /// Who holds the key: "org" (may be compared over devices) or "device".
    public internal(set) var scope: String
    /// HMAC-SHA-256 in lower-case hex.
    public internal(set) var value: String

    /// Takes the raw HMAC bytes.
    public init(scope: String, hmac: [UInt8]) {
        self.scope = EventLimits.identifier(scope)
        value = EventLimits.identifier(Hex.encode(hmac.prefix(32)))
    }
}

/// One finding of a verdict, without the value.
public struct FindingRecord: Sendable, Hashable, Codable {
    /// The rule's stable id ("github.pat.classic").
    public internal(set) var rule: String
    /// The rule's name ("GitHub personal access token (classic)").
    public internal(set) var name: String
    public internal(set) var kind: FindingKind
    public internal(set) var dataClass: DataClass
    public internal(set) var severity: Severity
    /// 0 to 1.
    public internal(set) var confidence: Double
    /// What policy said for this finding.
    public internal(set) var action: RecordedAction
    public internal(set) var place: PlaceRecord
    /// Name of the key that the value stood under, masked but for well-known names ("password").
    public internal(set) var key: MaskedText?
    /// Length of the value, in bytes, rounded up to a multiple of eight so that it gives nothing away.
    public internal(set) var lengthClass: Int
    /// Encodings through which it was seen, outermost first.
    public internal(set) var views: [ViewKind]
    /// Why the score is what it is: names from the classifier's closed list.
    public internal(set) var reasons: [String]
    public internal(set) var excerpt: MaskedExcerpt?
    public internal(set) var fingerprint: FingerprintRecord?
    /// Where to rotate a value of this kind.
    public internal(set) var revoke: String?
    /// How many occurrences this record stands for; at least 1.
    public internal(set) var count: Int

    /// Cuts every part to `EventLimits`. `rule`, `name`, `reasons` and `revoke` come from the pack and the classifier, never from a prompt.
    public init(
        rule: String, name: String, kind: FindingKind, dataClass: DataClass, severity: Severity, confidence: Double,
        action: RecordedAction, place: PlaceRecord = PlaceRecord(), key: String? = nil, length: Int = 0,
        views: [ViewKind] = [], reasons: [String] = [], excerpt: MaskedExcerpt? = nil,
        fingerprint: FingerprintRecord? = nil, revoke: String? = nil, count: Int = 1
    ) {
        self.rule = EventLimits.identifier(rule)
        self.name = EventLimits.plain(name, to: EventLimits.maxNameBytes)
        self.kind = kind
        self.dataClass = DataClass(rawValue: EventLimits.identifier(dataClass.rawValue))
        self.severity = severity
        // Three decimals: the same text on every machine.
        self.confidence = ((confidence.isFinite ? min(max(confidence, 0), 1) : 0) * 1000).rounded() / 1000
        self.action = action
        self.place = place
        self.key = key.map { MaskedText(masking: $0) }
        lengthClass = (min(max(length, 0), 1 << 40) + 7) / 8 * 8
        self.views = views.prefix(EventLimits.maxViews).map { ViewKind(rawValue: EventLimits.identifier($0.rawValue)) }
        self.reasons = reasons.prefix(EventLimits.maxReasons).map(EventLimits.identifier)
        self.excerpt = excerpt
        self.fingerprint = fingerprint
        self.revoke = EventLimits.link(revoke)
        self.count = max(count, 1)
    }

    enum CodingKeys: String, CodingKey {
        case rule, name, kind, severity, confidence, action, place, key, views, reasons, excerpt, fingerprint, revoke,
            count
        case dataClass = "class"
        case lengthClass = "length_class"
    }
}

/// Lower-case hexadecimal.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two characters a byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Nil unless `text` is an even number of hexadecimal digits.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let nibbles = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x61 + 10
            case 0x41...0x46: byte - 0x41 + 10
            default: nil
            }
        }
        guard nibbles.count == text.utf8.count, nibbles.count % 2 == 0 else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }
}
