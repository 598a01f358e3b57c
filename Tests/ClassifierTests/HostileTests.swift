import Classifier
import Glibc
import Primitives
import Testing

@Suite(.serialized) struct HostileTests {
    /// Without optimisation a scan is a hundred times slower, and not by the same factor for all inputs, for clean text is the
    /// kernels' work alone: there less is scanned and only an outer bound is tested. The end-to-end tests hold the optimised program against the ratio of ten.
    #if DEBUG
        private static let size = 32 << 10
        private static let maxRatio = 400
        private static let outerRatio = 400
    #else
        private static let size = 10 << 20
        private static let maxRatio = 10
        private static let outerRatio = 60
    #endif

    /// The work of this thread, whatever else the machine does meanwhile.
    private static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func cost(_ set: RuleSet, _ bytes: [UInt8]) -> (time: Duration, result: ScanResult) {
        var scanner = Scanner(set)
        var result = ScanResult(findings: [])
        var best = Duration.seconds(1000)
        for _ in 0..<2 {
            let began = threadTime()
            result = bytes.withUnsafeBytes { scanner.scan($0) }
            best = min(best, threadTime() - began)
        }
        return (best, result)
    }

    static let clean: [UInt8] = {
        let line =
            "2016-12-20 00:04:03,231 INFO [Controller 0]: partition __consumer_offsets,47 moved from 2 to 0 (kafka.Log)\n"
        var bytes: [UInt8] = []
        while bytes.count < size { bytes += Array(line.utf8) }
        return bytes
    }()

    static let inputs: [(name: String, unit: [UInt8])] = [
        ("one letter", [0x61]), ("digits", Array("4242".utf8)), ("digit groups", Array("4242 ".utf8)),
        ("at signs", [0x40]),
        ("quotes", [0x22]), ("NUL", [0]), ("invalid UTF-8", [0xFF, 0xC0, 0x80, 0xFE]), ("backslashes", [0x5C]),
        ("escaped quotes", Array(#"\""#.utf8)), ("percent signs", Array("%25".utf8)),
        ("key words", Array("password".utf8)),
        ("assignments", Array("password=".utf8)), ("quoted assignments", Array(#"password=""#.utf8)),
        ("prefixes", Array("ghp_".utf8)),
        ("key heads", Array("-----BEGIN PRIVATE KEY-----\n".utf8)), ("mails", Array("a@b.co ".utf8)),
        ("dots", Array(".".utf8)),
        ("nested base64", Array("WVdGaFlXRmhZV0ZoWVdGaFlXRT0K".utf8)), ("vendor names", Array("vendorly 0".utf8)),
        ("escapes", Array(#"\u0041"#.utf8)), ("entity heads", Array("&#".utf8)), ("entities", Array("&#65;".utf8)),
        ("code points", Array("U+0041 ".utf8)), ("quoted-printable", Array("=3D".utf8)),
        ("colours", Array("\u{1B}[0ma".utf8)),
        ("zero width", Array("a\u{200B}".utf8)), ("other scripts", Array("\u{436}a\u{430}".utf8)),
        ("UTF-16", [0x61, 0]), ("gzip heads", Array("H4sIAAAAAAAA ".utf8)),
        ("zlib heads", Array("eJwDAAAAAAEAAAAAAAAAAAAAAA ".utf8)),
        ("number lists", Array("0x41, ".utf8)),
        ("key heads behind a prefix", Array("> -----BEGIN A-----\n> QUFB\n".utf8)),
        ("commas", Array(",".utf8)), ("numbers in rows", Array("(4242424242424242,".utf8)),
        ("ssn words", Array("ssn 1-1-1-1".utf8)), ("newlines", [0x0A]),
    ]

    @Test(arguments: inputs) func `No input costs ten times as much as clean text without saying so`(
        name: String, unit: [UInt8]
    ) throws {
        let set = try RuleSet(Sample.all)
        let base = Self.cost(set, Self.clean)
        #expect(base.result.incomplete == nil)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size + unit.count)
        while bytes.count < Self.size { bytes += unit }
        let hostile = Self.cost(set, bytes)
        #expect(
            hostile.time < base.time * Self.maxRatio || hostile.result.incomplete != nil,
            "\(name): \(hostile.time) against \(base.time)")
        // Whatever the budget says, the time stays bounded.
        #expect(hostile.time < base.time * Self.outerRatio, "\(name): \(hostile.time) against \(base.time)")
    }

    @Test func `Random bytes never trap`() throws {
        let set = try RuleSet(Sample.all)
        var scanner = Scanner(set)
        var random = SeededRandom(7)
        let alphabets: [[UInt8]] = [
            Array(0...255), Array("ab\\\"'=:% @.-_{}<>[]()0123456789$\n".utf8), Array("password=:\"'\\ \n,>".utf8),
            Array("%25\\u00xA1=".utf8),
        ]
        for round in 0..<4000 {
            let alphabet = alphabets[round % alphabets.count]
            let bytes = (0..<Int(random.next() % 300)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            let result = bytes.withUnsafeBytes { scanner.scan($0) }
            #expect(result.findings.allSatisfy { $0.span.end <= bytes.count && !$0.span.isEmpty })
        }
    }

    @Test func `Findings beyond the limit end the scan as incomplete, at the limit they don't`() throws {
        let set = try RuleSet([Sample.email])
        var limits = ScanLimits.standard
        limits.maxFindings = 10
        var scanner = Scanner(set, limits: limits)
        for (count, expected) in [(10, nil), (11, IncompleteReason.findings)] {
            let bytes = Array(String(repeating: "a@corp.io ", count: count).utf8)
            let result = bytes.withUnsafeBytes { scanner.scan($0) }
            #expect(result.findings.count == 10)
            #expect(result.incomplete == expected)
        }
    }

    @Test func `Windows beyond the budget end the block as incomplete, at the budget they don't`() throws {
        let set = try RuleSet([Sample.email])
        var limits = ScanLimits.standard
        limits.maxWindowsPerBlock = 10
        var scanner = Scanner(set, limits: limits)
        for (count, expected) in [(10, nil), (11, IncompleteReason.windows)] {
            let bytes = Array(String(repeating: "a@corp.io ", count: count).utf8)
            let result = bytes.withUnsafeBytes { scanner.scan($0) }
            #expect(result.findings.count == 10)
            #expect(result.incomplete == expected)
        }
    }

    @Test func `A regex that backtracks without end stops at its match limit`() throws {
        let evil = RuleDefinition(
            id: "evil", name: "Evil", anchors: [literal("xyz")], regex: #"xyz(?:a+)+$(?<=never)"#,
            window: Window(before: 0, after: 2000))
        let set = try RuleSet([evil])
        var scanner = Scanner(set)
        let bytes = Array(("xyz" + String(repeating: "a", count: 1500) + "b").utf8)
        let result = bytes.withUnsafeBytes { scanner.scan($0) }
        #expect(result.incomplete == .matchLimit)
    }
}
