import Primitives

/// Cuts a stream of server-sent events into events (WHATWG HTML, section 9.2.6).
struct EventSplitter: ReplyFraming {
    private var pending: [UInt8] = []
    private var lineStart = 0
    private var endsWithCR = false

    /// Takes the next bytes; returns the pieces that are complete.
    mutating func feed(_ bytes: [UInt8]) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        for byte in bytes {
            if pending.count == FormatLimits.maxEventBytes {
                pieces.append(.oversized(pending))
                pending = []
                lineStart = 0
                endsWithCR = false
            }
            if endsWithCR {
                endsWithCR = false
                // The line feed of CR LF belongs to the line that the carriage return ended.
                if byte == 0x0A {
                    pending.append(byte)
                    endLine(&pieces, terminatorLength: 2)
                    continue
                }
                endLine(&pieces, terminatorLength: 1)
            }
            pending.append(byte)
            if byte == 0x0A { endLine(&pieces, terminatorLength: 1) }
            endsWithCR = byte == 0x0D
        }
        return pieces
    }

    /// What is left of an event that was not ended.
    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return pending
    }

    private mutating func endLine(_ pieces: inout [ReplyPiece], terminatorLength: Int) {
        let isEmpty = pending.count - lineStart == terminatorLength
        if isEmpty {
            pieces.append(.event(ServerEvent(pending)))
        } else if lineStart == 0, pending[0] == UInt8(ascii: ":") {
            pieces.append(.other(pending))
        } else {
            lineStart = pending.count
            return
        }
        pending = []
        lineStart = 0
    }
}

/// One server-sent event.
struct ServerEvent: ReplyEvent {
    let raw: [UInt8]
    /// Value of its `event` field; empty without one.
    private(set) var name: [UInt8] = []
    /// Its data, lines joined with line feeds.
    private(set) var data: [UInt8] = []
    /// Lines of data in `raw`, each from its first byte to behind its end.
    private var dataLines: [Range<Int>] = []
    /// Where the data begins in `raw`, if it is one line.
    private var dataStart = 0

    init(_ raw: [UInt8]) {
        self.raw = raw
        // A byte order mark may stand at the start of the stream.
        var at = raw.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while at < raw.count {
            let lineEnd = raw[at...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? raw.count
            var next = min(lineEnd + 1, raw.count)
            if lineEnd + 1 < raw.count, raw[lineEnd] == 0x0D, raw[lineEnd + 1] == 0x0A { next += 1 }
            let colon = raw[at..<lineEnd].firstIndex(of: UInt8(ascii: ":")) ?? lineEnd
            var value = min(colon + 1, lineEnd)
            if value < lineEnd, raw[value] == 0x20 { value += 1 }
            let field = raw[at..<colon]
            if field.elementsEqual("data".utf8) {
                if !dataLines.isEmpty { data.append(0x0A) }
                data += raw[value..<lineEnd]
                dataLines.append(at..<next)
                dataStart = value
            } else if field.elementsEqual("event".utf8) {
                name = Array(raw[value..<lineEnd])
            }
            at = next
        }
    }

    var hasData: Bool { !dataLines.isEmpty }

    /// The event with its data changed; every other byte is the same, but data of several lines becomes one.
    func patched(_ patches: [Patch]) -> [UInt8] {
        guard !patches.isEmpty, let first = dataLines.first else { return raw }
        if dataLines.count == 1 {
            return Patch.apply(
                patches.map { patch in
                    Patch(
                        span: .init(start: patch.span.start + dataStart, end: patch.span.end + dataStart),
                        bytes: patch.bytes)
                }, to: raw)
        }
        // A line feed between values of JSON may as well be a space.
        let line = Patch.apply(patches, to: data).map { $0 == 0x0A ? 0x20 : $0 }
        var out = Array(raw[..<first.lowerBound]) + Array("data: ".utf8) + line + [0x0A]
        var at = first.upperBound
        for other in dataLines.dropFirst() {
            out += raw[at..<other.lowerBound]
            at = other.upperBound
        }
        return out + raw[at...]
    }
}
