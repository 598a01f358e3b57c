import Primitives

/// Names one text of a reply.
struct StreamKey: Hashable, Sendable {
    enum Kind: UInt8, Sendable { case text, refusal, tool }

    var kind: Kind
    /// Choice, output item or content block.
    var outer: Int
    /// Part of an output item, or tool call of a choice.
    var inner: Int = 0
}

/// What a piece of a reply says.
enum ReplyStep {
    /// The string goes on with a text.
    case delta(StreamKey, node: Int, voice: Int, kind: TextStreamKind)
    /// The string is a text from its beginning to its end.
    case whole(StreamKey, node: Int, voice: Int, kind: TextStreamKind)
    /// A text has ended.
    case end(StreamKey)
    /// Every text of one choice, item or block has ended.
    case endOuter(Int)
    /// Every text has ended.
    case endAll
    /// The tool whose arguments a text is.
    case tool(StreamKey, name: String)
}

/// Reads one JSON text of a reply. Texts that a client may join for the user are of one voice.
struct ReplyReading {
    let tape: JSONTape
    private(set) var steps: [ReplyStep] = []
    /// Clients may read it in other ways than we do.
    private(set) var isAmbiguous = false

    init(_ tape: JSONTape) { self.tape = tape }

    mutating func add(_ step: ReplyStep) { steps.append(step) }
    mutating func markAmbiguous() { isAmbiguous = true }

    /// The value under a key. A key given twice, or one that differs in case alone, makes the reading ambiguous: which of the two a client takes
    /// depends on its language.
    mutating func one(_ node: Int, _ key: StaticString) -> Int? {
        guard tape.kind(node) == .object else { return nil }
        var found: Int?
        for child in tape.children(of: node) {
            if tape.hasKey(child, key) {
                if found != nil { isAmbiguous = true }
                found = child
            } else if mayDifferInCase(child), tape.key(child).uppercased().lowercased() == key.description {
                isAmbiguous = true
            }
        }
        return found
    }

    private func mayDifferInCase(_ node: Int) -> Bool {
        guard let span = tape.keySpan(node) else { return false }
        return tape.bytes[span.range].contains { $0 &- 0x41 < 26 || $0 >= 0x80 || $0 == UInt8(ascii: "\\") }
    }

    mutating func string(_ node: Int, _ key: StaticString) -> String? { one(node, key).flatMap { tape.string($0) } }

    /// A small number; without it, or with anything else in its place, the reading is ambiguous.
    mutating func index(_ node: Int, _ key: StaticString) -> Int {
        guard let value = one(node, key), tape.kind(value) == .number,
            let number = Int(String(decoding: tape.bytes[tape.span(value).range], as: UTF8.self)),
            (0..<1_000_000).contains(number)
        else {
            isAmbiguous = true
            return 0
        }
        return number
    }

    /// Elements of an array under a key; none if it is absent or null, and ambiguous if it is anything else.
    mutating func elements(_ node: Int, _ key: StaticString) -> [Int] {
        guard let list = one(node, key), tape.kind(list) != .null else { return [] }
        guard tape.kind(list) == .array else {
            isAmbiguous = true
            return []
        }
        return Array(tape.children(of: list))
    }

    /// Every string of a tool's arguments that come as JSON, a text of its own each.
    mutating func addLeaves(_ arguments: Int, tool name: String?, outer: Int, voice: Int) {
        let end = Int(tape.nodes[arguments].next)
        for (inner, node) in (arguments..<end).filter({ tape.kind($0) == .string }).enumerated() {
            add(
                .whole(
                    StreamKey(kind: .tool, outer: outer, inner: inner), node: node, voice: voice,
                    kind: .tool(name: name, jsonDepth: 0)))
        }
    }

    /// The string under a key; nil if it is absent or null, and ambiguous if it is anything else.
    mutating func text(_ node: Int, _ key: StaticString) -> Int? {
        guard let value = one(node, key), tape.kind(value) != .null else { return nil }
        if tape.kind(value) != .string { isAmbiguous = true }
        return tape.kind(value) == .string ? value : nil
    }
}
