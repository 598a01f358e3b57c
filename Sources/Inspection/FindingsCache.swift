import Classifier
import Crypto
import Primitives
import Synchronization

/// Names a text under a rule set: a keyed hash, so that nobody can make two texts of one name.
struct TextKey: Hashable, Sendable {
    private let a: UInt64
    private let b: UInt64
    private let count: Int

    init(_ text: UnsafeRawBufferPointer, rules: [UInt8], _ key: SymmetricKey) {
        var hmac = HMAC<SHA256>(key: key)
        hmac.update(data: rules)
        hmac.update(data: text)
        let code = Array(hmac.finalize())
        (a, b) = code.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        count = text.count
    }

    var bytes: [UInt8] { withUnsafeBytes(of: (a, b)) { Array($0) } }
}

/// Remembers what was found in a text, since clients resend the whole conversation on every call. Spans and scores, never values,
/// and never verdicts: policy is asked anew each time.
final class FindingsCache: Sendable {
    /// Most remembered texts and findings together; the longest unused half is forgotten when they are passed.
    static let maxEntries = 32_768

    private let table: GenerationTable<TextKey, ScanResult>

    init(maxEntries: Int = FindingsCache.maxEntries) { table = GenerationTable(maxEntries: maxEntries) }

    func result(for key: TextKey) -> ScanResult? { table.value(for: key) }

    func store(_ result: ScanResult, for key: TextKey) {
        table.store(result, for: key, weight: 1 + result.findings.count)
    }
}

/// A bounded table that forgets what was not used for long: two generations, of which the older is dropped when the younger is full.
final class GenerationTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Generations {
        var young: [Key: (value: Value, weight: Int)] = [:]
        var old: [Key: (value: Value, weight: Int)] = [:]
        var weight = 0
    }

    private let maxWeight: Int
    private let generations = Mutex(Generations())

    init(maxEntries: Int) { maxWeight = max(1, maxEntries / 2) }

    /// The value, which counts as used now.
    func value(for key: Key) -> Value? {
        generations.withLock { generations in
            if let entry = generations.young[key] { return entry.value }
            guard let entry = generations.old[key] else { return nil }
            insert(entry.value, key, entry.weight, &generations)
            return entry.value
        }
    }

    /// Remembers a value. One that outweighs a whole generation is not remembered.
    func store(_ value: Value, for key: Key, weight: Int = 1) {
        guard weight <= maxWeight else { return }
        generations.withLock { insert(value, key, weight, &$0) }
    }

    private func insert(_ value: Value, _ key: Key, _ weight: Int, _ generations: inout Generations) {
        if let before = generations.young[key] { generations.weight -= before.weight }
        if generations.weight + weight > maxWeight {
            generations.old = generations.young
            generations.young = [:]
            generations.weight = 0
        }
        generations.young[key] = (value, weight)
        generations.weight += weight
    }

    /// Number of values that are remembered, for tests of the bound.
    var count: Int { generations.withLock { $0.young.count + $0.old.count } }
}
