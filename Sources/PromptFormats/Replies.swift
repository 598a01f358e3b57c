/// How one provider's replies are read.
protocol ReplyDialect: Sendable {
    /// Reads a reply that is one JSON text.
    func readReply(_ reading: inout ReplyReading)
    /// Reads the data of one event of a stream. `name` is empty where the framing has none.
    func readEvent(_ reading: inout ReplyReading, name: [UInt8])
    /// Whether a stream may come as one JSON array, under the same media type as a reply that is no stream.
    var streamsAsArray: Bool { get }
}

extension ReplyDialect {
    var streamsAsArray: Bool { false }
}

enum Replies {
    /// The machine for a reply of that head: errors, encoded bodies and unknown media types pass untouched.
    static func restorer(_ head: ReplyHead, dialect: any ReplyDialect) -> any ReplyRestorer {
        let coding = head.header("content-encoding")?.lowercased() ?? "identity"
        guard (200..<300).contains(head.status), coding == "identity" || coding.isEmpty else {
            return PassingRestorer()
        }
        let type = (head.header("content-type") ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        switch type {
        case "text/event-stream": return StreamRestorer<EventSplitter>(dialect: dialect)
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/stream+json":
            return StreamRestorer<LineSplitter>(dialect: dialect)
        case "application/vnd.amazon.eventstream": return StreamRestorer<FrameSplitter>(dialect: dialect)
        case "application/json" where dialect.streamsAsArray: return ArrayOrWholeRestorer(dialect: dialect)
        case "application/json": return WholeRestorer(dialect: dialect)
        default: return PassingRestorer()
        }
    }
}
