/// Check digits and encodings of generated examples.
///
/// Written apart from the classifier's validators on purpose: if both were one code, a wrong algorithm would prove itself right.
enum ExampleChecks {
    /// CRC-32 (ISO 3309) as GitHub and npm put it into tokens: six base-62 digits, most significant first.
    ///
    /// Format: https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    static func crc32Base62(_ body: some Sequence<UInt8>) -> [UInt8] {
        var rest = crc32(body)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.append(ExampleAlphabet.base62[Int(rest % 62)])
            rest /= 62
        }
        return digits.reversed()
    }

    /// CRC-32 as Atlassian puts it behind tokens: eight upper-case hexadecimal digits.
    static func crc32Hex(_ body: some Sequence<UInt8>) -> [UInt8] {
        let crc = crc32(body)
        let alphabet = Array("0123456789ABCDEF".utf8)
        return (0..<8).map { alphabet[Int(crc >> UInt32(28 - 4 * $0) & 15)] }
    }

    private static func crc32(_ body: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    /// The digit that makes the number pass Luhn's test (ISO/IEC 7812-1, annex B).
    static func luhnDigit(_ digits: some Collection<UInt8>) -> UInt8 {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = Int(digit - 0x30)
            sum += index % 2 == 0 ? value * 2 / 10 + value * 2 % 10 : value
        }
        return UInt8((10 - sum % 10) % 10) + 0x30
    }

    /// The number modulo 97, letters counting from A = 10 (ISO 7064, ISO 13616).
    static func mod97(_ text: some Sequence<UInt8>) -> Int {
        var rest = 0
        for byte in text {
            switch byte {
            case 0x30...0x39: rest = (rest * 10 + Int(byte - 0x30)) % 97
            case 0x41...0x5A: rest = (rest * 100 + Int(byte - 0x41) + 10) % 97
            case 0x61...0x7A: rest = (rest * 100 + Int(byte - 0x61) + 10) % 97
            default: continue
            }
        }
        return rest
    }

    /// Two decimal digits.
    static func twoDigits(_ number: Int) -> [UInt8] { [UInt8(number / 10 % 10) + 0x30, UInt8(number % 10) + 0x30] }

    /// Base64 (RFC 4648), without padding; `alphabet` is that of section 4 or 5.
    static func base64(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let left = min(3, bytes.count - at)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < left ? UInt32(bytes[at + index]) : 0) }
            for index in 0...left { out.append(alphabet[Int(group >> UInt32(18 - 6 * index)) & 63]) }
            at += 3
        }
        return out
    }

    /// A DER SEQUENCE (X.690) of exactly `count` bytes: version 0, then an OCTET STRING of random bytes.
    static func der(_ count: Int, _ random: inout ExampleRandom) -> [UInt8] {
        func header(_ tag: UInt8, _ length: Int) -> [UInt8] {
            if length < 0x80 { return [tag, UInt8(length)] }
            if length < 0x100 { return [tag, 0x81, UInt8(length)] }
            return [tag, 0x82, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
        }
        // A length just past a change of the header's own width can't be hit exactly; those counts get a shorter header's neighbour.
        func wrap(_ tag: UInt8, _ total: Int) -> (header: [UInt8], inner: Int) {
            for width in [2, 3, 4] where header(tag, max(0, total - width)).count == width {
                return (header(tag, total - width), total - width)
            }
            return (header(tag, max(0, total - 2)), max(0, total - 2))
        }
        let outer = wrap(0x30, count)
        let version: [UInt8] = [0x02, 0x01, 0x00]
        let octets = wrap(0x04, max(2, outer.inner - version.count))
        let body = (0..<octets.inner).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return outer.header + version + octets.header + body
    }
}
