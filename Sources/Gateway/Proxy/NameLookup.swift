import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds the addresses of a name.
struct NameLookup: Sendable {
    /// All addresses of the name, with the port; empty where there are none. Blocks.
    var addresses: @Sendable (_ host: String, _ port: Int) -> [SocketAddress]

    /// Most addresses of one name that are looked at.
    static let maxAddresses = 64

    /// The system's resolver.
    static let system = NameLookup { host, port in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var out: [SocketAddress] = []
        var next = list
        while let entry = next, out.count < maxAddresses {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            switch entry.pointee.ai_family {
            case AF_INET:
                out.append(address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { .init($0.pointee) })
            case AF_INET6:
                out.append(address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { .init($0.pointee) })
            default: continue
            }
        }
        return out
    }
}

/// Resolves a name once, and lets nothing be connected to when one of its addresses is forbidden: a name with a good and a bad address
/// is an attempt to get past the look.
final class GuardedResolver: Resolver, Sendable {
    private let lookup: NameLookup
    private let allowsLoopback: Bool
    private let v4: EventLoopPromise<[SocketAddress]>
    private let v6: EventLoopPromise<[SocketAddress]>
    private let started = NIOLockedValueBox(false)
    private let found = NIOLockedValueBox<String?>(nil)

    init(_ proxy: ProxyConfiguration, on loop: any EventLoop) {
        lookup = proxy.lookup
        allowsLoopback = proxy.allowsLoopback
        v4 = loop.makePromise()
        v6 = loop.makePromise()
    }

    /// Why nothing was connected to, as the end of a sentence.
    var problem: String? { found.withLockedValue { $0 } }

    struct Forbidden: Error {}

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        begin(host, port)
        return v4.futureResult
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        begin(host, port)
        return v6.futureResult
    }

    func cancelQueries() {}

    private func begin(_ host: String, _ port: Int) {
        let isFirst = started.withLockedValue { started in
            defer { started = true }
            return !started
        }
        guard isFirst else { return }
        NIOThreadPool.singleton.submit { state in
            let all = state == .active ? self.lookup.addresses(host, port) : []
            for address in all {
                guard let problem = AddressRules.problem(address, allowsLoopback: self.allowsLoopback) else { continue }
                self.found.withLockedValue { $0 = problem }
                self.v4.fail(Forbidden())
                self.v6.fail(Forbidden())
                return
            }
            self.v6.succeed(all.filter { $0.protocol == .inet6 })
            self.v4.succeed(all.filter { $0.protocol == .inet })
        }
    }
}
