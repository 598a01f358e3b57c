import Primitives

/// An event that is a JSON text with nothing around it but space.
struct BareEvent: ReplyEvent {
    let raw: [UInt8]
    /// Bytes of the separator that stands before it.
    var separatorBytes = 0

    var name: [UInt8] { [] }
    var data: [UInt8] { Array(raw[separatorBytes...]) }
    var hasData: Bool { raw[separatorBytes...].contains { $0 > 0x20 } }

    func patched(_ patches: [Patch]) -> [UInt8] {
        raw[..<separatorBytes] + Patch.apply(patches, to: data)
    }
}

/// Cuts a stream of JSON texts, one a line.
struct LineSplitter: ReplyFraming {
    private var pending: [UInt8] = []

    mutating func feed(_ bytes: [UInt8]) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            take(rest[...end], &pieces)
            rest = rest[(end + 1)...]
        }
        take(rest, &pieces)
        return pieces
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ pieces: inout [ReplyPiece]) {
        pending += bytes
        guard pending.last == 0x0A || pending.count > FormatLimits.maxEventBytes else { return }
        pieces.append(
            pending.count > FormatLimits.maxEventBytes ? .oversized(pending) : .event(BareEvent(raw: pending)))
        pending = []
    }

    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return pending
    }

    mutating func last() -> (any ReplyEvent)? {
        guard !pending.isEmpty else { return nil }
        return BareEvent(raw: finish())
    }
}

/// Cuts one JSON array into its elements, as they come, each with the separator before it.
struct ElementSplitter: ReplyFraming {
    static var isOrdered: Bool { true }

    private enum State { case start, between, element, after, lost }

    private var state = State.start
    private var pending: [UInt8] = []
    private var separatorBytes = 0
    private var depth = 0
    private var inString = false
    private var escaped = false

    mutating func feed(_ bytes: [UInt8]) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        for byte in bytes {
            pending.append(byte)
            switch state {
            case .lost: continue
            case .element:
                step(byte)
                if depth == 0 {
                    pieces.append(.event(BareEvent(raw: pending, separatorBytes: separatorBytes)))
                    pending = []
                    state = .between
                } else if pending.count > FormatLimits.maxEventBytes {
                    lose(&pieces)
                }
            case .start:
                if byte == UInt8(ascii: "[") {
                    pieces.append(.other(pending))
                    pending = []
                    state = .between
                } else if !Self.isSpace(byte) {
                    lose(&pieces)
                }
            case .between:
                switch byte {
                case UInt8(ascii: "{"):
                    separatorBytes = pending.count - 1
                    state = .element
                    depth = 1
                case UInt8(ascii: "]"): state = .after
                case UInt8(ascii: ","): break
                default: if !Self.isSpace(byte) || pending.count > FormatLimits.maxEventBytes { lose(&pieces) }
                }
            case .after: if !Self.isSpace(byte) { lose(&pieces) }
            }
        }
        if state == .after || state == .lost, !pending.isEmpty {
            pieces.append(.other(pending))
            pending = []
        }
        return pieces
    }

    /// It is not what it seemed: nothing of the rest is looked at.
    private mutating func lose(_ pieces: inout [ReplyPiece]) {
        pieces.append(.oversized(pending))
        pending = []
        state = .lost
    }

    private mutating func step(_ byte: UInt8) {
        if inString {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}

/// Puts values back into a reply that is one JSON text: an array is a stream of its elements, anything else is held whole.
struct ArrayOrWholeRestorer: ReplyRestorer {
    private var whole: WholeRestorer
    private var stream: StreamRestorer<ElementSplitter>
    /// Nil until the first byte that is no space.
    private var isArray: Bool?

    init(dialect: any ReplyDialect) {
        whole = WholeRestorer(dialect: dialect)
        stream = StreamRestorer(dialect: dialect)
    }

    var restoredCount: Int { whole.restoredCount + stream.restoredCount }
    var mayChangeBytes: Bool { true }

    mutating func feed(_ bytes: [UInt8], restoring resolver: some PlaceholderResolving) -> [UInt8] {
        if isArray == nil, let first = bytes.first(where: { $0 > 0x20 }) { isArray = first == UInt8(ascii: "[") }
        switch isArray {
        // Space before the text is nobody's.
        case nil: return bytes
        case true?: return stream.feed(bytes, restoring: resolver)
        case false?: return whole.feed(bytes, restoring: resolver)
        }
    }

    mutating func finish(restoring resolver: some PlaceholderResolving) -> [UInt8] {
        isArray == true ? stream.finish(restoring: resolver) : whole.finish(restoring: resolver)
    }
}
