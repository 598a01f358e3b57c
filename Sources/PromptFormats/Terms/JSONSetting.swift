import Primitives

/// A field of a JSON body that is to have a certain value.
struct JSONSetting: Sendable {
    /// Keys from the root down to the field; every one but the last names an object.
    var path: [String]
    /// The value, as JSON.
    var value: String

    init(_ path: [String], _ value: String) {
        self.path = path
        self.value = value
    }

    /// Patches that set the field. A field given more than once is set in each place, since servers differ in which they take; where an object is
    /// missing, or is something else, it is made. Nil if the body is no object.
    func patches(_ tape: JSONTape) -> [Patch]? {
        guard !tape.nodes.isEmpty, tape.kind(JSONTape.root) == .object else { return nil }
        return patches(tape, JSONTape.root, path[...])
    }

    private func patches(_ tape: JSONTape, _ object: Int, _ rest: ArraySlice<String>) -> [Patch] {
        guard let key = rest.first else { return [] }
        let below = rest.dropFirst()
        let given = tape.children(of: object).filter { tape.key($0) == key }
        guard !given.isEmpty else { return [insertion(tape, object, key, below)] }
        return given.flatMap { node -> [Patch] in
            if !below.isEmpty, tape.kind(node) == .object { return patches(tape, node, below) }
            let span = tape.span(node)
            let wanted = literal(below)
            // The same value in other words (a space) would be set again for nothing; the same bytes are left alone.
            return tape.bytes[span.range].elementsEqual(wanted) ? [] : [Patch(span: span, bytes: wanted)]
        }
    }

    /// At the beginning of the object, where no comma is wanted before it.
    private func insertion(_ tape: JSONTape, _ object: Int, _ key: String, _ below: ArraySlice<String>) -> Patch {
        let start = tape.span(object).start + 1
        let isEmpty = tape.nodes[object].next == Int32(object + 1)
        let member = JSONText.string(key) + [UInt8(ascii: ":")] + literal(below) + (isEmpty ? [] : [UInt8(ascii: ",")])
        return Patch(span: ByteSpan(start: start, end: start), bytes: member)
    }

    private func literal(_ below: ArraySlice<String>) -> [UInt8] {
        below.reversed().reduce(Array(value.utf8)) { JSONText.object([($1, $0)]) }
    }
}
