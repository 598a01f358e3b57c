import FoundationEssentials

/// The models that Ollama keeps: `manifests/HOST/NAMESPACE/MODEL/TAG` and `blobs/sha256-HEX`.
///
/// Layout: https://github.com/ollama/ollama/blob/main/docs/faq.md and its `types/model` package.
enum OllamaStore {
    private struct Manifest: Decodable {
        struct Layer: Decodable {
            var mediaType: String
            var digest: String
            var size: UInt64?
        }
        var config: Layer?
        var layers: [Layer]?
    }

    private struct Configuration: Decodable {
        var family: String?
        var remoteHost: String?
        var remoteModel: String?
        enum CodingKeys: String, CodingKey {
            case family = "model_family"
            case remoteHost = "remote_host"
            case remoteModel = "remote_model"
        }
    }

    /// All models of a store.
    static func models(in store: String) -> [LocalModel] {
        var found: [LocalModel] = []
        for host in Folder.entries(store + "/manifests") where host.isFolder {
            for space in Folder.entries(host.path) where space.isFolder {
                for model in Folder.entries(space.path) where model.isFolder {
                    for tag in Folder.entries(model.path) where !tag.isFolder {
                        guard found.count < InventoryLimits.maxModels else { return found }
                        if let read = read(store, host: host.name, space: space.name, model: model.name, tag) {
                            found.append(read)
                        }
                    }
                }
            }
        }
        return found
    }

    private static func read(
        _ store: String, host: String, space: String, model: String, _ tag: Folder.Entry
    ) -> LocalModel? {
        guard let bytes = Folder.start(of: tag.path, limit: InventoryLimits.maxManifestBytes),
            let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
        else { return nil }
        let weights = manifest.layers?.first { $0.mediaType == "application/vnd.ollama.image.model" }
        let licence = manifest.layers?.first { $0.mediaType == "application/vnd.ollama.image.license" }
        let configuration = manifest.config.flatMap { blob(store, $0.digest) }.flatMap {
            Folder.start(of: $0, limit: InventoryLimits.maxManifestBytes)
        }.flatMap { try? JSONDecoder().decode(Configuration.self, from: Data($0)) }
        guard weights != nil || configuration?.remoteModel != nil else { return nil }
        let file = weights.flatMap { blob(store, $0.digest) }
        let header = file.flatMap { Folder.start(of: $0, limit: InventoryLimits.maxGGUFBytes) }.flatMap(GGUFHeader.init)
        let prefix = host == "registry.ollama.ai" ? "" : host + "/"
        let name = prefix + (space == "library" ? model : space + "/" + model) + ":" + tag.name
        return LocalModel(
            name: name, store: .ollama, format: header == nil ? .other : .gguf,
            publisher: space == "library" ? header?.publisher : space,
            licence: header?.licence ?? licence.flatMap { blob(store, $0.digest) }.flatMap(title),
            architecture: header?.architecture ?? configuration?.family,
            sha256: weights.flatMap { digest($0.digest) }, bytes: weights?.size ?? 0, path: tag.path,
            remoteHost: configuration?.remoteModel == nil ? nil : configuration?.remoteHost ?? "ollama.com")
    }

    /// The hex of `sha256:HEX`; nil for anything else, so that no digest leads out of the store.
    private static func digest(_ text: String) -> String? {
        guard text.hasPrefix("sha256:") else { return nil }
        let hex = text.dropFirst(7)
        return InventoryText.isSHA256(hex) ? String(hex) : nil
    }

    private static func blob(_ store: String, _ text: String) -> String? {
        digest(text).map { store + "/blobs/sha256-" + $0 }
    }

    /// First line of a licence's text that says something.
    private static func title(_ path: String) -> String? {
        guard let bytes = Folder.start(of: path, limit: 4_096) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).lazy
            .map { $0.drop { $0.isWhitespace } }.first { !$0.isEmpty }.map(String.init)
    }
}
