import Primitives
import PromptFormats

/// What a hook is asked about, the same for every host.
package enum HookEvent: String, Sendable, Hashable, CaseIterable {
    /// The user's prompt, before the model sees it.
    case prompt
    /// The request to the model, where a host shows it.
    case model
    /// A tool is about to run.
    case toolBefore
    /// A tool has run; its result is about to go to the model.
    case toolAfter
    /// The host is about to read a file for the model.
    case fileRead
    /// The host's own settings change.
    case settings
    /// An event that carries nothing to inspect.
    case other
}

/// One text of a call.
package struct HookText: Sendable, Hashable {
    /// Who wrote it.
    package enum Role: String, Sendable, Hashable { case user, assistant, tool, system }

    /// The decoded text.
    package var text: [UInt8]
    /// Where it stands: a path in the payload, or "@" and a file's name.
    package var path: String
    /// Who wrote it.
    package var role: Role
    /// Whether the host takes another text in its place.
    package var isRewritable: Bool

    /// Makes a text.
    package init(_ text: [UInt8], path: String, role: Role, isRewritable: Bool) {
        self.text = text
        self.path = path
        self.role = role
        self.isRewritable = isRewritable
    }
}

/// A host's question in neutral words.
package struct HookCall: Sendable {
    /// What is about to happen.
    package var event: HookEvent
    /// The host's own name of the event.
    package var eventName: String
    /// The host's session, as it names it; outside input.
    package var session: String?
    /// Folder in which relative paths are meant.
    package var folder: String?
    /// Model, where the host says.
    package var model: String?
    /// Tool, where one is used.
    package var tool: String?
    /// What is to be inspected.
    package var texts: [HookText] = []
    /// Files that go to the model with this call and whose text the payload does not hold.
    package var files: [String] = []
    /// A shell command that is about to run.
    package var command: String?
    /// Files that the tool is about to write.
    package var writes: [String] = []
    /// Where the texts stand in the payload, for hosts that can rewrite.
    var nodes: [Int] = []
    /// The payload.
    let payload: JSONTape

    init(_ event: HookEvent, name: String, payload: JSONTape) {
        self.event = event
        eventName = name
        self.payload = payload
    }

    /// Adds a text of the payload.
    mutating func add(_ node: Int, role: HookText.Role, isRewritable: Bool) {
        texts.append(
            HookText(
                payload.decode(payload.inside(node)).text, path: payload.path(node), role: role,
                isRewritable: isRewritable))
        nodes.append(node)
    }

    /// Adds every string below a value. Strings that are JSON texts themselves are read as they are: views see through them.
    mutating func addLeaves(of node: Int, role: HookText.Role, isRewritable: Bool) {
        if payload.kind(node) == .string { return add(node, role: role, isRewritable: isRewritable) }
        for child in payload.children(of: node) { addLeaves(of: child, role: role, isRewritable: isRewritable) }
    }

    /// The bytes of a value with new texts in it, one for each of `texts`; nil leaves one as it is.
    func rewritten(_ node: Int, _ new: [[UInt8]?]) -> [UInt8] {
        let span = payload.span(node)
        var patches: [Patch] = []
        for (index, place) in nodes.enumerated() where index < new.count {
            guard let text = new[index], span.contains(payload.span(place)) else { continue }
            let inside = payload.inside(place)
            patches.append(
                Patch(
                    span: ByteSpan(start: inside.start - span.start, end: inside.end - span.start),
                    bytes: JSONStringCodec.encode(text)))
        }
        return Patch.apply(patches, to: Array(payload.bytes[span.range]))
    }
}

/// What becomes of a call.
package enum HookDecision: Sendable, Hashable {
    /// It goes on.
    case pass
    /// It goes on, and the user is told.
    case tell(String)
    /// It goes on with other texts, one for each of the call's; nil leaves one as it is.
    case rewrite([[UInt8]?], message: String)
    /// It stops. The message names what and where, and holds no command or token: a model may read it.
    case block(String)
}

/// What the hook's process answers.
package struct HookAnswer: Sendable, Hashable {
    /// Standard output: one JSON object, or nothing.
    package var output: [UInt8]
    /// Standard error; empty for none.
    package var message: String
    /// Exit status.
    package var status: Int32

    /// Makes an answer.
    package init(output: [UInt8] = [], message: String = "", status: Int32 = 0) {
        self.output = output
        self.message = message
        self.status = status
    }
}

/// Why a payload is not understood.
package struct HookProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence without any of the payload's text.
    package let description: String

    /// Takes the sentence.
    package init(_ description: String) { self.description = description }
}

/// A coding assistant that asks us before it acts. One file a host.
package protocol HookHost: Sendable {
    /// The name in `sluice hook <id>`.
    var id: String { get }
    /// The name for people.
    var name: String { get }
    /// The catalogue's surface to which its prompts go.
    var surface: String { get }
    /// Seconds that the installed hook may take before the host goes on without it.
    var timeLimit: Int { get }
    /// Where the host keeps its hooks, and what is put there.
    var settings: HookSettings { get }

    /// Reads a payload.
    func read(_ payload: JSONTape) throws(HookProblem) -> HookCall
    /// Answers in the host's dialect.
    func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer
}

extension HookHost {
    /// Reads the bytes of a payload.
    package func read(_ bytes: [UInt8]) throws(HookProblem) -> HookCall {
        guard bytes.count <= HookLimits.maxPayloadBytes else {
            throw HookProblem("the host sent more than \(HookLimits.maxPayloadBytes) bytes")
        }
        let tape: JSONTape
        do {
            tape = try JSONParser.parse(bytes)
        } catch {
            throw HookProblem("the host's message is no JSON that can be read (\(error.kind.rawValue))")
        }
        guard tape.kind(JSONTape.root) == .object else { throw HookProblem("the host's message is no JSON object") }
        return try read(tape)
    }

    /// Stops whatever was asked, where nothing is known about it: status 2 stops with every host that knows hooks.
    package func refuse(_ message: String) -> HookAnswer {
        HookAnswer(message: Self.cut(message), status: 2)
    }

    static func cut(_ message: String) -> String {
        guard message.utf8.count > HookLimits.maxReasonBytes else { return message }
        return String(decoding: message.utf8.prefix(HookLimits.maxReasonBytes), as: UTF8.self) + "…"
    }
}

/// Every host that is spoken to.
package enum HookHosts {
    /// In the order in which they are listed.
    package static let all: [any HookHost] = [
        ClaudeCodeHost(), CodexHost(), CursorHost(), CopilotHost(), GeminiHost(),
    ]

    /// The host of that id.
    package static func named(_ id: String) -> (any HookHost)? { all.first { $0.id == id } }
}

extension JSONTape {
    /// The string under a key of an object.
    func text(_ node: Int, _ key: StaticString) -> String? { member(node, key).flatMap { string($0) } }
}

/// Writes small JSON objects with their keys in the order given.
struct AnswerObject {
    private var members: [[UInt8]] = []

    /// Adds a string.
    mutating func set(_ key: StaticString, _ value: String) { set(key, raw: Self.quoted(value)) }
    /// Adds a boolean.
    mutating func set(_ key: StaticString, _ value: Bool) { set(key, raw: Array((value ? "true" : "false").utf8)) }
    /// Adds an object.
    mutating func set(_ key: StaticString, _ value: AnswerObject) { set(key, raw: value.bytes) }
    /// Adds a value that is JSON already.
    mutating func set(_ key: StaticString, raw value: [UInt8]) {
        members.append(Array("\"\(key)\":".utf8) + value)
    }

    /// The object.
    var bytes: [UInt8] { [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")] }
    /// The object as an answer.
    var answer: HookAnswer { HookAnswer(output: bytes + [0x0A]) }

    static func quoted(_ text: String) -> [UInt8] {
        [UInt8(ascii: "\"")] + JSONStringCodec.encode(Array(text.utf8)) + [UInt8(ascii: "\"")]
    }
}
