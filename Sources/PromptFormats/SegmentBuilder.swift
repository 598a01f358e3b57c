import Primitives

/// A JSON text inside the request: the body itself, or one that stands in a string of it.
struct JSONSource {
    let tape: JSONTape
    /// From the text to the body; nil when it is the body.
    var map: OffsetMap?
    /// Strings around the text's own strings, counting those.
    var depth: Int
    /// Path of the string that holds the text; empty for the body.
    var path: String

    func path(_ node: Int) -> String {
        let inner = tape.path(node)
        if path.isEmpty { return inner.isEmpty ? "$" : inner }
        return inner.isEmpty ? path : inner.hasPrefix("[") ? path + inner : path + "." + inner
    }

    func toBody(_ map: OffsetMap) -> OffsetMap { self.map.map { map.composed(with: $0) } ?? map }
    func toBody(_ span: ByteSpan) -> ByteSpan { map?.original(of: span) ?? span }
}

/// What surrounds a text.
struct PartContext {
    var role: SegmentRole
    var message: Int?
    /// The group to join; nil for one of its own.
    var group: Int?
    var rewritable = true

    /// The same without a group.
    var alone: PartContext { PartContext(role: role, message: message, group: nil, rewritable: rewritable) }
    /// The same for what must go back as it came.
    var sealed: PartContext { PartContext(role: role, message: message, group: nil, rewritable: false) }
}

/// Collects the segments and opaque parts of one request.
struct SegmentBuilder {
    /// Fewest digits of a number that is looked at as text; shorter ones are counts and settings.
    static let minNumberDigits = 9
    /// Fewest bytes of a key that is looked at for itself, where its value is no string.
    static let minKeyBytes = 16
    /// Fewest numbers in an array that is taken for tokens.
    static let minTokens = 32
    /// Most bytes between key and value that are taken along with them.
    static let maxGapBytes = 16
    /// Fewest bytes of an unbroken base64 run that is taken for a file.
    static let minBase64Bytes = 1024

    /// The same in a field that is meant for data.
    static let minMediaBytes = 64
    /// Data of at most so many bytes is read as text besides counting as opaque.
    static let maxReadDataBytes = 16 << 10

    private(set) var body: JSONSource
    private(set) var segments: [RequestSegment] = []
    private(set) var opaque: [OpaquePart] = []
    private var postponed: [(node: Int, context: PartContext)] = []
    private var groups = 0
    private var models: [String] = []
    private var streams = false
    private var store: Bool?

    init(_ bytes: [UInt8]) throws(FormatError) {
        body = JSONSource(tape: try JSONParser.parse(bytes), map: nil, depth: 1, path: "")
    }

    /// For a body that is no JSON text, but may hold some.
    init() { body = JSONSource(tape: JSONTape(bytes: [], nodes: []), map: nil, depth: 1, path: "") }

    /// Goes on with a JSON text that stands somewhere in the body, under a path of its own. Throws at what is no JSON.
    mutating func open(_ text: [UInt8], map: OffsetMap, path: String) throws(FormatError) {
        body = JSONSource(tape: try JSONParser.parse(text), map: map, depth: 1, path: path)
    }

    var request: ParsedRequest {
        ParsedRequest(segments: segments, opaque: opaque, models: models, streams: streams, store: store)
    }

    mutating func newGroup() -> Int {
        groups += 1
        return groups
    }

    private mutating func add(_ segment: RequestSegment) throws(FormatError) {
        guard segments.count < FormatLimits.maxSegments else {
            throw body.tape.bytes.withUnsafeBytes {
                FormatError(
                    .tooManySegments, "more than \(FormatLimits.maxSegments) texts; send less at once",
                    at: min(segment.map.original(of: ByteSpan(start: 0, end: 0)).start, $0.count), in: $0)
            }
        }
        segments.append(segment)
    }

    // MARK: Fields that steer

    /// Reads `model`, `stream` and `store` of a body, and reports those given twice. The values themselves are strings of the body
    /// like any other: they are also looked at as such.
    mutating func readControls() {
        let tape = body.tape
        for key in ["model", "stream", "store"] as [StaticString] {
            let given = tape.members(JSONTape.root, key)
            if let second = given.dropFirst().first {
                opaque.append(OpaquePart(kind: .duplicateKey, path: body.path(second)))
            }
            guard let last = given.last else { continue }
            switch key.description {
            case "model": addModel(last)
            case "stream": streams = tape.boolean(last) ?? false
            default: store = tape.boolean(last)
            }
        }
    }

    /// Notes a model that the request asks for; it may ask for several.
    mutating func addModel(_ node: Int) {
        if let model = body.tape.string(node) { addModel(named: model) }
    }

    mutating func addOpaque(_ kind: OpaquePart.Kind, _ node: Int, _ context: PartContext, mediaType: String? = nil) {
        addOpaque(kind, node, context, in: body, mediaType: mediaType)
    }

    private mutating func addOpaque(
        _ kind: OpaquePart.Kind, _ node: Int, _ context: PartContext, in source: JSONSource, mediaType: String? = nil
    ) {
        // One flag for each sort and message says what there is to say, and a hostile body can't make millions.
        let path = source.path(node)
        if kind == .unknownShape, opaque.last?.kind == kind, opaque.last?.message == context.message { return }
        opaque.append(
            OpaquePart(
                kind: kind, path: path, message: context.message, mediaType: mediaType,
                byteCount: source.toBody(source.tape.span(node)).count))
    }

    /// Reports a part of a body that is no JSON text.
    mutating func addOpaque(_ part: OpaquePart) { opaque.append(part) }

    // MARK: Texts

    /// Takes a text that stands outside of JSON.
    mutating func raw(
        _ text: [UInt8], map: OffsetMap, path: String, _ context: PartContext
    ) throws(FormatError) {
        guard !text.isEmpty else { return }
        try add(
            RequestSegment(
                text: text, map: map, path: path, message: context.message, role: context.role,
                group: context.group ?? newGroup(), rewritable: context.rewritable, coding: .raw))
    }

    mutating func addModel(named model: String) {
        if models.count < FormatLimits.maxModels, !models.contains(model) { models.append(model) }
    }

    /// Takes a string as text that is read as it stands. Anything but a string is taken apart for its leaves.
    mutating func text(_ node: Int, _ context: PartContext) throws(FormatError) {
        guard body.tape.kind(node) == .string else { return try leaves(node, context) }
        try plain(node, context, in: body)
    }

    private mutating func plain(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let (text, map) = source.tape.decode(source.tape.inside(node))
        guard !text.isEmpty else { return }
        try add(
            RequestSegment(
                text: text, map: source.toBody(map), path: source.path(node), message: context.message,
                role: context.role, group: context.group ?? newGroup(), rewritable: context.rewritable,
                coding: .json(depth: source.depth)))
    }

    /// Keeps a value back until `takePostponed`: what stands beside a text must not come between it and the text that goes on from it.
    mutating func postpone(_ node: Int, _ context: PartContext) { postponed.append((node, context)) }

    /// Takes the leaves of what was kept back.
    mutating func takePostponed() throws(FormatError) {
        defer { postponed.removeAll() }
        for (node, context) in postponed { try leaves(node, context) }
    }

    /// Takes every text of a value of any shape: strings with their keys, long numbers, long keys. Known enumerations are left out.
    mutating func leaves(_ node: Int, _ context: PartContext) throws(FormatError) {
        try leaves(node, context.alone, in: body)
    }

    private mutating func leaves(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let tape = source.tape
        var at = node
        let end = Int(tape.nodes[node].next)
        while at < end {
            switch tape.kind(at) {
            case .string: try leaf(at, context, in: source)
            case .number:
                let digits = tape.bytes[tape.span(at).range].reduce(0) { $0 + ($1 &- 0x30 < 10 ? 1 : 0) }
                if digits >= Self.minNumberDigits { try keyed(at, context.sealed, in: source) }
            case .array where isTokens(at, in: tape):
                addOpaque(.tokens, at, context, in: source)
                at = Int(tape.nodes[at].next)
                continue
            case .array, .object, .boolean, .null:
                if let key = tape.keySpan(at), key.count >= Self.minKeyBytes {
                    try keyOnly(key, at, context, in: source)
                }
            }
            at += 1
        }
    }

    private func isTokens(_ node: Int, in tape: JSONTape) -> Bool {
        let count = Int(tape.nodes[node].next) - node - 1
        return count >= Self.minTokens && tape.nodes[(node + 1)...(node + count)].allSatisfy { $0.kind == .number }
    }

    private mutating func leaf(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let inside = source.tape.inside(node)
        guard !inside.isEmpty, !InertValue.isInert(node, in: source.tape) else { return }
        if source.depth == 1, try data(node, .file, context, mediaType: nil) { return }
        try keyed(node, context, in: source)
    }

    private mutating func keyOnly(
        _ key: ByteSpan, _ node: Int, _ context: PartContext, in source: JSONSource
    ) throws(FormatError) {
        let (text, map) = source.tape.decode(key)
        try add(
            RequestSegment(
                text: text, map: source.toBody(map), path: source.path(node), message: context.message,
                role: context.role, group: newGroup(), rewritable: context.rewritable,
                coding: .json(depth: source.depth)))
    }

    /// A string or number with its key, `"key":"value"`: contiguous bytes of the source, the insides of both strings decoded.
    private mutating func keyed(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let tape = source.tape
        let isString = tape.kind(node) == .string
        let value = isString ? tape.inside(node) : tape.span(node)
        guard let key = tape.keySpan(node), value.start - key.end <= Self.maxGapBytes + 3 else {
            return try isString ? plain(node, context, in: source) : bareNumber(node, context, in: source)
        }
        let (keyText, keyMap) = tape.decode(key)
        var text: [UInt8] = []
        text.reserveCapacity(value.end - key.start + 2)
        text.append(UInt8(ascii: "\""))
        var map = OffsetMap.identity(count: 1, originalStart: key.start - 1)
        text += keyText
        map.append(keyMap)
        var editable = [ByteSpan(start: 1, end: text.count)]
        text += tape.bytes[key.end..<value.start]
        map.appendIdentity(value.start - key.end)
        let valueStart = text.count
        if isString {
            let (valueText, valueMap) = tape.decode(value)
            text += valueText
            map.append(valueMap)
        } else {
            text += tape.bytes[value.range]
            map.appendIdentity(value.count)
        }
        editable.append(ByteSpan(start: valueStart, end: text.count))
        if isString {
            text.append(UInt8(ascii: "\""))
            map.appendIdentity(1)
        }
        try add(
            RequestSegment(
                text: text, map: source.toBody(map), path: source.path(node), message: context.message,
                role: context.role, group: newGroup(), rewritable: context.rewritable,
                coding: .json(depth: source.depth), editable: editable))
    }

    private mutating func bareNumber(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let span = source.tape.span(node)
        try add(
            RequestSegment(
                text: Array(source.tape.bytes[span.range]),
                map: source.toBody(.identity(count: span.count, originalStart: span.start)), path: source.path(node),
                message: context.message, role: context.role, group: newGroup(), rewritable: false,
                coding: .json(depth: source.depth)))
    }

    // MARK: JSON inside a string

    /// Takes a string that holds a JSON text, such as a tool call's arguments: its leaves, or the string itself if it is no JSON.
    mutating func jsonText(_ node: Int, _ context: PartContext) throws(FormatError) {
        guard body.tape.kind(node) == .string else { return try leaves(node, context) }
        try jsonText(node, context, in: body)
    }

    private mutating func jsonText(_ node: Int, _ context: PartContext, in source: JSONSource) throws(FormatError) {
        let (text, map) = source.tape.decode(source.tape.inside(node))
        guard source.depth < FormatLimits.maxStringDepth, let first = text.first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let tape = try? JSONParser.parse(text)
        else { return try plain(node, context.alone, in: source) }
        let inner = JSONSource(
            tape: tape, map: source.toBody(map), depth: source.depth + 1, path: source.path(node))
        try leaves(JSONTape.root, context.alone, in: inner)
    }

    // MARK: Data in base64

    /// Takes a string that may be base64 or a data: URL. True if it was: then it is a segment if it decodes to text, else an opaque part
    /// of that kind. A short string, or one of other characters, is not.
    mutating func data(
        _ node: Int, _ kind: OpaquePart.Kind, _ context: PartContext, mediaType: String?, minBytes: Int = minBase64Bytes
    ) throws(FormatError) -> Bool {
        let inside = body.tape.inside(node)
        let raw = body.tape.bytes[inside.range]
        var payload = inside
        var type = mediaType
        if let comma = DataURL.payloadStart(raw) {
            type = DataURL.mediaType(raw) ?? type
            payload = ByteSpan(start: comma, end: inside.end)
        } else if inside.count < minBytes {
            return false
        }
        // One character that is not base64 makes it text: nothing may pass unread for how it begins.
        guard Base64.isPlausible(body.tape.bytes[payload.range]) else { return false }
        guard let text = Base64.decodedText(body.tape.bytes[payload.range]) else {
            addOpaque(OpaquePart.Kind(mediaType: type) ?? kind, node, context, mediaType: type)
            if inside.count <= Self.maxReadDataBytes {
                // A token's alphabet is base64's: what is short enough to be one is also read as it stands.
                var sealed = context.alone
                sealed.rewritable = false
                try plain(node, sealed, in: body)
            }
            return true
        }
        payload = body.toBody(payload)
        var map = OffsetMap(originalStart: payload.start)
        map.appendReplaced(decoded: text.count, original: payload.count)
        try add(
            RequestSegment(
                text: text, map: map, path: body.path(node), message: context.message, role: context.role,
                group: newGroup(), rewritable: context.rewritable, coding: .base64(payload: payload)))
        return true
    }

    /// Takes a field that holds data, a URL or an id: base64 as `data` does, anything else as text that the provider looks up.
    mutating func media(
        _ node: Int, _ kind: OpaquePart.Kind, _ context: PartContext, mediaType: String? = nil
    ) throws(FormatError) {
        guard body.tape.kind(node) == .string else { return try leaves(node, context) }
        if try data(node, kind, context, mediaType: mediaType, minBytes: Self.minMediaBytes) { return }
        addOpaque(.reference, node, context, mediaType: mediaType)
        try plain(node, context.alone, in: body)
    }
}

extension OpaquePart.Kind {
    /// By the first half of a media type; nil if that does not tell.
    init?(mediaType: String?) {
        switch mediaType?.prefix(while: { $0 != "/" }).lowercased() {
        case "image": self = .image
        case "audio": self = .audio
        case "video": self = .video
        case "application": self = .file
        default: return nil
        }
    }
}
