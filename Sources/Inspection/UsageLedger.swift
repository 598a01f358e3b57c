import Events
import Policy
import Synchronization

/// Which programs use which destinations, approved or not: counts of every prompt and tunnel, until they are drained into usage events.
///
/// Holds names and counts, no content. What does not fit is added to the row of unnamed programs of its destination.
public final class UsageLedger: Sendable {
    /// Rows at a time.
    public static let maxRows = 1_000

    private struct Key: Hashable {
        var channel: Channel
        var application: String?
        var user: String
        /// Id of a surface, or a host that the catalogue does not know.
        var destination: String
        /// The model as it may be recorded.
        var model: String?
    }

    private struct Row {
        var destination: DestinationRecord
        var prompts: UInt64 = 0
        var stopped: UInt64 = 0
        var tunnels: UInt64 = 0
        var bytesOut: UInt64 = 0
        var bytesIn: UInt64 = 0
        var first: UInt64
        var last: UInt64
    }

    private let rows = Mutex<[Key: Row]>([:])

    /// Makes an empty ledger.
    public init() {}

    /// Counts a prompt that was judged at `now`, in milliseconds since 1970.
    func count(_ prompt: Prompt, _ action: PolicyAction, to destination: DestinationRecord, now: UInt64) {
        let bytes = prompt.segments.reduce(0) { $0 + $1.text.count }
        change(
            Key(
                channel: prompt.channel, application: prompt.application, user: prompt.user,
                destination: destination.surface, model: destination.model?.value), destination, now
        ) {
            $0.prompts += 1
            if action >= .justify, action != .reroute { $0.stopped += 1 }
            $0.bytesOut &+= UInt64(bytes)
        }
    }

    /// Counts a connection to a host that passes without a look inside, when it has ended.
    ///
    /// - Parameters:
    ///   - destination: the catalogue's surface, or a host of the watch list, with the tier that policy gives it.
    ///   - now: in milliseconds since 1970.
    public func countTunnel(
        to destination: DestinationRecord, application: String?, user: String, bytesOut: UInt64, bytesIn: UInt64,
        now: UInt64
    ) {
        let name = destination.surface.isEmpty ? destination.host ?? "" : destination.surface
        change(Key(channel: .proxy, application: application, user: user, destination: name), destination, now) {
            $0.tunnels += 1
            $0.bytesOut &+= bytesOut
            $0.bytesIn &+= bytesIn
        }
    }

    private func change(_ key: Key, _ destination: DestinationRecord, _ now: UInt64, _ change: (inout Row) -> Void) {
        rows.withLock { rows in
            var key = key
            if rows[key] == nil, rows.count >= Self.maxRows {
                key.application = nil
                key.model = nil
                // Not even the destination is new to the ledger: this use is counted in no row, which only a flood of names reaches.
                guard rows[key] != nil else { return }
            }
            var row = rows[key] ?? Row(destination: destination, first: now, last: now)
            row.last = max(row.last, now)
            change(&row)
            rows[key] = row
        }
    }

    /// Takes all rows out.
    public func drain() -> [UsageRecord] {
        rows.withLock { rows in
            defer { rows = [:] }
            return rows.map { key, row in
                UsageRecord(
                    origin: OriginRecord(
                        channel: key.channel.rawValue, application: key.application, user: key.user),
                    destination: row.destination, prompts: row.prompts, stopped: row.stopped, tunnels: row.tunnels,
                    bytesOut: row.bytesOut, bytesIn: row.bytesIn, first: row.first, last: row.last)
            }
        }
    }

    /// The events that tell of rows, in the order of their first use.
    public static func events(_ rows: [UsageRecord], now: UInt64) -> [EventDraft] {
        let sorted = rows.sorted {
            ($0.first, $0.destination.surface, $0.origin.channel) < (
                $1.first, $1.destination.surface, $1.origin.channel
            )
        }
        return stride(from: 0, to: sorted.count, by: EventLimits.maxUsage).map { start in
            let part = Array(sorted[start..<min(start + EventLimits.maxUsage, sorted.count)])
            return EventDraft(
                id: EventID(milliseconds: now), kind: .usage, milliseconds: now,
                title: "Use of \(part.count) \(part.count == 1 ? "destination" : "destinations") by program",
                usage: part)
        }
    }
}
