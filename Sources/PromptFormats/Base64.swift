/// Base64 (RFC 4648, both alphabets) inside a JSON string.
enum Base64 {
    /// Bytes of the decoded start that decide whether it is text.
    private static let sniffBytes = 1024

    /// Value of each byte, or 255.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            table[Int(byte)] = UInt8(value)
        }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        return table
    }()

    /// Whether all of the bytes are base64 characters, padding and broken lines apart.
    static func isPlausible(_ bytes: ArraySlice<UInt8>) -> Bool {
        var run = skippingBreaks(bytes)
        while run.last == UInt8(ascii: "=") { run.removeLast() }
        return !run.isEmpty
            && run.withUnsafeBufferPointer { run in
                values.withUnsafeBufferPointer { values in run.allSatisfy { values[Int($0)] != 255 } }
            }
    }

    /// Decodes. Escaped slashes and line breaks of the JSON string are passed over; nil at anything else that is not base64.
    static func decode(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        var isPadded = false
        for byte in bytes {
            if byte == UInt8(ascii: "=") {
                isPadded = true
                continue
            }
            let value = values[Int(byte)]
            guard !isPadded, value != 255 else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        return out
    }

    /// Encodes with the standard alphabet, padded.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for (index, byte) in group.enumerated() { word |= UInt32(byte) << UInt32(16 - 8 * index) }
            for index in 0...group.count { out.append(alphabet[Int(word >> UInt32(18 - 6 * index) & 63)]) }
            for _ in group.count..<3 { out.append(UInt8(ascii: "=")) }
        }
        return out
    }

    /// The decoded bytes if they are text: UTF-8 without control characters but tab and line ends.
    static func decodedText(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let text = skippingBreaks(bytes)
        // Four characters make three bytes, so a start of whole groups decodes by itself.
        guard let start = decode(text.prefix(sniffBytes / 3 * 4)), isText(start, isCut: true),
            let whole = text.count <= sniffBytes / 3 * 4 ? start : decode(text), isText(whole, isCut: false),
            !whole.isEmpty
        else { return nil }
        return whole
    }

    /// The bytes without the escapes `\n`, `\r` and the backslash of `\/`.
    private static func skippingBreaks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.withUnsafeBufferPointer({ $0.contains(UInt8(ascii: "\\")) }) else { return bytes }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.endIndex {
                let next = bytes[at + 1]
                if next == UInt8(ascii: "n") || next == UInt8(ascii: "r") {
                    at += 2
                    continue
                }
                if next == UInt8(ascii: "/") { at += 1 }
            }
            out.append(bytes[at])
            at += 1
        }
        return out[...]
    }

    /// Whether bytes are UTF-8 without control characters but tab, line ends, form feed and escape. With `isCut` a character may be cut at the end.
    static func isText(_ bytes: [UInt8], isCut: Bool) -> Bool {
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == 0x0C || $0 == 0x1B })
        else {
            return false
        }
        // A cut may fall inside a character: up to three bytes at the end may be its beginning.
        return (0...(isCut ? min(3, bytes.count) : 0)).contains {
            String(validating: bytes.dropLast($0), as: UTF8.self) != nil
        }
    }
}

/// `data:` URLs (RFC 2397) inside a JSON string.
enum DataURL {
    private static let maxHeadBytes = 256

    /// Index of the payload of a base64 data: URL; nil for anything else.
    static func payloadStart(_ raw: ArraySlice<UInt8>) -> Int? {
        guard let first = raw.first, first | 0x20 == UInt8(ascii: "d") else { return nil }
        let head = raw.prefix(maxHeadBytes)
        guard let comma = head.firstIndex(of: UInt8(ascii: ",")),
            String(decoding: head[..<comma], as: UTF8.self).lowercased().hasPrefix("data:"),
            String(decoding: head[..<comma], as: UTF8.self).lowercased().hasSuffix(";base64")
        else { return nil }
        return comma + 1
    }

    /// The media type that a data: URL states.
    static func mediaType(_ raw: ArraySlice<UInt8>) -> String? {
        let type = raw.dropFirst(5).prefix(maxHeadBytes)
            .prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\\") }
        return type.isEmpty ? nil : String(decoding: type, as: UTF8.self)
    }
}
