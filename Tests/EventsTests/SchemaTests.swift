import FoundationEssentials
import Primitives
import Testing

@testable import Events

/// Holds the published JSON Schema against what the code writes.
@Suite struct SchemaTests {
    @Test("every kind of event fits the published schema") func fits() throws {
        let schema = try Schema.load()
        let full = sampleDraft(secret: "Zq3!Xw9vB", findings: 2)
        let health = EventDraft(
            id: EventID(milliseconds: 1), kind: .health, milliseconds: 1, title: "t", severity: .high)
        let gap = EventDraft(
            id: EventID(milliseconds: 1), kind: .gap, milliseconds: 1, title: "t",
            gap: GapRecord(first: 1, last: 2, lastHash: Event.noHash, signature: Event.noHash))
        let usage = EventDraft(
            id: EventID(milliseconds: 1), kind: .usage, milliseconds: 1, title: "t",
            usage: [
                UsageRecord(
                    origin: OriginRecord(channel: "proxy", application: "curl", user: "ada"),
                    destination: DestinationRecord(provider: "p", surface: "s", tier: "unapproved"), tunnels: 1,
                    first: 1, last: 2)
            ])
        let tamper = EventDraft(id: EventID(milliseconds: 1), kind: .tamper, milliseconds: 1, title: "t")
        let update = Event(
            content: full.repeated(as: EventID(milliseconds: 2)), sequence: 9, previousHash: Event.noHash,
            device: DeviceRecord(uid: "d"), productVersion: "1", count: 4, updates: full.id)
        for event in [
            sampleEvent(full), sampleEvent(health), sampleEvent(gap), sampleEvent(usage), sampleEvent(tamper), update,
        ] {
            let value = try JSONDecoder().decode(JSON.self, from: Data(try EventCoding.encode(event)))
            #expect(schema.problems(value).isEmpty)
        }
    }

    @Test("the fullest event uses every member that the schema names, but those of gaps and usage") func complete()
        throws
    {
        let schema = try Schema.load()
        let event = sampleEvent(sampleDraft(secret: "Zq3!Xw9vB"))
        let value = try JSONDecoder().decode(JSON.self, from: Data(try EventCoding.encode(event)))
        #expect(schema.unused(value).sorted() == ["$.unmapped.sluice.gap", "$.unmapped.sluice.usage"])
    }

    @Test("the schema refuses a strange member, a wrong type and a missing member") func refuses() throws {
        let schema = try Schema.load()
        let text = String(decoding: try EventCoding.encode(sampleEvent(sampleDraft(secret: "Zq3"))), as: UTF8.self)
        for (from, to) in [
            ("\"class_uid\"", "\"class_uidd\""), ("\"count\":1", "\"count\":\"1\""), (",\"tier\":\"tolerated\"", ""),
            ("\"action\":\"block\"", "\"action\":\"stop\""), ("\"class_uid\":2006", "\"class_uid\":2007"),
        ] {
            let changed = text.replacing(from, with: to)
            #expect(changed != text)
            #expect(!schema.problems(try JSONDecoder().decode(JSON.self, from: Data(changed.utf8))).isEmpty)
        }
    }
}

/// A JSON value.
indirect enum JSON: Decodable, Equatable {
    case null, bool(Bool), number(Double), string(String), array([JSON]), object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(_ key: String) -> JSON? { if case .object(let members) = self { members[key] } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }
}

/// The parts of JSON Schema that the event's schema uses.
struct Schema {
    let root: JSON

    static func load() throws -> Schema {
        let path =
            #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
            + "/agent-config/schema/event.schema.json"
        return Schema(root: try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(filePath: path))))
    }

    private func resolved(_ schema: JSON) -> JSON {
        guard let name = schema["$ref"]?.string?.split(separator: "/").last else { return schema }
        return root["$defs"]?[String(name)] ?? schema
    }

    func problems(_ value: JSON) -> [String] { problems(value, root, "$") }

    private func problems(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
        let schema = resolved(schema)
        if let allowed = schema["enum"]?.array, !allowed.contains(value) { return ["\(path): not one of the allowed"] }
        if let only = schema["const"], only != value { return ["\(path): not the constant"] }
        switch schema["type"]?.string {
        case "string":
            guard let text = value.string else { return ["\(path): no string"] }
            let isShort = Double(text.utf8.count) <= schema["maxLength"]?.number ?? .infinity
            return isShort && Double(text.utf8.count) >= schema["minLength"]?.number ?? 0 ? [] : ["\(path): length"]
        case "integer", "number":
            guard let number = value.number else { return ["\(path): no number"] }
            let isWithin =
                number >= schema["minimum"]?.number ?? -.infinity && number <= schema["maximum"]?.number ?? .infinity
            return isWithin ? [] : ["\(path): range"]
        case "array":
            guard let elements = value.array, let items = schema["items"] else { return ["\(path): no array"] }
            let isWithin = Double(elements.count) <= schema["maxItems"]?.number ?? .infinity
            return (isWithin ? [] : ["\(path): too many"]) + elements.flatMap { problems($0, items, path + "[]") }
        case "object": return objectProblems(value, schema, path)
        default: return []
        }
    }

    private func objectProblems(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
        guard let members = value.object, let properties = schema["properties"]?.object else {
            return ["\(path): no object"]
        }
        var found: [String] = []
        for name in schema["required"]?.array ?? [] where members[name.string ?? ""] == nil {
            found.append("\(path).\(name.string ?? ""): missing")
        }
        for (name, member) in members {
            guard let property = properties[name] else {
                found.append("\(path).\(name): strange")
                continue
            }
            found += problems(member, property, "\(path).\(name)")
        }
        return found
    }

    /// Properties of the schema that no object of the value has.
    func unused(_ value: JSON) -> Set<String> { unused([value], root, "$") }

    private func unused(_ values: [JSON], _ schema: JSON, _ path: String) -> Set<String> {
        let schema = resolved(schema)
        if let items = schema["items"] { return unused(values.flatMap { $0.array ?? [] }, items, path + "[]") }
        var found: Set<String> = []
        for (name, property) in schema["properties"]?.object ?? [:] {
            let inner = values.compactMap { $0[name] }
            if inner.isEmpty {
                found.insert("\(path).\(name)")
            } else {
                found.formUnion(unused(inner, property, "\(path).\(name)"))
            }
        }
        return found
    }
}
