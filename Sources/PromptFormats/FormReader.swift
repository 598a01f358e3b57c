import Primitives

/// What the fields of a form hold; a field that is not listed is text.
struct FormShape: Sendable {
    var fields: [String: Shape] = [:]
    /// Role of what no shape says otherwise about.
    var role = SegmentRole.user
}

/// Reads bodies that are forms: `multipart/form-data` (RFC 7578) and `application/x-www-form-urlencoded` (WHATWG URL, section 5).
///
/// A part that is text is a segment, a file that is not is opaque with its type and size, and a file of JSON lines is read line by
/// line. Every byte between the parts is inspected as well, so that nothing hides where readers may differ.
struct FormReader {
    private var reader = ShapeReader(builder: SegmentBuilder())
    private let body: [UInt8]
    private let form: FormShape
    private var partCount = 0

    /// Nil if the head promises no form. A form that can't be taken apart is one text of unknown shape.
    static func read(_ body: [UInt8], _ head: RequestHead, _ form: FormShape) throws(FormatError) -> ParsedRequest? {
        let type = ContentType(head.header("content-type") ?? "")
        var reader = FormReader(body: body, form: form)
        switch type.name {
        case "multipart/form-data", "multipart/mixed", "multipart/related":
            guard let boundary = type.parameter("boundary"), !boundary.isEmpty,
                try reader.multipart(Array("--".utf8) + Array(boundary.utf8))
            else { return try RequestFormats.unknown(body) }
        case "application/x-www-form-urlencoded":
            // What `curl -d` says of any body, and servers that read JSON do not ask.
            if let first = body.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                return nil
            }
            try reader.urlEncoded()
        default: return nil
        }
        return reader.reader.builder.request
    }

    /// Reads a body that is a file's bytes; nil if it is JSON. They are not edited: their number is announced beforehand.
    static func readBytes(_ body: [UInt8], _ head: RequestHead) throws(FormatError) -> ParsedRequest? {
        let type = ContentType(head.header("content-type") ?? "").name
        if type == "application/json" { return nil }
        let isText = Base64.isText(body, isCut: false)
        if isText, type.isEmpty, body.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") { return nil }
        var reader = FormReader(body: body, form: FormShape())
        if !isText {
            reader.reader.builder.addOpaque(
                OpaquePart(
                    kind: OpaquePart.Kind(mediaType: type) ?? .file, path: "$", mediaType: type.isEmpty ? nil : type,
                    byteCount: body.count))
        }
        if isText || body.count <= SegmentBuilder.maxReadDataBytes {
            try reader.text(0..<body.count, "$", reader.context.sealed)
        }
        return reader.reader.builder.request
    }

    private init(body: [UInt8], form: FormShape) {
        self.body = body
        self.form = form
    }

    private var context: PartContext { PartContext(role: form.role) }

    private mutating func count(_ offset: Int) throws(FormatError) {
        partCount += 1
        guard partCount <= FormatLimits.maxParts else {
            throw body.withUnsafeBytes {
                FormatError(
                    .tooManySegments, "more than \(FormatLimits.maxParts) parts or lines; send less at once",
                    at: offset,
                    in: $0)
            }
        }
    }

    // MARK: multipart

    /// One part of a form.
    private struct Part {
        var name = ""
        var fileName: String?
        var type: String?
        var isEncoded = false
        var headers: Range<Int>
        var content: Range<Int>

        var path: String { name.isEmpty ? "form" : "form." + name.prefix(64) }
    }

    /// False if there is no such boundary.
    private mutating func multipart(_ delimiter: [UInt8]) throws(FormatError) -> Bool {
        let marks = Delimiters.find(delimiter, in: body)
        guard let first = marks.first else { return false }
        try stray(0..<first.lowerBound, "form.preamble")
        for (index, mark) in marks.enumerated() {
            let end = index + 1 < marks.count ? marks[index + 1].lowerBound : body.count
            if mark.isLast || index + 1 == marks.count {
                try stray(mark.upperBound..<end, "form.epilogue")
            } else {
                try count(mark.upperBound)
                try part(mark.upperBound..<max(mark.upperBound, end))
            }
        }
        return true
    }

    /// Bytes that belong to no part.
    private mutating func stray(_ range: Range<Int>, _ path: String) throws(FormatError) {
        guard body[range].contains(where: { $0 > 0x20 && $0 != UInt8(ascii: "-") }) else { return }
        reader.builder.addOpaque(OpaquePart(kind: .unknownShape, path: path, byteCount: range.count))
        try text(range, path, PartContext(role: .other))
    }

    private mutating func part(_ range: Range<Int>) throws(FormatError) {
        let part = Self.part(body, range)
        // What the client says of the part is the user's word too: a file's name tells much.
        if let file = part.fileName, !file.isEmpty {
            try text(part.headers, part.path + ".headers", PartContext(role: .metadata, rewritable: false))
        }
        let bytes = body[part.content]
        let isText = Base64.isText(Array(bytes), isCut: false)
        guard part.fileName != nil || part.type != nil else { return try field(part, isText) }
        if part.isEncoded || !isText {
            reader.builder.addOpaque(
                OpaquePart(
                    kind: OpaquePart.Kind(mediaType: part.type) ?? .file, path: part.path, mediaType: part.type,
                    byteCount: part.content.count))
            if !isText, part.content.count > SegmentBuilder.maxReadDataBytes { return }
        }
        if isText, Self.isLines(part, bytes), try lines(part) { return }
        if isText, part.type == "application/json" || bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
            if try json(part.content, part.path, form.fields[part.name] ?? .leaves) { return }
        }
        try text(part.content, part.path, part.isEncoded || !isText ? context.sealed : context)
    }

    private mutating func field(_ part: Part, _ isText: Bool) throws(FormatError) {
        let value = body[part.content]
        if part.name == "model" { reader.builder.addModel(named: String(decoding: value, as: UTF8.self)) }
        if let shape = form.fields[part.name], try json(part.content, part.path, shape) { return }
        try text(part.content, part.path, isText ? context : context.sealed)
        if !isText {
            reader.builder.addOpaque(OpaquePart(kind: .file, path: part.path, byteCount: part.content.count))
        }
    }

    private mutating func text(_ range: Range<Int>, _ path: String, _ context: PartContext) throws(FormatError) {
        try reader.builder.raw(
            Array(body[range]), map: .identity(count: range.count, originalStart: range.lowerBound), path: path, context
        )
    }

    /// False if it is no JSON text.
    private mutating func json(_ range: Range<Int>, _ path: String, _ shape: Shape) throws(FormatError) -> Bool {
        guard let first = body[range].first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return false }
        do {
            try reader.read(
                Array(body[range]), map: .identity(count: range.count, originalStart: range.lowerBound), path: path,
                { _ in shape }, context)
            return true
        } catch  where error.kind == .syntax {
            return false
        }
    }

    // MARK: JSON lines

    private static func isLines(_ part: Part, _ content: ArraySlice<UInt8>) -> Bool {
        let name = part.fileName?.lowercased() ?? ""
        let type = part.type ?? ""
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") || type.contains("jsonl") || type.contains("ndjson") {
            return true
        }
        guard let lineEnd = content.firstIndex(of: 0x0A), content.first == UInt8(ascii: "{") else { return false }
        let line = content[..<lineEnd].last { $0 > 0x20 }
        return line == UInt8(ascii: "}") && content[(lineEnd + 1)...].first == UInt8(ascii: "{")
    }

    /// Reads a file line by line; a line that is no JSON is a text.
    private mutating func lines(_ part: Part) throws(FormatError) -> Bool {
        var start = part.content.lowerBound
        var number = 0
        while start < part.content.upperBound {
            let end = body[start..<part.content.upperBound].firstIndex(of: 0x0A) ?? part.content.upperBound
            try count(start)
            let path = "\(part.path)[\(number)]"
            if body[start..<end].contains(where: { $0 > 0x20 }) {
                let read: Bool
                do {
                    try reader.read(
                        Array(body[start..<end]), map: .identity(count: end - start, originalStart: start), path: path,
                        { JSONLines.shape($0) }, PartContext(role: .metadata))
                    read = true
                } catch  where error.kind == .syntax {
                    read = false
                }
                if !read { try text(start..<end, path, context) }
            }
            start = end + 1
            number += 1
        }
        return true
    }

    // MARK: Taking a part apart

    private static func part(_ body: [UInt8], _ range: Range<Int>) -> Part {
        var part = Part(headers: range.lowerBound..<range.lowerBound, content: range)
        var at = range.lowerBound
        while at < range.upperBound {
            let lineEnd = body[at..<range.upperBound].firstIndex(of: 0x0A) ?? range.upperBound
            let line = String(decoding: body[at..<lineEnd], as: UTF8.self).trimmed
            at = min(lineEnd + 1, range.upperBound)
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = ContentType(String(line[line.index(after: colon)...]))
            switch line[..<colon].lowercased() {
            case "content-disposition":
                part.name = value.parameter("name") ?? ""
                part.fileName = value.parameter("filename") ?? value.parameter("filename*")
            case "content-type": part.type = value.name
            case "content-transfer-encoding":
                part.isEncoded = !["7bit", "8bit", "binary"].contains(value.name)
            default: break
            }
        }
        part.headers = range.lowerBound..<at
        // The line end before the next boundary belongs to the boundary.
        var end = range.upperBound
        if end > at, body[end - 1] == 0x0A { end -= 1 }
        if end > at, body[end - 1] == 0x0D { end -= 1 }
        part.content = min(at, end)..<end
        return part
    }

    // MARK: URL-encoded

    private mutating func urlEncoded() throws(FormatError) {
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "&")) ?? body.count
            try count(start)
            let equals = body[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? start
            let name = String(decoding: Percent.decode(body, start..<equals).text, as: UTF8.self)
            let value = Percent.decode(
                body, (equals > start || body[start] == UInt8(ascii: "=") ? equals + 1 : start)..<end)
            let path = "form." + name.prefix(64)
            var read = false
            if let shape = form.fields[name] {
                do {
                    try reader.read(value.text, map: value.map, path: path, { _ in shape }, context.sealed)
                    read = true
                } catch  where error.kind == .syntax {}
            }
            if !read { try reader.builder.raw(value.text, map: value.map, path: path, context.sealed) }
            start = end + 1
        }
    }
}

/// Lines of a batch or training file.
enum JSONLines {
    /// A batch's line holds a whole request under `body`, `params` or `request`; a training file's holds messages.
    static func shape(_ tape: JSONTape) -> Shape {
        let url = tape.member(JSONTape.root, "url").flatMap { tape.string($0) } ?? ""
        let path = RequestPath.segments(url)
        let head = RequestHead(provider: "", method: "POST", path: url)
        let format = RequestFormats.all.lazy.compactMap { $0 as? WireFormat }.first { $0.matches(head, path) }
        let body = withModel(format?.shape ?? OpenAIChat.body)
        let fields = OpenAIChat.fields.named.merging([
            "body": body, "params": withModel(AnthropicMessages.body), "request": Gemini.body, "prompt": .text,
            "completion": .text, "input": body,
        ]) { $1 }
        return .object(Fields(fields))
    }

    private static func withModel(_ shape: Shape) -> Shape {
        guard case .object(var fields) = shape else { return shape }
        fields.named["model"] = .model
        return .object(fields)
    }
}
