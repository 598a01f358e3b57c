import Primitives

/// Cuts a stream of `application/vnd.amazon.eventstream` into its messages.
///
/// A message is: its length and its headers' length (32 bits each, big-endian), the CRC-32 of those eight bytes, headers, payload, and the
/// CRC-32 of all before it. Source: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html (event stream encoding)
struct FrameSplitter: ReplyFraming {
    private var pending: [UInt8] = []
    private var isLost = false

    mutating func feed(_ bytes: [UInt8]) -> [ReplyPiece] {
        pending += bytes
        var pieces: [ReplyPiece] = []
        var at = 0
        while !isLost, pending.count - at >= EventFrame.preludeBytes {
            let length = EventFrame.number(pending[at...])
            // What is no frame, or is larger than any that is held, ends the looking.
            guard length >= EventFrame.minBytes, length <= FormatLimits.maxEventBytes else {
                isLost = true
                break
            }
            guard pending.count - at >= length else { break }
            guard let frame = EventFrame(Array(pending[at..<at + length])) else {
                isLost = true
                break
            }
            pieces.append(.event(frame))
            at += length
        }
        pending.removeFirst(at)
        if isLost, !pending.isEmpty { pieces.append(.oversized(finish())) }
        return pieces
    }

    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}

/// One message of an event stream. Its name is its event type; an exception's is `exception`.
struct EventFrame: ReplyEvent {
    static let preludeBytes = 12
    /// A message without headers and payload: prelude and checksum.
    static let minBytes = 16
    private static let stringType: UInt8 = 7

    let raw: [UInt8]
    private(set) var name: [UInt8] = []
    private(set) var data: [UInt8] = []
    private var payload: Range<Int>
    /// Where in the payload the base64 stands that holds the data; nil if the payload itself is the data.
    private var wrapped: ByteSpan?

    var hasData: Bool { !data.isEmpty }

    /// Nil if lengths or checksums do not agree.
    init?(_ raw: [UInt8]) {
        let headers = Self.number(raw[4...])
        guard raw.count >= Self.minBytes, Self.number(raw[0...]) == raw.count, headers <= raw.count - Self.minBytes,
            Self.number(raw[8...]) == Int(CRC32.of(raw[..<8])),
            Self.number(raw[(raw.count - 4)...]) == Int(CRC32.of(raw[..<(raw.count - 4)]))
        else { return nil }
        self.raw = raw
        payload = Self.preludeBytes + headers..<raw.count - 4
        guard let fields = Self.headers(raw[Self.preludeBytes..<payload.lowerBound]) else { return nil }
        name =
            fields[":message-type"].map { $0 == Array("event".utf8) } ?? true
            ? fields[":event-type"] ?? [] : Array("exception".utf8)
        data = Array(raw[payload])
        if name.elementsEqual("chunk".utf8) { unwrap() }
    }

    /// A model's own event stands as base64 in the field `bytes`.
    private mutating func unwrap() {
        guard let tape = try? JSONParser.parse(data), let node = tape.member(JSONTape.root, "bytes"),
            tape.kind(node) == .string, let inner = Base64.decode(tape.bytes[tape.inside(node).range])
        else { return }
        wrapped = tape.inside(node)
        data = inner
    }

    func patched(_ patches: [Patch]) -> [UInt8] {
        guard !patches.isEmpty else { return raw }
        var body = Patch.apply(patches, to: data)
        if let wrapped {
            body = Patch.apply([Patch(span: wrapped, bytes: Base64.encode(body))], to: Array(raw[payload]))
        }
        var out = Self.bytes(raw.count - payload.count + body.count) + raw[4..<8]
        out += Self.bytes(Int(CRC32.of(out[...])))
        out += raw[Self.preludeBytes..<payload.lowerBound] + body
        return out + Self.bytes(Int(CRC32.of(out[...])))
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } }

    private static func bytes(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// The headers that are strings; nil if they can't be taken apart.
    private static func headers(_ bytes: ArraySlice<UInt8>) -> [String: [UInt8]]? {
        var out: [String: [UInt8]] = [:]
        var rest = bytes
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        while let length = rest.first {
            guard let name = take(1 + Int(length))?.dropFirst(), let type = take(1)?.first else { return nil }
            var value: ArraySlice<UInt8>?
            switch type {
            case 0, 1: value = []
            case 2: value = take(1)
            case 3: value = take(2)
            case 4: value = take(4)
            case 5, 8: value = take(8)
            case 6, stringType:
                guard let size = take(2) else { return nil }
                value = take(size.reduce(0) { $0 << 8 | Int($1) })
            case 9: value = take(16)
            default: return nil
            }
            guard let value else { return nil }
            if type == stringType { out[String(decoding: name, as: UTF8.self)] = Array(value) }
        }
        return out
    }
}

/// CRC-32 as in IEEE 802.3, reflected, polynomial 0xEDB88320.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF as UInt32) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 255)] }
    }
}
