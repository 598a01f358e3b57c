/// SHA-256 (FIPS 180-4) for the checksums of public addresses. It guards no secret; keyed hashes are swift-crypto's work
/// in the modules above, and this one keeps the classifier free of dependencies.
enum SHA256 {
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [
            0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
        ]
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        for start in stride(from: 0, to: padded.count, by: 64) { compress(&state, padded[start..<start + 64]) }
        return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    private static func compress(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
        var schedule = [UInt32](repeating: 0, count: 64)
        for (index, byte) in block.enumerated() { schedule[index / 4] = schedule[index / 4] << 8 | UInt32(byte) }
        for index in 16..<64 {
            let early = schedule[index - 15]
            let late = schedule[index - 2]
            let first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            schedule[index] = schedule[index - 16] &+ first &+ schedule[index - 7] &+ second
        }
        var work = state
        for index in 0..<64 {
            let e = work[4]
            let a = work[0]
            let choice = e & work[5] ^ ~e & work[6]
            let sumE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let first = work[7] &+ sumE &+ choice &+ constants[index] &+ schedule[index]
            let majority = a & work[1] ^ a & work[2] ^ work[1] & work[2]
            let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
            work = [first &+ second, a, work[1], work[2], work[3] &+ first, e, work[5], work[6]]
        }
        for index in 0..<8 { state[index] &+= work[index] }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    /// The first 32 fractional bits of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        var primes: [UInt64] = []
        var number: UInt64 = 2
        while primes.count < 64 {
            if !primes.contains(where: { number % $0 == 0 }) { primes.append(number) }
            number += 1
        }
        return primes.map { prime in
            // The largest root with root^3 <= prime * 2^96, bit by bit; its low 32 bits are the fraction.
            var root: UInt64 = 0
            for bit in stride(from: UInt64(35), through: 0, by: -1) where cubeFits(root | 1 << bit, prime) {
                root |= 1 << bit
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }()

    private static func cubeFits(_ root: UInt64, _ prime: UInt64) -> Bool {
        let square = root.multipliedFullWidth(by: root)
        // root < 2^36, so the square is below 2^72 and its cube below 2^108: two words are enough.
        let low = square.low.multipliedFullWidth(by: root)
        let high = square.high &* root &+ low.high
        return high < prime << 32 || high == prime << 32 && low.low == 0
    }
}

/// Keccak-256 with the original padding, as Ethereum uses it (not FIPS 202's SHA3-256).
enum Keccak256 {
    static func digest(_ message: [UInt8]) -> [UInt8] {
        let rate = 136
        var padded = message + [0x01]
        while padded.count % rate != 0 { padded.append(0) }
        padded[padded.count - 1] |= 0x80
        var state = [UInt64](repeating: 0, count: 25)
        for start in stride(from: 0, to: padded.count, by: rate) {
            for index in 0..<rate { state[index / 8] ^= UInt64(padded[start + index]) << UInt64(8 * (index % 8)) }
            permute(&state)
        }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }

    private static func permute(_ state: inout [UInt64]) {
        var register: UInt8 = 1
        for _ in 0..<24 {
            var columns = [UInt64](repeating: 0, count: 5)
            for index in 0..<25 { columns[index % 5] ^= state[index] }
            for index in 0..<25 {
                state[index] ^= columns[(index % 5 + 4) % 5] ^ rotated(columns[(index % 5 + 1) % 5], 1)
            }
            // rho and pi walk the lanes in one cycle of 24 with triangular rotations.
            var (x, y) = (1, 0)
            var lane = state[1]
            for step in 0..<24 {
                (x, y) = (y, (2 * x + 3 * y) % 5)
                let next = state[x + 5 * y]
                state[x + 5 * y] = rotated(lane, (step + 1) * (step + 2) / 2 % 64)
                lane = next
            }
            for row in stride(from: 0, to: 25, by: 5) {
                let old = Array(state[row..<row + 5])
                for index in 0..<5 { state[row + index] = old[index] ^ ~old[(index + 1) % 5] & old[(index + 2) % 5] }
            }
            // The round constant's bits come from an eight-bit shift register.
            for bit in 0..<7 {
                if register & 1 == 1 { state[0] ^= 1 << UInt64((1 << bit) - 1) }
                register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
            }
        }
    }

    private static func rotated(_ word: UInt64, _ count: Int) -> UInt64 {
        count == 0 ? word : word << UInt64(count) | word >> UInt64(64 - count)
    }
}
