import Classifier

/// gzip (RFC 1952): one member or several.
enum GzipCoding: ContentCoding {
    static let names = ["gzip", "x-gzip"]

    static func decode(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        var out: [UInt8] = []
        var rest = bytes
        repeat {
            // The same bytes as a zlib container would be another coding.
            guard rest.first == 0x1F, let part = Inflate.container(rest, limit: limit - out.count), part.end == .intact
            else { return nil }
            out += part.bytes
            rest.removeFirst(part.used)
        } while !rest.isEmpty
        return out
    }
}
