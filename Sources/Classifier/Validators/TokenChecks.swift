/// Structure and checksums of tokens and keys.
enum TokenChecks {
    static let all: [Validator] = [
        Validator("github-crc32", isConclusive: true) { value in crcToken(value, prefixEnd: value.count - 36) },
        Validator("npm-crc32", isConclusive: true) { value in crcToken(value, prefixEnd: value.count - 36) },
        Validator("atlassian-crc32", isConclusive: true) { value in atlassianToken(value) },
        Validator("jwt") { value in jwt(value) },
        Validator("pem") { value in pem(value) },
        Validator("base64") { value in base64Length(value).map { $0 > 0 } ?? false },
        Validator("aws-access-key") { value in awsAccessKey(value) },
    ]

    /// GitHub's format of 2021, which npm took over: the last six characters are the CRC-32 of the thirty before them, in base62
    /// (0-9, A-Z, a-z), padded with zeros. The value may be the token or its 36 characters without the prefix.
    private static func crcToken(_ value: Span<UInt8>, prefixEnd: Int) -> Bool {
        guard prefixEnd >= 0, value.count >= 36 else { return false }
        var crc = UInt32.max
        for index in prefixEnd..<value.count - 6 { crc = CRC32.next(crc, value[index]) }
        var wanted = UInt64(~crc)
        for place in 0..<6 {
            let digit = UInt8(wanted % 62)
            let character = digit < 10 ? digit + 0x30 : digit < 36 ? digit - 10 + 0x41 : digit - 36 + 0x61
            if value[value.count - 1 - place] != character { return false }
            wanted /= 62
        }
        return wanted == 0
    }

    /// Atlassian's API tokens end in the CRC-32 of all that stands before, `=` included, as eight upper-case hexadecimal digits.
    private static func atlassianToken(_ value: Span<UInt8>) -> Bool {
        guard value.count > 9, value[value.count - 9] == UInt8(ascii: "=") else { return false }
        var crc = UInt32.max
        for index in 0..<value.count - 8 { crc = CRC32.next(crc, value[index]) }
        var wanted: UInt32 = 0
        for index in value.count - 8..<value.count {
            guard let nibble = hexValue(value[index]), !ByteSet.lower.contains(value[index]) else { return false }
            wanted = wanted << 4 | UInt32(nibble)
        }
        return wanted == ~crc
    }

    /// RFC 7519: three base64url parts, the first two JSON objects, the header with an "alg".
    private static func jwt(_ value: Span<UInt8>) -> Bool {
        var dots: [Int] = []
        for index in 0..<value.count where value[index] == UInt8(ascii: ".") { dots.append(index) }
        guard dots.count == 2, let header = Base64.decode(value, 0..<dots[0]),
            let payload = Base64.decode(value, dots[0] + 1..<dots[1])
        else { return false }
        guard isObject(header), isObject(payload) else { return false }
        let name = Array("\"alg\"".utf8)
        return header.indices.contains { header[$0...].starts(with: name) }
    }

    private static func isObject(_ text: [UInt8]) -> Bool {
        guard let first = text.first(where: { $0 > 0x20 }), let last = text.last(where: { $0 > 0x20 }) else {
            return false
        }
        return first == UInt8(ascii: "{") && last == UInt8(ascii: "}")
    }

    /// RFC 7468 and OpenSSH's PROTOCOL.key: a BEGIN line, a base64 body, an END line of the same label; the body decodes
    /// to a DER sequence or to OpenSSH's magic. Line breaks may be escaped (`\n`), headers of old encrypted keys may stand before the
    /// body. A key whose END line is missing is refused here; a rule for cut-off keys uses no validator.
    private static func pem(_ value: Span<UInt8>) -> Bool {
        let bytes = (0..<value.count).map { value[$0] }
        guard let begin = find("-----BEGIN ", in: bytes, from: 0),
            let labelEnd = find("-----", in: bytes, from: begin + 11),
            let end = find("-----END ", in: bytes, from: labelEnd + 5)
        else { return false }
        let label = bytes[begin + 11..<labelEnd]
        guard bytes[(end + 9)...].starts(with: label) else { return false }
        var body: [UInt8] = []
        var at = labelEnd + 5
        if let header = find("\n\n", in: Array(bytes[..<end]), from: at), bytes[at..<header].contains(UInt8(ascii: ":"))
        {
            at = header
        }
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\\"), at + 1 < end {
                at += 2
                continue
            }
            if Base64.sextet(byte) != nil {
                body.append(byte)
            } else if byte > 0x20, byte != UInt8(ascii: "=") {
                return false
            }
            at += 1
        }
        guard body.count >= 32, let data = Base64.decode(body.span, 0..<body.count) else { return false }
        if data.starts(with: Array("openssh-key-v1".utf8)) { return true }
        // An encrypted traditional key has no structure that shows.
        if bytes[labelEnd..<end].contains(UInt8(ascii: ":")) { return true }
        return isDERSequence(data) || data.first.map { $0 & 0x80 != 0 } == true && label.starts(with: Array("PGP".utf8))
    }

    /// Whether the outermost tag is SEQUENCE and its length is that of the data (ITU-T X.690).
    private static func isDERSequence(_ data: [UInt8]) -> Bool {
        guard data.count > 4, data[0] == 0x30 else { return false }
        if data[1] < 0x80 { return Int(data[1]) + 2 <= data.count }
        let size = Int(data[1] & 0x7F)
        guard (1...3).contains(size), data.count > 2 + size else { return false }
        let length = data[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
        return length + 2 + size <= data.count
    }

    private static func find(_ text: StaticString, in bytes: [UInt8], from start: Int) -> Int? {
        let wanted = text.withUTF8Buffer { Array($0) }
        guard start >= 0, bytes.count - start >= wanted.count else { return nil }
        return (start...bytes.count - wanted.count).first {
            bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted)
        }
    }

    private static func base64Length(_ value: Span<UInt8>) -> Int? {
        var end = value.count
        while end > 0, value[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard value.count - end <= 2 else { return nil }
        return Base64.decode(value, 0..<end)?.count
    }

    /// AWS identifiers: a four-letter prefix (AKIA, ASIA, ABIA, ACCA), then sixteen characters of base32.
    private static func awsAccessKey(_ value: Span<UInt8>) -> Bool {
        guard value.count == 20 else { return false }
        for index in 0..<20 {
            let byte = value[index]
            let isBase32 = ByteSet.upper.contains(byte) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
            if !isBase32 { return false }
        }
        return true
    }
}

/// CRC-32 of ISO 3309 and zlib, reflected, polynomial 0xEDB88320.
enum CRC32 {
    static func next(_ crc: UInt32, _ byte: UInt8) -> UInt32 {
        var value = crc ^ UInt32(byte)
        for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        return value
    }
}

/// Base64 and base64url (RFC 4648), padding left out by the caller.
enum Base64 {
    static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// The bytes that the range stands for; nil if a byte is not of the alphabet or the length can't be.
    static func decode(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        guard range.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(range.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for index in range {
            guard let value = sextet(text[index]) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return out
    }
}
