import Primitives

/// The encodings that the tests wrap values in.
enum Encodings {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    static func base64(_ bytes: [UInt8]) -> String {
        var out = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < part.count ? Int(part[start + $1]) : 0) }
            for place in 0..<4 {
                out.append(place <= part.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return out
    }

    static func base64(_ text: String) -> String { base64(Array(text.utf8)) }

    static func base64url(_ text: String) -> String {
        String(
            base64(text).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    static func unbase64(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for character in text where character != "=" && character != "\n" {
            bits = (bits << 6 | (alphabet.firstIndex(of: character) ?? 0)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 255))
            }
        }
        return bytes
    }

    static func wrapped(_ text: String, width: Int, break lineBreak: String) -> String {
        let characters = Array(text)
        return stride(from: 0, to: characters.count, by: width)
            .map { String(characters[$0..<min($0 + width, characters.count)]) }.joined(separator: lineBreak)
    }

    static func hex(_ byte: UInt8) -> String { String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }

    static func each(_ text: String, _ encode: (UInt8) -> String) -> String { text.utf8.map(encode).joined() }

    static func percent(_ text: String) -> String { each(text) { "%" + hex($0).uppercased() } }
    static func decimalEntity(_ text: String) -> String { each(text) { "&#\($0);" } }
    static func hexEntity(_ text: String) -> String { each(text) { "&#x\(hex($0));" } }
    static func unicodeEscape(_ text: String) -> String { each(text) { #"\u00"# + hex($0) } }
    static func hexEscape(_ text: String) -> String { each(text) { #"\x"# + hex($0) } }
    static func hexString(_ text: String) -> String { each(text, hex) }
    static func unicodePlus(_ text: String) -> String {
        text.utf8.map { "U+00" + hex($0).uppercased() }.joined(separator: " ")
    }

    static func json(_ text: String) -> String {
        "\"" + String(decoding: JSONStringCodec.encode(Array(text.utf8)), as: UTF8.self) + "\""
    }

    /// A gzip container with stored blocks (RFC 1951, section 3.2.4), which need no compressor.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        var at = 0
        repeat {
            let count = min(bytes.count - at, 0xFFFF)
            out.append(at + count == bytes.count ? 1 : 0)
            out += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8 & 255)]
            out += bytes[at..<at + count]
            at += count
        } while at < bytes.count
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        for word in [~crc, UInt32(bytes.count)] { out += (0..<4).map { UInt8(word >> (8 * $0) & 255) } }
        return out
    }

    /// A block of zeros, as many thousands as told, in a few bytes: a fixed code of one literal and matches of 258 at distance one.
    static func bomb(repeats: Int) -> [UInt8] {
        var bits: [UInt8] = [1, 1, 0]  // last block, fixed code
        func code(_ value: Int, _ length: Int) -> [UInt8] { (0..<length).reversed().map { UInt8(value >> $0 & 1) } }
        bits += code(0x30, 8)
        for _ in 0..<repeats { bits += code(0xC0 + 5, 8) + code(0, 5) }
        bits += code(0, 7)
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        for start in stride(from: 0, to: bits.count, by: 8) {
            out.append((0..<8).reduce(0) { $0 | (start + $1 < bits.count ? bits[start + $1] << UInt8($1) : 0) })
        }
        return out + [UInt8](repeating: 0, count: 8)
    }
}
