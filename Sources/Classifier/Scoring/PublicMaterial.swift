/// Tells what is random and meant to be seen: public keys, certificates, digests that say so.
enum PublicMaterial {
    static func isOne(_ text: Text, _ value: Range<Int>) -> Bool { isDigest(text, value) || isPublicKey(text, value) }

    /// `sha256-...`, `sha512:...`, `md5:...`, before the value or as its beginning.
    private static func isDigest(_ text: Text, _ value: Range<Int>) -> Bool {
        for name: StaticString in ["sha1", "sha224", "sha256", "sha384", "sha512", "md5", "blake2b", "blake3"] {
            let length = name.utf8CodeUnitCount
            if text.hasFolded(name, at: value.lowerBound), isJoint(text.at(value.lowerBound + length)) { return true }
            if text.hasFolded(name, at: value.lowerBound - length - 1), isJoint(text.at(value.lowerBound - 1)) {
                return true
            }
        }
        return false
    }

    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_")
    }

    /// Base64 of an OpenSSH public key (RFC 4253, 6.6), a SubjectPublicKeyInfo or a certificate (RFC 5280, 4.1).
    private static func isPublicKey(_ text: Text, _ value: Range<Int>) -> Bool {
        guard value.count >= 32, let head = head(text, value) else { return false }
        // An SSH string: its length in four bytes, then the algorithm's name.
        if head[0] == 0, head[1] == 0, head[2] == 0, (7...32).contains(head[3]) {
            return head[4...6].elementsEqual("ssh".utf8) || head[4...6].elementsEqual("ecd".utf8)
                || head[4...6].elementsEqual("sk-".utf8)
        }
        guard head[0] == 0x30, let outer = content(head, 0), head[outer] == 0x30, let inner = content(head, outer)
        else {
            return false
        }
        // In a public key an algorithm comes first; in a certificate the version or the serial number of another sequence. A
        // private key begins with its own version.
        return head[inner] == 0x06 || head[inner] == 0xA0
    }

    /// Where the content of the DER element at `index` begins.
    private static func content(_ bytes: [UInt8], _ index: Int) -> Int? {
        let length = bytes[index + 1]
        let start = index + 2 + (length < 0x80 ? 0 : Int(length & 0x7F))
        return length <= 0x84 && start < bytes.count - 6 ? start : nil
    }

    private static let headBytes = 18

    /// The first bytes, decoded; nil if they aren't base64.
    private static func head(_ text: Text, _ value: Range<Int>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var pending = 0
        for index in value.lowerBound..<min(value.upperBound, value.lowerBound + headBytes * 4 / 3) {
            guard let six = sextet(text[index]) else { return nil }
            pending = pending << 6 | six
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
                pending &= (1 << bits) - 1
            }
        }
        return bytes.count == headBytes ? bytes : nil
    }

    private static func sextet(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x41...0x5A: Int(byte) - 0x41
        case 0x61...0x7A: Int(byte) - 0x61 + 26
        case 0x30...0x39: Int(byte) - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
