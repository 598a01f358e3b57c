import Primitives

/// Reads a JSON text (RFC 8259) into a tape: one pass, no recursion, bounded by `FormatLimits`.
///
/// Strict, because what two readers may read differently must not pass: no comments, no trailing commas, no NaN. A byte order mark at the
/// start is skipped, as servers skip it.
package struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var nodes: [JSONNode] = []
    /// Containers that are open, outermost first.
    private var open: [Int] = []
    private var keyStart: Int32 = -1
    private var keyEnd: Int32 = -1

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads all of `body`.
    package static func parse(_ body: [UInt8]) throws(FormatError) -> JSONTape {
        let result: Result<[JSONNode], FormatError> = body.withUnsafeBytes { buffer in
            var parser = JSONParser(buffer)
            do throws(FormatError) {
                try parser.run()
                return .success(parser.nodes)
            } catch {
                return .failure(error)
            }
        }
        return JSONTape(bytes: body, nodes: try result.get())
    }

    private func failure(_ reason: String, at offset: Int? = nil, _ kind: FormatError.Kind = .syntax) -> FormatError {
        FormatError(kind, reason, at: min(offset ?? at, bytes.count), in: bytes)
    }

    private mutating func run() throws(FormatError) {
        guard bytes.count <= FormatLimits.maxBodyBytes else {
            throw failure("the body has more than \(FormatLimits.maxBodyBytes) bytes; send less", at: 0, .tooLarge)
        }
        nodes.reserveCapacity(min(FormatLimits.maxValues, bytes.count / 24 + 8))
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { at = 3 }
        skipSpace()
        try readValue()
        while let container = open.last { try readNext(in: container) }
        skipSpace()
        guard at == bytes.count else {
            throw failure("something follows the end of the JSON text; send one JSON value")
        }
    }

    /// Reads what comes next in the innermost open container: its end, or a separator and a value.
    private mutating func readNext(in container: Int) throws(FormatError) {
        let isObject = nodes[container].kind == .object
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        skipSpace()
        guard at < bytes.count else {
            throw failure("the text ends inside \(isObject ? "an object" : "an array"); close it")
        }
        let isFirst = nodes[container].next == 0
        if bytes[at] == close {
            at += 1
            nodes[container].end = Int32(at)
            nodes[container].next = Int32(nodes.count)
            open.removeLast()
            return
        }
        if !isFirst {
            guard bytes[at] == UInt8(ascii: ",") else {
                throw failure("expected a comma or the end of \(isObject ? "an object" : "an array")")
            }
            at += 1
            skipSpace()
        }
        // Counts the values so far while the container is open; set to the true link when it closes.
        nodes[container].next += 1
        if isObject { try readKey() }
        try readValue()
    }

    private mutating func readKey() throws(FormatError) {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
            throw failure("expected a key in double quotes")
        }
        let start = at + 1
        try skipString()
        keyStart = Int32(start)
        keyEnd = Int32(at - 1)
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure("expected a colon after a key") }
        at += 1
        skipSpace()
    }

    private mutating func readValue() throws(FormatError) {
        guard at < bytes.count else { throw failure("the text ends where a value should be") }
        switch bytes[at] {
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "\""):
            let node = try add(.string)
            try skipString()
            nodes[node].end = Int32(at)
        case UInt8(ascii: "t"): try readWord("true", .boolean)
        case UInt8(ascii: "f"): try readWord("false", .boolean)
        case UInt8(ascii: "n"): try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        default:
            throw failure("expected a value: an object, array, string in double quotes, number, true, false or null")
        }
    }

    private mutating func openContainer(_ kind: JSONNode.Kind) throws(FormatError) {
        guard open.count < FormatLimits.maxNestingDepth else {
            throw failure(
                "more than \(FormatLimits.maxNestingDepth) arrays and objects inside one another; nest less", at: nil,
                .tooDeep)
        }
        open.append(try add(kind))
        at += 1
    }

    private mutating func add(_ kind: JSONNode.Kind) throws(FormatError) -> Int {
        guard nodes.count < FormatLimits.maxValues else {
            throw failure("more than \(FormatLimits.maxValues) values; send less at once", at: nil, .tooManyValues)
        }
        let index = nodes.count
        let parent = open.last ?? -1
        let isContainer = kind == .object || kind == .array
        nodes.append(
            JSONNode(
                kind: kind, start: Int32(at), end: Int32(at), keyStart: keyStart, keyEnd: keyEnd,
                position: parent < 0 ? 0 : nodes[parent].next - 1, parent: Int32(parent),
                next: isContainer ? 0 : Int32(index + 1)))
        keyStart = -1
        keyEnd = -1
        return index
    }

    private mutating func readWord(_ word: StaticString, _ kind: JSONNode.Kind) throws(FormatError) {
        let node = try add(kind)
        for offset in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[offset] else {
                throw failure("expected true, false or null")
            }
            at += 1
        }
        nodes[node].end = Int32(at)
    }

    private mutating func readNumber() throws(FormatError) {
        let node = try add(.number)
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            try skipDigits()
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try skipDigits()
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try skipDigits()
        }
        nodes[node].end = Int32(at)
    }

    private mutating func skipDigits() throws(FormatError) {
        let start = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
        guard at > start else { throw failure("expected a digit") }
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    /// Passes a string from its opening quote to behind its closing one, and makes sure that it decodes.
    private mutating func skipString() throws(FormatError) {
        let start = at
        at += 1
        while true {
            at = JSONStringCodec.plainEnd(bytes, from: at, to: bytes.count)
            guard at < bytes.count else { break }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"): try skipEscape()
            default: throw failure("a control character inside a string; write it as an escape")
            }
        }
        throw failure("the text ends inside a string; close it with a double quote", at: start)
    }

    private mutating func skipEscape() throws(FormatError) {
        guard at + 1 < bytes.count else { throw failure("the text ends inside an escape") }
        switch bytes[at + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: at += 2
        case 0x75:
            for offset in 2..<6 {
                guard at + offset < bytes.count, Self.isHex(bytes[at + offset]) else {
                    throw failure("\\u without four hexadecimal digits")
                }
            }
            at += 6
        default: throw failure("a backslash that no JSON escape follows; write it twice")
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
    }
}
