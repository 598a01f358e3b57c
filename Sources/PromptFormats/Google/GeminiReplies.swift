/// Replies of Gemini: whole, and as chunks of the same form, each with what comes next.
struct GeminiReplies: ReplyDialect {
    /// Gemini Code Assist wraps each reply.
    var isWrapped = false

    /// A stream that is not asked for as server-sent events is one array.
    var streamsAsArray: Bool { true }

    func readReply(_ reading: inout ReplyReading) { read(&reading, isChunk: false) }
    func readEvent(_ reading: inout ReplyReading, name: [UInt8]) { read(&reading, isChunk: true) }

    private func read(_ reading: inout ReplyReading, isChunk: Bool) {
        var root = JSONTape.root
        if isWrapped {
            guard let response = reading.one(root, "response") else { return }
            root = response
        }
        for (position, candidate) in reading.elements(root, "candidates").enumerated() {
            // The first candidate's index is left out, as a zero is.
            let index = reading.one(candidate, "index") == nil ? position : reading.index(candidate, "index")
            if let content = reading.one(candidate, "content"), reading.tape.kind(content) == .object {
                for (inner, part) in reading.elements(content, "parts").enumerated() {
                    self.part(&reading, part, index, inner, isChunk)
                }
            }
            if isChunk, reading.string(candidate, "finishReason") != nil { reading.add(.endOuter(index)) }
        }
    }

    private func part(_ reading: inout ReplyReading, _ part: Int, _ index: Int, _ inner: Int, _ isChunk: Bool) {
        // What the model thinks goes back as it came.
        if let thought = reading.one(part, "thought"), reading.tape.boolean(thought) == true { return }
        if let node = reading.text(part, "text") {
            reading.add(
                isChunk
                    ? .delta(StreamKey(kind: .text, outer: index), node: node, voice: index, kind: .prose)
                    : .whole(
                        StreamKey(kind: .text, outer: index, inner: inner), node: node, voice: index, kind: .prose))
        }
        guard let call = reading.one(part, "functionCall") else { return }
        if isChunk { reading.add(.end(StreamKey(kind: .text, outer: index))) }
        guard let arguments = reading.one(call, "args") else { return }
        // A call comes whole, also in a stream; a text of its own for each of its strings.
        reading.addLeaves(arguments, tool: reading.string(call, "name"), outer: index, voice: index)
    }
}
