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
            switch Int(random.next() >> 40) % 15 {
            case 0: text += "token=\(githubToken(&random))\n"
            case 1: text += #"{"msg":"user said \"password\": \"\#(random.text(12, of: base62))7x\"\n"}"# + "\n"
            case 2: text += "card 4242 4242 4242 4242 for jane@corp.io\n"
            case 3: text += "ssn 536-22-8726 " + random.text(30, of: base62) + "\n"
            case 4: text += "2016-12-20 10:00:01 INFO \(random.text(300, of: base62 + "    ")) done\n"
            case 5:
                let body = (0..<20).map { _ in random.text(64, of: base62) }.joined(separator: "\\n")
                text += #"{"key":"-----BEGIN PRIVATE KEY-----\n\#(body)\n-----END PRIVATE KEY-----"}"# + "\n"
            case 6: text += "q=secret%3D\(random.text(24, of: base62))%26x\n"
            case 9: text += "q=\(Encodings.percent(githubToken(&random)))\n"
            case 10:
                let encoded = Encodings.base64("some words before \(githubToken(&random)) and after")
                text += "data: |\n  " + Encodings.wrapped(encoded, width: 40, break: "\n  ") + "\n"
            case 11: text += "&lt;a t=&quot;\(Encodings.decimalEntity(githubToken(&random)))&quot;&gt;\n"
            case 12: text += Encodings.base64(Encodings.gzip(Array("x \(githubToken(&random)) y".utf8))) + "\n"
            case 13: text += "t \(githubToken(&random).map { "\($0)\u{200B}" }.joined()) \u{1B}[0m\n"
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
        let bytes = Self.lines(&random, count: 70_000 + Int(random.next() % 65_000))
        let expected = Self.whole(set, bytes)
        #expect(expected.findings.count > 50)
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

    /// Tokens in a text, each behind some words, and where they lie in its base64.
    private static func longText(_ random: inout SeededRandom, count: Int) -> (text: String, tokens: Int) {
        var text = ""
        var tokens = 0
        while text.utf8.count < count {
            text += random.text(1 + Int(random.next() % 3000), of: "abc \n") + " \(githubToken(&random)) "
            tokens += 1
        }
        return (text, tokens)
    }

    @Test(arguments: 0..<4) func `Base64 longer than a block is read through in every phase`(shift: Int) throws {
        var random = SeededRandom(UInt64(310 + shift))
        let set = try RuleSet(Sample.all)
        let (text, tokens) = Self.longText(&random, count: 75_000)
        for (prefix, width) in [(String(repeating: "x", count: shift), Int.max), ("key: |\n  ", 76)] {
            let encoded = prefix + Encodings.wrapped(Encodings.base64(text), width: min(width, 1 << 20), break: "\n  ")
            let pad = [UInt8](repeating: 0x2E, count: 1000 * shift)
            let bytes = pad + [0x20] + Array(encoded.utf8) + [0x0A]
            let found = Self.whole(set, bytes)
            #expect(found.findings.count { $0.views.first?.rawValue == "base64" } == tokens)
            #expect(found.incomplete == nil)
            var scanner = Scanner(set)
            #expect(Self.streamed(&scanner, bytes, cuts: [65_535, 70_001, 70_002]) == found)
        }
    }

    @Test func `A container that goes on over blocks is held to its end, and no longer than allowed`() throws {
        var random = SeededRandom(320)
        let set = try RuleSet(Sample.all)
        var noise = (0..<120_000).map { _ in UInt8(truncatingIfNeeded: random.next()) | 0x80 }
        noise += Array(" \(githubToken(&random)) ".utf8)
        let container = Encodings.gzip(noise)
        let encoded = Array(Encodings.base64(container).utf8)
        let before = Array("mail jane@corp.io\npayload=".utf8)
        let bytes = before + encoded + Array("\nmail joe@corp.io\n".utf8)
        let found = Self.whole(set, bytes)
        #expect(found.findings.map(\.rule).count == 3)
        #expect(found.findings.dropFirst().first?.span.range == before.count..<before.count + encoded.count)
        #expect(found.findings.dropFirst().first?.views.map(\.rawValue) == ["base64", "gzip"])
        #expect(found.incomplete == nil)
        var scanner = Scanner(set)
        for cuts in [[1], [65_536, 65_600], [100_000], Array(stride(from: 1000, to: bytes.count, by: 9973))] {
            #expect(Self.streamed(&scanner, bytes, cuts: cuts) == found)
        }
        // At the end of the input, without a line break behind it.
        #expect(Self.whole(set, before + encoded).findings.count == 2)
        for (limit, expected) in [(container.count + 1, nil), (container.count, IncompleteReason.views)] {
            var limits = ScanLimits.standard
            limits.maxContainerBytes = limit
            var bounded = Scanner(set, limits: limits)
            let result = bytes.withUnsafeBytes { bounded.scan($0) }
            #expect(result.incomplete == expected)
        }
    }

    @Test func `Little comes out of a bomb, and the scan says so`() throws {
        let set = try RuleSet(Sample.all)
        let bytes = Array("x=\(Encodings.base64(Encodings.bomb(repeats: 10_000)))\n".utf8)
        #expect(bytes.count < 30_000)
        #expect(Self.whole(set, bytes).incomplete == .views)
        let small = Array("x=\(Encodings.base64(Encodings.bomb(repeats: 10)))\n".utf8)
        #expect(Self.whole(set, small).incomplete == nil)
    }

    @Test func `A pool gives each thread the same answer`() async throws {
        var random = SeededRandom(302)
        let set = try RuleSet(Sample.all)
        // Two blocks.
        let bytes = Self.lines(&random, count: 80_000)
        let expected = Self.whole(set, bytes)
        let pool = ScannerPool(set, limits: .standard, maxIdle: 2)
        await withTaskGroup(of: ScanResult.self) { group in
            for _ in 0..<8 { group.addTask { pool.scan(bytes) } }
            for await result in group { #expect(result == expected) }
        }
    }
}
