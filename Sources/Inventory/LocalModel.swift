/// Weights that lie on this machine, or a name under which a local runner reaches a remote model.
public struct LocalModel: Sendable, Hashable {
    /// How the weights are kept.
    public enum Store: String, Sendable, Hashable, CaseIterable {
        case ollama, huggingFace = "hugging-face", file
    }

    /// How the weights are written.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case gguf, safetensors, other
    }

    /// Name as its store or file gives it: "llama3.2:latest", "mistralai/Mistral-7B-v0.1".
    public var name: String
    /// Where it was found.
    public var store: Store
    /// How it is written.
    public var format: Format
    /// Who published it, as far as the name or the file says.
    public var publisher: String?
    /// Licence, as the file or model card says.
    public var licence: String?
    /// Family of the architecture: "llama", "qwen2".
    public var architecture: String?
    /// SHA-256 of the weights in hex, where the store keeps one or it was asked for.
    public var sha256: String?
    /// Size in bytes.
    public var bytes: UInt64
    /// File or folder.
    public var path: String
    /// Host to which the runner hands prompts for this name; nil where it runs here.
    public var remoteHost: String?

    /// Makes a record; texts are cut to `InventoryLimits.maxTextBytes` and rid of control characters.
    public init(
        name: String, store: Store, format: Format, publisher: String? = nil, licence: String? = nil,
        architecture: String? = nil, sha256: String? = nil, bytes: UInt64, path: String, remoteHost: String? = nil
    ) {
        self.name = InventoryText.clean(name)
        self.store = store
        self.format = format
        self.publisher = publisher.map(InventoryText.clean)
        self.licence = licence.map(InventoryText.clean)
        self.architecture = architecture.map(InventoryText.clean)
        self.sha256 = sha256
        self.bytes = bytes
        self.path = path
        self.remoteHost = remoteHost.map(InventoryText.clean)
    }
}

/// Text of model files: hostile, and on its way to a terminal or a report.
enum InventoryText {
    /// One line of printable text.
    static func clean(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= InventoryLimits.maxTextBytes else { break }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    /// Whether the text is a SHA-256 in hex.
    static func isSHA256(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
