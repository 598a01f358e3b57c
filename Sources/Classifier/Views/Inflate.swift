/// Decompression of DEFLATE data (RFC 1951), alone or in a zlib (RFC 1950) or gzip (RFC 1952) container.
///
/// Pure and bounded: never more than `limit` bytes come out, and the tables have a fixed size.
package struct Inflate {
    /// What came of a container.
    package struct Output {
        /// What could be decompressed, also of a container that is cut off or damaged.
        package var bytes: [UInt8]
        package var end: End
        /// Bytes of the input that an intact container takes, its check value included.
        package var used = 0
    }

    package enum End: Equatable {
        /// Whole, and the check value (CRC-32 or Adler-32) is right.
        case intact
        /// The input ends before the container does.
        case cutOff
        /// More would come out than allowed.
        case limit
        /// Not valid, or the check value is wrong.
        case damaged
    }

    /// Decompresses a gzip or zlib container, told apart by its first bytes; nil if it is neither.
    package static func container(_ bytes: [UInt8], limit: Int) -> Output? {
        if bytes.count >= 10, bytes[0] == 0x1F, bytes[1] == 0x8B, bytes[2] == 8 { return gzip(bytes, limit: limit) }
        guard bytes.count >= 2, isZlib(bytes[0], bytes[1]) else { return nil }
        var reader = Inflate(bytes, from: 2, limit: limit)
        let end = reader.run()
        guard end == .intact else { return Output(bytes: reader.output, end: end) }
        guard let check = reader.trailer(4) else { return Output(bytes: reader.output, end: .cutOff) }
        let wanted = check.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Output(
            bytes: reader.output, end: wanted == adler32(reader.output) ? .intact : .damaged, used: check.endIndex)
    }

    /// Method 8, a window of at most 32 KiB, no preset dictionary, and a header check that divides by 31.
    static func isZlib(_ first: UInt8, _ second: UInt8) -> Bool {
        first & 0x0F == 8 && first >> 4 <= 7 && second & 0x20 == 0 && (Int(first) << 8 | Int(second)) % 31 == 0
    }

    private static func gzip(_ bytes: [UInt8], limit: Int) -> Output {
        guard let start = gzipHeaderEnd(bytes) else { return Output(bytes: [], end: .cutOff) }
        var reader = Inflate(bytes, from: start, limit: limit)
        let end = reader.run()
        guard end == .intact else { return Output(bytes: reader.output, end: end) }
        guard let check = reader.trailer(8) else { return Output(bytes: reader.output, end: .cutOff) }
        let sum = little(check.prefix(4))
        let size = little(check.suffix(4))
        let isRight = sum == crc32(reader.output) && size == UInt32(truncatingIfNeeded: reader.output.count)
        return Output(bytes: reader.output, end: isRight ? .intact : .damaged, used: check.endIndex)
    }

    /// RFC 1952, section 2.3: fixed part, then extra field, name, comment and header CRC as the flags say.
    private static func gzipHeaderEnd(_ bytes: [UInt8]) -> Int? {
        let flags = bytes[3]
        var at = 10
        if flags & 4 != 0 {
            guard at + 2 <= bytes.count else { return nil }
            at += 2 + Int(bytes[at]) + Int(bytes[at + 1]) << 8
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            while at < bytes.count, bytes[at] != 0 { at += 1 }
            at += 1
        }
        if flags & 2 != 0 { at += 2 }
        return at <= bytes.count ? at : nil
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    // MARK: - Check values

    /// The CRC of ISO 3309 that gzip uses.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    /// RFC 1950, section 8.2.
    static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    // MARK: - State

    private let input: [UInt8]
    private var at: Int
    private var bits: UInt64 = 0
    private var bitCount = 0
    private let limit: Int
    private var output: [UInt8] = []

    private init(_ input: [UInt8], from start: Int, limit: Int) {
        self.input = input
        self.limit = limit
        at = start
    }

    /// The bytes behind the compressed data.
    private func trailer(_ count: Int) -> ArraySlice<UInt8>? {
        // Whole bytes that were read ahead go back.
        let start = at - bitCount / 8
        return start + count <= input.count ? input[start..<start + count] : nil
    }

    /// The next bits, lowest first; nil at the end of the input.
    private mutating func take(_ count: Int) -> Int? {
        while bitCount < count {
            guard at < input.count else { return nil }
            bits |= UInt64(input[at]) << UInt64(bitCount)
            at += 1
            bitCount += 8
        }
        let value = Int(bits & (1 << UInt64(count) - 1))
        bits >>= UInt64(count)
        bitCount -= count
        return value
    }

    private mutating func run() -> End {
        while true {
            guard let isLast = take(1), let kind = take(2) else { return .cutOff }
            let end: End
            switch kind {
            case 0: end = stored()
            case 1: end = block(Self.fixedLiterals, Self.fixedDistances)
            case 2:
                switch dynamicTables() {
                case .success(let tables): end = block(tables.literals, tables.distances)
                case .failure(let failure): end = failure.end
                }
            default: return .damaged
            }
            if end != .intact || isLast == 1 { return end }
        }
    }

    private mutating func stored() -> End {
        _ = take(bitCount % 8)
        guard let length = take(16), let complement = take(16) else { return .cutOff }
        guard length == complement ^ 0xFFFF else { return .damaged }
        for _ in 0..<length {
            guard output.count < limit else { return .limit }
            guard let byte = take(8) else { return .cutOff }
            output.append(UInt8(byte))
        }
        return .intact
    }

    private mutating func block(_ literals: HuffmanTable, _ distances: HuffmanTable) -> End {
        while true {
            guard let symbol = symbol(literals) else { return at < input.count ? .damaged : .cutOff }
            if symbol < 256 {
                guard output.count < limit else { return .limit }
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return .intact }
            guard symbol - 257 < Self.lengths.count else { return .damaged }
            let (base, extra) = Self.lengths[symbol - 257]
            guard let more = take(extra), let code = self.symbol(distances) else {
                return at < input.count ? .damaged : .cutOff
            }
            guard code < Self.distances.count else { return .damaged }
            let (distanceBase, distanceExtra) = Self.distances[code]
            guard let distanceMore = take(distanceExtra) else { return .cutOff }
            let distance = distanceBase + distanceMore
            guard distance <= output.count else { return .damaged }
            for _ in 0..<base + more {
                guard output.count < limit else { return .limit }
                output.append(output[output.count - distance])
            }
        }
    }

    /// One symbol, bit by bit along the canonical code; nil for a code that stands for nothing and at the input's end.
    private mutating func symbol(_ table: HuffmanTable) -> Int? {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...HuffmanTable.maxLength {
            guard let bit = take(1) else { return nil }
            code |= bit
            let count = table.counts[length]
            if code - count < first { return table.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return nil
    }

    private struct Failure: Error { var end: End }

    /// RFC 1951, section 3.2.7.
    private mutating func dynamicTables() -> Result<(literals: HuffmanTable, distances: HuffmanTable), Failure> {
        guard let literalCount = take(5), let distanceCount = take(5), let codeCount = take(4) else {
            return .failure(Failure(end: .cutOff))
        }
        let wanted = literalCount + 257 + distanceCount + 1
        guard literalCount + 257 <= 286, distanceCount + 1 <= 30 else { return .failure(Failure(end: .damaged)) }
        var codeLengths = [Int](repeating: 0, count: 19)
        for index in 0..<codeCount + 4 {
            guard let length = take(3) else { return .failure(Failure(end: .cutOff)) }
            codeLengths[Self.codeOrder[index]] = length
        }
        guard let codes = HuffmanTable(codeLengths) else { return .failure(Failure(end: .damaged)) }
        var lengths: [Int] = []
        while lengths.count < wanted {
            guard let symbol = symbol(codes) else {
                return .failure(Failure(end: at < input.count ? .damaged : .cutOff))
            }
            if symbol < 16 {
                lengths.append(symbol)
                continue
            }
            let (bits, least) = symbol == 16 ? (2, 3) : symbol == 17 ? (3, 3) : (7, 11)
            guard let more = take(bits) else { return .failure(Failure(end: .cutOff)) }
            guard symbol != 16 || !lengths.isEmpty, lengths.count + least + more <= wanted else {
                return .failure(Failure(end: .damaged))
            }
            let value = symbol == 16 ? lengths[lengths.count - 1] : 0
            lengths += [Int](repeating: value, count: least + more)
        }
        guard let literals = HuffmanTable(Array(lengths[..<(literalCount + 257)])),
            let distances = HuffmanTable(Array(lengths[(literalCount + 257)...]))
        else { return .failure(Failure(end: .damaged)) }
        return .success((literals, distances))
    }

    private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// Base and extra bits of the length codes 257 to 285.
    private static let lengths: [(Int, Int)] = [
        (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2),
        (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5),
        (163, 5), (195, 5), (227, 5), (258, 0),
    ]

    /// Base and extra bits of the distance codes.
    private static let distances: [(Int, Int)] = (0..<30).map { (code: Int) -> (Int, Int) in
        guard code >= 4 else { return (code + 1, 0) }
        let extra = code / 2 - 1
        return ((2 + code % 2) << extra + 1, extra)
    }

    // The fixed code of section 3.2.6 is complete, and so has a table.
    private static let fixedLiterals = HuffmanTable(
        [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
            + [Int](repeating: 8, count: 8), mayBeIncomplete: true)
    private static let fixedDistances = HuffmanTable([Int](repeating: 5, count: 30), mayBeIncomplete: true)
}

/// A canonical Huffman code (RFC 1951, section 3.2.2): how many codes each length has, and the symbols in order of their codes.
struct HuffmanTable: Sendable {
    static let maxLength = 15
    let counts: [Int]
    let symbols: [Int]

    /// Nil if more codes are claimed than there are, or fewer, but for the one code that may stand alone.
    init?(_ lengths: [Int]) {
        self.init(lengths, mayBeIncomplete: true)
        var left = 1
        for length in 1...Self.maxLength {
            left = left << 1 - counts[length]
            if left < 0 { return nil }
        }
        let used = lengths.count { $0 > 0 }
        if left > 0, used > 1 { return nil }
    }

    fileprivate init(_ lengths: [Int], mayBeIncomplete: Bool) {
        var counts = [Int](repeating: 0, count: Self.maxLength + 1)
        for length in lengths where length > 0 { counts[length] += 1 }
        var places = [Int](repeating: 0, count: Self.maxLength + 2)
        for length in 1...Self.maxLength { places[length + 1] = places[length] + counts[length] }
        var symbols = [Int](repeating: 0, count: lengths.count)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[places[length]] = symbol
            places[length] += 1
        }
        self.counts = counts
        self.symbols = symbols
    }
}
