import Primitives
import Testing

@Suite struct PlaceholderTests {
    private func digest(_ seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<32).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    @Test func whatIsMadeIsReadBack() {
        for seed in 0..<500 as Range<UInt64> {
            let long = seed % 5 == 0
            let made = Placeholder.make(kind: "GITHUB_TOKEN", digest: digest(seed), long: long)
            #expect(made.kind == "GITHUB_TOKEN")
            #expect(made.code.utf8.count == (long ? Placeholder.longCodeLength : Placeholder.codeLength))
            #expect(Placeholder.parse(made.bytes) == made)
        }
    }

    @Test(arguments: [
        ("github-token", "GITHUB_TOKEN"), ("", "VALUE"), ("__", "VALUE"), ("a.b c", "A_B_C"),
        (String(repeating: "X", count: 200), String(repeating: "X", count: 9)), ("ünïcode", "N_CODE"),
    ])
    func anyKindBecomesCapitalWords(kind: String, expected: String) {
        let made = Placeholder.make(kind: kind, digest: digest(1))
        #expect(made.kind == expected || kind.utf8.count > 40)
        #expect(Placeholder.parse(made.bytes) == made)
    }

    @Test func theLongestKindFitsWithEveryUnderscoreEscaped() {
        for length in 1...120 {
            let kind = (0..<length).map { $0 % 4 == 3 ? "_" : "K" }.joined()
            for long in [false, true] {
                let made = Placeholder.make(kind: kind, digest: digest(UInt64(length)), long: long)
                let escaped = Array(made.description.split(separator: "_").joined(separator: "\\_").utf8)
                #expect(escaped.count <= Placeholder.maxBytes)
                #expect(Placeholder.parse(escaped) == made)
            }
        }
    }

    @Test func caseAndEscapedUnderscoresAreForgiven() {
        let made = Placeholder.make(kind: "EMAIL", digest: digest(3))
        #expect(Placeholder.parse(Array(made.description.lowercased().utf8)) == made)
        #expect(Placeholder.parse(Array(made.description.split(separator: "_").joined(separator: "\\_").utf8)) == made)
    }

    @Test func everyWrongCharacterOfTheCodeShows() {
        let made = Placeholder.make(kind: "EMAIL", digest: digest(4))
        for index in made.bytes.indices.suffix(Placeholder.codeLength) {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8 where other != made.bytes[index] {
                var changed = made.bytes
                changed[index] = other
                #expect(Placeholder.parse(changed) == nil)
            }
        }
    }

    @Test func scanningFindsEachInItsPlace() {
        let one = Placeholder.make(kind: "EMAIL", digest: digest(5))
        let two = Placeholder.make(kind: "AWS_KEY", digest: digest(6), long: true)
        let text = Array("SLUICE_ sluice \(one).\(two)_x SLUICE_EMAIL_0000000001".utf8)
        let found = Placeholder.scan(text)
        #expect(found.map(\.placeholder) == [one, two])
        #expect(found.map { Array(text[$0.span.range]) } == [one.bytes, two.bytes])
    }

    @Test func anUnfinishedOneIsUndecidedUntilItIs() {
        let made = Placeholder.make(kind: "EMAIL", digest: digest(7))
        for count in 0..<made.bytes.count {
            let head = Array(made.bytes.prefix(count))
            #expect(Placeholder.match(in: head, at: 0, isComplete: false) == .undecided)
            #expect(Placeholder.match(in: head, at: 0, isComplete: true) == .none)
        }
        guard case .found(let readings) = Placeholder.match(in: made.bytes + [0x2E], at: 0, isComplete: false) else {
            Issue.record("not found")
            return
        }
        #expect(readings.map(\.placeholder) == [made])
    }

    @Test func nothingIsUndecidedAfterTheLongestPlaceholder() {
        let words = Array("SLUICE_".utf8) + Array(repeating: UInt8(ascii: "A"), count: 200)
        let below = Array(words.prefix(Placeholder.maxBytes - 1))
        let at = Array(words.prefix(Placeholder.maxBytes))
        #expect(Placeholder.match(in: below, at: 0, isComplete: false) == .undecided)
        #expect(Placeholder.match(in: at, at: 0, isComplete: false) == .none)
    }
}
