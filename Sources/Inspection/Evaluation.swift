import Events
import Policy
import Primitives

/// The synchronous part of a verdict: what is in the prompt, and what policy makes of it.
struct Evaluation: Sendable {
    /// Most different findings in one event and sentence; the rest is counted.
    static let maxToldFindings = EventLimits.maxFindings

    let judged: Judged
    /// One for each segment.
    let keys: [TextKey]
    let findings: [JudgedFinding]
    let folded: [Folded]
    let omitted: Int

    /// `now` is in milliseconds since 1970.
    init(_ detecting: Detecting, _ start: Detecting.Start, now: UInt64) {
        let prompt = detecting.prompt
        let detected = detecting.run(start)
        judged = Judging.judge(prompt, detected, detecting.snapshot.engine, now: Int64(now / 1_000))
        keys = detected.keys
        findings = Self.findings(judged, prompt)
        (folded, omitted) = Folded.all(judged.detections, in: prompt.segments, limit: Self.maxToldFindings)
    }

    private static func findings(_ judged: Judged, _ prompt: Prompt) -> [JudgedFinding] {
        var list: [JudgedFinding] = []
        list.reserveCapacity(judged.detections.count + judged.opaque.count)
        var lines = LineCounter()
        for detection in judged.detections {
            let piece = detection.first
            list.append(
                JudgedFinding(
                    segment: piece.segment, span: piece.span, ruleID: detection.rule.id, name: detection.rule.name,
                    dataClass: detection.rule.dataClass, severity: detection.rule.severity,
                    confidence: detection.confidence,
                    line: lines.line(of: piece, in: prompt.segments), action: detection.action))
        }
        for (item, action) in judged.opaque {
            list.append(
                JudgedFinding(
                    segment: nil, span: ByteSpan(start: 0, end: 0), ruleID: item.reason.rawValue,
                    name: item.reason.words, dataClass: .opaque, severity: Judging.opaqueSeverity, confidence: 1,
                    line: 0, action: action))
        }
        return list
    }
}

/// Counts lines for places that come in order, each byte once.
struct LineCounter {
    private var segment = -1
    private var offset = 0
    private var line = 1

    mutating func line(of piece: Piece, in segments: [PromptSegment]) -> Int {
        if piece.segment != segment || piece.span.start < offset { self = LineCounter(segment: piece.segment) }
        segments[piece.segment].text.withUnsafeBufferPointer { text in
            while offset < piece.span.start {
                if text[offset] == 0x0A { line += 1 }
                offset += 1
            }
        }
        return line
    }

    init() {}
    private init(segment: Int) { self.segment = segment }
}
