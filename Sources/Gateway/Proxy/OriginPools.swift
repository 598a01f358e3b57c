import NIOCore

/// Connections to the origins that clients of the proxy ask for. Lives on one event loop.
final class OriginPools: @unchecked Sendable {
    private let loop: any EventLoop
    private let tls: UpstreamTLS
    private let proxy: ProxyConfiguration
    private var pools: [UpstreamAddress: (pool: UpstreamPool, used: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(on loop: any EventLoop, tls: UpstreamTLS, proxy: ProxyConfiguration) {
        self.loop = loop
        self.tls = tls
        self.proxy = proxy
    }

    /// The pool of an address. `isNamed` tells that a client named it; one that stands in the settings may be anywhere.
    func pool(_ address: UpstreamAddress, isNamed: Bool) -> UpstreamPool {
        loop.preconditionInEventLoop()
        clock += 1
        if let kept = pools[address] {
            pools[address]?.used = clock
            return kept.pool
        }
        if pools.count >= GatewayLimits.maxOrigins, let oldest = pools.min(by: { $0.value.used < $1.value.used }) {
            pools.removeValue(forKey: oldest.key)
            oldest.value.pool.close()
        }
        let pool = UpstreamPool(address, on: loop, tls: tls, guarding: isNamed ? proxy : nil)
        pools[address] = (pool, clock)
        return pool
    }

    /// Origins that are known.
    var count: Int { pools.count }

    func close() {
        loop.preconditionInEventLoop()
        for entry in pools.values { entry.pool.close() }
    }
}
