import Primitives

extension StringProtocol {
    /// Without blanks and line ends around it.
    var trimmed: String {
        let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
        }
        let scalars = unicodeScalars.drop(while: isBlank)
        guard let last = scalars.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }
}

/// The value of a header field with parameters: `name; key=value; key="quoted \" value"`.
struct ContentType {
    /// What stands before the parameters, lower-case.
    var name: String
    private var parameters: [(key: String, value: String)] = []

    init(_ text: String) {
        var rest = Substring(text)
        name = rest.prefix { $0 != ";" }.trimmed.lowercased()
        rest = rest.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let next = rest.first, next != "\"" {
                    rest = rest.dropFirst()
                    // Browsers escape with a percent sign; others write a backslash before a quote or another one.
                    if next == "\\", let escaped = rest.first, escaped == "\"" || escaped == "\\" {
                        value.append(escaped)
                        rest = rest.dropFirst()
                    } else {
                        value.append(next)
                    }
                }
                rest = rest.drop { $0 != ";" }
            } else {
                value = rest.prefix { $0 != ";" }.trimmed
                rest = rest.drop { $0 != ";" }
            }
            parameters.append((key.trimmed.lowercased(), value))
        }
    }

    func parameter(_ key: String) -> String? { parameters.first { $0.key == key }?.value }
}

/// The lines of a form that separate its parts.
enum Delimiters {
    struct Mark {
        var lowerBound: Int
        var upperBound: Int
        /// Two hyphens behind it end the form.
        var isLast: Bool
    }

    /// Every delimiter that begins a line, in order.
    static func find(_ delimiter: [UInt8], in body: [UInt8]) -> [Mark] {
        var marks: [Mark] = []
        var start = 0
        while start < body.count {
            if let mark = mark(delimiter, body, at: start) { marks.append(mark) }
            guard let lineEnd = body[start...].firstIndex(of: 0x0A) else { break }
            start = lineEnd + 1
        }
        return marks
    }

    private static func mark(_ delimiter: [UInt8], _ body: [UInt8], at start: Int) -> Mark? {
        guard body[start...].starts(with: delimiter) else { return nil }
        var end = start + delimiter.count
        let isLast = body[end...].starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")])
        if isLast { end += 2 }
        while end < body.count, body[end] == 0x20 || body[end] == 0x09 { end += 1 }
        if end < body.count, body[end] == 0x0D { end += 1 }
        guard end == body.count || body[end] == 0x0A else { return nil }
        return Mark(lowerBound: start, upperBound: min(end + 1, body.count), isLast: isLast)
    }
}

/// Percent-encoding of forms: `%XX`, and `+` for a space.
enum Percent {
    static func decode(_ body: [UInt8], _ range: Range<Int>) -> (text: [UInt8], map: OffsetMap) {
        var text: [UInt8] = []
        var map = OffsetMap(originalStart: range.lowerBound)
        var at = range.lowerBound
        while at < range.upperBound {
            if body[at] == UInt8(ascii: "%"), at + 2 < range.upperBound,
                let byte = UInt8(String(decoding: body[at + 1...at + 2], as: UTF8.self), radix: 16)
            {
                text.append(byte)
                map.appendReplaced(decoded: 1, original: 3)
                at += 3
            } else if body[at] == UInt8(ascii: "+") {
                text.append(0x20)
                map.appendReplaced(decoded: 1, original: 1)
                at += 1
            } else {
                text.append(body[at])
                map.appendIdentity(1)
                at += 1
            }
        }
        return (text, map)
    }
}
