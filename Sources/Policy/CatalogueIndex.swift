/// All providers and surfaces with what is known about them.
///
/// Publisher of a model and host of the inference are separate facts: a surface belongs to the provider that serves, and
/// `publisher(of:)` tells whose model it is.
public struct Catalogue: Sendable {
    /// In the order of their ids.
    public let providers: [Provider]
    /// AI services beyond the providers, whose use is counted.
    public let watchList: WatchList
    /// What is known of models.
    public let models: ModelCatalogue
    private let providerIndex: [String: Int]
    private let surfaceIndex: [String: (provider: Int, surface: Int)]
    private let publishers: [(pattern: Glob, provider: Int)]
    private let remoteModels: [String: [(pattern: Glob, surface: String)]]

    /// Longest model name that is compared with patterns, in bytes; the rest of a longer one is not looked at.
    public static let maxModelBytes = 256

    /// Why files do not make a catalogue.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, naming the entry.
        public var description: String
    }

    /// Most providers.
    public static let maxProviders = 1_024
    /// Most surfaces of one provider.
    public static let maxSurfaces = 64
    /// Most model patterns of one provider, and hosts of one surface.
    public static let maxPatterns = 256

    /// Checks and indexes providers. Ids are unique over providers and surfaces together, since `[tiers]` speaks of both.
    public init(
        _ unsorted: [Provider], models: ModelCatalogue = ModelCatalogue(), watchList: WatchList = .empty
    ) throws(Failure) {
        self.models = models
        let providers = unsorted.sorted { $0.id < $1.id }
        guard !providers.isEmpty else { throw Failure(description: "the catalogue is empty") }
        guard providers.count <= Self.maxProviders else {
            throw Failure(description: "more than \(Self.maxProviders) providers")
        }
        var providerIndex: [String: Int] = [:]
        var surfaceIndex: [String: (provider: Int, surface: Int)] = [:]
        for (index, provider) in providers.enumerated() {
            guard Self.isID(provider.id) else {
                throw Failure(description: "provider \"\(provider.id)\": an id is a-z, 0-9 and -")
            }
            guard provider.surfaces.count <= Self.maxSurfaces, provider.modelPatterns.count <= Self.maxPatterns else {
                throw Failure(description: "provider \(provider.id): too many surfaces or model patterns")
            }
            guard providerIndex.updateValue(index, forKey: provider.id) == nil else {
                throw Failure(description: "provider \(provider.id) occurs twice")
            }
            for (number, surface) in provider.surfaces.enumerated() {
                guard Self.isID(surface.id), surface.hosts.count <= Self.maxPatterns,
                    PolicyDate(surface.checked) != nil
                else {
                    throw Failure(description: "surface \"\(surface.id)\": bad id or date, or too many hosts")
                }
                guard surfaceIndex.updateValue((index, number), forKey: surface.id) == nil else {
                    throw Failure(description: "surface \(surface.id) occurs twice")
                }
            }
        }
        for provider in providers {
            guard !surfaceIndex.keys.contains(provider.id) else {
                throw Failure(description: "\(provider.id) is both a provider and a surface")
            }
            guard provider.gatewayURL == nil || provider.gatewaySurface != nil else {
                throw Failure(description: "provider \(provider.id) has a gateway_url without a gateway_surface")
            }
            let named =
                [provider.gatewaySurface].compactMap { $0 }
                + provider.surfaces.flatMap { $0.remoteModels.map(\.surface) }
            for id in named where surfaceIndex[id] == nil {
                throw Failure(description: "provider \(provider.id) speaks of an unknown surface \(id)")
            }
        }
        self.providers = providers
        self.watchList = watchList
        self.providerIndex = providerIndex
        self.surfaceIndex = surfaceIndex
        publishers = providers.enumerated().flatMap { index, provider in
            provider.modelPatterns.map { (Glob($0), index) }
        }
        var remote: [String: [(pattern: Glob, surface: String)]] = [:]
        for surface in providers.flatMap(\.surfaces) where !surface.remoteModels.isEmpty {
            remote[surface.id] = surface.remoteModels.flatMap { entry in
                entry.patterns.map { (Glob($0), entry.surface) }
            }
        }
        remoteModels = remote
    }

    private static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            && text != PolicyDocument.defaultKey
    }

    /// The provider of that id.
    public func provider(_ id: String) -> Provider? { providerIndex[id].map { providers[$0] } }

    /// The surface of that id.
    public func surface(_ id: String) -> ProviderSurface? {
        surfaceIndex[id].map { providers[$0.provider].surfaces[$0.surface] }
    }

    /// The provider that serves a surface.
    public func provider(ofSurface id: String) -> Provider? { surfaceIndex[id].map { providers[$0.provider] } }

    /// The surface that the base-URL gateway reaches under `/<provider>/`.
    public func gatewaySurface(of provider: String) -> ProviderSurface? {
        self.provider(provider)?.gatewaySurface.flatMap { surface($0) }
    }

    /// The surface that the base-URL gateway reaches under `/<provider>/` at a host: the gateway's own if that host is one of its hosts or is
    /// nobody's, else the provider's API that is served by the host.
    public func gatewaySurface(of provider: String, at host: String) -> ProviderSurface? {
        guard let standard = gatewaySurface(of: provider), !standard.isServed(by: host) else {
            return gatewaySurface(of: provider)
        }
        let others = self.provider(provider)?.surfaces ?? []
        return others.first { $0.kind == .api && $0.isServed(by: host) }
            ?? others.first { $0.isServed(by: host) } ?? standard
    }

    /// Whether the id is a provider's or a surface's.
    public func knows(_ id: String) -> Bool { providerIndex[id] != nil || surfaceIndex[id] != nil }

    /// Whether the id is that of somebody who publishes models.
    public func isPublisher(_ id: String) -> Bool { models.publisher(id) != nil || providerIndex[id] != nil }
    /// Ids of all who publish models.
    public var publisherIDs: [String] { Set(models.publishers.map(\.id) + providerIDs).sorted() }

    /// Ids of those whose model it is: the publisher, and the one of the model that it was made from.
    public func publisherIDs(of model: String) -> [String] {
        guard let resolved = models.resolve(model) else { return publisher(of: model).map { [$0.id] } ?? [] }
        return [resolved.publisher.id, resolved.family?.basePublisher].compactMap { $0 }
    }

    /// Ids of all providers.
    public var providerIDs: [String] { providers.map(\.id) }
    /// Ids of all surfaces.
    public var surfaceIDs: [String] { providers.flatMap { $0.surfaces.map(\.id) } }

    /// The provider that publishes a model: of all whose patterns match, the one with the longest pattern.
    ///
    /// Prefixes of routers and clouds ("openai/gpt-4o", "eu.anthropic.claude-x") are left out of account for the patterns.
    public func publisher(of model: String) -> Provider? {
        let names = Self.names(of: model)
        var best: (length: Int, provider: Int)?
        for entry in publishers where entry.pattern.length > (best?.length ?? 0) {
            if names.contains(where: { entry.pattern.matches($0) }) {
                best = (entry.pattern.length, entry.provider)
            }
        }
        return best.map { providers[$0.provider] }
    }

    /// Whether a model's name fits a pattern, prefixes of routers and clouds aside.
    public static func model(_ name: String, fits pattern: String) -> Bool {
        let glob = Glob(pattern)
        return names(of: name).contains { glob.matches($0) }
    }

    /// The surface that a request really goes to: the one of the plan that it shows, and a local program hands its cloud models on.
    public func effectiveSurface(of destination: Destination) -> ProviderSurface? {
        guard var named = surface(destination.surface) else { return nil }
        if let plan = destination.account?.plan, named.plans?.contains(plan) != true,
            let other = provider(ofSurface: named.id)?.surfaces.first(where: { $0.plans?.contains(plan) == true })
        {
            named = other
        }
        guard let model = destination.model, let remote = remoteModels[named.id] else { return named }
        let folded = Self.folded(model)
        guard let hit = remote.first(where: { $0.pattern.matches(folded) }) else { return named }
        return surface(hit.surface) ?? named
    }

    /// A model's name, and what is left of it without what routers and clouds put before it: publishers' prefixes ("openai/gpt-4o"), ARNs, and
    /// Bedrock's regions and publishers ("eu.anthropic.claude-x"). Folded.
    static func names(of model: String) -> [[UInt8]] {
        let whole = folded(model)
        var names = [whole]
        if let slash = whole.lastIndex(of: 0x2F) { names.append(Array(whole[(slash + 1)...])) }
        // A prefix is a word of letters and hyphens; a dot in a version stands behind a digit.
        while names.count < maxNames, let last = names.last, let dot = last.firstIndex(of: 0x2E), dot > 0,
            last[..<dot].allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
        {
            names.append(Array(last[(dot + 1)...]))
        }
        return names
    }

    /// Most names that one model is looked up by.
    private static let maxNames = 6

    static func folded(_ model: String) -> [UInt8] {
        Array(Glob.folded(String(model.prefix(maxModelBytes))).prefix(maxModelBytes))
    }
}

extension ProviderSurface {
    /// Whether the host is one of the surface's own. Ports and paths of the catalogue's hosts are left out of account.
    public func isServed(by host: String) -> Bool {
        let folded = Glob.folded(String(host.prefix(256)))
        return hosts.contains { entry in
            let bare = entry.prefix { $0 != "/" && $0 != ":" }
            return Glob(String(bare)).matches(folded)
        }
    }
}
