import Synchronization

/// Counters of this process, in the text format of Prometheus (exposition format 0.0.4).
final class CollectorMetrics: Sendable {
    enum Counter: String, CaseIterable {
        case batches = "sluice_collector_batches_total"
        case stored = "sluice_collector_events_stored_total"
        case duplicates = "sluice_collector_events_duplicate_total"
        case conflicts = "sluice_collector_events_conflicting_total"
        case refused = "sluice_collector_refused_tokens_total"
        case malformed = "sluice_collector_malformed_batches_total"
        case tooLarge = "sluice_collector_too_large_batches_total"
        case limited = "sluice_collector_rate_limited_batches_total"
        case busy = "sluice_collector_busy_answers_total"
        case failures = "sluice_collector_store_failures_total"

        var help: String {
            switch self {
            case .batches: "Batches committed."
            case .stored: "Events stored."
            case .duplicates: "Events that were held already."
            case .conflicts: "Events whose name is held with other bytes."
            case .refused: "Requests with a missing or wrong enrolment token."
            case .malformed: "Bodies that are no batch of this schema."
            case .tooLarge: "Bodies past the limit in bytes or events."
            case .limited: "Batches refused because a device sent too many."
            case .busy: "Requests refused because too many were in flight."
            case .failures: "Batches that the store could not commit."
            }
        }
    }

    private let counts = Mutex<[Counter: Int]>([:])

    func add(_ counter: Counter, _ amount: Int = 1) {
        guard amount > 0 else { return }
        counts.withLock { $0[counter, default: 0] += amount }
    }

    func value(_ counter: Counter) -> Int { counts.withLock { $0[counter] ?? 0 } }

    /// The page of `/metrics`, with the given gauges.
    func text(gauges: [(name: String, help: String, value: Int)]) -> String {
        let counts = counts.withLock { $0 }
        var out = ""
        for counter in Counter.allCases {
            out += "# HELP \(counter.rawValue) \(counter.help)\n# TYPE \(counter.rawValue) counter\n"
            out += "\(counter.rawValue) \(counts[counter] ?? 0)\n"
        }
        for gauge in gauges {
            out += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
        }
        return out
    }
}
