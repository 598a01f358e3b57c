import NIOCore

/// Connections to the origins that clients of the proxy ask for. Lives on one event loop.
final class OriginPools: @unchecked Sendable {
    private let loop: any EventLoop
    private let tls: UpstreamTLS
    private let proxy: ProxyConfiguration
    /// One way to speak with an origin: a client in HTTP/1.1 is served in HTTP/1.1, so that its fields keep their spelling.
    private struct Key: Hashable {
        var address: UpstreamAddress
        var offersH2: Bool
    }

    private var pools: [Key: (pool: UpstreamPool, used: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(on loop: any EventLoop, tls: UpstreamTLS, proxy: ProxyConfiguration) {
        self.loop = loop
        self.tls = tls
        self.proxy = proxy
    }

    /// The pool of an address. `isNamed` tells that a client named it; one that stands in the settings may be anywhere.
    func pool(_ address: UpstreamAddress, isNamed: Bool, offersH2: Bool = false) -> UpstreamPool {
        loop.preconditionInEventLoop()
        clock += 1
        let key = Key(address: address, offersH2: offersH2)
        if let kept = pools[key] {
            pools[key]?.used = clock
            return kept.pool
        }
        if pools.count >= GatewayLimits.maxOrigins, let oldest = pools.min(by: { $0.value.used < $1.value.used }) {
            pools.removeValue(forKey: oldest.key)
            oldest.value.pool.close()
        }
        let pool = UpstreamPool(address, on: loop, tls: tls, guarding: isNamed ? proxy : nil, offersH2: offersH2)
        pools[key] = (pool, clock)
        return pool
    }

    /// Origins that are known.
    var count: Int { pools.count }

    func close() {
        loop.preconditionInEventLoop()
        for entry in pools.values { entry.pool.close() }
    }
}
