/// What a value of a request is, and so how its texts are read. A format describes its body with one; `ShapeReader` reads by it.
///
/// Whatever a shape does not foresee is taken apart for its leaves all the same, and reported as an unknown shape: no string passes unseen.
indirect enum Shape: Sendable {
    /// Any value: every string with its key, long numbers, long keys.
    case leaves
    /// A string that stands by itself, or a list of such; token arrays are opaque.
    case text
    /// A string that goes on from the text before it.
    case said
    /// A string that holds a JSON text, such as a call's arguments.
    case jsonText
    /// Must go back as it came: inspected, never edited.
    case sealed
    /// Data in base64, a URL or an id; or an object with fields that hold such.
    case media(OpaquePart.Kind)
    /// Something that the provider holds: reported as opaque, and its leaves inspected.
    case reference
    /// The name of a model.
    case model
    /// An object whose fields are known.
    case object(Fields)
    /// A list of values, or one by itself.
    case list(Shape)
    /// Messages, counted from 1 as the user counts them; each has its role.
    case messages(Shape, role: SegmentRole = .other)
    /// What one says: a string, or a list of parts.
    case parts(Kinds)
    /// An object whose type decides.
    case kinds(Kinds)
    /// One message that a body holds beside or instead of a list.
    case message(SegmentRole, Shape)
    /// The same in another role.
    case role(SegmentRole, Shape)
    /// A shape that holds itself.
    case later(@Sendable () -> Shape)
}

/// The fields of an object.
struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    var named: [String: Shape]
    /// Shape of every other field.
    var rest: Shape
    /// Role of all of it; nil for that of what surrounds it.
    var role: SegmentRole?
    /// Whether it must go back as it came.
    var isSealed = false
    /// Whether it is a tool call, whose short `name` says nothing about the user.
    var isCall = false
    /// What it is reported as besides being read.
    var opaque: OpaquePart.Kind?
    /// Whether `snake_case` keys are the same as `camelCase`, in which they are listed.
    var foldsCase = false

    init(
        _ named: [String: Shape], rest: Shape = .leaves, role: SegmentRole? = nil, isSealed: Bool = false,
        isCall: Bool = false, opaque: OpaquePart.Kind? = nil, foldsCase: Bool = false
    ) {
        self.named = named
        self.rest = rest
        self.role = role
        self.isSealed = isSealed
        self.isCall = isCall
        self.opaque = opaque
        self.foldsCase = foldsCase
    }

    init(dictionaryLiteral elements: (String, Shape)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
    }

    /// What must go back as it came.
    static let sealed: Fields = .init([:], isSealed: true)

    /// Whether it holds text that goes on from the text before it.
    var isText: Bool {
        named.values.contains {
            if case .said = $0 { true } else { false }
        }
    }

    func shape(_ key: String) -> Shape { named[foldsCase ? Self.camelCase(key) : key] ?? rest }

    static func camelCase(_ key: String) -> String {
        guard key.utf8.contains(UInt8(ascii: "_")) else { return key }
        let words = key.split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}

/// Objects that a field tells apart.
struct Kinds: Sendable {
    /// Fields by the value of `type`.
    var byType: [String: Fields] = [:]
    /// Fields by how `type` ends; the first that fits.
    var bySuffix: [(suffix: String, fields: Fields)] = []
    /// The type where none is given.
    var missing = ""
    /// Objects without a type, which have one of these fields at least.
    var untyped: Fields?
    /// Whether one object may stand for a list of one.
    var takesObject = false
    /// A field that seals the object if it is true.
    var sealingFlag: StaticString?

    /// The fields of an object; nil if it is of no known kind.
    func fields(_ node: Int, in tape: JSONTape) -> Fields? {
        let type = tape.member(node, "type").flatMap { tape.string($0) } ?? missing
        if let fields = byType[type] { return fields }
        if let entry = bySuffix.first(where: { type.hasSuffix($0.suffix) }) { return entry.fields }
        guard type.isEmpty, let untyped,
            tape.children(of: node).contains(where: {
                untyped.named[untyped.foldsCase ? Fields.camelCase(tape.key($0)) : tape.key($0)] != nil
            })
        else { return nil }
        return untyped
    }
}
