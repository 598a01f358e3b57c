import Primitives

/// What a text stream of a reply is.
enum TextStreamKind: Sendable, Hashable {
    case prose
    /// Arguments of a tool call; `jsonDepth` counts the JSON texts that a value must be escaped for, besides the reply's own.
    case tool(name: String?, jsonDepth: Int)
}

/// A value to put in, over a span of a stream's text.
struct TextEdit: Sendable {
    /// Counted from the first byte of the stream.
    var span: ByteSpan
    var bytes: [UInt8]
}

/// One decoded text that arrives in pieces. Finds placeholders wherever the pieces are cut, and holds back only what could be the beginning of
/// one, or one whose surroundings are still to come: at most `FormatLimits.maxHeldBytes`.
struct TextStream: Sendable {
    var kind: TextStreamKind
    private var tracker: ProseTracker
    /// Bytes of the text that are decided.
    private(set) var decided = 0
    private var held: [UInt8] = []

    /// Begins in the context in which an earlier text ended.
    init(kind: TextStreamKind, tracker: ProseTracker) {
        self.kind = kind
        self.tracker = tracker
    }

    /// Context after everything that is decided.
    var context: ProseTracker { tracker }
    /// Bytes so far, decided or not.
    var end: Int { decided + held.count }

    /// Takes the next piece; returns the edits that are now certain. With `isLast` nothing stays undecided; with `goesOn` too the text may
    /// still go on, so that nothing is put in right at its end.
    mutating func feed(
        _ piece: [UInt8], isLast: Bool, goesOn: Bool = false,
        resolve: (_ placeholder: [UInt8], _ context: RestoreContext) -> [UInt8]?
    ) -> [TextEdit] {
        var edits: [TextEdit] = []
        let text = held.isEmpty ? piece : held + piece
        var at = 0
        while at < text.count {
            if text[at] | 0x20 == UInt8(ascii: "s") {
                let match = Placeholder.match(in: text, at: at, isComplete: isLast)
                if match == .undecided { break }
                if case .found(let readings) = match {
                    let isOpen = isOpen(readings, in: text)
                    if isOpen, !isLast { break }
                    if !(isOpen && goesOn), let edit = edit(readings, in: text, resolve) {
                        edits.append(
                            TextEdit(
                                span: ByteSpan(start: decided + edit.span.start, end: decided + edit.span.end),
                                bytes: edit.bytes))
                        if kind == .prose { tracker.advance(edit.bytes) }
                        at = edit.span.end
                        continue
                    }
                }
            }
            if kind == .prose { tracker.advance(text[at]) }
            at += 1
        }
        decided += at
        held = Array(text[at...])
        return edits
    }

    /// What stands behind a placeholder.
    private enum Follower { case nothingOfAHost, partOfAHost, undecided }

    /// Whether it takes more text to tell what stands behind a placeholder.
    private func isOpen(_ readings: [Placeholder.Occurrence], in text: [UInt8]) -> Bool {
        guard kind == .prose, let span = readings.first?.span else { return false }
        return follower(span, in: text) == .undecided
    }

    /// Whether a client may take the value for part of a host name or for the user of an address: it would look it up, value and all.
    /// Looks as far as the hold-back allows; a word that goes on beyond it counts as part of a host.
    private func follower(_ span: ByteSpan, in text: [UInt8]) -> Follower {
        let last = span.start + FormatLimits.maxHeldBytes - 1
        var at = span.end
        while at < text.count, Self.isLabel(text[at]) {
            if at >= last { return .partOfAHost }
            at += 1
        }
        guard at < text.count else { return at > last ? .partOfAHost : .undecided }
        let dot = max(HostDot.length(text, at: at), text[at] == UInt8(ascii: "@") ? 1 : 0)
        guard dot > 0 else {
            // The first bytes of a dot of another script.
            let rest = text[at...]
            return rest.count < 3 && HostDot.wide.contains { $0.starts(with: rest) } ? .undecided : .nothingOfAHost
        }
        guard at + dot < text.count else { return at + dot > last ? .partOfAHost : .undecided }
        let next = text[at + dot]
        // Behind an ideographic full stop the next sentence begins, unless Latin letters follow at once.
        let begins = (next | 0x20) &- 0x61 < 26 || next &- 0x30 < 10 || (dot == 1 && next >= 0x80)
        return begins ? .partOfAHost : .nothingOfAHost
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private func edit(
        _ readings: [Placeholder.Occurrence], in text: [UInt8], _ resolve: ([UInt8], RestoreContext) -> [UInt8]?
    ) -> TextEdit? {
        let context: RestoreContext
        var depth = 0
        switch kind {
        case .prose:
            guard tracker.context == .prose else { return nil }
            context = .prose
        case .tool(let name, let jsonDepth):
            context = .toolArguments(name: name)
            depth = jsonDepth
        }
        for reading in readings {
            if kind == .prose, follower(reading.span, in: text) == .partOfAHost { continue }
            guard var value = resolve(reading.placeholder.bytes, context) else { continue }
            for _ in 0..<depth { value = JSONStringCodec.encode(value) }
            return TextEdit(span: reading.span, bytes: value)
        }
        return nil
    }
}
