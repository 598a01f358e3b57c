import Events
import Gateway
import Inspection
import Policy

extension UsageLedger {
    /// Counts a tunnel to a service of the watch list. Any other host is nobody's business.
    func count(_ tunnel: TunnelUse, _ catalogue: Catalogue) {
        guard let service = catalogue.watchList.service(at: tunnel.host) else { return }
        countTunnel(
            to: DestinationRecord(
                provider: "", providerName: service, surface: "", surfaceName: service, tier: Tier.unapproved.rawValue,
                host: tunnel.host, isKnownHost: true),
            application: tunnel.application, user: Host.user, bytesOut: UInt64(max(tunnel.bytesOut, 0)),
            bytesIn: UInt64(max(tunnel.bytesIn, 0)), now: Platform.milliseconds())
    }
}
