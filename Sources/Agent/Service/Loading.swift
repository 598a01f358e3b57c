import Gateway
import Glibc
import Inspection
import Packs
import Policy

/// A snapshot and where it came from.
struct LoadedSnapshot: Sendable {
    var snapshot: Snapshot
    var preset: String
    var policyFile: String?
    var suspendLists: [String] = []
    var packOrigin: String
    var ruleCount: Int
    /// What the user should be told.
    var notes: [String]

    /// Loads pack, policy and catalogue as the settings say. Throws errors that describe themselves: files with line and column.
    static func load(_ settings: AgentSettings) throws -> LoadedSnapshot {
        var pack = try PackLocator().load(settings.pack)
        pack.selection = settings.selection
        pack.notes += settings.selection.unknown(in: pack.pack.sources).map { "agent.toml, [scan]: \($0)" }
        let policy = try PolicyHome().load(file: settings.policy ?? PolicyHome.standardFile())
        let rules = try pack.ruleSet()
        let snapshot = Snapshot(
            rules: rules, rulesDigest: pack.rulesDigest, engine: policy.engine, policyDigest: policy.digest)
        return LoadedSnapshot(
            snapshot: snapshot, preset: policy.engine.name, policyFile: policy.file,
            suspendLists: policy.suspendLists, packOrigin: pack.origin, ruleCount: pack.active.count,
            notes: pack.notes)
    }

    /// Loads policy, suspend lists and catalogue anew, and keeps the rules.
    func reloadingPolicy(_ settings: AgentSettings) throws -> LoadedSnapshot {
        let policy = try PolicyHome().load(file: settings.policy ?? PolicyHome.standardFile())
        var loaded = self
        loaded.snapshot = snapshot.with(policy.engine, policyDigest: policy.digest)
        loaded.preset = policy.engine.name
        loaded.policyFile = policy.file
        loaded.suspendLists = policy.suspendLists
        return loaded
    }

    /// Where files stand, or would stand, that say what the policy is.
    static func policyPlaces(_ settings: AgentSettings) -> [String] {
        let file = settings.policy ?? PolicyHome.standardFile()
        let own = settings.policy.map { [$0] } ?? [PolicyHome.managedFile, PolicyHome.userFile()].compactMap { $0 }
        var places = own + PolicyHome.suspendLists(beside: file)
        for list in PolicyHome.suspendLists(beside: own.last) where !places.contains(list) { places.append(list) }
        return places.map(absolute)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}

/// Which providers the gateway serves, and where their requests go.
enum Routes {
    /// The routes: those that the settings name, and those for which the catalogue has an address. An upstream for a provider that the catalogue
    /// does not know is an error: no policy could speak of it.
    static func make(_ settings: AgentSettings, _ catalogue: Catalogue) throws -> [GatewayRoute] {
        var upstreams: [String: UpstreamAddress] = [:]
        for provider in catalogue.providers {
            guard let url = provider.gatewayURL else { continue }
            let address = try UpstreamAddress(url)
            // A local server's usual port may be ours.
            if !(address.isLoopback && address.port == settings.port) { upstreams[provider.id] = address }
        }
        upstreams.merge(settings.upstreams.filter { !$0.key.contains(".") }) { _, set in set }
        return try upstreams.sorted { $0.key < $1.key }.map { provider, address in
            guard let surface = catalogue.gatewaySurface(of: provider, at: address.host) else {
                let known = catalogue.providers.filter { $0.gatewaySurface != nil }.map(\.id).sorted()
                throw AgentProblem(
                    "no gateway for provider \"\(provider)\"; the catalogue has: \(known.joined(separator: ", "))")
            }
            guard !(address.isLoopback && address.port == settings.port) else {
                throw AgentProblem(
                    "the upstream of \(provider) is the gateway itself (\(address)); name the provider's own address")
            }
            return GatewayRoute(provider: provider, surface: surface.id, upstream: address)
        }
    }
}
