/// All literals of all rules in one table, and the filter that finds where one might stand.
///
/// The filter reads the text two bytes at a time, so that it looks at even offsets only. Each literal is entered twice: with four
/// of its bytes that fall on an even offset when the literal starts on an even one, and with four for the odd case; a literal of three
/// or four bytes has wildcards at its edge. `filter[w]` holds eight bucket bits for `w` as the first pair of such a quartet (low
/// byte) and eight as the second (high byte). Both pairs must agree on a bucket, then the quartet is looked up by hash and
/// the literal compared. Pairs are folded with `| 0x20` on every byte: text and table alike, so no case variants are stored
/// and only a quarter of the table is ever touched (4 KiB hot for ASCII text).
///
/// The memory is written in `init` alone and freed in `deinit`; reading it from many threads is what makes it Sendable.
final class LiteralTable: @unchecked Sendable {
    struct Literal: Hashable {
        var bytes: [UInt8]
        var isCaseSensitive: Bool
    }

    /// A literal that begins `offset` bytes before the quartet.
    struct Entry {
        var quartet: UInt32
        var literal: UInt32
        var offset: Int32
        /// Next entry of the same hash chain, -1 at its end.
        var next: Int32
    }

    /// Shortest literal accepted, in bytes.
    static let minLiteralBytes = 3
    /// Longest literal accepted, in bytes.
    static let maxLiteralBytes = 64

    let literals: [Literal]
    let filter: UnsafeMutablePointer<UInt16>
    /// Hash heads for quartets with 4, 3 and 2 known bytes, one after the other; -1 for an empty chain.
    private let heads: UnsafeMutablePointer<Int32>
    private let entries: UnsafeMutablePointer<Entry>
    private let pool: UnsafeMutablePointer<UInt8>
    private let starts: UnsafeMutablePointer<(offset: Int32, count: Int32, isCaseSensitive: Bool)>
    private let hashBits: UInt32
    private let usesKnown: (four: Bool, three: Bool, two: Bool)
    private static let filterCount = 1 << 16

    init(_ literals: [Literal]) {
        self.literals = literals
        var placed: [Placement] = []
        for (id, literal) in literals.enumerated() {
            precondition(literal.bytes.count >= Self.minLiteralBytes, "shorter literals are refused by RuleSet")
            for parity in 0...1 { placed.append(Self.place(literal.bytes, id: id, parity: parity)) }
        }
        var bits: UInt32 = 6
        while 1 << bits < placed.count * 4 { bits += 1 }
        hashBits = bits
        filter = .allocate(capacity: Self.filterCount)
        filter.initialize(repeating: 0, count: Self.filterCount)
        heads = .allocate(capacity: 3 << Int(bits))
        heads.initialize(repeating: -1, count: 3 << Int(bits))
        entries = .allocate(capacity: max(1, placed.count))
        let total = literals.reduce(0) { $0 + $1.bytes.count }
        pool = .allocate(capacity: max(1, total))
        starts = .allocate(capacity: max(1, literals.count))
        var used = 0
        for (id, literal) in literals.enumerated() {
            (starts + id).initialize(to: (Int32(used), Int32(literal.bytes.count), literal.isCaseSensitive))
            for byte in literal.bytes {
                (pool + used).initialize(to: literal.isCaseSensitive ? byte : foldCase(byte))
                used += 1
            }
        }
        usesKnown = (
            placed.contains { $0.known == 4 }, placed.contains { $0.known == 3 }, placed.contains { $0.known == 2 }
        )
        for (index, place) in placed.enumerated() { enter(place, at: index) }
    }

    deinit {
        filter.deallocate()
        heads.deallocate()
        entries.deallocate()
        pool.deallocate()
        starts.deallocate()
    }

    private struct Placement {
        var literal: Int
        var offset: Int
        var known: Int
        var bytes: [UInt8]
    }

    /// The four bytes of a literal, at an offset of the given parity, that are rarest in text.
    private static func place(_ literal: [UInt8], id: Int, parity: Int) -> Placement {
        var best: (cost: Int, offset: Int, known: Int)?
        for offset in stride(from: parity, to: literal.count - 1, by: 2) {
            let known = min(4, literal.count - offset)
            let cost = literal[offset..<offset + known].reduce((4 - known) * wildcardCost) { $0 + byteCost($1) }
            if best.map({ cost < $0.cost }) ?? true { best = (cost, offset, known) }
        }
        // A literal of at least three bytes has two known bytes at either parity.
        let chosen = best ?? (0, 0, min(4, literal.count))
        let bytes = literal[chosen.offset..<chosen.offset + chosen.known].map { $0 | 0x20 }
        return Placement(literal: id, offset: chosen.offset, known: chosen.known, bytes: bytes)
    }

    private static let wildcardCost = 12

    /// Roughly log2 of how often a byte occurs in logs and code, so that sums compare likelihoods.
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

    private func enter(_ place: Placement, at index: Int) {
        let bucket = UInt16(1) << UInt16(place.literal & 7)
        let bytes = place.bytes
        mark(bytes[0], bytes[1], bucket)
        if place.known == 2 {
            for first in UInt8.min...UInt8.max {
                for second in UInt8.min...UInt8.max { mark(first, second, bucket << 8) }
            }
        } else if place.known == 3 {
            for second in UInt8.min...UInt8.max { mark(bytes[2], second, bucket << 8) }
        } else {
            mark(bytes[2], bytes[3], bucket << 8)
        }
        var quartet: UInt32 = 0
        for (shift, byte) in bytes.enumerated() { quartet |= UInt32(byte) << UInt32(8 * shift) }
        let head = slot(quartet, known: place.known)
        let entry = Entry(
            quartet: quartet, literal: UInt32(place.literal), offset: Int32(place.offset), next: heads[head])
        (entries + index).initialize(to: entry)
        heads[head] = Int32(index)
    }

    private func mark(_ first: UInt8, _ second: UInt8, _ bits: UInt16) {
        filter[Int(first | 0x20) | Int(second | 0x20) << 8] |= bits
    }

    @inline(__always)
    private func slot(_ quartet: UInt32, known: Int) -> Int {
        let hash = Int((quartet &* 0x9E37_79B1) >> (32 - hashBits))
        return hash + (4 - known) << Int(hashBits)
    }

    /// Calls `found` with literal and start for each literal whose quartet stands at `offset` of `text`.
    ///
    /// Precondition: `offset + 1 < count`; `text` is readable for `count` bytes.
    @inline(__always)
    func verify(
        _ text: UnsafeRawPointer, _ count: Int, at offset: Int, found: (_ literal: Int, _ start: Int) -> Void
    ) {
        var quartet: UInt32 = 0
        let available = min(4, count - offset)
        for index in 0..<available {
            quartet |= UInt32(text.load(fromByteOffset: offset + index, as: UInt8.self) | 0x20) << UInt32(8 * index)
        }
        if usesKnown.four, available == 4 { chain(text, count, offset, quartet, known: 4, found) }
        if usesKnown.three, available >= 3 { chain(text, count, offset, quartet & 0xFF_FFFF, known: 3, found) }
        if usesKnown.two { chain(text, count, offset, quartet & 0xFFFF, known: 2, found) }
    }

    @inline(__always)
    private func chain(
        _ text: UnsafeRawPointer, _ count: Int, _ offset: Int, _ quartet: UInt32, known: Int,
        _ found: (_ literal: Int, _ start: Int) -> Void
    ) {
        var index = heads[slot(quartet, known: known)]
        while index >= 0 {
            let entry = entries[Int(index)]
            index = entry.next
            if entry.quartet != quartet { continue }
            let start = offset - Int(entry.offset)
            let literal = starts[Int(entry.literal)]
            guard start >= 0, start + Int(literal.count) <= count else { continue }
            if equals(text + start, pool + Int(literal.offset), Int(literal.count), literal.isCaseSensitive) {
                found(Int(entry.literal), start)
            }
        }
    }

    @inline(__always)
    private func equals(
        _ text: UnsafeRawPointer, _ literal: UnsafeMutablePointer<UInt8>, _ count: Int, _ isCaseSensitive: Bool
    ) -> Bool {
        for index in 0..<count {
            let byte = text.load(fromByteOffset: index, as: UInt8.self)
            if (isCaseSensitive ? byte : foldCase(byte)) != literal[index] { return false }
        }
        return true
    }
}
