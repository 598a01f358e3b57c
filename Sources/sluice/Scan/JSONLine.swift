import Primitives

/// One line of `--jsonl`: a JSON object (RFC 8259) with "id" and "text".
///
/// The id is kept as it was written, so that the answer gives it back byte for byte. Other members are checked and passed over.
struct JSONLine: Sendable, Equatable {
    /// The id as JSON: a string or a number.
    var id: [UInt8]
    /// The text, escapes decoded.
    var text: [UInt8]

    /// Deepest nesting of arrays and objects in members that are passed over.
    static let maxDepth = 256

    /// Why a line is not usable.
    struct Mistake: Error, Equatable {
        var reason: String
    }

    init(_ line: UnsafeRawBufferPointer) throws(Mistake) {
        var reader = JSONLineReader(line)
        var id: [UInt8]?
        var text: [UInt8]?
        try reader.object { reader, key throws(Mistake) in
            switch key {
            case Self.idKey:
                let range = try reader.scalar()
                guard let first = line[range].first,
                    first == UInt8(ascii: "\"") || first == UInt8(ascii: "-")
                        || (0x30...0x39).contains(first)
                else { throw Mistake(reason: "\"id\" must be a string or a number") }
                // It is given back as it is, so it must not spoil the answer.
                guard String(validating: line[range], as: UTF8.self) != nil,
                    first != UInt8(ascii: "\"") || reader.isString(range)
                else { throw Mistake(reason: "\"id\" holds a wrong escape, a control character or no UTF-8") }
                id = Array(line[range])
            case Self.textKey:
                text = try reader.string(named: "\"text\"")
            default: try reader.skipValue(depth: 1)
            }
        }
        guard let id else { throw Mistake(reason: "no \"id\"") }
        guard let text else { throw Mistake(reason: "no \"text\"") }
        self.id = id
        self.text = text
    }

    private static let idKey = Array("id".utf8)
    private static let textKey = Array("text".utf8)
}

/// Walks one JSON text.
private struct JSONLineReader {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private func wrong(_ what: String) -> JSONLine.Mistake {
        JSONLine.Mistake(reason: "not JSON: \(what) at byte \(at)")
    }

    /// Reads the whole text as one object; `member` reads each value.
    mutating func object(
        _ member: (inout JSONLineReader, [UInt8]) throws(JSONLine.Mistake) -> Void
    ) throws(JSONLine.Mistake) {
        skipBlank()
        guard at < bytes.count else { throw JSONLine.Mistake(reason: "an empty line") }
        guard peek == UInt8(ascii: "{") else {
            throw peek == UInt8(ascii: "[") ? JSONLine.Mistake(reason: "not an object") : wrong("no object")
        }
        try members(member)
        skipBlank()
        guard at == bytes.count else { throw wrong("more after the object") }
    }

    private mutating func members(
        _ member: (inout JSONLineReader, [UInt8]) throws(JSONLine.Mistake) -> Void
    ) throws(JSONLine.Mistake) {
        at += 1
        skipBlank()
        if take("}") { return }
        while true {
            skipBlank()
            let key = try string(named: "a key")
            skipBlank()
            guard take(":") else { throw wrong("no colon") }
            skipBlank()
            try member(&self, key)
            skipBlank()
            if take("}") { return }
            guard take(",") else { throw wrong("no comma") }
        }
    }

    mutating func skipValue(depth: Int) throws(JSONLine.Mistake) {
        guard depth <= JSONLine.maxDepth else {
            throw JSONLine.Mistake(reason: "nested more than \(JSONLine.maxDepth) deep")
        }
        switch peek {
        case UInt8(ascii: "{"):
            try members { reader, _ throws(JSONLine.Mistake) in try reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            at += 1
            skipBlank()
            if take("]") { return }
            while true {
                skipBlank()
                try skipValue(depth: depth + 1)
                skipBlank()
                if take("]") { return }
                guard take(",") else { throw wrong("no comma") }
            }
        default: _ = try scalar()
        }
    }

    /// Passes over a string, number or word; returns where it stands.
    mutating func scalar() throws(JSONLine.Mistake) -> Range<Int> {
        let start = at
        switch peek {
        case UInt8(ascii: "\""): _ = try stringRange(named: "a string")
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "{"), UInt8(ascii: "["): throw JSONLine.Mistake(reason: "\"id\" must be a string or a number")
        default: try number()
        }
        return start..<at
    }

    mutating func string(named name: String) throws(JSONLine.Mistake) -> [UInt8] {
        let range = try stringRange(named: name)
        do {
            return try JSONStringCodec.decode(bytes, range).text
        } catch { throw JSONLine.Mistake(reason: "not JSON: \(name) holds a wrong escape or a control character") }
    }

    /// Whether the quoted string at `range` has no wrong escape and no control character.
    func isString(_ range: Range<Int>) -> Bool {
        (try? JSONStringCodec.decode(bytes, range.lowerBound + 1..<range.upperBound - 1)) != nil
    }

    private mutating func stringRange(named name: String) throws(JSONLine.Mistake) -> Range<Int> {
        guard take("\"") else {
            throw at < bytes.count ? JSONLine.Mistake(reason: "\(name) must be a string") : wrong("the end")
        }
        let start = at
        while let byte = peek {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<(at - 1)
            }
            at += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        at = bytes.count
        throw wrong("a string without an end")
    }

    private mutating func word(_ text: String) throws(JSONLine.Mistake) {
        for byte in text.utf8 {
            guard peek == byte else { throw wrong("no value") }
            at += 1
        }
    }

    private mutating func number() throws(JSONLine.Mistake) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(JSONLine.Mistake) {
        let start = at
        while let byte = peek, (0x30...0x39).contains(byte) { at += 1 }
        guard at > start else { throw wrong("no value") }
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: scalar) else { return false }
        at += 1
        return true
    }

    private mutating func skipBlank() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { at += 1 }
    }
}
