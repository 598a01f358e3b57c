/// What the inventory reads at most. Model files and folders come from anywhere.
public enum InventoryLimits {
    /// Folder entries visited in all; the walk then ends and says so.
    public static let maxEntries = 200_000
    /// Folders below the place where a walk begins.
    public static let maxDepth = 8
    /// Models listed.
    public static let maxModels = 2_000
    /// Bytes of a manifest, a configuration or a model card.
    public static let maxManifestBytes = 1 << 20
    /// Bytes at the start of a GGUF file that are searched for its metadata; tokenizer tables follow the facts that matter.
    public static let maxGGUFBytes = 4 << 20
    /// Entries of a GGUF file's metadata.
    public static let maxGGUFEntries = 4_096
    /// Bytes of a safetensors header. The format allows 100 MB; its metadata stands at the start.
    public static let maxSafetensorsBytes = 8 << 20
    /// Bytes of one text taken from a file.
    public static let maxTextBytes = 256
    /// Processes looked at.
    public static let maxProcesses = 20_000
}
