import Primitives

/// One value of a JSON text. Offsets are of the text's bytes; `Int32` holds them, as a body has at most `FormatLimits.maxBodyBytes`.
package struct JSONNode {
    package enum Kind: UInt8 { case object, array, string, number, boolean, null }

    var kind: Kind
    /// First byte; of a string, the quote.
    var start: Int32
    /// One past the last byte.
    var end: Int32
    /// The inside of the key, or -1 in an array and at the root.
    var keyStart: Int32
    var keyEnd: Int32
    /// Position among its siblings, from 0.
    var position: Int32
    /// Node that holds it, or -1 at the root.
    var parent: Int32
    /// First node after this one and all that it holds.
    var next: Int32
}

/// A JSON text and where its values stand: nodes in the order of the text, a container before what it holds.
///
/// Every duplicate of a key is there. Made by `JSONParser`, so every string on it is known to decode.
package struct JSONTape {
    package let bytes: [UInt8]
    let nodes: [JSONNode]

    package static let root = 0
    /// Most keys and positions in a path; those in the middle of a deeper one are left out.
    private static let maxPathSteps = 24

    /// Indices of the values that a container holds, in order.
    package func children(of node: Int) -> Children { Children(tape: self, at: node + 1, end: Int(nodes[node].next)) }

    package struct Children: Sequence, IteratorProtocol {
        let tape: JSONTape
        var at: Int
        let end: Int

        package mutating func next() -> Int? {
            guard at < end else { return nil }
            defer { at = Int(tape.nodes[at].next) }
            return at
        }
    }

    package func kind(_ node: Int) -> JSONNode.Kind { nodes[node].kind }

    /// The value's bytes; of a string, quotes included.
    package func span(_ node: Int) -> ByteSpan { ByteSpan(start: Int(nodes[node].start), end: Int(nodes[node].end)) }

    /// The inside of a string.
    package func inside(_ node: Int) -> ByteSpan {
        ByteSpan(start: Int(nodes[node].start) + 1, end: Int(nodes[node].end) - 1)
    }

    /// The inside of the key; nil in an array and at the root.
    package func keySpan(_ node: Int) -> ByteSpan? {
        nodes[node].keyStart < 0 ? nil : ByteSpan(start: Int(nodes[node].keyStart), end: Int(nodes[node].keyEnd))
    }

    /// The key, decoded; empty in an array and at the root.
    package func key(_ node: Int) -> String {
        guard let span = keySpan(node) else { return "" }
        return withRaw(span) { raw in
            raw.contains(UInt8(ascii: "\\")) ? nil : String(decoding: raw, as: UTF8.self)
        } ?? String(decoding: decode(span).text, as: UTF8.self)
    }

    private func withRaw<Value>(_ span: ByteSpan, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }

    /// Decodes the inside of a string or key.
    package func decode(_ inside: ByteSpan) -> (text: [UInt8], map: OffsetMap) {
        let decoded = bytes.withUnsafeBytes { buffer in Result { try JSONStringCodec.decode(buffer, inside.range) } }
        // The parser accepts no string that does not decode.
        return (try? decoded.get()) ?? (
            Array(bytes[inside.range]), .identity(count: inside.count, originalStart: inside.start)
        )
    }

    /// The decoded string, or nil for any other value.
    package func string(_ node: Int) -> String? {
        kind(node) == .string ? String(decoding: decode(inside(node)).text, as: UTF8.self) : nil
    }

    /// The boolean, or nil for any other value.
    package func boolean(_ node: Int) -> Bool? {
        kind(node) == .boolean ? bytes[Int(nodes[node].start)] == UInt8(ascii: "t") : nil
    }

    /// Every value of an object under that key, in order; empty for anything but an object.
    package func members(_ node: Int, _ key: StaticString) -> [Int] {
        guard kind(node) == .object else { return [] }
        return children(of: node).filter { hasKey($0, key) }
    }

    /// The value that counts where a key is given more than once: the last, as servers read it.
    package func member(_ node: Int, _ key: StaticString) -> Int? {
        guard kind(node) == .object else { return nil }
        var last: Int?
        for child in children(of: node) where hasKey(child, key) { last = child }
        return last
    }

    /// Whether the value stands under that key.
    package func hasKey(_ node: Int, _ key: StaticString) -> Bool {
        guard let span = keySpan(node), span.count >= key.utf8CodeUnitCount else { return false }
        return withRaw(span) { raw in
            if raw.count == key.utf8CodeUnitCount {
                return zip(raw, UnsafeBufferPointer(start: key.utf8Start, count: raw.count)).allSatisfy { $0 == $1 }
            }
            return raw.contains(UInt8(ascii: "\\"))
        } && (span.count == key.utf8CodeUnitCount || self.key(node) == key.description)
    }

    /// Where the value stands, as in `messages[2].content`, cut to `FormatLimits.maxPathBytes`.
    package func path(_ node: Int) -> String {
        var steps: [Int] = []
        var at = node
        while at > 0 {
            steps.append(at)
            at = Int(nodes[at].parent)
        }
        var path: [UInt8] = []
        for (index, step) in steps.reversed().enumerated() {
            // However deep and long the keys are, a path costs no more than its bound.
            if index >= Self.maxPathSteps / 2, index < steps.count - Self.maxPathSteps / 2 { continue }
            if let span = keySpan(step) {
                if !path.isEmpty { path.append(UInt8(ascii: ".")) }
                let shown = ByteSpan(start: span.start, end: min(span.end, span.start + FormatLimits.maxPathBytes))
                // A key that is cut is shown as it is written, since a cut may fall inside an escape.
                let isRaw = shown != span || withRaw(shown) { !$0.contains(UInt8(ascii: "\\")) }
                path += isRaw ? bytes[shown.range] : decode(span).text[...]
            } else {
                path.append(UInt8(ascii: "["))
                path += String(nodes[step].position).utf8
                path.append(UInt8(ascii: "]"))
            }
        }
        guard path.count > FormatLimits.maxPathBytes else { return String(decoding: path, as: UTF8.self) }
        let half = FormatLimits.maxPathBytes / 2 - 2
        return String(decoding: path.prefix(half), as: UTF8.self) + "…"
            + String(decoding: path.suffix(half), as: UTF8.self)
    }
}
