import Classifier
import Policy
import Primitives
import Testing

@testable import Inspection

@Suite struct PartsTests {
    private func detection(_ pieces: [Piece], _ action: PolicyAction) -> Detection {
        Detection(
            pieces: pieces, rule: KnownRule(Line.rules[0], placeholderKind: "X"), confidence: 0.9, reasons: [],
            views: [], key: nil, action: action)
    }

    @Test("What overlaps is made disjoint, every byte keeps its strongest action, and no byte is lost")
    func overlaps() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<400 {
            var all: [Detection] = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let action: PolicyAction = [.allow, .coach, .redact, .block][Int.random(in: 0..<4, using: &generator)]
                let start = Int.random(in: 0..<40, using: &generator)
                let segment = Int.random(in: 0..<2, using: &generator)
                let end = start + Int.random(in: 1...12, using: &generator)
                var pieces = [Piece(segment: segment, span: ByteSpan(start: start, end: end))]
                if segment == 0, Bool.random(using: &generator) {
                    pieces.append(
                        Piece(segment: 1, span: ByteSpan(start: 0, end: Int.random(in: 1...6, using: &generator))))
                }
                all.append(detection(pieces, action))
            }
            let kept = all.withoutOverlaps()
            #expect(strongest(all) == strongest(kept))
            let pieces = kept.flatMap(\.pieces).sorted()
            #expect(
                zip(pieces, pieces.dropFirst()).allSatisfy { $0.segment != $1.segment || $0.span.end <= $1.span.start })
            #expect(kept.map(\.first) == kept.map(\.first).sorted())
        }
    }

    private func strongest(_ detections: [Detection]) -> [Piece: PolicyAction] {
        var bytes: [Piece: PolicyAction] = [:]
        for detection in detections {
            for piece in detection.pieces {
                for at in piece.span.range {
                    let byte = Piece(segment: piece.segment, span: ByteSpan(start: at, end: at + 1))
                    bytes[byte] = max(bytes[byte] ?? .allow, detection.action)
                }
            }
        }
        return bytes
    }

    @Test("Many overlapping findings are sorted out in linear time")
    func manyOverlaps() {
        let count = 30_000
        let first = (0..<count).map {
            detection([Piece(segment: 0, span: ByteSpan(start: $0 * 4, end: $0 * 4 + 3))], .redact)
        }
        let second = (0..<count).map {
            detection([Piece(segment: 0, span: ByteSpan(start: $0 * 4 + 2, end: $0 * 4 + 5))], .block)
        }
        #expect((first + second).withoutOverlaps().count == 2 * count)
    }

    @Test("Joined parts lead back to where each byte came from, and no byte comes in more than twice")
    func joined() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            let segments = (0..<Int.random(in: 2...6, using: &generator)).map { index in
                let count =
                    [0, 1, 30, JoinedText.reachBytes, 3 * JoinedText.reachBytes].randomElement(using: &generator) ?? 0
                return PromptSegment(
                    text: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) },
                    place: Place(path: ""), group: 1)
            }
            var seen: [Piece: Int] = [:]
            for joined in JoinedText.all(segments) {
                for at in stride(from: 1, to: joined.text.count - 1, by: 97) {
                    let pieces = joined.pieces(of: ByteSpan(start: at, end: at + 1))
                    guard let piece = pieces?.first else { continue }
                    #expect(segments[piece.segment].text[piece.span.start] == joined.text[at])
                }
                for stretch in joined.stretches {
                    for at in stretch.start..<stretch.start + stretch.count {
                        seen[Piece(segment: stretch.segment, span: ByteSpan(start: at, end: at + 1)), default: 0] += 1
                    }
                }
            }
            #expect(seen.values.allSatisfy { $0 <= 2 })
        }
    }

    @Test("A single part, and parts of different groups, are not joined")
    func notJoined() {
        let segments = (0..<3).map { PromptSegment(text: [65], place: Place(path: ""), group: $0) }
        #expect(JoinedText.all(segments).isEmpty)
        #expect(JoinedText.all([]).isEmpty)
    }

    @Test("A bounded table forgets what is not used, and keeps what is")
    func generations() {
        let table = GenerationTable<Int, Int>(maxEntries: 100)
        for index in 0..<1_000 {
            table.store(index, for: index)
            #expect(table.value(for: 0) == 0)
            #expect(table.count <= 101)
        }
        #expect(table.value(for: 500) == nil)
        table.store(1, for: -1, weight: 51)
        #expect(table.value(for: -1) == nil)
    }

    @Test("Texts that differ, and rule sets that differ, have different keys")
    func textKeys() {
        let key = Hashing.key(Line.deviceKey, "test")
        let make = { (text: [UInt8], rules: [UInt8]) in text.withUnsafeBytes { TextKey($0, rules: rules, key) } }
        #expect(make([1, 2], [3]) == make([1, 2], [3]))
        #expect(make([1, 2], [3]) != make([1, 2], [4]))
        #expect(make([1, 2], [3]) != make([1], [3]))
    }

    @Test(
        "The kind of a text is told from the lines around",
        arguments: [
            ("2026-11-24 10:00:01 INFO start\n2026-11-24 10:00:02 ERROR at stop", TextKind.log),
            ("Nov 24 10:00:01 host app[1]: x\nNov 24 10:00:02 host app[1]: y", .log),
            ("Traceback (most recent call last):\n  File \"a.py\", line 3\n    x()\nValueError: no", .stackTrace),
            ("java.lang.X: no\n    at a.b.C(D.java:3)\n    at a.b.E(D.java:4)", .stackTrace),
            ("@@ -1,2 +1,2 @@\n--- a/x\n+++ b/x\n-a\n+b", .diff), ("DB_HOST=x\nDB_PASS=y\nPORT=1", .environment),
            ("{\n  \"a\": 1,\n  \"b\": \"c\"\n}", .json), ("a: 1\nb:\n  - c: 2", .yaml),
            ("func f() {\n    let x = 1;\n}\nreturn x", .source), ("-----BEGIN KEY-----\nabc\n-----END KEY-----", .key),
            ("GET / HTTP/1.1\nHost: x\nAuthorization: y", .http), ("INSERT INTO a VALUES (1)\nSELECT * FROM a", .sql),
            ("$ curl x\n$ ls\nsudo y", .shell),
        ])
    func kinds(text: String, kind: TextKind) {
        let bytes = Array(text.utf8)
        for at in [0, bytes.count / 2, bytes.count] {
            #expect(TextKind.around(ByteSpan(start: at, end: at), in: bytes) == kind)
        }
    }

    @Test("Prose, and nothing at all, are of no kind")
    func noKind() {
        let text = Array("Dear all,\n\nplease find the numbers below.\nKind regards, Jane".utf8)
        #expect(TextKind.around(ByteSpan(start: 12, end: 15), in: text) == nil)
        #expect(TextKind.around(ByteSpan(start: 0, end: 0), in: []) == nil)
    }

    @Test(
        "A placeholder's kind names vendor and noun",
        arguments: [
            ("github.pat.classic", "GitHub personal access token (classic)", FindingKind.secret, "GITHUB_TOKEN"),
            ("aws.access-key", "AWS access key ID", .secret, "AWS_KEY"),
            ("generic.password", "Password in an assignment", .secret, "PASSWORD"),
            ("pii.email", "E-mail address", .pii, "EMAIL"), ("de.steuer-id", "German tax id", .pii, "STEUER-ID"),
        ])
    func kindNames(id: String, name: String, kind: FindingKind, expected: String) {
        let rule = RuleDefinition(
            id: id, name: name, kind: kind, anchors: [.literal([65], caseSensitive: true)], regex: "A")
        #expect(PlaceholderKind.name(of: rule) == expected)
    }

    @Test("Line and column count from one, columns in scalars")
    func positions() {
        let text = Array("aé\nb".utf8)
        #expect(TextPosition.of(0, in: text) == (1, 1))
        #expect(TextPosition.of(3, in: text) == (1, 3))
        #expect(TextPosition.of(4, in: text) == (2, 1))
        #expect(TextPosition.of(5, in: text) == (2, 2))
    }
}

/// The same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
