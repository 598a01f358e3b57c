import Primitives

/// Writes JSON (RFC 8259) with keys in the order given, which is the order of the documented contract.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// Whether the next key or element needs a comma before it, for each open bracket.
    private var needsComma: [Bool] = []

    private mutating func separate() {
        guard let last = needsComma.indices.last else { return }
        if needsComma[last] { bytes.append(UInt8(ascii: ",")) }
        needsComma[last] = true
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma.append(false)
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        needsComma.removeLast()
        bytes.append(UInt8(ascii: bracket))
    }

    /// An object whose members `fill` writes.
    mutating func object(_ fill: (inout JSONText) -> Void) {
        open("{")
        fill(&self)
        close("}")
    }

    /// An array whose elements `fill` writes.
    mutating func array(_ fill: (inout JSONText) -> Void) {
        open("[")
        fill(&self)
        close("]")
    }

    /// A member: its key; the value is written by `fill`.
    mutating func member(_ key: String, _ fill: (inout JSONText) -> Void) {
        separate()
        quote(key)
        bytes.append(UInt8(ascii: ":"))
        // The value follows its colon, not another value.
        needsComma.append(false)
        fill(&self)
        needsComma.removeLast()
    }

    mutating func member(_ key: String, _ value: String?) { member(key) { $0.value(value) } }
    mutating func member(_ key: String, _ value: Int) { member(key) { $0.value(value) } }
    mutating func member(_ key: String, _ value: Bool) { member(key) { $0.literal(value ? "true" : "false") } }
    mutating func member(_ key: String, _ values: [String]) {
        member(key) { $0.array { text in for value in values { text.value(value) } } }
    }

    mutating func value(_ value: String?) {
        guard let value else { return literal("null") }
        separate()
        quote(value)
    }

    mutating func value(_ value: Int) { literal(String(value)) }

    /// A number or other token that is JSON already.
    mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
    }

    /// Bytes that are JSON already.
    mutating func raw(_ value: some Sequence<UInt8>) {
        separate()
        bytes += value
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes += JSONStringCodec.encode(text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}
