import Crypto
import FoundationEssentials

/// The one encoding of events: JSON with sorted keys, no blanks and no escaped slashes.
public enum EventCoding {
    /// Why bytes are no event.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// Larger than `EventLimits.maxEventBytes` even without findings, or a batch past its limits.
        case tooLarge(bytes: Int)
        /// Not JSON, or not of this schema; says where.
        case malformed(String)

        public var description: String {
            switch self {
            case .tooLarge(let bytes): "an event or batch of \(bytes) bytes is past the limit"
            case .malformed(let reason): "not an event of this schema: \(reason)"
            }
        }
    }

    /// The event's bytes, at most `EventLimits.maxEventBytes`: findings are left out from the end, and counted, until it fits.
    public static func encode(_ event: Event) throws -> [UInt8] {
        var content = event.content
        while true {
            let fitted = Event(
                content: content, sequence: event.sequence, previousHash: event.previousHash, device: event.device,
                productVersion: event.productVersion, count: event.count, lastSeen: event.lastSeen,
                updates: event.updates)
            let bytes = Array(try encoder().encode(fitted))
            if bytes.count <= EventLimits.maxEventBytes { return bytes }
            guard content.halveFindings() else { throw Failure.tooLarge(bytes: bytes.count) }
        }
    }

    /// Reads one event; texts longer than their limits are cut, as hostile bytes may come in.
    public static func decode(_ bytes: [UInt8]) throws(Failure) -> Event {
        guard bytes.count <= EventLimits.maxEventBytes else { throw .tooLarge(bytes: bytes.count) }
        return try decodeValue(Event.self, bytes)
    }

    /// SHA-256 of an event's bytes in hex: what the next event carries as `previousHash`.
    public static func hash(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    static func decodeValue<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(Failure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw .malformed(describe(error))
        } catch {
            throw .malformed("not JSON")
        }
    }

    /// Names the place and the reason, never the value that stood there.
    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "missing \(path(context))\(EventLimits.identifier(key.stringValue))"
        case .typeMismatch(_, let context): "wrong type at \(path(context))"
        case .valueNotFound(_, let context): "null at \(path(context))"
        case .dataCorrupted(let context): context.codingPath.isEmpty ? "not JSON" : "bad value at \(path(context))"
        @unknown default: "not JSON"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.prefix(16).map { EventLimits.identifier($0.stringValue) + "." }.joined()
    }
}
