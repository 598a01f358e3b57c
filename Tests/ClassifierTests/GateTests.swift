import Testing

@testable import Classifier

/// A gate may say yes too often, never no where a match stands.
@Suite struct GateTests {
    private struct Case {
        var pattern: String
        var literals: [String]
        var pieces: [String]
    }

    private static let cases = [
        Case(
            pattern: #"(?i)\b(?:password|passwd)\b[ \t]{0,2}[:=][ \t]{0,3}["']?([a-z0-9]{4,20})"#,
            literals: ["password", "passwd"], pieces: ["password", "Passwd", " ", "=", ":", "abc12", "\"", "x"]),
        Case(
            pattern: #"(?i)(?<!pub)(?:api[_-]?key|secret|access[_-]?token)(?:[_-]?value)?["']{0,2}=([a-z0-9]{3,600})"#,
            literals: ["key", "secret", "token"],
            pieces: [
                "api_key", "apikey", "secret", "access-token", "_value", "=", "'", "k3y", "pub", " ", "secret=k3y",
            ]),
        Case(
            pattern: #"[?&](?:token|key)=\w{2,}(?:\.\w+)?\b"#, literals: ["token=", "key="],
            pieces: ["?", "&", "token", "key", "=", "ab", ".", " ", "?token=", "&key=ab"]),
        Case(
            pattern: #"\bmac\b[^\n]{0,24}?(?:[0-9a-f]{2}:){2}[0-9a-f]{2}"#, literals: ["mac"],
            pieces: ["mac", "machine", " ", "0a:", "ff", ":", "\n", "zz", " mac ", "0a:ff:"]),
    ]

    private func matches(_ pattern: String, _ bytes: [UInt8]) throws -> [Range<Int>] {
        let regex = LazyRegex(pattern, isAnchored: false, isOpenEnded: false)
        let code = try #require(regex.compiled())
        let memory = RegexMemory(matchLimit: 100_000)
        defer { withExtendedLifetime(regex) {} }
        return try bytes.withUnsafeBytes { raw in
            let base = try #require(raw.baseAddress)
            return (0..<bytes.count).compactMap { start in
                let outcome = memory.match(
                    code, base, from: start, lastStart: start, to: bytes.count, group: 0, isPartial: false)
                if case .match(let whole, _) = outcome { return whole }
                return nil
            }
        }
    }

    private func text(_ pieces: [String], _ seed: inout SeededRandom) -> [UInt8] {
        Array((0..<Int(seed.next() % 9) + 1).map { _ in pieces[Int(seed.next() >> 33) % pieces.count] }.joined().utf8)
    }

    @Test func `No match stands where the gate of every literal in it is shut`() throws {
        var seed = SeededRandom(41)
        for item in Self.cases {
            let node = try #require(PatternParser.parse(item.pattern))
            let literals = item.literals.map { Array($0.utf8) }
            let gate = Gate(try #require(GatePattern(node, literals: literals, isLenient: false), "\(item.pattern)"))
            var seen = 0
            var shut = 0
            for _ in 0..<2000 {
                let bytes = text(item.pieces, &seed)
                let found = try matches(item.pattern, bytes)
                var open: Set<Int> = []
                bytes.withUnsafeBytes { raw in
                    guard let base = raw.baseAddress else { return }
                    let text = Text(base: base, count: raw.count)
                    for at in bytes.indices where literals.contains(where: { text.hasFolded($0, at: at) }) {
                        var made = 0
                        if gate.mayMatch(base, raw.count, from: at, made: &made) { open.insert(at) } else { shut += 1 }
                    }
                }
                for match in found {
                    seen += 1
                    #expect(match.contains { open.contains($0) }, "\(String(decoding: bytes, as: UTF8.self))")
                }
            }
            #expect(seen > 40 && shut > 40, "\(item.pattern): \(seen) matches, \(shut) times shut")
        }
    }

    @Test func `No match in a window escapes the walk through it, and none before a run the walk back`() throws {
        let pattern = #"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,3}(?![A-Za-z0-9])"#
        let node = try #require(PatternParser.parse(pattern))
        let window = Gate(try #require(GatePattern(anywhere: node)))
        let back = Gate(try #require(GatePattern(backFromDigit: node)))
        let pieces = ["DE", "AB12", "DE12", "4242", "WEST", " ", "-", "x", " 4242", "-WEST", "\n"]
        var seed = SeededRandom(42)
        var seen = 0
        for _ in 0..<4000 {
            let bytes = text(pieces, &seed)
            let found = try matches(pattern, bytes)
            guard !found.isEmpty else { continue }
            bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                for match in found {
                    seen += 1
                    var made = 0
                    #expect(window.mayMatch(base, in: 0..<raw.count, lastStart: match.lowerBound + 1, made: &made))
                    for at in match where isASCIIDigit(bytes[at]) {
                        #expect(back.mayBegin(base, before: at, made: &made))
                    }
                }
            }
        }
        #expect(seen > 100)
    }

    @Test func `The first look at a name or label never contradicts its reader`() throws {
        var names = ServiceTable.Builder()
        names.add(["acme", "northwind"], rule: 3, forms: try #require(ValueForm.list("hex:32 alnum:20-40")))
        let services = ServiceTable(names)
        var masks = ClassMasks()
        defer { masks.deallocate() }
        let words = ["password", "token", "key", "secret", "pass"]
        let pieces =
            words + [
                "acme", "northwind", "_", "-", " ", "  ", "=", ":", ": ", " = ", "\"", "'", "(", "(\"", "s", "ed",
                "Value",
                "string", " is ", " was ", "->", "=>", "--", "<", ">", ".", "\\\"", "\n", ";", ",", "hunter2!",
                "kJ8mQ2vL9x",
                "0123456789abcdef0123456789abcdef", "Zk39dkWq02mKdl49QmZp77", "word", "[", "]",
            ]
        var seed = SeededRandom(43)
        var hits = (assigned: 0, labelled: 0, runs: 0)
        for _ in 0..<8000 {
            let bytes = text(pieces, &seed)
            bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                let text = Text(base: base, count: raw.count)
                masks.fill(text, from: 0, to: raw.count)
                for word in words {
                    let own = Array(word.utf8)
                    for at in bytes.indices where text.hasFolded(own, at: at) {
                        let anchor = at..<at + own.count
                        if case .nothing = AssignedSecret.match(text, anchor) {
                        } else {
                            hits.assigned += 1
                            #expect(AssignedGate.mayMatch(text, anchor), "\(String(decoding: bytes, as: UTF8.self))")
                        }
                        let candidates = LabelGate.candidates(text, label: anchor, masks)
                        if let hit = LabelledSecret.match(text, label: anchor, services) {
                            hits.labelled += 1
                            let gated = LabelledSecret.match(text, label: anchor, services, candidates: candidates)
                            #expect(gated?.value == hit.value, "\(String(decoding: bytes, as: UTF8.self))")
                            #expect(gated?.adjust == hit.adjust, "\(String(decoding: bytes, as: UTF8.self))")
                        }
                    }
                }
                var at = 0
                while at < bytes.count {
                    let end = Kernels.tokenEnd(base, from: at, to: bytes.count)
                    if end - at >= ByteShape.minTokenRun, LabelledSecret.match(text, run: at..<end, services) != nil {
                        hits.runs += 1
                        #expect(
                            LabelGate.mayMatch(text, run: at..<end, services),
                            "\(String(decoding: bytes, as: UTF8.self))")
                    }
                    at = max(end, at) + 1
                }
            }
        }
        #expect(hits.assigned > 50 && hits.labelled > 50 && hits.runs > 5, "\(hits)")
    }
}
