/// Puts values back into a reply that comes as a stream of events.
///
/// An event goes on as soon as its text is decided: at once, unless the text ends in what could be the beginning of a placeholder.
/// Events of other texts and pings do not wait for it. An event without a value in it passes byte for byte.
struct StreamRestorer<Framing: ReplyFraming>: ReplyRestorer {
    private let dialect: any ReplyDialect
    private var splitter = Framing()
    private var texts = ReplyTexts()
    private var isPassing = false

    init(dialect: any ReplyDialect) { self.dialect = dialect }

    var restoredCount: Int { texts.restoredCount }
    var mayChangeBytes: Bool { true }

    mutating func feed(_ bytes: [UInt8], restoring resolver: some PlaceholderResolving) -> [UInt8] {
        if isPassing { return bytes }
        var out: [UInt8] = []
        for piece in splitter.feed(bytes) {
            switch piece {
            case .other(let raw):
                if Framing.isOrdered { out += texts.endAll(resolver) }
                out += raw
            case .event(let event) where isPassing: out += event.raw
            case .event(let event): handle(event, resolver, &out)
            case .oversized(let raw):
                stop(resolver, &out)
                out += raw
            }
        }
        // What is left of the last event went through the splitter before it was known that all is to pass.
        if isPassing { out += splitter.finish() }
        return out
    }

    mutating func finish(restoring resolver: some PlaceholderResolving) -> [UInt8] {
        var out: [UInt8] = []
        if !isPassing, let event = splitter.last() { handle(event, resolver, &out) }
        out += texts.endAll(resolver)
        return out + splitter.finish()
    }

    /// From here on everything passes: clients may read the reply otherwise than we do.
    private mutating func stop(_ resolver: some PlaceholderResolving, _ out: inout [UInt8]) {
        out += texts.endAll(resolver)
        isPassing = true
    }

    private mutating func handle(
        _ event: any ReplyEvent, _ resolver: some PlaceholderResolving, _ out: inout [UInt8]
    ) {
        let raw = event.raw
        guard event.hasData, !event.data.isEmpty else {
            out += raw
            return
        }
        if event.data.elementsEqual("[DONE]".utf8) {
            out += texts.endAll(resolver)
            out += raw
            return
        }
        guard !resolver.isEmpty, let tape = try? JSONParser.parse(event.data) else {
            stop(resolver, &out)
            out += raw
            return
        }
        var reading = ReplyReading(tape)
        dialect.readEvent(&reading, name: event.name)
        guard !reading.isAmbiguous, !texts.isFull else {
            stop(resolver, &out)
            out += raw
            return
        }
        apply(reading, to: event, resolver, &out)
    }

    private mutating func apply(
        _ reading: ReplyReading, to event: any ReplyEvent, _ resolver: some PlaceholderResolving, _ out: inout [UInt8]
    ) {
        let tape = reading.tape
        let pieces = reading.steps.indices.filter { index in
            switch reading.steps[index] {
            case .delta(_, _, _, let kind), .whole(_, _, _, let kind):
                kind == .prose || resolver.reachesToolArguments
            case .end, .endOuter, .endAll, .tool: false
            }
        }
        if Framing.isOrdered {
            var waiting: StreamKey?
            if pieces.count == 1, case .delta(let key, _, _, _) = reading.steps[pieces[0]] { waiting = key }
            out += texts.endAll(but: waiting, goesOn: true, resolver)
        }
        var patches: [Patch] = []
        var isHandedOver = false
        for (index, step) in reading.steps.enumerated() {
            switch step {
            case .tool(let key, let name): texts.setTool(key, name: name)
            case .end(let key): out += texts.end(key, resolver)
            case .endOuter(let outer): out += texts.endAll(outer: outer, resolver)
            case .endAll: out += texts.endAll(resolver)
            case .delta(let key, let node, let voice, let kind) where pieces == [index]:
                // Alone in its event, so the event may wait for the text to go on, unless it ends with it.
                let isLast = reading.steps.count > index + 1
                out += texts.delta(key, node, tape, in: event, voice: voice, kind: kind, isLast: isLast, resolver)
                isHandedOver = true
            case .delta(let key, let node, let voice, let kind) where pieces.contains(index):
                out += texts.end(key, goesOn: true, resolver)
                patches += texts.piece(key, node, tape, voice: voice, kind: kind, resolver)
            case .whole(let key, let node, let voice, let kind) where pieces.contains(index):
                patches += texts.whole(key, node, tape, voice: voice, kind: kind, resolver)
            case .delta, .whole: break
            }
        }
        if !isHandedOver { out += event.patched(patches) }
    }
}
