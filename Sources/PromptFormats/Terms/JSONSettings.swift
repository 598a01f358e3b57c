import Primitives

/// Fields of a JSON body that are to have certain values, as a tree: an object's fields, or a value.
indirect enum JSONSettings: Sendable {
    /// The value, as JSON.
    case value(String)
    /// Fields in the order in which they were asked for.
    case fields([(key: String, settings: JSONSettings)])

    /// No field at all.
    static var none: JSONSettings { .fields([]) }

    var isEmpty: Bool {
        if case .fields(let list) = self { return list.isEmpty }
        return false
    }

    /// Adds a field at a path of keys from the root down. What was asked for before under the same path gives way.
    mutating func set(_ path: some Collection<String>, _ value: String) {
        guard let key = path.first else {
            self = .value(value)
            return
        }
        var list: [(key: String, settings: JSONSettings)] = []
        if case .fields(let given) = self { list = given }
        var below = JSONSettings.none
        let index = list.firstIndex { $0.key == key }
        if let index { below = list[index].settings }
        below.set(path.dropFirst(), value)
        if let index { list[index].settings = below } else { list.append((key, below)) }
        self = .fields(list)
    }

    /// Patches that set the fields. A field given more than once is set in each place, since servers differ in which they take; where an
    /// object is missing, or is something else, it is made. Nil if the body is no object.
    func patches(_ tape: JSONTape) -> [Patch]? {
        guard !tape.nodes.isEmpty, tape.kind(JSONTape.root) == .object else { return nil }
        return patches(tape, JSONTape.root)
    }

    private func patches(_ tape: JSONTape, _ node: Int) -> [Patch] {
        guard case .fields(let list) = self, tape.kind(node) == .object else {
            let span = tape.span(node)
            // The same value in other words (a space) would be set again for nothing; the same bytes are left alone.
            return tape.bytes[span.range].elementsEqual(literal) ? [] : [Patch(span: span, bytes: literal)]
        }
        var out: [Patch] = []
        var missing: [(key: String, settings: JSONSettings)] = []
        for entry in list {
            let given = tape.children(of: node).filter { tape.key($0) == entry.key }
            if given.isEmpty { missing.append(entry) }
            for child in given { out += entry.settings.patches(tape, child) }
        }
        if !missing.isEmpty { out.append(Self.insertion(tape, node, missing)) }
        return out
    }

    /// At the beginning of the object, where no comma is wanted before it.
    private static func insertion(
        _ tape: JSONTape, _ object: Int, _ list: [(key: String, settings: JSONSettings)]
    ) -> Patch {
        let start = tape.span(object).start + 1
        let isEmpty = tape.nodes[object].next == Int32(object + 1)
        var bytes: [UInt8] = []
        for (index, entry) in list.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += JSONText.string(entry.key) + [UInt8(ascii: ":")] + entry.settings.literal
        }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        return Patch(span: ByteSpan(start: start, end: start), bytes: bytes)
    }

    private var literal: [UInt8] {
        switch self {
        case .value(let text): Array(text.utf8)
        case .fields(let list): JSONText.object(list.map { ($0.key, $0.settings.literal) })
        }
    }
}
