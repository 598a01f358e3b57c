import FoundationEssentials

/// The facts in the header of a safetensors file.
///
/// Format: https://github.com/huggingface/safetensors#format; the keys of `__metadata__` are those of
/// https://github.com/Stability-AI/ModelSpec.
public struct SafetensorsHeader: Sendable, Hashable {
    /// `modelspec.title`
    public private(set) var name: String?
    /// `modelspec.architecture`
    public private(set) var architecture: String?
    /// `modelspec.license`
    public private(set) var licence: String?
    /// `modelspec.author`
    public private(set) var publisher: String?

    private struct Header: Decodable {
        var metadata: [String: String]?
        enum CodingKeys: String, CodingKey { case metadata = "__metadata__" }
    }

    /// Reads the first bytes of a file; nil for another format, or for a header past `InventoryLimits.maxSafetensorsBytes`.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count > 9 else { return nil }
        var length: UInt64 = 0
        for index in 0..<8 { length |= UInt64(bytes[index]) << UInt64(8 * index) }
        guard length >= 2, length <= UInt64(min(bytes.count - 8, InventoryLimits.maxSafetensorsBytes)),
            bytes[8] == UInt8(ascii: "{"),
            let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[8..<8 + Int(length)]))
        else { return nil }
        name = header.metadata?["modelspec.title"]
        architecture = header.metadata?["modelspec.architecture"]
        licence = header.metadata?["modelspec.license"]
        publisher = header.metadata?["modelspec.author"]
    }
}
