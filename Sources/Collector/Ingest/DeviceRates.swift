import Synchronization

/// A token bucket a device: `burst` batches at once, `perSecond` sustained. Pure but for its lock: the time comes in.
final class DeviceRates: Sendable {
    private struct Bucket {
        var tokens: Double
        /// Milliseconds since 1970.
        var filled: UInt64
    }

    private let burst: Double
    private let perSecond: Double
    private let capacity: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    init(burst: Int, perSecond: Double, capacity: Int) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.capacity = capacity
    }

    /// Takes one batch's worth; otherwise says in how many seconds there is one again.
    func take(_ device: String, now: UInt64) -> Int? {
        buckets.withLock { buckets in
            var bucket = buckets[device] ?? Bucket(tokens: burst, filled: now)
            // A clock that was set back gives nothing and takes nothing.
            let passed = now > bucket.filled ? Double(now - bucket.filled) / 1000 : 0
            bucket.tokens = min(burst, bucket.tokens + passed * perSecond)
            bucket.filled = max(bucket.filled, now)
            let allowed = bucket.tokens >= 1
            if allowed { bucket.tokens -= 1 }
            let wait = allowed ? nil : max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
            buckets[device] = bucket
            if buckets.count > capacity { Self.forget(&buckets, keeping: capacity * 3 / 4) }
            return wait
        }
    }

    var count: Int { buckets.withLock { $0.count } }

    /// Drops the longest unseen: one pass for a quarter of the table, so that a flood of new names does not sort it each time.
    private static func forget(_ buckets: inout [String: Bucket], keeping: Int) {
        let newest = buckets.sorted { $0.value.filled > $1.value.filled }.prefix(keeping)
        buckets = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
    }
}
