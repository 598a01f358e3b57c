import Classifier
import Events
import Packs
import Primitives
import Synchronization
import Testing

@testable import sluice

/// Large inputs in segments, on one thread and on many.
struct FileScanTests {
    private static let sources = [
        RuleSource(
            definition: RuleDefinition(
                id: "acme.token", name: "ACME", anchors: [.literal(Array("acme_".utf8), caseSensitive: true)],
                regex: "\\bacme_[0-9a-z]{12,8000}\\b"),
            summary: "", hits: [], misses: [], file: "a.toml", position: .init(line: 1, column: 1)),
        RuleSource(
            definition: RuleDefinition(
                id: "acme.line", name: "ACME line", kind: .pii,
                anchors: [.literal(Array("line_".utf8), caseSensitive: true)], regex: "line_[a-z]{3}_[^\\n]{1,900}"),
            summary: "", hits: [], misses: [], file: "a.toml", position: .init(line: 9, column: 1)),
    ]

    /// Lines with values of all lengths, among them some across every edge of blocks and segments.
    private static func text(_ bytes: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        func draw(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        var out: [UInt8] = []
        let edges = stride(from: Scanner.blockBytes, through: bytes, by: Scanner.blockBytes)
        var nextEdge = edges.makeIterator()
        var edge = nextEdge.next()
        while out.count < bytes {
            if let at = edge, out.count >= at - 400 {
                out += Array("x acme_".utf8) + [UInt8](repeating: 0x61, count: 300 + draw(600)) + [0x0A]
                edge = nextEdge.next()
            } else if draw(40) == 0 {
                let length = draw(20) == 0 ? 7_000 : 12 + draw(60)
                out += Array("é→ key=acme_".utf8) + [UInt8](repeating: 0x62, count: length) + [0x20]
            } else if draw(60) == 0 {
                out += Array("line_abc_ begins acme_0123456789ab and goes on\n".utf8)
            } else {
                out += Array("plain words é 😀 of no interest \(draw(1000))".utf8)
                if draw(3) > 0 { out.append(0x0A) }
            }
        }
        return out
    }

    private static func scan(_ path: String, threads: Int) throws -> [ReportedFinding] {
        let rules = try RuleSet(sources.map(\.definition))
        let scan = FileScan(
            rules: rules, reporter: FindingReporter(sources: sources, key: DeviceKey([UInt8](repeating: 7, count: 32))),
            limits: .standard, evenBinary: false)
        let found = Mutex<[ReportedFinding]>([])
        scan.run([ScanPath(path)], threads: threads) { outcome in
            #expect(outcome.problem == nil && outcome.incomplete == nil)
            found.withLock { $0 += outcome.findings }
        }
        return found.withLock(\.self)
    }

    /// What makes two reports the same to a reader.
    private static func key(_ finding: ReportedFinding) -> [String] {
        [
            finding.source.definition.id, "\(finding.span)", "\(finding.start) \(finding.end)", finding.excerpt.text,
            finding.fingerprint ?? "", finding.key ?? "", finding.views.joined(separator: ","),
            "\(finding.confidence)",
        ]
    }

    @Test(arguments: [
        0, 1, 127, Scanner.blockBytes - 1, Scanner.blockBytes, SegmentReader.segmentBytes,
        SegmentReader.segmentBytes + 1, SegmentReader.segmentBytes + Scanner.blockTail, 1_000_000,
    ])
    func oneThreadAndManyFindWhatAScanOfTheWholeFinds(bytes: Int) throws {
        let folder = try TemporaryFolder()
        let text = Self.text(bytes, seed: 5)
        try folder.write("big.txt", text)
        var scanner = Scanner(try RuleSet(Self.sources.map(\.definition)))
        let result = text.withUnsafeBytes { scanner.scan($0) }
        let reporter = FindingReporter(sources: Self.sources, key: DeviceKey([UInt8](repeating: 7, count: 32)))
        let whole = reporter.report(result.findings, in: InputText(text)).map(Self.key)
        #expect(bytes < 10_000 || whole.count > bytes / 4_000)
        for threads in [1, 2, 8] {
            #expect(try Self.scan(folder.path + "/big.txt", threads: threads).map(Self.key) == whole)
        }
    }

    @Test func manyFilesComeInTheirOrder() throws {
        let folder = try TemporaryFolder()
        var paths: [ScanPath] = []
        for index in 0..<30 {
            let size = index % 7 == 3 ? 600_000 : 1_000 * index
            try folder.write("f\(index)", Self.text(size, seed: UInt64(index)))
            paths.append(ScanPath(folder.path + "/f\(index)"))
        }
        let rules = try RuleSet(Self.sources.map(\.definition))
        let scan = FileScan(
            rules: rules, reporter: FindingReporter(sources: Self.sources, key: nil), limits: .standard,
            evenBinary: false)
        let seen = Mutex<[String]>([])
        scan.run(paths, threads: 8) { outcome in seen.withLock { $0.append(outcome.path) } }
        #expect(seen.withLock(\.self) == paths.map(\.shown))
    }
}
