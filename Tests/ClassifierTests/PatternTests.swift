import Testing

@testable import Classifier

/// What the engine concludes from a regex's shape must hold for what PCRE2 matches.
@Suite struct PatternTests {
    static let patterns = [
        #"\b\d{3}-\d{2}-\d{4}\b"#, #"(?<![\d.,-])(?:\d{13,16}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4})(?![\d-])(?![.,]\d)"#,
        #"(?i)(?<![A-Za-z0-9])[STFG]\d{7}[A-Z](?![A-Za-z0-9])"#,
        #"(?<![\w+.-])\+(?:[1-9]\d{0,2})[ .\-/]{0,2}\d(?:[ .\-/]?\d){5,12}(?![\w-])"#,
        #"\b(?:tax|vat) ?\d{3}(?: ?\d{3}){2}\b"#, #"\d{7}\z"#, #"^\d{2}\.\d{3}\.\d{3}-[\dkK]$"#,
        #"(?<=[ab])\d{7,9}(?=[cd])"#,
        #"(?x) \b \d{4} [ ]? \d{4} # two groups"#, #"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,3}"#,
    ]

    private func matches(_ pattern: String, _ bytes: [UInt8]) throws -> [Range<Int>] {
        let regex = LazyRegex(pattern, isAnchored: false, isOpenEnded: false)
        let code = try #require(regex.compiled())
        let memory = RegexMemory(matchLimit: 100_000)
        return try bytes.withUnsafeBytes { raw in
            let base = try #require(raw.baseAddress)
            var found: [Range<Int>] = []
            for start in 0..<bytes.count {
                let outcome = memory.match(
                    code, base, from: start, lastStart: start, to: bytes.count, group: 0, isPartial: false)
                if case .match(let whole, _) = outcome { found.append(whole) }
            }
            return found
        }
    }

    private func randomText(_ random: inout SeededRandom) -> [UInt8] {
        let pieces = [
            "4242", "12", "345", "6789012", " ", "-", ".", "+", "S", "Ab", "tax ", "vat", "\n", "a", "c", "/", "k", ",",
            "Z", "é",
        ]
        var text = ""
        for _ in 0..<Int(random.next() % 14) + 1 { text += pieces[Int(random.next() % UInt64(pieces.count))] }
        return Array(text.utf8)
    }

    @Test func `No match escapes the automaton, wherever its walk begins`() throws {
        var automaton = PositionAutomaton()
        for (index, pattern) in Self.patterns.enumerated() {
            let node = try #require(PatternParser.parse(pattern), "\(pattern)")
            let added = automaton.add(node, rule: index)
            #expect(added != nil)
        }
        let walker = try #require(LazyAutomaton(automaton))
        var random = SeededRandom(21)
        var seen = 0
        for _ in 0..<2500 {
            let bytes = randomText(&random)
            var events: Set<[Int]> = []
            bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                var place = walker.place(at: 0)
                let text = Text(base: base, count: raw.count)
                // In two steps, since the scanner goes on where it stopped.
                let half = raw.count / 2
                _ = walker.walk(text, &place, to: half) { events.insert([$0, $1]) }
                _ = walker.walk(text, &place, to: raw.count) { events.insert([$0, $1]) }
            }
            for (index, pattern) in Self.patterns.enumerated() {
                for match in try matches(pattern, bytes) {
                    seen += 1
                    #expect(
                        events.contains([index, match.upperBound]),
                        "\(pattern) in \(String(decoding: bytes, as: UTF8.self))")
                }
            }
        }
        #expect(seen > 300)
    }

    @Test func `Lengths, digits and alphabets bound every match`() throws {
        var random = SeededRandom(22)
        for pattern in Self.patterns {
            let node = try #require(PatternParser.parse(pattern))
            for _ in 0..<300 {
                let bytes = randomText(&random)
                for match in try matches(pattern, bytes) {
                    let value = bytes[match]
                    #expect(value.count >= node.minLength)
                    #expect(node.maxLength.map { value.count <= $0 } ?? true)
                    #expect(value.count { isASCIIDigit($0) } >= node.minDigits)
                    #expect(value.allSatisfy { node.alphabet.contains($0) })
                }
            }
        }
    }

    @Test func `An unbounded pattern, a back reference and a bound are told apart`() {
        #expect(PatternParser.parse(#"a{2,5}b"#)?.maxLength == 6)
        #expect(PatternParser.parse(#"a{2,}b"#)?.maxLength == nil)
        #expect(PatternParser.parse(#"([ab]{3})-\1"#)?.maxLength == 7)
        #expect(PatternParser.parse(#"(?R)"#)?.maxLength == nil)
        #expect(PatternParser.parse(#"\bghp_\w{36}"#)?.minLength == 40)
        #expect(PatternParser.parse("a(") == nil)
    }

    @Test func `A pattern that outgrows the automaton is refused and leaves it as it was`() throws {
        var automaton = PositionAutomaton()
        let node = try #require(PatternParser.parse(#"\d{500}"#))
        let refused = automaton.add(node, rule: 0)
        #expect(refused == nil)
        #expect(automaton.starts.isEmpty && automaton.sets.isEmpty)
        let fitting = try #require(PatternParser.parse(#"\d{390}"#))
        let fits = automaton.add(fitting, rule: 0)
        #expect(fits != nil)
    }
}
