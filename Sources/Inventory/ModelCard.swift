import FoundationEssentials
import Glibc

/// What the files beside the weights say.
enum ModelCard {
    /// `license` in the YAML block at the head of a model card
    /// (https://huggingface.co/docs/hub/model-cards#model-card-metadata). One line of YAML is read, no more.
    static func licence(in path: String) -> String? {
        guard let bytes = Folder.start(of: path, limit: 16 << 10) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.first == "---" else { return nil }
        var found: [Substring: Substring] = [:]
        for line in lines.dropFirst() {
            if line == "---" { break }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            found[line[..<colon]] =
                value.first.map { $0 == "\"" || $0 == "'" } == true
                ? value.dropFirst().prefix { $0 != value.first } : value
        }
        // "other" says that the real name stands in its own field.
        let licence = found["license"] == "other" ? found["license_name"] ?? found["license"] : found["license"]
        return licence.flatMap { $0.isEmpty ? nil : String($0) }
    }

    private struct Configuration: Decodable {
        var type: String?
        enum CodingKeys: String, CodingKey { case type = "model_type" }
    }

    /// `model_type` of a transformers configuration.
    static func architecture(in path: String) -> String? {
        Folder.start(of: path, limit: InventoryLimits.maxManifestBytes).flatMap {
            try? JSONDecoder().decode(Configuration.self, from: Data($0)).type
        }
    }
}

enum Links {
    /// Where a symbolic link points.
    static func target(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { raw in
            raw.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
