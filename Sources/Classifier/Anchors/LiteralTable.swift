import CKernels

/// All literals of all rules in one table, and the filter that finds where one might stand.
///
/// The filter looks at three bytes at every offset: `hash` of them, upper and lower case alike, picks a bit of an 8 KiB map, which
/// stays in the first-level cache. Each literal is entered with the three bytes of its own that text holds most rarely; one of two
/// bytes with each byte that its rules allow behind it. Where the bit is set the literals of that hash are compared, eight bytes at once.
///
/// The memory is written in `init` alone and freed in `deinit`; that nobody writes it later is what makes it Sendable.
final class LiteralTable: @unchecked Sendable {
    /// A literal that begins `offset` bytes before the three that are hashed.
    private struct Entry {
        /// The literal's first eight bytes, folded, and which of them are its own.
        var head: UInt64
        var mask: UInt64
        var literal: Int32
        /// Next entry of the same bucket, -1 at the end.
        var next: Int32
        var offset: Int32
    }

    let literals: [Literal]
    /// One bit for each hash.
    let filter: UnsafeMutablePointer<UInt32>
    /// For each bucket of hashes its first entry, -1 if there is none.
    private let heads: UnsafeMutablePointer<Int32>
    private let entries: UnsafeMutablePointer<Entry>
    private let pool: UnsafeMutablePointer<UInt8>
    private let starts:
        UnsafeMutablePointer<
            (offset: Int32, count: Int16, compared: Int8, isCaseSensitive: Bool)
        >
    /// Lead and tail sets of each literal.
    private let edges: UnsafeMutablePointer<(lead: ByteSet, first: ByteSet, second: ByteSet, third: ByteSet)>

    /// Most literals in one table.
    static let maxLiterals = 16_000
    static let hashCount = 1 << 16
    private static let bucketCount = hashCount >> 4
    private static let fold: UInt64 = 0x2020_2020_2020_2020

    init(_ literals: [Literal]) {
        precondition(literals.count <= Self.maxLiterals, "refused by RuleSet")
        self.literals = literals
        var placed: [(triple: UInt32, literal: Int, offset: Int)] = []
        for (id, literal) in literals.enumerated() {
            precondition(literal.bytes.count >= Literal.minBytes, "shorter literals are refused by RuleSet")
            placed += Self.places(literal).map { ($0.triple, id, $0.offset) }
        }
        filter = .allocate(capacity: Self.hashCount / 32)
        filter.initialize(repeating: 0, count: Self.hashCount / 32)
        heads = .allocate(capacity: Self.bucketCount)
        heads.initialize(repeating: -1, count: Self.bucketCount)
        entries = .allocate(capacity: max(1, placed.count))
        edges = .allocate(capacity: max(1, literals.count))
        pool = .allocate(capacity: max(1, literals.reduce(0) { $0 + $1.bytes.count }))
        starts = .allocate(capacity: max(1, literals.count))
        var used = 0
        for (id, literal) in literals.enumerated() {
            let tail = literal.tail
            (edges + id).initialize(to: (literal.lead, tail[0], tail[1], tail[2]))
            // Setting the bit 0x20 makes no other byte a letter: letters need no second look.
            let letters = literal.isCaseSensitive ? 0 : literal.bytes.prefix(8).prefix(while: isASCIILetter).count
            (starts + id).initialize(
                to: (Int32(used), Int16(literal.bytes.count), Int8(letters), literal.isCaseSensitive))
            for byte in literal.bytes {
                (pool + used).initialize(to: byte)
                used += 1
            }
        }
        for (index, place) in placed.enumerated() {
            let hash = Self.hash(place.triple)
            filter[hash >> 5] |= 1 << UInt32(hash & 31)
            var head: UInt64 = 0
            var mask: UInt64 = 0
            for (at, byte) in literals[place.literal].bytes.prefix(8).enumerated() {
                head |= UInt64(byte | 0x20) << UInt64(8 * at)
                mask |= 0xFF << UInt64(8 * at)
            }
            if literals[place.literal].bytes.count == 2 {
                // Told apart from its other entries, which may lie in the same bucket.
                head |= UInt64(place.triple) & 0xFF_0000
                mask |= 0xFF_0000
            }
            let entry = Entry(
                head: head, mask: mask, literal: Int32(place.literal), next: heads[Self.bucket(hash)],
                offset: Int32(place.offset))
            (entries + index).initialize(to: entry)
            heads[Self.bucket(hash)] = Int32(index)
        }
    }

    deinit {
        filter.deallocate()
        heads.deallocate()
        entries.deallocate()
        pool.deallocate()
        starts.deallocate()
        edges.deallocate()
    }

    /// The hash of the low three bytes, which are folded, as `ckernels_triples` takes it: the sum of two products of sixteen bits.
    @inline(__always)
    static func hash(_ triple: UInt32) -> Int {
        let pair = UInt16(truncatingIfNeeded: triple)
        let third = UInt16(truncatingIfNeeded: triple >> 16) & 0xFF
        return Int(pair &* UInt16(CKERNELS_PAIR) &+ third &* UInt16(CKERNELS_THIRD))
    }

    /// Entries are chained by the hash's upper bits: the heads of the chains stay in the first-level cache as well.
    @inline(__always)
    private static func bucket(_ hash: Int) -> Int { hash >> 4 }

    /// The three bytes of a literal that text holds most rarely, and where they stand in it.
    private static func places(_ literal: Literal) -> [(triple: UInt32, offset: Int)] {
        let bytes = literal.bytes.map { UInt32($0 | 0x20) }
        guard bytes.count > 2 else {
            let behind = Set(literal.tail[0].members.map { UInt32($0 | 0x20) })
            return behind.map { (bytes[0] | bytes[1] << 8 | $0 << 16, 0) }
        }
        var best = 0
        var least = Int.max
        for offset in 0...bytes.count - 3 {
            let cost =
                (0..<3).reduce(0) { $0 + byteCost(literal.bytes[offset + $1]) }
                + pairCost(bytes[offset], bytes[offset + 1]) + pairCost(bytes[offset + 1], bytes[offset + 2])
            if cost < least { (best, least) = (offset, cost) }
        }
        return [(bytes[best] | bytes[best + 1] << 8 | bytes[best + 2] << 16, best)]
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

    /// Pairs that words are full of: for each first letter's five bits, those of the second, one bit each.
    private static let commonPairs: [UInt32] = {
        let pairs =
            "th he in er an re nd on en at ou ed ha to or it is hi es ng st ar te se me nt al le ti ra ro ic ne io ve co de li ri ss "
            + "as pa ta ca ma sa la us ur tr pr pe ec ce om un lo nf fo ad ac id ge et ee il"
        var rows = [UInt32](repeating: 0, count: 32)
        for pair in pairs.split(separator: " ") {
            let letters = Array(pair.utf8)
            rows[Int(letters[0] & 31)] |= 1 << UInt32(letters[1] & 31)
        }
        return rows
    }()

    private static func pairCost(_ first: UInt32, _ second: UInt32) -> Int {
        guard first & 0x60 == 0x60, second & 0x60 == 0x60 else { return 0 }
        return commonPairs[Int(first & 31)] >> (second & 31) & 1 == 1 ? 2 : 0
    }

    /// Calls `found` with literal and start for each literal whose three bytes stand at `offset` of `text`.
    ///
    /// Precondition: `0 <= offset` and `offset + 3 <= count`; `text` is readable for `count` bytes.
    @inline(__always)
    func verify(
        _ text: UnsafeRawPointer, _ count: Int, at offset: Int, found: (_ literal: Int, _ start: Int) -> Void
    ) {
        let pair = UInt32(text.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        let triple = pair | UInt32(text.load(fromByteOffset: offset + 2, as: UInt8.self)) << 16
        var index = heads[Self.bucket(Self.hash(triple | 0x0020_2020))]
        while index >= 0 {
            let entry = entries + Int(index)
            index = entry.pointee.next
            let start = offset - Int(entry.pointee.offset)
            guard start >= 0 else { continue }
            let word = start + 8 <= count ? Self.word(text, start) : Self.lastWord(text, count, start)
            if (word | Self.fold) & entry.pointee.mask != entry.pointee.head { continue }
            let literal = Int(entry.pointee.literal)
            if stands(text, count, literal, start) { found(literal, start) }
        }
    }

    @inline(__always)
    private static func word(_ text: UnsafeRawPointer, _ start: Int) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(fromByteOffset: start, as: UInt64.self))
    }

    /// The last bytes of the text, fewer than eight, and zeros.
    private static func lastWord(_ text: UnsafeRawPointer, _ count: Int, _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for at in (start..<max(start, count)).reversed() {
            word = word << 8 | UInt64(text.load(fromByteOffset: at, as: UInt8.self))
        }
        return word
    }

    /// A literal's length in bytes.
    @inline(__always)
    func length(_ literal: Int) -> Int { Int(starts[literal].count) }

    /// Whether the literal stands at `start`, between bytes that its rules allow.
    private func stands(_ text: UnsafeRawPointer, _ count: Int, _ id: Int, _ start: Int) -> Bool {
        let literal = starts[id]
        let end = start + Int(literal.count)
        guard end <= count else { return false }
        let edge = edges + id
        if start > 0, !edge.pointee.lead.contains(text.load(fromByteOffset: start - 1, as: UInt8.self)) { return false }
        guard allows(edge.pointee.first, text, count, end) else { return false }
        let own = pool + Int(literal.offset)
        for index in Int(literal.compared)..<Int(literal.count) {
            let byte = text.load(fromByteOffset: start + index, as: UInt8.self)
            if (literal.isCaseSensitive ? byte : foldCase(byte)) != own[index] { return false }
        }
        return allows(edge.pointee.second, text, count, end + 1) && allows(edge.pointee.third, text, count, end + 2)
    }

    /// Whether the byte there is of the set; past the end only a set of all bytes allows that there is none.
    @inline(__always)
    private func allows(_ set: ByteSet, _ text: UnsafeRawPointer, _ count: Int, _ at: Int) -> Bool {
        at < count ? set.contains(text.load(fromByteOffset: at, as: UInt8.self)) : set == .all
    }
}
