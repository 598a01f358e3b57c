/// Takes one direction of a WebSocket apart (RFC 6455, section 5): bytes in, actions out. No extension is spoken.
///
/// A frame goes on only when all of its message has been read: a message may be cut anywhere, and is judged as a whole.
struct WebSocketFrames {
    /// What is to be done, in this order.
    enum Action: Equatable {
        /// These bytes carry nothing and go on as they are.
        case forward([UInt8])
        /// A whole message, or what a control frame carries. `raw` is what goes on if it may.
        case judge(payload: [UInt8], raw: [UInt8])
        /// The peer broke the protocol: the status code that says so, and why.
        case fail(code: UInt16, String)
    }

    /// Largest message, in bytes, and so the most that is held.
    static let maxMessageBytes = 16 << 20
    /// Most frames of one message.
    static let maxFrames = 10_000

    private enum Code {
        static let protocolError: UInt16 = 1002
        static let tooBig: UInt16 = 1009
    }

    private let isMasked: Bool
    private let limit: Int
    private var buffer: [UInt8] = []
    private var payload: [UInt8] = []
    private var raw: [UInt8] = []
    private var frames = 0
    private var isFailed = false

    /// `isMasked` for what comes from a client.
    init(isMasked: Bool, limit: Int = maxMessageBytes) {
        self.isMasked = isMasked
        self.limit = limit
    }

    /// Whether nothing is held: between two messages.
    var isBetweenMessages: Bool { buffer.isEmpty && frames == 0 }

    /// Takes further bytes. After `fail` it takes no more.
    mutating func feed(_ bytes: some Sequence<UInt8>) -> [Action] {
        guard !isFailed else { return [] }
        buffer += bytes
        var actions: [Action] = []
        var at = 0
        while !isFailed, let action = next(&at) { if let action { actions.append(action) } }
        buffer.removeFirst(at)
        return actions
    }

    private mutating func fail(_ code: UInt16, _ reason: String) -> Action {
        isFailed = true
        return .fail(code: code, reason)
    }

    /// The frame at `at`; nil while it is not whole. The inner nil stands for a frame whose message goes on.
    private mutating func next(_ at: inout Int) -> Action?? {
        guard buffer.count - at >= 2 else { return nil }
        let first = buffer[at]
        let second = buffer[at + 1]
        guard first & 0x70 == 0 else { return fail(Code.protocolError, "an extension that was not agreed on") }
        guard (second & 0x80 != 0) == isMasked else { return fail(Code.protocolError, "a wrong mask") }
        let opcode = first & 0x0F
        let isLast = first & 0x80 != 0
        let isControl = opcode >= 8
        guard [0, 1, 2, 8, 9, 10].contains(opcode) else { return fail(Code.protocolError, "an unknown kind of frame") }
        guard !isControl || (isLast && second & 0x7F <= 125) else {
            return fail(Code.protocolError, "a control frame that is cut or long")
        }
        guard isControl || (opcode == 0) == (frames > 0) else {
            return fail(Code.protocolError, "a frame out of its message")
        }
        var head = 2
        var size = Int(second & 0x7F)
        if size >= 126 {
            let width = size == 126 ? 2 : 8
            guard buffer.count - at >= 2 + width else { return nil }
            let length = buffer[(at + 2)..<(at + 2 + width)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard length >= (width == 2 ? 126 : 65_536) else {
                return fail(Code.protocolError, "a length in too many bytes")
            }
            guard length <= UInt64(limit) else { return fail(Code.tooBig, "a message over the limit") }
            size = Int(length)
            head += width
        }
        if !isControl {
            guard payload.count + size <= limit, frames < Self.maxFrames else {
                return fail(Code.tooBig, "a message over the limit")
            }
        }
        let start = at + head + (isMasked ? 4 : 0)
        guard buffer.count >= start + size else { return nil }
        var data = Array(buffer[start..<(start + size)])
        if isMasked {
            for index in data.indices { data[index] ^= buffer[at + head + (index & 3)] }
        }
        let bytes = Array(buffer[at..<(start + size)])
        at = start + size
        if isControl { return data.isEmpty ? .forward(bytes) : .judge(payload: data, raw: bytes) }
        payload += data
        raw += bytes
        frames += 1
        guard isLast else { return .some(nil) }
        let whole = Action.judge(payload: payload, raw: raw)
        payload = []
        raw = []
        frames = 0
        return whole
    }

    /// A Close frame as a server sends it: a status code, and a reason that is cut to what fits.
    static func close(_ code: UInt16, _ reason: String) -> [UInt8] {
        var text: [UInt8] = []
        for character in reason {
            guard text.count + character.utf8.count <= 123 else { break }
            text += character.utf8
        }
        return [0x88, UInt8(2 + text.count), UInt8(code >> 8), UInt8(code & 0xFF)] + text
    }
}
