import Crypto

/// Keyed hashes. Every use has a label of its own, so that none can stand for another.
enum Hashing {
    /// A key for one use, derived from the device's.
    static func key(_ device: [UInt8], _ label: String) -> SymmetricKey {
        SymmetricKey(data: mac([Array(label.utf8)], SymmetricKey(data: device)))
    }

    /// HMAC-SHA-256 over the parts, each with its length before it, so that parts can't run into one another.
    static func mac(_ parts: [[UInt8]], _ key: SymmetricKey) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: key)
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hmac.update(data: $0) }
            hmac.update(data: part)
        }
        return Array(hmac.finalize())
    }

    /// SHA-256 over the parts, each with its length before it.
    static func digest(_ parts: [UInt8]...) -> [UInt8] {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return Array(hash.finalize())
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
