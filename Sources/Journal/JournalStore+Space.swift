import Crypto
import Events
import Primitives

/// Keeping within the cap and the volume's reserve.
extension JournalStore {
    /// What one eviction frees at least, as a part of the cap: so that not every append evicts.
    private static let evictedShare: Int64 = 32
    /// The write-ahead log may take this much beside the database before it is folded in, in bytes.
    private static let logReserve: Int64 = 1 << 20

    /// Pages in use and bytes a page.
    private func usedBytes() throws(JournalError) -> Int64 {
        let pages = try database.first("PRAGMA page_count") { $0.integer(0) } ?? 0
        let free = try database.first("PRAGMA freelist_count") { $0.integer(0) } ?? 0
        let size = try database.first("PRAGMA page_size") { $0.integer(0) } ?? 4096
        return (pages - free) * size
    }

    /// Throws when the volume has less free space than must stay free and the file could only grow.
    func guardReserve() throws(JournalError) {
        guard let free = options.freeBytes(path), free < options.minFreeBytes else { return }
        // Pages that an eviction has left may be used again without taking any space.
        let spare = try database.first("PRAGMA freelist_count") { $0.integer(0) } ?? 0
        let size = try database.first("PRAGMA page_size") { $0.integer(0) } ?? 4096
        guard spare * size < 4 * Int64(EventLimits.maxEventBytes) else { return }
        let isFreed = try write(.normal, grows: false) { state throws(JournalError) in
            guard state.acknowledged > state.floor else { return false }
            try evict(through: state.acknowledged, &state)
            return true
        }
        guard isFreed else { throw .diskReserve(path: path, freeBytes: free, reserveBytes: options.minFreeBytes) }
    }

    /// Evicts from the oldest end when the file has reached its cap.
    func evict(_ state: inout State) throws(JournalError) {
        let cap = max(options.maxBytes - Self.logReserve, options.maxBytes / 2)
        let used = try usedBytes()
        guard used > cap, state.next > 2 else { return }
        let wanted = used - cap + options.maxBytes / Self.evictedShare
        var freed: Int64 = 0
        var last = state.floor
        try database.each("SELECT sequence, length(body) FROM event ORDER BY sequence") { row throws(JournalError) in
            last = row.sequence(0)
            freed += row.integer(1)
            return freed < wanted
        }
        // The newest event always stays: it is the one that somebody waits for.
        try evict(through: min(last, state.next - 2), &state)
    }

    private func evict(through last: UInt64, _ state: inout State) throws(JournalError) {
        guard last > state.floor else { return }
        let lastBody = try database.first("SELECT body FROM event WHERE sequence = ?", .sequence(last)) { $0.blob(0) }
        let hash = lastBody.map(EventCoding.hash) ?? state.floorHash
        try database.run(
            "DELETE FROM tally WHERE id IN (SELECT id FROM event WHERE sequence <= ?)", .sequence(last))
        try database.run("DELETE FROM event WHERE sequence <= ?", .sequence(last))
        var firstLost = max(state.acknowledged, state.floor) + 1
        state.floor = last
        state.floorHash = hash
        guard firstLost <= last else { return }
        // An earlier gap event that was not delivered either may be gone with this eviction: its numbers must stay named.
        if state.gap > state.acknowledged { firstLost = state.gapFirst }
        state.acknowledged = last
        state.gap = state.next
        state.gapFirst = firstLost
        _ = try append(gap(first: firstLost, last: last, hash: hash), to: &state)
    }

    /// The event that says which sequence numbers the collector will never see.
    func gap(first: UInt64, last: UInt64, hash: String) -> EventDraft {
        let now = options.now()
        let signature = options.signingKey.map { key in
            Hex.encode(
                HMAC<SHA256>.authenticationCode(for: Self.signedGap(first, last, hash), using: SymmetricKey(data: key)))
        }
        return EventDraft(
            id: EventID(milliseconds: now), kind: .gap, milliseconds: now,
            title: "Events \(first) to \(last) can't be delivered any more", severity: .medium,
            gap: GapRecord(first: first, last: last, lastHash: hash, signature: signature))
    }

    static func signedGap(_ first: UInt64, _ last: UInt64, _ hash: String) -> [UInt8] {
        Array("sluice-gap:\(first):\(last):\(hash)".utf8)
    }
}
