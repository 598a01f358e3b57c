/// The facts at the start of a GGUF file.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little endian.
public struct GGUFHeader: Sendable, Hashable {
    /// `general.architecture`
    public private(set) var architecture: String?
    /// `general.name`
    public private(set) var name: String?
    /// `general.license`
    public private(set) var licence: String?
    /// `general.organization`, else `general.author`, else the first base model's.
    public private(set) var publisher: String?

    /// Reads the facts out of the first bytes of a file; nil for another format. A header that ends early gives what was read.
    public init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard bytes.starts(with: "GGUF".utf8) else { return nil }
        reader.at = 4
        guard let version = reader.integer(4), (2...3).contains(version), reader.integer(8) != nil,
            let entries = reader.integer(8)
        else { return nil }
        var texts: [String: String] = [:]
        for _ in 0..<min(entries, UInt64(InventoryLimits.maxGGUFEntries)) {
            guard let key = reader.text(), let type = reader.integer(4) else { break }
            if type == Reader.stringType {
                guard let value = reader.text() else { break }
                if key.hasPrefix("general.") { texts[key] = value }
            } else if !reader.skip(type, depth: 0) {
                break
            }
        }
        architecture = texts["general.architecture"]
        name = texts["general.name"]
        licence = texts["general.license"]
        publisher =
            texts["general.organization"] ?? texts["general.author"] ?? texts["general.base_model.0.organization"]
    }

    private struct Reader {
        static let stringType: UInt64 = 8
        static let arrayType: UInt64 = 9
        /// Bytes of a value by its type; 0 for string and array.
        static let sizes: [Int] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]
        /// Arrays in arrays.
        static let maxDepth = 4

        let bytes: [UInt8]
        var at = 0

        mutating func integer(_ size: Int) -> UInt64? {
            guard bytes.count - at >= size else { return nil }
            var value: UInt64 = 0
            for index in 0..<size { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
            at += size
            return value
        }

        mutating func text() -> String? {
            guard let length = integer(8), length <= UInt64(bytes.count - at) else { return nil }
            let kept = bytes[at..<at + min(Int(length), InventoryLimits.maxTextBytes)]
            at += Int(length)
            return String(decoding: kept, as: UTF8.self)
        }

        mutating func advance(_ count: UInt64, of size: Int) -> Bool {
            let (total, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
            guard !overflow, total <= UInt64(bytes.count - at) else { return false }
            at += Int(total)
            return true
        }

        /// Steps over a value; false where it does not end within the bytes.
        mutating func skip(_ type: UInt64, depth: Int) -> Bool {
            guard type < UInt64(Self.sizes.count) else { return false }
            if type == Self.stringType { return text() != nil }
            guard type == Self.arrayType else { return advance(1, of: Self.sizes[Int(type)]) }
            guard depth < Self.maxDepth, let inner = integer(4), let count = integer(8),
                inner < UInt64(Self.sizes.count)
            else { return false }
            let size = Self.sizes[Int(inner)]
            if size > 0 { return advance(count, of: size) }
            // Each element takes at least eight bytes, so a count past the bytes ends the loop by itself.
            for _ in 0..<min(count, UInt64(bytes.count)) where !skip(inner, depth: depth + 1) { return false }
            return true
        }
    }
}
