import Primitives
import PromptFormats

/// Puts our hooks into the text of a host's settings file and takes them out, and leaves every other byte as it is.
package struct HookInstaller: Sendable {
    /// What a file says of our hooks.
    package enum Standing: Sendable, Hashable {
        /// None of ours.
        case absent
        /// All of ours, as they would be put in today.
        case complete
        /// Some, or with another program or time limit.
        case outdated
        /// Ours are there, and the file switches hooks off.
        case disabled
    }

    private let host: any HookHost
    private let program: String

    /// For a host, with the absolute path of the program that is to be called.
    package init(_ host: any HookHost, program: String) {
        self.host = host
        self.program = program
    }

    /// The file with our hooks in it. `text` is nil where there is no file yet.
    package func install(into text: [UInt8]?) throws(HookProblem) -> [UInt8] {
        let given = text.flatMap { $0.allSatisfy { $0 <= 0x20 } ? nil : $0 }
        var file = try remove(from: given ?? Array(start.utf8))
        for entry in host.settings.entries {
            file = try add(entry, to: file)
        }
        return file
    }

    /// The file without our hooks. Events and groups that are empty then go as well.
    package func remove(from text: [UInt8]) throws(HookProblem) -> [UInt8] {
        var file = text
        while let place = Self.ours(in: try parse(file), host.id) {
            file = SettingsText.removing(place, from: try parse(file))
        }
        return file
    }

    /// What the file says.
    package func standing(_ text: [UInt8]?) throws(HookProblem) -> Standing {
        guard let text, !text.allSatisfy({ $0 <= 0x20 }) else { return .absent }
        let tape = try parse(text)
        guard Self.ours(in: tape, host.id) != nil else { return .absent }
        if tape.member(JSONTape.root, "disableAllHooks").flatMap({ tape.boolean($0) }) == true { return .disabled }
        return try install(into: text) == text ? .complete : .outdated
    }

    // MARK: Entries

    private var start: String {
        switch host.settings.shape {
        case .nested: "{\n  \"hooks\": {}\n}\n"
        case .cursor, .copilot: "{\n  \"version\": 1,\n  \"hooks\": {}\n}\n"
        }
    }

    /// The command as a shell reads it.
    private var command: String {
        "'\(program.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))' hook \(host.id)"
    }

    /// One entry's JSON, on one line.
    private func json(_ entry: HookEntry) -> [UInt8] {
        var hook = AnswerObject()
        switch host.settings.shape {
        case .nested(let seconds):
            hook.set("type", "command")
            hook.set("command", command)
            hook.set("timeout", raw: Array("\(host.timeLimit * (seconds ? 1 : 1000))".utf8))
            var group = AnswerObject()
            if let matcher = entry.matcher { group.set("matcher", matcher) }
            group.set("hooks", raw: [UInt8(ascii: "[")] + hook.bytes + [UInt8(ascii: "]")])
            return group.bytes
        case .cursor:
            hook.set("command", command)
            hook.set("timeout", raw: Array("\(host.timeLimit)".utf8))
            hook.set("failClosed", true)
        case .copilot:
            hook.set("type", "command")
            hook.set("bash", command)
            hook.set("timeoutSec", raw: Array("\(host.timeLimit)".utf8))
        }
        return hook.bytes
    }

    private func add(_ entry: HookEntry, to file: [UInt8]) throws(HookProblem) -> [UInt8] {
        var tape = try parse(file)
        if tape.member(JSONTape.root, "hooks") == nil {
            tape = try parse(SettingsText.adding(key: "hooks", Array("{}".utf8), to: JSONTape.root, of: tape))
        }
        guard let hooks = tape.member(JSONTape.root, "hooks"), tape.kind(hooks) == .object else {
            throw HookProblem("\"hooks\" is no object")
        }
        guard let event = Array(tape.children(of: hooks)).last(where: { tape.key($0) == entry.event }) else {
            let list = [UInt8(ascii: "[")] + json(entry) + [UInt8(ascii: "]")]
            return SettingsText.adding(key: entry.event, list, to: hooks, of: tape)
        }
        guard tape.kind(event) == .array else { throw HookProblem("\"hooks.\(entry.event)\" is no list") }
        return SettingsText.adding(key: nil, json(entry), to: event, of: tape)
    }

    /// The first value to take out: a hook of ours, or a list or object that is left empty without it.
    private static func ours(in tape: JSONTape, _ id: String) -> Int? {
        guard let hooks = tape.member(JSONTape.root, "hooks"), tape.kind(hooks) == .object else { return nil }
        for event in tape.children(of: hooks) where tape.kind(event) == .array {
            let groups = Array(tape.children(of: event))
            for group in groups {
                if isOurs(group, tape, id) { return groups.count == 1 ? event : group }
                guard let inner = tape.member(group, "hooks"), tape.kind(inner) == .array else { continue }
                let list = Array(tape.children(of: inner))
                guard let hook = list.first(where: { isOurs($0, tape, id) }) else { continue }
                if list.count > 1 { return hook }
                return groups.count == 1 ? event : group
            }
        }
        return nil
    }

    /// A command of ours, whatever folder the program stood in when it was installed.
    private static func isOurs(_ node: Int, _ tape: JSONTape, _ id: String) -> Bool {
        for key in ["command", "bash"] as [StaticString] {
            guard let command = tape.text(node, key) else { continue }
            let plain = command.filter { $0 != "'" && $0 != "\"" }
            if plain.hasSuffix("sluice hook \(id)") { return true }
        }
        return false
    }

    private func parse(_ text: [UInt8]) throws(HookProblem) -> JSONTape {
        guard text.count <= HookLimits.maxSettingsBytes else {
            throw HookProblem("the file is larger than \(HookLimits.maxSettingsBytes) bytes")
        }
        do {
            let tape = try JSONParser.parse(text)
            guard tape.kind(JSONTape.root) == .object else { throw HookProblem("the file holds no JSON object") }
            return tape
        } catch let problem as HookProblem {
            throw problem
        } catch {
            throw HookProblem("the file is no plain JSON (\(error)); mend it, or add the hook by hand")
        }
    }
}

/// Changes to the text of a JSON file that leave everything else as it stands.
package enum SettingsText {
    /// The text with one more member or element, indented as its neighbours are.
    package static func adding(key: String?, _ value: [UInt8], to container: Int, of tape: JSONTape) -> [UInt8] {
        let span = tape.span(container)
        let children = Array(tape.children(of: container))
        let step = indent(of: tape)
        let member = (key.map { AnswerObject.quoted($0) + Array(": ".utf8) } ?? []) + value
        guard let last = children.last else {
            let outer = leading(span.start, tape.bytes)
            let line = { (pad: [UInt8]) in [0x0A] + pad }
            let bytes = line(outer + step) + member + line(outer)
            return Patch.apply(
                [Patch(span: ByteSpan(start: span.start + 1, end: span.end - 1), bytes: bytes)], to: tape.bytes)
        }
        let begin = tape.keySpan(last).map { $0.start - 1 } ?? tape.span(last).start
        let pad = between(begin, tape.bytes)
        let end = tape.span(last).end
        return Patch.apply(
            [Patch(span: ByteSpan(start: end, end: end), bytes: [UInt8(ascii: ",")] + pad + member)], to: tape.bytes)
    }

    /// The text without a member or element, its comma and the space before it.
    package static func removing(_ node: Int, from tape: JSONTape) -> [UInt8] {
        let bytes = tape.bytes
        var start = tape.keySpan(node).map { $0.start - 1 } ?? tape.span(node).start
        var end = tape.span(node).end
        while start > 0, bytes[start - 1] <= 0x20 { start -= 1 }
        if start > 0, bytes[start - 1] == UInt8(ascii: ",") {
            start -= 1
        } else {
            var next = end
            while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
            if next < bytes.count, bytes[next] == UInt8(ascii: ",") {
                end = next + 1
            } else {
                end = next
            }
        }
        return Patch.apply([Patch(span: ByteSpan(start: start, end: end), bytes: [])], to: bytes)
    }

    /// The white space before a value, from the line end on.
    private static func between(_ start: Int, _ bytes: [UInt8]) -> [UInt8] {
        var low = start
        while low > 0, bytes[low - 1] <= 0x20 { low -= 1 }
        return Array(bytes[low..<start])
    }

    /// The indentation of the line that a value stands on.
    private static func leading(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
        let line = bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return Array(bytes[line..<offset].prefix { $0 == 0x20 || $0 == 0x09 })
    }

    /// One step of indentation: that of the file's first member, or two spaces.
    private static func indent(of tape: JSONTape) -> [UInt8] {
        guard let first = tape.children(of: JSONTape.root).lazy.map({ $0 }).first(where: { _ in true }),
            let key = tape.keySpan(first)
        else { return [0x20, 0x20] }
        let pad = leading(key.start - 1, tape.bytes)
        return pad.isEmpty ? [0x20, 0x20] : pad
    }
}
