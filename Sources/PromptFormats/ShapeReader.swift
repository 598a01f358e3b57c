import Primitives

/// Reads a JSON text by its shape.
struct ShapeReader {
    var builder: SegmentBuilder

    private var tape: JSONTape { builder.body.tape }

    init(builder: SegmentBuilder) { self.builder = builder }

    /// Reads a JSON text that stands in the body, as `builder.open` takes it.
    mutating func read(
        _ text: [UInt8], map: OffsetMap, path: String, _ shape: (JSONTape) -> Shape, _ context: PartContext
    ) throws(FormatError) {
        try builder.open(text, map: map, path: path)
        try read(JSONTape.root, shape(tape), context)
    }

    /// Reads the whole text. What no shape foresees at the top is of nobody.
    mutating func run(_ shape: Shape) throws(FormatError) {
        builder.readControls()
        let isExpected: Bool
        switch shape {
        case .object, .kinds: isExpected = tape.kind(JSONTape.root) == .object
        default: isExpected = true
        }
        try isExpected
            ? read(JSONTape.root, shape, PartContext(role: .metadata))
            : unknown(JSONTape.root, PartContext(role: .other))
    }

    private mutating func unknown(_ node: Int, _ context: PartContext) throws(FormatError) {
        builder.addOpaque(.unknownShape, node, context)
        try builder.leaves(node, context)
    }

    private mutating func read(_ node: Int, _ shape: Shape, _ context: PartContext) throws(FormatError) {
        switch shape {
        case .leaves: try builder.leaves(node, context)
        case .text: try builder.text(node, context.alone)
        case .said: try builder.text(node, context)
        case .jsonText:
            guard tape.kind(node) == .array else { return try builder.jsonText(node, context) }
            for child in tape.children(of: node) { try read(child, shape, context) }
        case .sealed: try builder.leaves(node, context.sealed)
        case .media(let kind): try media(node, kind, context)
        case .reference:
            if tape.kind(node) != .null { builder.addOpaque(.reference, node, context) }
            try builder.leaves(node, context)
        case .model:
            builder.addModel(node)
            try builder.leaves(node, context)
        case .object(let fields): try object(node, fields, context)
        case .list(let shape):
            guard tape.kind(node) == .array else { return try read(node, shape, context) }
            for child in tape.children(of: node) { try read(child, shape, context) }
        case .messages(let shape, let role): try messages(node, shape, role)
        case .parts(let kinds): try parts(node, kinds, context)
        case .kinds(let kinds):
            if tape.kind(node) == .string { return try builder.text(node, context) }
            guard tape.kind(node) == .object, let fields = kinds.fields(node, in: tape) else {
                return try unknown(node, context)
            }
            try object(node, fields, context)
        case .message(let role, let shape):
            try read(node, shape, PartContext(role: role, message: 1, group: builder.newGroup()))
        case .role(let role, let shape):
            try read(node, shape, PartContext(role: role, message: context.message, group: builder.newGroup()))
        case .later(let shape): try read(node, shape(), context)
        }
    }

    private mutating func object(_ node: Int, _ fields: Fields, _ given: PartContext) throws(FormatError) {
        guard tape.kind(node) == .object else {
            return tape.kind(node) == .null ? () : try unknown(node, given)
        }
        let context = surroundings(fields, given)
        if let kind = fields.opaque { builder.addOpaque(kind, node, context) }
        for child in tape.children(of: node) where !(fields.isCall && InertValue.isToolName(child, in: tape)) {
            try read(child, context.rewritable ? fields.shape(tape.key(child)) : .leaves, context)
        }
    }

    private func surroundings(_ fields: Fields, _ given: PartContext) -> PartContext {
        var context = fields.isSealed ? given.sealed : given
        if let role = fields.role { context.role = role }
        return context
    }

    // MARK: Messages

    private mutating func messages(_ list: Int, _ shape: Shape, _ fallback: SegmentRole) throws(FormatError) {
        switch tape.kind(list) {
        case .null: return
        case .string: return try builder.text(list, PartContext(role: fallback, message: 1))
        case .object where fallback == .user:
            let role = Self.role(tape, list) ?? fallback
            return try read(list, shape, PartContext(role: role, message: 1, group: builder.newGroup()))
        case .object, .number, .boolean: return try unknown(list, PartContext(role: .other))
        case .array: break
        }
        for message in tape.children(of: list) {
            let number = Int(tape.nodes[message].position) + 1
            guard tape.kind(message) == .object else {
                if tape.kind(message) == .string, fallback == .user {
                    try builder.text(message, PartContext(role: fallback, message: number))
                } else {
                    try unknown(message, PartContext(role: .other, message: number))
                }
                continue
            }
            let role = Self.role(tape, message) ?? fallback
            try read(message, shape, PartContext(role: role, message: number, group: builder.newGroup()))
        }
    }

    /// The role that a message states, by any of the names that providers use.
    private static func role(_ tape: JSONTape, _ message: Int) -> SegmentRole? {
        let named = tape.member(message, "author").flatMap { tape.member($0, "role") } ?? tape.member(message, "role")
        switch named.flatMap({ tape.string($0) })?.lowercased() {
        case "system", "developer": return .system
        case "user", "human": return .user
        case "assistant", "model", "chatbot": return .assistant
        case "tool", "function": return .tool
        case nil: return nil
        default: return .other
        }
    }

    // MARK: Parts

    private mutating func parts(_ node: Int, _ kinds: Kinds, _ context: PartContext) throws(FormatError) {
        switch tape.kind(node) {
        case .string: try builder.text(node, context)
        case .null: break
        case .array:
            var context = context
            for part in tape.children(of: node) {
                if try !self.part(part, kinds, context) { context.group = builder.newGroup() }
            }
            try builder.takePostponed()
        case .object where kinds.takesObject:
            _ = try part(node, kinds, context)
            try builder.takePostponed()
        case .object, .number, .boolean: try unknown(node, context)
        }
    }

    /// True if it was text, so that the next text goes on from it.
    private mutating func part(_ part: Int, _ kinds: Kinds, _ given: PartContext) throws(FormatError) -> Bool {
        if tape.kind(part) == .string {
            try builder.text(part, given)
            return true
        }
        guard tape.kind(part) == .object, let fields = kinds.fields(part, in: tape) else {
            try unknown(part, given)
            return false
        }
        if let flag = kinds.sealingFlag, tape.member(part, flag).flatMap({ tape.boolean($0) }) == true {
            try builder.leaves(part, given.sealed)
            return false
        }
        guard fields.isText, !fields.isSealed else {
            var inner = given
            if fields.role != nil { inner.group = builder.newGroup() }
            try object(part, fields, inner)
            return false
        }
        var isText = false
        let context = surroundings(fields, given)
        for child in tape.children(of: part) {
            switch fields.shape(tape.key(child)) {
            case .said:
                try builder.text(child, context)
                isText = true
            case .leaves: builder.postpone(child, context)
            case .sealed: builder.postpone(child, context.sealed)
            case let shape: try read(child, shape, context)
            }
        }
        return isText
    }

    // MARK: Data

    /// Names of fields that hold data, a URL or an id.
    private static let dataFields: Set<String> = [
        "url", "uri", "data", "bytes", "file_data", "file_id", "file_url", "fileUri", "file_uri", "image_url",
        "document_url",
    ]

    private mutating func media(_ node: Int, _ kind: OpaquePart.Kind, _ context: PartContext) throws(FormatError) {
        guard tape.kind(node) == .object else {
            return try builder.media(node, kind, context, mediaType: mediaType(beside: node))
        }
        for child in tape.children(of: node) {
            if Self.dataFields.contains(tape.key(child)) {
                try builder.media(child, kind, context, mediaType: mediaType(beside: child))
            } else if tape.kind(child) == .object {
                try media(child, kind, context)
            } else {
                try builder.leaves(child, context)
            }
        }
    }

    private func mediaType(beside node: Int) -> String? {
        let parent = Int(tape.nodes[node].parent)
        guard parent >= 0 else { return nil }
        for key in ["media_type", "mimeType", "mime_type"] as [StaticString] {
            if let type = tape.member(parent, key).flatMap({ tape.string($0) }) { return type }
        }
        return nil
    }
}
