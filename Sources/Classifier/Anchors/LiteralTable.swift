/// All literals of all rules in one table, and the filter that finds where one might stand.
///
/// The filter reads the text two bytes at a time, at even offsets only. Each literal is entered twice, with four places (a quartet)
/// that fall on even offsets when the literal starts on an even one, and with four for the odd case. At the edges of a
/// short literal a quartet takes in places before or after it, with the bytes that the rules allow there. `filter[w]` holds
/// sixteen bucket bits for `w` as a quartet's first pair (low half) and sixteen as its second (high half). Both pairs must agree
/// on a bucket, then the quartet's known bytes are looked up by hash and the literal compared. Pairs are folded with
/// `| 0x20` on every byte, text and table alike, so no case variants are stored and of the 256 KiB a sixteenth at most
/// is hot for ASCII text.
///
/// The memory is written in `init` alone and freed in `deinit`; that nobody writes it later is what makes it Sendable.
final class LiteralTable: @unchecked Sendable {
    /// A literal that begins `offset` bytes before the quartet.
    private struct Entry {
        var quartet: UInt32
        var literal: UInt32
        var offset: Int16
        /// Next entry of the same hash chain, -1 at its end.
        var next: Int16
    }

    private struct Placement {
        var literal: Int
        var offset: Int
        /// Index into `masks`.
        var mask: Int
    }

    let literals: [Literal]
    let filter: UnsafeMutablePointer<UInt32>
    /// Hash heads for each mask, one after the other; -1 for an empty chain.
    private let heads: UnsafeMutablePointer<Int16>
    private let entries: UnsafeMutablePointer<Entry>
    private let pool: UnsafeMutablePointer<UInt8>
    private let starts: UnsafeMutablePointer<(offset: Int32, count: Int32, isCaseSensitive: Bool)>
    /// Lead and tail sets of each literal.
    private let edges: UnsafeMutablePointer<(lead: ByteSet, first: ByteSet, second: ByteSet, third: ByteSet)>
    private let hashBits: UInt32

    /// Most literals, so that an entry's index fits 15 bits.
    static let maxLiterals = 16_000
    private static let filterCount = 1 << 16
    /// Which of a quartet's bytes are the literal's own.
    private static let masks: [UInt32] = [0xFFFF_FFFF, 0x00FF_FFFF, 0xFFFF_FF00, 0x0000_FFFF, 0x00FF_FF00]

    init(_ literals: [Literal]) {
        precondition(literals.count <= Self.maxLiterals, "refused by RuleSet")
        self.literals = literals
        edges = .allocate(capacity: max(1, literals.count))
        var placed: [Placement] = []
        placed.reserveCapacity(2 * literals.count)
        var costs: [Int] = []
        for (id, literal) in literals.enumerated() {
            precondition(literal.bytes.count >= Literal.minBytes, "shorter literals are refused by RuleSet")
            let (even, odd) = Self.place(literal, id: id, costs: &costs)
            placed.append(even)
            placed.append(odd)
        }
        var bits: UInt32 = 6
        while 1 << bits < placed.count * 2 { bits += 1 }
        hashBits = bits
        filter = .allocate(capacity: Self.filterCount)
        filter.initialize(repeating: 0, count: Self.filterCount)
        heads = .allocate(capacity: Self.masks.count << Int(bits))
        heads.initialize(repeating: -1, count: Self.masks.count << Int(bits))
        entries = .allocate(capacity: max(1, placed.count))
        pool = .allocate(capacity: max(1, literals.reduce(0) { $0 + $1.bytes.count }))
        starts = .allocate(capacity: max(1, literals.count))
        var used = 0
        for (id, literal) in literals.enumerated() {
            let tail = literal.tail
            (edges + id).initialize(to: (literal.lead, tail[0], tail[1], tail[2]))
            (starts + id).initialize(to: (Int32(used), Int32(literal.bytes.count), literal.isCaseSensitive))
            for byte in literal.bytes {
                (pool + used).initialize(to: byte)
                used += 1
            }
        }
        for (index, place) in placed.enumerated() { enter(place, at: index) }
    }

    deinit {
        filter.deallocate()
        heads.deallocate()
        entries.deallocate()
        pool.deallocate()
        starts.deallocate()
        edges.deallocate()
    }

    /// For each parity of the offset the four places that text matches most rarely. `costs` is room for reuse.
    private static func place(_ literal: Literal, id: Int, costs: inout [Int]) -> (Placement, Placement) {
        let count = literal.bytes.count
        costs.removeAll(keepingCapacity: true)
        costs.append(setCost(literal.lead))
        for byte in literal.bytes { costs.append(byteCost(byte)) }
        for set in literal.tail { costs.append(setCost(set)) }
        var best = (cost: (Int.max, Int.max), offset: (0, 0), mask: (0, 0))
        for offset in -1..<count - 1 {
            var mask: UInt32 = 0
            for shift in 0..<4 where offset + shift >= 0 && offset + shift < count {
                mask |= 0xFF << UInt32(8 * shift)
            }
            guard let index = masks.firstIndex(of: mask) else { continue }
            var cost = 0
            for shift in 0..<4 {
                let at = offset + shift + 1
                cost += at < costs.count ? costs[at] : setCost(.all)
            }
            if offset & 1 == 0 {
                if cost < best.cost.0 { (best.cost.0, best.offset.0, best.mask.0) = (cost, offset, index) }
            } else if cost < best.cost.1 {
                (best.cost.1, best.offset.1, best.mask.1) = (cost, offset, index)
            }
        }
        precondition(best.cost.0 < .max && best.cost.1 < .max, "two bytes fill a mask at either parity")
        return (
            Placement(literal: id, offset: best.offset.0, mask: best.mask.0),
            Placement(literal: id, offset: best.offset.1, mask: best.mask.1)
        )
    }

    private static func setCost(_ set: ByteSet) -> Int {
        let count = set.count
        if count == 1, let byte = set.first { return byteCost(byte) }
        return count > 128 ? 14 : count > 40 ? 13 : 11
    }

    /// Roughly twice log2 of how often a byte occurs in logs and code, so that sums compare likelihoods.
    private static func byteCost(_ byte: UInt8) -> Int {
        switch byte | 0x20 {
        case UInt8(ascii: "e"), UInt8(ascii: " "): 8
        case UInt8(ascii: "t"), UInt8(ascii: "a"), UInt8(ascii: "o"), UInt8(ascii: "i"), UInt8(ascii: "n"),
            UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "0"), UInt8(ascii: "1"):
            7
        case UInt8(ascii: "l"), UInt8(ascii: "d"), UInt8(ascii: "c"), UInt8(ascii: "u"), UInt8(ascii: "p"),
            UInt8(ascii: "m"), UInt8(ascii: "h"), UInt8(ascii: "2")...UInt8(ascii: "9"), UInt8(ascii: "\""),
            UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","):
            6
        case UInt8(ascii: "g"), UInt8(ascii: "f"), UInt8(ascii: "b"), UInt8(ascii: "y"), UInt8(ascii: "w"),
            UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "v"), UInt8(ascii: "k"):
            5
        case UInt8(ascii: "_"), UInt8(ascii: "x"): 4
        default: 2
        }
    }

    /// Quartets with wild places share three buckets a side, lest they spoil the others.
    private static func bucket(_ place: Placement, _ quartet: UInt32) -> Int {
        let first = Int(quartet & 0xFF)
        let second = Int(quartet >> 8 & 0xFF)
        if masks[place.mask] & 0xFF == 0 { return second % 3 }
        if masks[place.mask] >> 24 == 0 { return 3 + (first * 31 + second * 17) % 3 }
        return 6 + (first * 31 + second * 17) % 10
    }

    private func enter(_ place: Placement, at index: Int) {
        let literal = literals[place.literal]
        let own = literal.bytes
        var quartet: UInt32 = 0
        for shift in 0..<4 where own.indices.contains(place.offset + shift) {
            quartet |= UInt32(own[place.offset + shift] | 0x20) << UInt32(8 * shift)
        }
        let bit = UInt32(1) << UInt32(Self.bucket(place, quartet))
        let at = place.offset
        mark(literal.allowed(at: at), literal.allowed(at: at + 1), bit)
        mark(literal.allowed(at: at + 2), literal.allowed(at: at + 3), bit << 16)
        let head = slot(quartet, mask: place.mask)
        let entry = Entry(
            quartet: quartet, literal: UInt32(place.literal), offset: Int16(place.offset), next: heads[head])
        (entries + index).initialize(to: entry)
        heads[head] = Int16(index)
    }

    private func mark(_ first: ByteSet, _ second: ByteSet, _ bits: UInt32) {
        let seconds = second.folded
        first.folded.forEach { low in
            seconds.forEach { high in filter[Int(low) | Int(high) << 8] |= bits }
        }
    }

    @inline(__always)
    private func slot(_ quartet: UInt32, mask: Int) -> Int {
        let hash = Int((quartet &* 0x9E37_79B1) >> (32 - hashBits))
        return hash + mask << Int(hashBits)
    }

    /// Calls `found` with literal and start for each literal whose quartet stands at `offset` of `text`.
    ///
    /// Precondition: `offset + 1 < count`; `text` is readable for `count` bytes.
    @inline(__always)
    func verify(
        _ text: UnsafeRawPointer, _ count: Int, at offset: Int, found: (_ literal: Int, _ start: Int) -> Void
    ) {
        var quartet: UInt32 = 0
        if offset + 4 <= count {
            quartet = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) | 0x2020_2020
        } else {
            for index in 0..<4 {
                let byte = offset + index < count ? text.load(fromByteOffset: offset + index, as: UInt8.self) : 0
                quartet |= UInt32(byte | 0x20) << UInt32(8 * index)
            }
        }
        // The buckets tell which of the masks can be meant.
        let buckets = filter[Int(quartet & 0xFFFF)] & filter[Int(quartet >> 16)] >> 16
        if buckets & ~(Self.leadBuckets | Self.tailBuckets) != 0 { chain(text, count, offset, quartet, 0, found) }
        if buckets & Self.tailBuckets != 0 {
            chain(text, count, offset, quartet & 0x00FF_FFFF, 1, found)
            chain(text, count, offset, quartet & 0x0000_FFFF, 3, found)
        }
        if buckets & Self.leadBuckets != 0 {
            chain(text, count, offset, quartet & 0xFFFF_FF00, 2, found)
            chain(text, count, offset, quartet & 0x00FF_FF00, 4, found)
        }
    }

    /// Buckets of quartets whose first place is before the literal.
    private static let leadBuckets: UInt32 = 0x0007
    /// Buckets of quartets whose last place is behind it.
    private static let tailBuckets: UInt32 = 0x0038

    @inline(__always)
    private func chain(
        _ text: UnsafeRawPointer, _ count: Int, _ offset: Int, _ quartet: UInt32, _ mask: Int,
        _ found: (_ literal: Int, _ start: Int) -> Void
    ) {
        var index = heads[slot(quartet, mask: mask)]
        while index >= 0 {
            let entry = entries[Int(index)]
            index = entry.next
            if entry.quartet != quartet { continue }
            let start = offset - Int(entry.offset)
            if stands(text, count, Int(entry.literal), start) { found(Int(entry.literal), start) }
        }
    }

    /// Whether the literal stands at `start`, between bytes that its rules allow.
    private func stands(_ text: UnsafeRawPointer, _ count: Int, _ id: Int, _ start: Int) -> Bool {
        let literal = starts[id]
        let end = start + Int(literal.count)
        guard start >= 0, end <= count else { return false }
        let own = pool + Int(literal.offset)
        for index in 0..<Int(literal.count) {
            let byte = text.load(fromByteOffset: start + index, as: UInt8.self)
            if (literal.isCaseSensitive ? byte : foldCase(byte)) != own[index] { return false }
        }
        if start > 0, !edges[id].lead.contains(text.load(fromByteOffset: start - 1, as: UInt8.self)) { return false }
        return allows(edges[id].first, text, count, end) && allows(edges[id].second, text, count, end + 1)
            && allows(edges[id].third, text, count, end + 2)
    }

    /// Whether the byte there is of the set; past the end only a set of all bytes allows that there is none.
    @inline(__always)
    private func allows(_ set: ByteSet, _ text: UnsafeRawPointer, _ count: Int, _ at: Int) -> Bool {
        at < count ? set.contains(text.load(fromByteOffset: at, as: UInt8.self)) : set == .all
    }
}
