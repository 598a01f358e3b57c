import Testing

@testable import Classifier

/// The kernels against plain readers that look at one byte at a time.
@Suite struct KernelTests {
    private func random(_ random: inout SeededRandom, _ count: Int, of alphabet: String) -> [UInt8] {
        let bytes = Array(alphabet.utf8)
        return (0..<count).map { _ in bytes[Int(random.next() >> 33) % bytes.count] }
    }

    private func sets(_ texts: String...) -> [ByteSet] { texts.map { $0.isEmpty ? .all : ByteSet($0.utf8) } }

    private var literals: [Literal] {
        [
            Literal(bytes: Array("key".utf8), isCaseSensitive: false),
            Literal(bytes: Array("token".utf8), isCaseSensitive: false, lead: ByteSet.word.inverted),
            Literal(bytes: Array("sk_".utf8), isCaseSensitive: true),
            Literal(bytes: Array("sk_live_".utf8), isCaseSensitive: true),
            Literal(bytes: Array("AB".utf8), isCaseSensitive: true, tail: sets("01", "", "")),
            Literal(bytes: Array("-----begin".utf8), isCaseSensitive: false, tail: sets("k ", "", "")),
        ]
    }

    /// The starts of a literal, byte by byte.
    private func starts(_ literal: Literal, _ text: [UInt8]) -> [Int] {
        guard text.count >= literal.bytes.count else { return [] }
        return (0...text.count - literal.bytes.count).filter { start in
            for (index, byte) in literal.bytes.enumerated() {
                let own = text[start + index]
                if (literal.isCaseSensitive ? own : foldCase(own)) != byte { return false }
            }
            if start > 0, !literal.lead.contains(text[start - 1]) { return false }
            for (index, set) in literal.tail.enumerated() {
                let at = start + literal.bytes.count + index
                if at < text.count ? !set.contains(text[at]) : set != .all { return false }
            }
            return true
        }
    }

    @Test func `Each literal is found once wherever it stands, and nothing else`() {
        let table = LiteralTable(literals)
        var seed = SeededRandom(31)
        var seen = 0
        for round in 0..<3000 {
            let alphabet = round % 2 == 0 ? "kKeyY_sliveAB01-" : "tokenTOKEN ke-b_"
            var text = random(&seed, Int(seed.next() % 90), of: alphabet)
            if round % 3 == 0 { text += literals[Int(seed.next() % 6)].bytes + random(&seed, 4, of: "k 0z") }
            var found: [[Int]] = []
            text.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let out = UnsafeMutablePointer<UInt32>.allocate(capacity: text.count + 1)
                defer { out.deallocate() }
                // In two parts, as the scanner takes its chunks.
                let middle = text.count / 2
                for (from, to) in [(0, middle), (middle, text.count)] {
                    let count = Kernels.literalCandidates(
                        base, text.count, from: from, to: to, filter: table.filter, out: out)
                    for index in 0..<count {
                        table.verify(base, text.count, at: Int(out[index])) { found.append([$0, $1]) }
                    }
                }
            }
            var expected: [[Int]] = []
            for (id, literal) in literals.enumerated() { expected += starts(literal, text).map { [id, $0] } }
            seen += expected.count
            #expect(Set(found) == Set(expected), "\(String(decoding: text, as: UTF8.self))")
            #expect(found.count == expected.count)
        }
        #expect(seen > 500)
    }

    @Test func `Digits and the ends of token runs are where a plain reader sees them`() {
        var seed = SeededRandom(32)
        for _ in 0..<4000 {
            let text = random(&seed, Int(seed.next() % 40) + 1, of: "azAZ09+/-_@[`{:.,*\u{7F}é")
            text.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let from = Int(seed.next() % UInt64(text.count))
                let end = text[from...].firstIndex { !Kernels.isTokenByte($0) } ?? text.count
                #expect(Kernels.tokenEnd(base, from: from, to: text.count) == end)
                #expect(
                    Kernels.hasDigit(base, from: from, to: text.count) == text[from...].contains(where: isASCIIDigit))
            }
        }
    }

    private func bits(_ words: UnsafeMutablePointer<UInt64>, _ count: Int) -> [Bool] {
        (0..<count).map { words[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
    }

    @Test func `The classes of a chunk are what a plain reader sees, and nothing stands behind the text`() {
        var seed = SeededRandom(34)
        var masks = ClassMasks()
        defer { masks.deallocate() }
        let alphabet = "azAZ09 +/-_.@[`{:~\\%&*\u{1B}\u{0}\u{7F}é"
        for round in 0..<400 {
            let text = random(&seed, round < 8 ? Kernels.chunkBytes - 4 + round : Int(seed.next() % 400), of: alphabet)
            text.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let from = round < 8 ? 0 : Int(seed.next() % UInt64(text.count))
                let to = min(text.count, from + Kernels.chunkBytes)
                masks.fill(Text(base: base, count: raw.count), from: from, to: to)
                // As far as is read behind the chunk as well.
                let count = to - from + ClassMasks.reach
                let bytes = text[from...].prefix(count).map { Optional($0) }
                let padded = bytes + [UInt8?](repeating: nil, count: count - bytes.count)
                func expect(_ words: UnsafeMutablePointer<UInt64>, _ isMember: (UInt8) -> Bool) {
                    #expect(bits(words, count) == padded.map { $0.map(isMember) ?? false })
                }
                expect(masks.digits, isASCIIDigit)
                expect(masks.separators, ByteSet(" -./".utf8).contains)
                expect(masks.tokens, Kernels.isTokenByte)
                expect(masks.values) { Kernels.isTokenByte($0) || $0 == 0x2E || $0 == 0x7E }
                expect(masks.marks, ByteSet("\\%&@\u{1B}\u{0}".utf8).contains)
                expect(masks.high) { $0 >= 0x80 }
                let at = from + Int(seed.next() % 64)
                let window = masks.window(masks.tokens, at: at)
                #expect(
                    (0..<64).allSatisfy { place in
                        let index = at - from + place
                        let isToken = index < padded.count && padded[index].map(Kernels.isTokenByte) ?? false
                        return window >> UInt64(place) & 1 == (isToken ? 1 : 0)
                    })
            }
        }
    }

    @Test func `A pair of words keeps where so many bits begin`() {
        var seed = SeededRandom(35)
        for _ in 0..<500 {
            let low = seed.next() | seed.next()
            let high = seed.next() | seed.next()
            var pair = BitPair(low: low, high: high)
            for shift in [1, 2, 3] as [UInt64] { pair.requireAlso(shift) }
            func bit(_ index: Int) -> Bool { (index < 64 ? low >> UInt64(index) : high >> UInt64(index - 64)) & 1 == 1 }
            for start in 0..<58 {
                #expect(pair.low >> UInt64(start) & 1 == ((start..<start + 7).allSatisfy(bit) ? 1 : 0))
            }
        }
    }

    @Test func `Words are found wherever they stand`() {
        let words: [StaticString] = ["example", "xxxxx", "_here", "<removed", "pub"]
        let finder = WordFinder(words)
        var seed = SeededRandom(36)
        var hits = 0
        for _ in 0..<3000 {
            var bytes = random(&seed, Int(seed.next() % 12), of: "xX_<heREpub")
            if seed.next() % 2 == 0 {
                let word = words[Int(seed.next() % 5)]
                bytes += word.withUTF8Buffer { $0.map { seed.next() % 2 == 0 && isASCIILetter($0) ? $0 ^ 0x20 : $0 } }
            }
            bytes += random(&seed, Int(seed.next() % 4), of: "xe_")
            bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let text = Text(base: base, count: raw.count)
                let range = Int(seed.next() % UInt64(bytes.count + 1))..<bytes.count
                let isThere = words.contains { text.containsFolded($0, in: range) }
                if isThere { hits += 1 }
                #expect(finder.occurs(in: text, range) == isThere)
            }
        }
        #expect(hits > 500)
    }

    @Test func `A probe finds a run exactly if there is one`() throws {
        let node = try #require(PatternParser.parse("[0-9a-f]{7}"))
        let probe = try #require(RunProbe(node))
        #expect(probe.length == 7)
        var seed = SeededRandom(33)
        var hits = 0
        for _ in 0..<4000 {
            let bytes = random(&seed, 40, of: "0123456789abcdefxy")
            bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let text = Text(base: base, count: raw.count)
                let low = Int(seed.next() % 10)
                let window = low..<bytes.count - Int(seed.next() % 10)
                var longest = 0
                var run = 0
                for index in window {
                    run = ByteSet.hexDigits.contains(bytes[index]) ? run + 1 : 0
                    longest = max(longest, run)
                }
                if longest >= 7 { hits += 1 }
                #expect(probe.occurs(text, in: window) == (longest >= 7))
            }
        }
        #expect(hits > 100)
    }
}
