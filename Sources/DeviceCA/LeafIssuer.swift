import Glibc
import Synchronization

/// Issues a certificate for each host that is intercepted. Keys and certificates are in memory only; a host's is made at its first use, kept
/// while it has long enough to live, and then made anew.
public final class LeafIssuer: Sendable {
    /// Most certificates that are kept; the one used longest ago goes first.
    public static let maxCached = 512

    private struct Entry {
        var leaf: LeafCertificate
        var renewAt: Int64
        var lastUse: UInt64
    }

    private struct State {
        var authority: DeviceAuthority?
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Int64

    /// Without an authority every host is refused, until `replace(with:)` brings one. `now` gives seconds since 1970.
    public init(_ authority: DeviceAuthority?, now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }) {
        state = Mutex(State(authority: authority))
        self.now = now
    }

    /// What certificates are issued under now.
    public var authority: DeviceAuthority? { state.withLock { $0.authority } }

    /// Issues under another authority from here on; what was issued before is forgotten.
    public func replace(with authority: DeviceAuthority?) {
        state.withLock { state in
            guard state.authority?.intermediate != authority?.intermediate else { return }
            state.authority = authority
            state.entries = [:]
        }
    }

    /// Whether a certificate for the host can be had.
    public func covers(_ host: String) -> Bool { authority?.scope.covers(host) ?? false }

    /// The certificate for a host, at least a day before its end. Takes some 100 microseconds where it has to be made. The same host gets the
    /// same certificate while it is kept.
    public func leaf(for host: String) throws(LeafFailure) -> LeafCertificate {
        guard let name = HostName(host) else { throw .noHostName(String(host.prefix(HostName.maxCharacters))) }
        let time = now()
        let (known, authority) = state.withLock { state in
            state.uses += 1
            guard let entry = state.entries[name.text], entry.renewAt > time else {
                return (nil as LeafCertificate?, state.authority)
            }
            state.entries[name.text]?.lastUse = state.uses
            return (entry.leaf, state.authority)
        }
        if let known { return known }
        guard let authority else { throw .noAuthority }
        guard authority.scope.covers(name.text) else { throw .outside(host: name.text) }
        guard authority.notBefore <= time, time < authority.notAfter else { throw .expired }
        let leaf = try authority.issue(for: name, at: time)
        keep(leaf, for: name.text, under: authority, at: time)
        return leaf
    }

    /// How many certificates are kept.
    var cachedCount: Int { state.withLock { $0.entries.count } }

    private func keep(_ leaf: LeafCertificate, for host: String, under authority: DeviceAuthority, at time: Int64) {
        let lifetime = leaf.notAfter - time
        state.withLock { state in
            guard state.authority?.intermediate == authority.intermediate else { return }
            if state.entries.count >= Self.maxCached, state.entries[host] == nil,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                state.entries[oldest] = nil
            }
            state.entries[host] = Entry(leaf: leaf, renewAt: time + lifetime * 2 / 3, lastUse: state.uses)
        }
    }
}
