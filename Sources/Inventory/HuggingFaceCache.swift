/// The models in the cache of `huggingface_hub`: `models--ORG--NAME/{refs,snapshots,blobs}`.
///
/// Layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache. A large file's blob is named by its SHA-256.
enum HuggingFaceCache {
    /// All models of a cache; the one snapshot that `main` points to, else the last by name.
    static func models(in cache: String) -> [LocalModel] {
        var found: [LocalModel] = []
        for entry in Folder.entries(cache) where entry.isFolder && entry.name.hasPrefix("models--") {
            guard found.count < InventoryLimits.maxModels else { break }
            let parts = entry.name.dropFirst(8).split(separator: "-", omittingEmptySubsequences: false)
            let name = joined(parts)
            let snapshots = Folder.entries(entry.path + "/snapshots").filter(\.isFolder)
            let main = Folder.start(of: entry.path + "/refs/main", limit: 64).map {
                String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
            }
            guard let snapshot = snapshots.first(where: { $0.name == main }) ?? snapshots.last else { continue }
            if let model = read(snapshot.path, name: name) { found.append(model) }
        }
        return found
    }

    /// `ORG--NAME` stands for `ORG/NAME`.
    private static func joined(_ parts: [Substring]) -> String {
        parts.joined(separator: "-").split(separator: "--", maxSplits: 1).joined(separator: "/")
    }

    private static func read(_ snapshot: String, name: String) -> LocalModel? {
        var bytes: UInt64 = 0
        var largest: (bytes: UInt64, entry: Folder.Entry)?
        let entries = Folder.entries(snapshot)
        for entry in entries where WeightFiles.isWeights(entry.name) {
            let size = Folder.size(of: entry.path)
            bytes += size
            if size > largest?.bytes ?? 0 { largest = (size, entry) }
        }
        guard let largest else { return nil }
        let facts = WeightFiles.facts(of: largest.entry.path)
        let parts = name.split(separator: "/")
        return LocalModel(
            name: name, store: .huggingFace, format: facts.format,
            publisher: parts.count == 2 ? String(parts[0]) : facts.publisher,
            licence: ModelCard.licence(in: snapshot + "/README.md") ?? facts.licence,
            architecture: ModelCard.architecture(in: snapshot + "/config.json") ?? facts.architecture,
            sha256: blobDigest(largest.entry), bytes: bytes, path: snapshot)
    }

    /// The name of the blob behind a link, where it is a SHA-256 (small files have a shorter git id).
    private static func blobDigest(_ entry: Folder.Entry) -> String? {
        guard entry.isLink, let target = Links.target(of: entry.path) else { return nil }
        let name = target.split(separator: "/").last ?? ""
        return InventoryText.isSHA256(name) ? String(name) : nil
    }
}
