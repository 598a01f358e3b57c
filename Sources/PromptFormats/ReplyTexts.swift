import Primitives

/// An event that waits for its text to be decided.
private struct HeldEvent {
    var event: any ReplyEvent
    /// The text's place in its stream.
    var text: ByteSpan
    /// From the text, counted from its own start, to the event's data.
    var map: OffsetMap
    var patches: [Patch] = []

    /// Takes the part of an edit that falls into this event. The value stands where the edit begins.
    mutating func take(_ edit: TextEdit) {
        let start = max(edit.span.start, text.start)
        let end = min(edit.span.end, text.end)
        guard start < end else { return }
        let span = map.original(of: ByteSpan(start: start - text.start, end: end - text.start))
        let bytes = start == edit.span.start ? JSONStringCodec.encode(edit.bytes) : []
        patches.append(Patch(span: span, bytes: bytes))
    }

    var bytes: [UInt8] { event.patched(patches) }
}

/// The texts of one reply: where each stands, what of it is held back, and how many values went in.
struct ReplyTexts: Sendable {
    private struct Entry: Sendable {
        var stream: TextStream
        /// Context in which the text began, for when it is repeated as a whole.
        let start: ProseTracker
        var held: [HeldEvent] = []
    }

    private var entries: [StreamKey: Entry] = [:]
    /// Key of the latest text of each voice: the next one goes on in its context.
    private var latest: [Int: StreamKey] = [:]
    private var toolNames: [StreamKey: String] = [:]
    private(set) var restoredCount = 0

    /// No more texts can be followed.
    var isFull: Bool { entries.count > FormatLimits.maxTextStreams || toolNames.count > FormatLimits.maxTextStreams }

    mutating func setTool(_ key: StreamKey, name: String) { toolNames[key] = name }

    private func named(_ kind: TextStreamKind, _ key: StreamKey) -> TextStreamKind {
        if case .tool(nil, let depth) = kind { return .tool(name: toolNames[key], jsonDepth: depth) }
        return kind
    }

    private mutating func open(_ key: StreamKey, voice: Int, kind: TextStreamKind) -> Entry {
        if let entry = entries[key] { return entry }
        let isProse = kind == .prose
        let start = isProse ? latest[voice].flatMap { entries[$0]?.stream.context } ?? ProseTracker() : ProseTracker()
        if isProse { latest[voice] = key }
        return Entry(stream: TextStream(kind: named(kind, key), tracker: start), start: start)
    }

    /// Feeds a stream, counting what is put in.
    private mutating func feed(
        _ stream: inout TextStream, _ piece: [UInt8], isLast: Bool, goesOn: Bool = false,
        _ resolver: some PlaceholderResolving
    ) -> [TextEdit] {
        var count = restoredCount
        let edits = stream.feed(piece, isLast: isLast, goesOn: goesOn) { placeholder, context in
            guard count < FormatLimits.maxRestores else { return nil }
            let value = resolver.value(for: placeholder, in: context)
            if value != nil { count += 1 }
            return value
        }
        restoredCount = count
        return edits
    }

    /// The next piece of a text, alone in its event. Returns the events that are now decided, this one among them unless it is held.
    mutating func delta(
        _ key: StreamKey, _ node: Int, _ tape: JSONTape, in event: any ReplyEvent, voice: Int, kind: TextStreamKind,
        isLast: Bool, _ resolver: some PlaceholderResolving
    ) -> [UInt8] {
        var entry = open(key, voice: voice, kind: kind)
        let (text, map) = tape.decode(tape.inside(node))
        let start = entry.stream.end
        entry.held.append(
            HeldEvent(event: event, text: ByteSpan(start: start, end: start + text.count), map: map))
        let heldBytes = entry.held.reduce(0) { $0 + $1.event.raw.count }
        let mustEnd =
            isLast || entry.held.count > FormatLimits.maxHeldEvents || heldBytes > FormatLimits.maxHeldEventBytes
        let edits = feed(&entry.stream, text, isLast: mustEnd, goesOn: !isLast, resolver)
        let out = Self.release(&entry, edits)
        entries[key] = entry
        return out
    }

    /// The next piece of a text that shares its event with others: decided at once. Returns patches of the event's data.
    mutating func piece(
        _ key: StreamKey, _ node: Int, _ tape: JSONTape, voice: Int, kind: TextStreamKind, goesOn: Bool = true,
        _ resolver: some PlaceholderResolving
    ) -> [Patch] {
        var entry = open(key, voice: voice, kind: kind)
        let (text, map) = tape.decode(tape.inside(node))
        let start = entry.stream.end
        let edits = feed(&entry.stream, text, isLast: true, goesOn: goesOn, resolver)
        entries[key] = entry
        return edits.map { edit in
            let span = ByteSpan(start: edit.span.start - start, end: edit.span.end - start)
            return Patch(span: map.original(of: span), bytes: JSONStringCodec.encode(edit.bytes))
        }
    }

    /// A text as a whole, whether or not it was seen before.
    mutating func whole(
        _ key: StreamKey, _ node: Int, _ tape: JSONTape, voice: Int, kind: TextStreamKind,
        _ resolver: some PlaceholderResolving
    ) -> [Patch] {
        guard let entry = entries[key] else {
            return piece(key, node, tape, voice: voice, kind: kind, goesOn: false, resolver)
        }
        let (text, map) = tape.decode(tape.inside(node))
        var stream = TextStream(kind: named(kind, key), tracker: entry.start)
        return feed(&stream, text, isLast: true, resolver).map { edit in
            Patch(span: map.original(of: edit.span), bytes: JSONStringCodec.encode(edit.bytes))
        }
    }

    /// Decides what a text holds back, as nothing follows or, with `goesOn`, as no event can wait. Returns the events that were held.
    mutating func end(_ key: StreamKey, goesOn: Bool = false, _ resolver: some PlaceholderResolving) -> [UInt8] {
        guard var entry = entries[key], !entry.held.isEmpty else { return [] }
        let edits = feed(&entry.stream, [], isLast: true, goesOn: goesOn, resolver)
        let out = Self.release(&entry, edits)
        entries[key] = entry
        return out
    }

    /// The same for every text, or every one of one choice, item or block, but for one.
    mutating func endAll(
        outer: Int? = nil, but kept: StreamKey? = nil, goesOn: Bool = false, _ resolver: some PlaceholderResolving
    ) -> [UInt8] {
        let keys = entries.keys.filter {
            !(entries[$0]?.held.isEmpty ?? true) && (outer == nil || $0.outer == outer) && $0 != kept
        }
        let ordered = keys.sorted {
            ($0.outer, $0.kind.rawValue, $0.inner) < ($1.outer, $1.kind.rawValue, $1.inner)
        }
        return ordered.reduce(into: []) { $0 += end($1, goesOn: goesOn, resolver) }
    }

    private static func release(_ entry: inout Entry, _ edits: [TextEdit]) -> [UInt8] {
        for edit in edits {
            for index in entry.held.indices { entry.held[index].take(edit) }
        }
        var out: [UInt8] = []
        while let first = entry.held.first, first.text.end <= entry.stream.decided {
            out += first.bytes
            entry.held.removeFirst()
        }
        return out
    }
}
