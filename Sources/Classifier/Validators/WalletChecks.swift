/// Addresses of crypto wallets.
enum WalletChecks {
    static let all: [Validator] = [
        Validator("btc-address") { value in
            if value.count > 4, value[0] | 0x20 == UInt8(ascii: "b") { return bech32(value) }
            return base58Check(value)
        },
        Validator("wif") { value in walletImportFormat(value) },
        Validator("eth-address") { value in ethereum(value) },
    ]

    /// Base58Check: the last four of 25 bytes are the start of the double SHA-256 of the rest; versions 0 and 5.
    private static func base58Check(_ value: Span<UInt8>) -> Bool {
        guard (26...35).contains(value.count), let bytes = base58(value, count: 25) else { return false }
        return (bytes[0] == 0 || bytes[0] == 5) && hasCheck(bytes)
    }

    /// Wallet import format: version 0x80, a key of 32 bytes, and 1 if the public key is compressed.
    private static func walletImportFormat(_ value: Span<UInt8>) -> Bool {
        guard value.count == 51 || value.count == 52, let bytes = base58(value, count: value.count - 14) else {
            return false
        }
        return bytes[0] == 0x80 && (value.count == 51 || bytes[33] == 1) && hasCheck(bytes)
    }

    private static func hasCheck(_ bytes: [UInt8]) -> Bool {
        let digest = SHA256.digest(SHA256.digest(Array(bytes.dropLast(4))))
        return Array(digest[0..<4]) == Array(bytes.suffix(4))
    }

    /// The number in base 58 as so many bytes; nil if it needs more, or holds a character that base 58 lacks.
    private static func base58(_ value: Span<UInt8>, count: Int) -> [UInt8]? {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
        var bytes = [UInt8](repeating: 0, count: count)
        for index in 0..<value.count {
            guard let digit = alphabet.firstIndex(of: value[index]) else { return nil }
            var carry = digit
            for place in stride(from: count - 1, through: 0, by: -1) {
                carry += Int(bytes[place]) * 58
                bytes[place] = UInt8(carry & 255)
                carry >>= 8
            }
            if carry != 0 { return nil }
        }
        return bytes
    }

    /// BIP 173 and BIP 350: the checksum of bech32 for witness version 0, of bech32m for later ones.
    private static func bech32(_ value: Span<UInt8>) -> Bool {
        guard (14...90).contains(value.count) else { return false }
        let charset = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        var separator = 0
        var hasUpper = false
        var hasLower = false
        for index in 0..<value.count {
            if value[index] == UInt8(ascii: "1") { separator = index }
            hasUpper = hasUpper || ByteSet.upper.contains(value[index])
            hasLower = hasLower || ByteSet.lower.contains(value[index])
        }
        guard separator >= 1, value.count - separator > 7, !(hasUpper && hasLower) else { return false }
        var data: [UInt8] = []
        for index in 0..<separator { data.append(foldCase(value[index]) >> 5) }
        data.append(0)
        for index in 0..<separator { data.append(foldCase(value[index]) & 31) }
        for index in separator + 1..<value.count {
            guard let digit = charset.firstIndex(of: foldCase(value[index])) else { return false }
            data.append(UInt8(digit))
        }
        let version = data[2 * separator + 1]
        return polymod(data) == (version == 0 ? 1 : 0x2BC8_30A3)
    }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1FF_FFFF) << 5 ^ UInt32(value)
            for (bit, word) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 { check ^= word }
        }
        return check
    }

    /// ERC-55: forty hex digits after 0x. In mixed case each letter is upper where the Keccak-256 of the address has a high
    /// nibble; in one case there is no checksum.
    private static func ethereum(_ value: Span<UInt8>) -> Bool {
        let start = value.count == 42 ? 2 : 0
        guard value.count - start == 40 else { return false }
        if start == 2, value[0] != UInt8(ascii: "0") || value[1] | 0x20 != UInt8(ascii: "x") { return false }
        var folded: [UInt8] = []
        var hasUpper = false
        var hasLower = false
        var kinds: Set<UInt8> = []
        for index in start..<value.count {
            guard hexValue(value[index]) != nil else { return false }
            hasUpper = hasUpper || ByteSet.upper.contains(value[index])
            hasLower = hasLower || ByteSet.lower.contains(value[index])
            folded.append(foldCase(value[index]))
            kinds.insert(foldCase(value[index]))
        }
        guard kinds.count > 4 else { return false }
        if !(hasUpper && hasLower) { return true }
        let digest = Keccak256.digest(folded)
        for index in 0..<40 where isASCIILetter(folded[index]) {
            let nibble = index % 2 == 0 ? digest[index / 2] >> 4 : digest[index / 2] & 15
            if (nibble >= 8) != ByteSet.upper.contains(value[start + index]) { return false }
        }
        return true
    }
}
