import Events

/// A destination that a program used, as the journal tells.
struct SeenDestination {
    var program: String
    var channel: String
    var surface: String
    var name: String
    var provider: String
    var jurisdiction: String?
    var tier: String
    var prompts: UInt64 = 0
    var stopped: UInt64 = 0
    var tunnels: UInt64 = 0
    var bytesOut: UInt64 = 0
    var first: UInt64
    var last: UInt64
    /// Models that verdicts named, with how many did.
    var models: [String: UInt64] = [:]
}

/// Adds the journal's events up. Prompts come from usage events alone, which count every prompt; verdicts add the models.
struct SeenDestinations {
    private struct Key: Hashable {
        var program: String
        var channel: String
        var surface: String
    }

    private var rows: [Key: SeenDestination] = [:]

    mutating func add(_ event: Event) {
        for use in event.usage {
            change(use.origin, use.destination, use.first, use.last) {
                $0.prompts += use.prompts
                $0.stopped += use.stopped
                $0.tunnels += use.tunnels
                $0.bytesOut &+= use.bytesOut
            }
        }
        guard event.kind == .verdict, let origin = event.origin, let destination = event.destination else { return }
        change(origin, destination, event.milliseconds, event.lastSeen) { row in
            if let model = destination.model { row.models[model.value, default: 0] += max(event.count, 1) }
            row.jurisdiction = row.jurisdiction ?? destination.facts?.jurisdiction
        }
    }

    private mutating func change(
        _ origin: OriginRecord, _ destination: DestinationRecord, _ first: UInt64, _ last: UInt64,
        _ change: (inout SeenDestination) -> Void
    ) {
        let surface = destination.surface.isEmpty ? destination.host ?? "unknown" : destination.surface
        let key = Key(program: origin.application?.value ?? "", channel: origin.channel, surface: surface)
        var row =
            rows[key]
            ?? SeenDestination(
                program: key.program, channel: key.channel, surface: surface,
                name: destination.surfaceName ?? destination.host ?? surface,
                provider: destination.providerName ?? destination.provider, jurisdiction: nil, tier: destination.tier,
                first: first, last: last)
        // Events come newest first, so the first one tells today's tier.
        row.first = min(row.first, first)
        row.last = max(row.last, last)
        change(&row)
        rows[key] = row
    }

    /// What is not approved first, then by use.
    var sorted: [SeenDestination] {
        let ranks = ["forbidden": 0, "unapproved": 1, "tolerated": 2, "approved": 3]
        return rows.values.sorted {
            let ranks = (ranks[$0.tier] ?? 1, ranks[$1.tier] ?? 1)
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            if $0.prompts != $1.prompts { return $0.prompts > $1.prompts }
            return ($0.surface, $0.program) < ($1.surface, $1.program)
        }
    }
}
