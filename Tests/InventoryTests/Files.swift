import Foundation

/// A folder for one test.
final class TestFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/inventory-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let full = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: full))
        return full
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    func link(_ name: String, to target: String) throws {
        let full = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: target)
    }
}

/// Bytes of model files, made by the formats' descriptions.
enum ModelFile {
    static func integer(_ value: UInt64, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(value >> (8 * $0) & 0xFF) } }

    static func text(_ text: String) -> [UInt8] { integer(UInt64(text.utf8.count), 8) + text.utf8 }

    /// A GGUF file: the given texts, after a number and an array of texts that the reader has to step over.
    static func gguf(_ texts: [(String, String)]) -> [UInt8] {
        var bytes = Array("GGUF".utf8) + integer(3, 4) + integer(1, 8) + integer(UInt64(texts.count + 2), 8)
        bytes += text("llama.block_count") + integer(4, 4) + integer(32, 4)
        bytes += text("tokenizer.ggml.tokens") + integer(9, 4) + integer(8, 4) + integer(2, 8) + text("a") + text("b")
        for entry in texts { bytes += text(entry.0) + integer(8, 4) + text(entry.1) }
        return bytes
    }

    static func safetensors(_ header: String) -> [UInt8] {
        integer(UInt64(header.utf8.count), 8) + header.utf8 + [0, 0]
    }
}
