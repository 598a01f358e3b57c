import DeviceCA
import Gateway
import Policy

/// How the forward proxy is set up from settings and catalogue.
enum ProxySetup {
    /// Throws when the settings send a host elsewhere that is none of the catalogue: it would only be tunnelled.
    static func make(
        _ settings: AgentSettings, _ hosts: CatalogueHosts, _ leaves: LeafIssuer
    ) throws(AgentProblem) -> ProxyConfiguration {
        var overrides: [String: UpstreamAddress] = [:]
        for (key, address) in settings.upstreams where key.contains(".") {
            guard let host = CatalogueHosts.normalised(key), hosts.contains(host) else {
                throw AgentProblem("upstream \"\(key)\" is no host of the catalogue; see: sluice providers list")
            }
            guard address.basePath.isEmpty else {
                throw AgentProblem("upstream \"\(key)\": a host is sent to another host, so the URL has no path")
            }
            guard !(address.isLoopback && address.port == settings.port) else {
                throw AgentProblem("the upstream of \(key) is the proxy itself (\(address))")
            }
            overrides[host] = address
        }
        return ProxyConfiguration(extraPorts: settings.proxyPorts, overrides: overrides, issuer: Leaves(issuer: leaves))
    }

    private struct Leaves: LeafIssuing {
        let issuer: LeafIssuer

        func issue(for host: String) throws -> InterceptionLeaf {
            let leaf = try issuer.leaf(for: host)
            return InterceptionLeaf(chain: leaf.chain, privateKey: leaf.privateKey)
        }
    }
}
