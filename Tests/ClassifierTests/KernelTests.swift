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
