import Foundation
import Primitives
import PromptFormats
import Testing

/// A request as a client writes it.
struct Recorded {
    var provider: String
    var path: String
    var headers: [(name: String, value: String)] = [("Content-Type", "application/json")]
    var body: String

    var head: RequestHead { RequestHead(provider: provider, method: "POST", path: path, headers: headers) }
    var format: any RequestFormat { RequestFormats.match(head) }

    func parse() throws -> ParsedRequest { try format.parse(bytes(body), of: head) }

    /// Reads it and checks what holds for any format: no string of a JSON body is unseen, paths are unique enough to find a text, an edit
    /// of each text leaves JSON that is the same but for that text.
    func checked(
        _ id: String, _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ParsedRequest {
        #expect(format.id == id, sourceLocation: sourceLocation)
        let request = try parse()
        let texts = request.segments.map { text($0.text) }
        let opaque = request.opaque.map(\.path)
        if let json = try? JSONSerialization.jsonObject(with: Data(body.utf8), options: .fragmentsAllowed) {
            for (path, leaf) in Self.leaves(json, "") {
                let seen = texts.contains { $0.contains(leaf) } || opaque.contains { path.hasPrefix($0) || $0 == "$" }
                #expect(seen, "\(path) is unseen", sourceLocation: sourceLocation)
            }
            for (index, segment) in request.segments.enumerated() where segment.rewritable {
                guard let part = segment.editable.last, !part.isEmpty else { continue }
                let edit = RequestEdit(segment: index, span: part, replacement: bytes("a\"\\\n\u{1}é"))
                let spliced = request.splice([edit], into: bytes(body))
                #expect(
                    (try? JSONSerialization.jsonObject(with: Data(spliced), options: .fragmentsAllowed)) != nil,
                    "an edit of \(segment.path) breaks the body", sourceLocation: sourceLocation)
            }
        }
        return request
    }

    /// Every string but words of the protocol and what is too short to say anything.
    private static func leaves(_ value: Any, _ path: String) -> [(String, String)] {
        switch value {
        case let object as [String: Any]:
            object.sorted { $0.key < $1.key }.flatMap { entry -> [(String, String)] in
                if ["type", "role", "name"].contains(entry.key) { return [] }
                return leaves(entry.value, path.isEmpty ? entry.key : path + "." + entry.key)
            }
        case let list as [Any]: list.enumerated().flatMap { leaves($1, path + "[\($0)]") }
        case let string as String:
            string.isEmpty || string.hasPrefix("{") || string.hasPrefix("[") || string.hasPrefix("call_")
                ? [] : [(path, string)]
        default: []
        }
    }
}

/// What a text is expected to be.
struct Said {
    var path: String
    var text: String
    var role: SegmentRole
    var message: Int?

    init(_ path: String, _ text: String, _ role: SegmentRole, _ message: Int? = nil) {
        self.path = path
        self.text = text
        self.role = role
        self.message = message
    }
}

extension ParsedRequest {
    func expect(_ expected: [Said], _ sourceLocation: SourceLocation = #_sourceLocation) throws {
        for said in expected {
            let found = segments.first { $0.path == said.path }
            let segment = try #require(
                found, "nothing at \(said.path) of \(segments.map(\.path))", sourceLocation: sourceLocation)
            #expect(PromptFormatsTests.text(segment.text) == said.text, sourceLocation: sourceLocation)
            #expect(segment.role == said.role, "\(said.path)", sourceLocation: sourceLocation)
            #expect(segment.message == said.message, "\(said.path)", sourceLocation: sourceLocation)
        }
    }
}

/// A stream of a provider's replies, made of pieces of one text.
struct RecordedStream {
    var provider: String
    var path: String
    var type: String
    var make: ([String]) throws -> [UInt8]
    /// The text that a client gets to see.
    var read: ([UInt8]) throws -> String

    var restorer: any ReplyRestorer {
        RequestFormats.match(RequestHead(provider: provider, method: "POST", path: path))
            .reply(ReplyHead(status: 200, headers: [("Content-Type", type)]))
    }

    /// Every value comes back, however text and stream are cut; without one, the bytes are the same.
    func check(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
        let name = placeholder.description
        let whole = "It is \(name), is it?"
        let restored = "It is \(secretValue), is it?"
        for size in [1, 2, 5, 11, name.count, whole.count] {
            let letters = Array(whole)
            let pieces = stride(from: 0, to: letters.count, by: size).map {
                String(letters[$0..<min($0 + size, letters.count)])
            }
            let out = run(bytesOf: restorer, [try make(pieces)])
            #expect(try read(out) == restored, "pieces of \(size)", sourceLocation: sourceLocation)
        }
        let stream = try make(["a s", "x \(name) b", "c SLU", "ICE"])
        let expected = run(bytesOf: restorer, [stream])
        #expect(try read(expected) == "a sx \(secretValue) bc SLUICE", sourceLocation: sourceLocation)
        for cut in 0...stream.count {
            let out = run(bytesOf: restorer, [Array(stream[..<cut]), Array(stream[cut...])])
            guard out != expected else { continue }
            Issue.record("a cut at \(cut) changes the reply", sourceLocation: sourceLocation)
            return
        }
        #expect(run(bytesOf: restorer, stream.map { [$0] }) == expected, sourceLocation: sourceLocation)
        let plain = try make(["Yes, SLUICE_ and ", "SLUICE_X_ABC", " so it is"])
        #expect(run(bytesOf: restorer, plain.map { [$0] }) == plain, sourceLocation: sourceLocation)
        let cutOff = Array(plain.dropLast(plain.count / 3))
        #expect(run(bytesOf: restorer, [cutOff]) == cutOff, sourceLocation: sourceLocation)
    }
}

func run(bytesOf restorer: any ReplyRestorer, _ pieces: [[UInt8]], _ resolver: TestResolver = resolver) -> [UInt8] {
    var restorer = restorer
    var out: [UInt8] = []
    for piece in pieces { out += restorer.feed(piece, restoring: resolver) }
    return out + restorer.finish(restoring: resolver)
}

/// The JSON object in some bytes.
func object(_ bytes: some Sequence<UInt8>) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(Array(bytes))) as? [String: Any])
}

/// The JSON objects of a stream of server-sent events.
func eventObjects(_ stream: [UInt8]) throws -> [[String: Any]] {
    try text(stream).split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data: {") }.map {
        try object($0.dropFirst(6).utf8)
    }
}

/// The value under a path of keys and positions.
func value(_ object: Any?, _ path: Any...) -> Any? {
    path.reduce(object) { value, step in
        if let key = step as? String { return (value as? [String: Any])?[key] }
        guard let index = step as? Int, let list = value as? [Any], index < list.count else { return nil }
        return list[index]
    }
}
