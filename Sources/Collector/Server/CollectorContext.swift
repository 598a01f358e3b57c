import Hummingbird
import NIOCore

/// What the collector knows of a request beyond its bytes.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whether the other end of the connection is on this machine. Unknown counts as no.
    let isLocal: Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        isLocal = Self.isLoopback(source.channel.remoteAddress)
    }

    static func isLoopback(_ address: SocketAddress?) -> Bool {
        switch address {
        case .v4, .v6:
            guard let text = address?.ipAddress else { return false }
            return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
        default: return false
        }
    }
}
