/// Files of weights, wherever they lie.
enum WeightFiles {
    struct Facts {
        var format: LocalModel.Format
        var name: String?
        var publisher: String?
        var licence: String?
        var architecture: String?
    }

    /// Whether the name is one of a file of weights.
    static func isWeights(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") || name.hasSuffix(".gguf") || name == "pytorch_model.bin"
            || (name.hasPrefix("pytorch_model-") && name.hasSuffix(".bin"))
    }

    /// What the file says of itself.
    static func facts(of path: String) -> Facts {
        if let start = Folder.start(of: path, limit: InventoryLimits.maxGGUFBytes) {
            if let header = GGUFHeader(start) {
                return Facts(
                    format: .gguf, name: header.name, publisher: header.publisher, licence: header.licence,
                    architecture: header.architecture)
            }
            // The header's length stands in its first eight bytes: most are far below what is read for GGUF.
            if let header = SafetensorsHeader(start)
                ?? (path.hasSuffix(".safetensors")
                    ? Folder.start(of: path, limit: InventoryLimits.maxSafetensorsBytes).flatMap(SafetensorsHeader.init)
                    : nil)
            {
                return Facts(
                    format: .safetensors, name: header.name, publisher: header.publisher, licence: header.licence,
                    architecture: header.architecture)
            }
        }
        return Facts(format: .other)
    }

    /// Files of weights that stand by themselves below a folder, without those of the stores.
    ///
    /// - Parameter entries: how many entries may still be visited; counted down.
    static func models(below root: String, without stores: [String], entries: inout Int) -> [LocalModel] {
        var found: [LocalModel] = []
        var seen: Set<FileIdentity> = []
        var waiting = [(path: root, depth: 0)]
        while let next = waiting.popLast() {
            for entry in Folder.entries(next.path) {
                guard entries > 0, found.count < InventoryLimits.maxModels else { return found }
                entries -= 1
                if entry.isFolder {
                    // Version control and packages of programs hold no models, and many files.
                    let skipped = ["node_modules", ".git", "site-packages", ".build", "proc", "sys"]
                    if next.depth < InventoryLimits.maxDepth, !skipped.contains(entry.name),
                        !stores.contains(entry.path)
                    {
                        waiting.append((entry.path, next.depth + 1))
                    }
                } else if entry.name.hasSuffix(".gguf") || entry.name.hasSuffix(".safetensors"),
                    let identity = Folder.identity(of: entry.path), seen.insert(identity).inserted
                {
                    let facts = facts(of: entry.path)
                    // A name alone makes no model: "x.gguf" may be anything.
                    guard facts.format != .other else { continue }
                    found.append(
                        LocalModel(
                            name: facts.name ?? entry.name, store: .file, format: facts.format,
                            publisher: facts.publisher, licence: facts.licence, architecture: facts.architecture,
                            bytes: Folder.size(of: entry.path), path: entry.path))
                }
            }
        }
        return found
    }
}
