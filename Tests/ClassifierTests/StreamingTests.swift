import Classifier
import Primitives
import Testing

@Suite struct StreamingTests {
    private static func whole(_ set: RuleSet, _ bytes: [UInt8]) -> ScanResult {
        var scanner = Scanner(set)
        return bytes.withUnsafeBytes { scanner.scan($0) }
    }

    private static func streamed(_ scanner: inout Scanner, _ bytes: [UInt8], cuts: [Int]) -> ScanResult {
        var findings: [Finding] = []
        var start = 0
        for end in cuts + [bytes.count] {
            bytes[start..<end].withUnsafeBytes { scanner.feed($0) { findings.append($0) } }
            start = end
        }
        let reason = scanner.finish { findings.append($0) }
        return ScanResult(findings: findings, incomplete: reason)
    }

    /// Lines with findings of every kind, plain and encoded, and what only looks like one.
    static func lines(_ random: inout SeededRandom, count: Int) -> [UInt8] {
        var text = ""
        while text.utf8.count < count {
            switch Int(random.next() >> 40) % 9 {
            case 0: text += "token=\(githubToken(&random))\n"
            case 1: text += #"{"msg":"user said \"password\": \"\#(random.text(12, of: base62))7x\"\n"}"# + "\n"
            case 2: text += "card 4242 4242 4242 4242 for jane@corp.io\n"
            case 3: text += "ssn 536-22-8726 " + random.text(30, of: base62) + "\n"
            case 4: text += "2016-12-20 10:00:01 INFO \(random.text(300, of: base62 + "    ")) done\n"
            case 5:
                let body = (0..<20).map { _ in random.text(64, of: base62) }.joined(separator: "\\n")
                text += #"{"key":"-----BEGIN PRIVATE KEY-----\n\#(body)\n-----END PRIVATE KEY-----"}"# + "\n"
            case 6: text += "q=secret%3D\(random.text(24, of: base62))%26x\n"
            case 7: text += "AKIA" + random.text(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") + "\\\\\\\\"
            default: text += random.text(80, of: "abc =:\"'\\%@-_0123456789") + "\n"
            }
        }
        return Array(text.utf8)
    }

    @Test(arguments: 0..<4) func `Every cut of a short input gives the same findings`(seed: Int) throws {
        var random = SeededRandom(UInt64(100 + seed))
        let set = try RuleSet(Sample.all)
        let bytes = Self.lines(&random, count: 700)
        let expected = Self.whole(set, bytes)
        #expect(!expected.findings.isEmpty)
        var scanner = Scanner(set)
        for cut in 0...bytes.count {
            let found = Self.streamed(&scanner, bytes, cuts: [cut])
            if found != expected { Issue.record("cut at \(cut) of seed \(seed)") }
        }
        #expect(Self.streamed(&scanner, bytes, cuts: Array(1..<bytes.count)) == expected)
    }

    @Test(arguments: 0..<4) func `Random cuts of a long input give the same findings`(seed: Int) throws {
        var random = SeededRandom(UInt64(200 + seed))
        let set = try RuleSet(Sample.all)
        let bytes = Self.lines(&random, count: 140_000 + Int(random.next() % 60_000))
        let expected = Self.whole(set, bytes)
        #expect(expected.findings.count > 100)
        var scanner = Scanner(set)
        for _ in 0..<3 {
            var cuts: [Int] = []
            var at = 0
            while true {
                at += Int(random.next() % UInt64([7, 900, 70_000, 200_000][Int(random.next() % 4)])) + 1
                if at >= bytes.count { break }
                cuts.append(at)
            }
            #expect(Self.streamed(&scanner, bytes, cuts: cuts) == expected)
        }
    }

    @Test func `A finding that lies over a block's edge is found once, wherever the edge falls`() throws {
        var random = SeededRandom(300)
        let set = try RuleSet(Sample.all)
        let token = Array("token=\(githubToken(&random))\n".utf8)
        for shift in stride(from: 0, through: token.count + 4, by: 1) {
            let bytes = [UInt8](repeating: 0x2E, count: Scanner.blockBytes - shift) + [0x20] + token + [0x20, 0x2E]
            let found = Self.whole(set, bytes)
            #expect(found.findings.count == 1, "shift \(shift)")
            #expect(found.findings.first?.span.count == 40)
        }
    }

    @Test func `What stands within a block and what stands across two is judged alike`() throws {
        var random = SeededRandom(301)
        let set = try RuleSet(Sample.all)
        let line = Self.lines(&random, count: 6000)
        let alone = Self.whole(set, line).findings
        for shift in [0, 17, 1000, 3001, 5999] {
            let pad = [UInt8](repeating: 0x0A, count: Scanner.blockBytes - shift)
            let moved = Self.whole(set, pad + line).findings
            #expect(moved.map(\.rule) == alone.map(\.rule), "shift \(shift)")
            #expect(moved.map { $0.span.start - pad.count } == alone.map(\.span.start), "shift \(shift)")
        }
    }

    @Test func `A pool gives each thread the same answer`() async throws {
        var random = SeededRandom(302)
        let set = try RuleSet(Sample.all)
        let bytes = Self.lines(&random, count: 200_000)
        let expected = Self.whole(set, bytes)
        let pool = ScannerPool(set, limits: .standard, maxIdle: 2)
        await withTaskGroup(of: ScanResult.self) { group in
            for _ in 0..<8 { group.addTask { pool.scan(bytes) } }
            for await result in group { #expect(result == expected) }
        }
    }
}
