import Classifier
import Packs
import Primitives

/// What a thread found in one segment.
struct ScannedSegment: Sendable {
    var segment: Segment
    /// For each of the segment's blocks, in order, what it has brought.
    var blocks: [BlockFindings]
}

/// Puts the segments of one input together in their order: settles the findings, finds their lines and columns, and makes them
/// reports, while only two segments are held.
struct FileAssembler {
    private let reporter: FindingReporter
    private var settler: BlockSettler
    /// Segments that came before their turn.
    private var early: [Int: ScannedSegment] = [:]
    private var nextIndex = 0
    private var last: Segment?
    private var current: Segment?
    /// Settled, but what stands beside them is not yet.
    private var waiting: [Finding] = []
    /// Reported, and near enough to the waiting ones to stand in their excerpts.
    private var recent: [Finding] = []
    private var places = PlaceCounter()
    private(set) var reported: [ReportedFinding] = []
    private(set) var isWhole = false

    var incomplete: IncompleteReason? { settler.incomplete }

    init(reporter: FindingReporter, limits: ScanLimits) {
        self.reporter = reporter
        settler = BlockSettler(limits)
    }

    /// Takes a segment in any order; returns how many have had their turn by it.
    mutating func add(_ scanned: ScannedSegment) -> Int {
        early[scanned.segment.index] = scanned
        var taken = 0
        while let next = early.removeValue(forKey: nextIndex) {
            assemble(next)
            nextIndex += 1
            taken += 1
        }
        return taken
    }

    private mutating func assemble(_ scanned: ScannedSegment) {
        let segment = scanned.segment
        last = current
        current = segment
        for (number, findings) in scanned.blocks.enumerated() {
            let isLast = segment.isLast && number == scanned.blocks.count - 1
            settler.add(
                findings, block: segment.own.lowerBound + number * Scanner.blockBytes, isLast: isLast
            ) { waiting.append($0) }
        }
        isWhole = segment.isLast
        let reach = FindingReporter.excerptReach
        let bound = segment.isLast ? Int.max : settler.frontier - reach
        let ready = waiting.prefix { $0.span.end <= bound }.count
        var beside = Beside(recent + waiting)
        for index in 0..<ready { report(waiting[index], &beside) }
        if let lowest = waiting[..<ready].last?.span.start {
            recent = (recent + waiting[..<ready]).filter { $0.span.end > lowest - reach - ScanLimits.maxWindowBytes }
        }
        waiting.removeFirst(ready)
        // What is still to come begins in this segment: `BlockSettler.maxReachBack` is less than a segment.
        advance(to: segment.own.lowerBound)
    }

    /// Findings in the order of their starts, for a look at those near a place that only moves forward: each is passed once, however
    /// many there are.
    private struct Beside {
        private let findings: [Finding]
        private var from = 0
        private var to = 0

        init(_ findings: [Finding]) { self.findings = findings.sorted { $0.span.start < $1.span.start } }

        mutating func near(_ span: ByteSpan, reach: Int) -> [Finding] {
            while to < findings.count, findings[to].span.start < span.end + reach { to += 1 }
            while from < to, findings[from].span.end <= span.start - reach { from += 1 }
            return findings[from..<to].filter { $0.span.end > span.start - reach && $0.span.start < span.end + reach }
        }
    }

    private mutating func report(_ finding: Finding, _ beside: inout Beside) {
        let reach = FindingReporter.excerptReach
        advance(to: finding.span.start)
        let start = places.place
        advance(to: finding.span.end)
        let near = beside.near(finding.span, reach: reach)
        let window = bytes(finding.span.start - reach..<finding.span.end + reach)
        window.bytes.withUnsafeBytes { raw in
            reported.append(
                reporter.report(
                    finding, among: near, in: raw, origin: window.origin, start: start, end: places.place))
        }
    }

    /// Moves the place on; a lower offset than the last leaves it alone.
    private mutating func advance(to offset: Int) {
        for segment in [last, current] {
            guard let segment, places.offset >= segment.origin, places.offset < offset else { continue }
            let end = min(offset, segment.origin + segment.bytes.count)
            guard end > places.offset else { continue }
            segment.bytes.withUnsafeBytes { raw in
                places.advance(
                    over: UnsafeRawBufferPointer(rebasing: raw[places.offset - segment.origin..<end - segment.origin]))
            }
        }
    }

    /// The input's bytes there, as far as they are held.
    private func bytes(_ range: Range<Int>) -> (bytes: [UInt8], origin: Int) {
        guard let current else { return ([], 0) }
        var out: [UInt8] = []
        var at = max(0, range.lowerBound)
        let origin = at
        for segment in [last, current] {
            guard let segment, at >= segment.origin else { continue }
            let end = min(range.upperBound, segment.origin + segment.bytes.count)
            guard end > at else { continue }
            out += segment.bytes[at - segment.origin..<end - segment.origin]
            at = end
        }
        return (out, max(origin, at - out.count))
    }
}
