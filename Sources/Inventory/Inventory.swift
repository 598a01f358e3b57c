import Glibc

/// The models and runners of one machine, as far as the user may read.
public struct MachineInventory: Sendable {
    /// Runners that are installed or running.
    public var runners: [LocalRunner]
    /// Weights and names of remote models, each file once.
    public var models: [LocalModel]
    /// Whether all was visited; false after `InventoryLimits.maxEntries` or `maxModels`.
    public var isComplete: Bool

    /// Looks at a home folder, at the stores that the environment names, and at further folders.
    ///
    /// - Parameters:
    ///   - home: the user's home folder.
    ///   - folders: more places to look for files of weights.
    ///   - environment: gives `OLLAMA_MODELS`, `HF_HOME`, `HF_HUB_CACHE` and `PATH`.
    ///   - proc: where the kernel shows its processes.
    public static func take(
        home: String, folders: [String] = [], environment: (String) -> String?, proc: String = "/proc"
    ) -> MachineInventory {
        let ollama = unique([
            environment("OLLAMA_MODELS"), home + "/.ollama/models", "/usr/share/ollama/.ollama/models",
            "/var/lib/ollama/models",
        ])
        let caches = unique([
            environment("HF_HUB_CACHE"), environment("HF_HOME").map { $0 + "/hub" },
            home + "/.cache/huggingface/hub",
        ])
        var models = ollama.flatMap(OllamaStore.models) + caches.flatMap(HuggingFaceCache.models)
        var entries = InventoryLimits.maxEntries
        for folder in unique([home] + folders.map(Optional.some)) {
            models += WeightFiles.models(below: folder, without: ollama + caches, entries: &entries)
        }
        var seen: Set<String> = []
        models = models.filter { seen.insert($0.path).inserted }
        let isComplete = entries > 0 && models.count <= InventoryLimits.maxModels
        return MachineInventory(
            runners: LocalRunner.found(
                searchPath: (environment("PATH") ?? "").split(separator: ":").map(String.init) + [home + "/.local/bin"],
                proc: proc),
            models: Array(models.prefix(InventoryLimits.maxModels)).sorted { ($0.name, $0.path) < ($1.name, $1.path) },
            isComplete: isComplete)
    }

    private static func unique(_ paths: [String?]) -> [String] {
        var seen: Set<String> = []
        return paths.compactMap { path in
            guard var path, path.hasPrefix("/") else { return nil }
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            return seen.insert(path).inserted ? path : nil
        }
    }
}
