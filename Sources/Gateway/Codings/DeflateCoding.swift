import Classifier

/// deflate: a zlib container (RFC 1950), as RFC 9110 has it; the bare data that some programs send under this name is not taken.
enum DeflateCoding: ContentCoding {
    static let names = ["deflate"]

    static func decode(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        guard bytes.first != 0x1F, let whole = Inflate.container(bytes, limit: limit), whole.end == .intact,
            whole.used == bytes.count
        else { return nil }
        return whole.bytes
    }
}
