import Primitives

/// Puts values back into a reply that is one JSON text. It is held until it is complete, up to `FormatLimits.maxReplyBytes`.
struct WholeRestorer: ReplyRestorer {
    let dialect: any ReplyDialect
    private var body: [UInt8] = []
    private var isPassing = false
    private var texts = ReplyTexts()

    init(dialect: any ReplyDialect) { self.dialect = dialect }

    var restoredCount: Int { texts.restoredCount }
    var mayChangeBytes: Bool { true }

    mutating func feed(_ bytes: [UInt8], restoring resolver: some PlaceholderResolving) -> [UInt8] {
        if isPassing { return bytes }
        body += bytes
        guard body.count > FormatLimits.maxReplyBytes || resolver.isEmpty else { return [] }
        isPassing = true
        defer { body = [] }
        return body
    }

    mutating func finish(restoring resolver: some PlaceholderResolving) -> [UInt8] {
        defer { body = [] }
        guard !isPassing, let tape = try? JSONParser.parse(body) else { return body }
        var reading = ReplyReading(tape)
        dialect.readReply(&reading)
        guard !reading.isAmbiguous else { return body }
        let holdsNone = reading.steps.allSatisfy { step in
            guard case .whole(_, let node, _, _) = step else { return true }
            return Placeholder.scan(tape.decode(tape.inside(node)).text).isEmpty
        }
        if holdsNone { return body }
        var patches: [Patch] = []
        for step in reading.steps {
            guard case .whole(let key, let node, let voice, let kind) = step, !texts.isFull else { continue }
            if kind != .prose, !resolver.reachesToolArguments { continue }
            patches += texts.whole(key, node, tape, voice: voice, kind: kind, resolver)
        }
        return Patch.apply(patches, to: body)
    }
}
