import Foundation
import Primitives
import PromptFormats
import Testing

@Suite struct FormReaderTests {
    private func form(
        _ parts: [(headers: String, content: String)], path: String = "/v1/files", boundary: String = "b-1",
        newline: String = "\r\n"
    ) -> Recorded {
        let body =
            parts.map { "--\(boundary)\(newline)\($0.headers)\(newline)\(newline)\($0.content)\(newline)" }.joined()
            + "--\(boundary)--\(newline)"
        return Recorded(
            provider: "openai", path: path,
            headers: [("content-type", "multipart/form-data; boundary=\"\(boundary)\"")], body: body)
    }

    private func field(_ name: String) -> String { #"Content-Disposition: form-data; name="\#(name)""# }

    private func file(_ name: String, _ type: String) -> String {
        #"Content-Disposition: form-data; name="file"; filename="\#(name)""# + "\r\nContent-Type: \(type)"
    }

    @Test(arguments: ["\r\n", "\n"])
    func fieldsAndTextFilesAreTexts(newline: String) throws {
        let upload = form(
            [
                (field("purpose"), "user_data"), (field("model"), "whisper-x"), (field("prompt"), "names: Ann"),
                (#"Content-Disposition: form-data; name="file"; filename="notes.txt""#, "line one\nkey=1"),
            ], newline: newline)
        let request = try upload.checked("openai.files")
        #expect(request.model == "whisper-x")
        try request.expect([
            Said("form.purpose", "user_data", .user), Said("form.prompt", "names: Ann", .user),
            Said("form.file", "line one\nkey=1", .user),
        ])
        #expect(try request.text(at: "form.file.headers").contains("notes.txt"))
        #expect(request.opaque.isEmpty)
        let body = bytes(upload.body)
        #expect(
            request.replacing("key=1", with: "GONE \"x\"", in: body)
                == upload.body.replacingOnce("key=1", with: "GONE \"x\""))
    }

    @Test func whatIsNoTextIsOpaqueWithItsTypeAndSize() throws {
        let sound = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 128) }
        let head = "--b\r\n" + #"Content-Disposition: form-data; name="file"; filename="talk.mp3""#
        let body =
            bytes(head + "\r\nContent-Type: audio/mpeg\r\n\r\n") + sound
            + bytes("\r\n--b\r\n\(field("model"))\r\n\r\nwhisper\r\n--b--\r\n")
        let requestHead = RequestHead(
            provider: "openai", method: "POST", path: "/v1/audio/transcriptions",
            headers: [("Content-Type", "multipart/form-data; boundary=b")])
        let request = try RequestFormats.match(requestHead).parse(body, of: requestHead)
        #expect(
            request.opaque == [OpaquePart(kind: .audio, path: "form.file", mediaType: "audio/mpeg", byteCount: 3000)])
        #expect(request.model == "whisper")
        // It is short enough to be looked at as well; nothing of it is edited.
        #expect(try !request.segment(at: "form.file").rewritable)
    }

    @Test func aBatchFileIsReadLineByLine() throws {
        let lines = [
            #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-a","messages":[{"role":"system","content":"sys"},{"role":"user","content":"tell \"x\""}]}}"#,
            #"{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"model":"emb-b","input":"embed me"}}"#,
            "not json at all", "",
            #"{"messages":[{"role":"user","content":"train on me"}]}"#,
        ]
        let upload = form([
            (field("purpose"), "batch"), (file("in.jsonl", "application/jsonl"), lines.joined(separator: "\n")),
        ])
        let request = try upload.checked("openai.files")
        try request.expect([
            Said("form.file[0].body.messages[0].content", "sys", .system, 1),
            Said("form.file[0].body.messages[1].content", "tell \"x\"", .user, 2),
            Said("form.file[1].body.input", "embed me", .user, 1), Said("form.file[2]", "not json at all", .user),
            Said("form.file[4].messages[0].content", "train on me", .user, 1),
        ])
        #expect(request.models == ["gpt-a", "emb-b"])
        let edited = request.replacing("x\"", with: "é\"\n", in: bytes(upload.body))
        #expect(edited == upload.body.replacingOnce(#"x\""#, with: #"é\"\n"#))
    }

    @Test func nothingHidesBetweenTheParts() throws {
        let body =
            "preamble secret\r\n--b\r\n\(field("purpose"))\r\n\r\nx1\r\n--bad\r\nin the part\r\n--b--\r\nepilogue secret"
        let upload = Recorded(
            provider: "openai", path: "/v1/files", headers: [("Content-Type", "multipart/form-data; boundary=b")],
            body: body)
        let request = try upload.checked("openai.files")
        #expect(try request.text(at: "form.preamble").contains("preamble secret"))
        #expect(try request.text(at: "form.purpose") == "x1\r\n--bad\r\nin the part")
        #expect(try request.text(at: "form.epilogue").contains("epilogue secret"))
        #expect(request.opaque.map(\.kind) == [.unknownShape, .unknownShape])
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other",
    ])
    func aFormThatCantBeTakenApartIsOneTextOfUnknownShape(type: String) throws {
        let upload = Recorded(
            provider: "openai", path: "/v1/files", headers: [("Content-Type", type)],
            body: "--b\r\n\(field("x"))\r\n\r\nkey=1\r\n--b--")
        let request = try upload.checked("openai.files")
        #expect(request.segments.map { text($0.text) } == [upload.body])
        #expect(request.opaque.map(\.kind) == [.unknownShape])
    }

    @Test func aFormOnAnUnknownPathIsTakenApartAndReported() throws {
        let request = try form([(field("secret"), "key=1")], path: "/v1/nothing-known").checked("generic")
        #expect(try request.text(at: "form.secret") == "key=1")
        #expect(request.opaque.map(\.kind) == [.unknownShape])
    }

    @Test func imageEditsAreForms() throws {
        let request = try form(
            [(field("prompt"), "a hat on it"), (file("a.png", "image/png"), "\u{1}\u{2}PNG")],
            path: "/v1/images/edits"
        ).checked("openai.images")
        try request.expect([Said("form.prompt", "a hat on it", .user)])
        #expect(request.opaque.map(\.kind) == [.image])
    }

    @Test func aFilesBytesMayBeTheBody() throws {
        let head = { (type: String) in
            RequestHead(
                provider: "google", method: "POST", path: "/upload/v1beta/files?upload_id=u",
                headers: type.isEmpty ? [] : [("Content-Type", type)])
        }
        let format = RequestFormats.match(head("image/png"))
        #expect(format.id == "google.files")
        let image = try format.parse([0x89, 0x50, 0x4E, 0x47, 0, 1, 2, 0xFF], of: head("image/png"))
        #expect(image.opaque == [OpaquePart(kind: .image, path: "$", mediaType: "image/png", byteCount: 8)])
        let large = try format.parse([UInt8](repeating: 0xFF, count: 20_000), of: head(""))
        #expect(large.segments.isEmpty && large.opaque.map(\.kind) == [.file])
        for type in ["text/plain", "", "text/csv"] {
            let note = try format.parse(bytes("name,key\nann,1"), of: head(type))
            #expect(note.segments.map { text($0.text) } == ["name,key\nann,1"])
            #expect(note.segments.allSatisfy { !$0.rewritable } && note.opaque.isEmpty)
        }
        let start = try format.parse(bytes(#"{"file":{"display_name":"plan of Ann"}}"#), of: head("application/json"))
        #expect(start.segments.contains { text($0.text).contains("plan of Ann") })
        #expect(throws: FormatError.self) { try format.parse(bytes("{"), of: head("application/json")) }
        #expect(
            RequestFormats.match(RequestHead(provider: "anthropic", method: "POST", path: "/v1/files"))
                .refusal("x", eventID: "", kind: .blocked).status == 400)
    }

    @Test func partsAreBoundedInNumber() throws {
        let lines = { (count: Int) in String(repeating: "1\n", count: count) }
        let upload = { (count: Int) in self.form([(self.file("a.jsonl", "application/jsonl"), lines(count))]) }
        // The part itself counts as one.
        #expect(throws: Never.self) { try upload(FormatLimits.maxParts - 1).parse() }
        #expect(throws: FormatError.self) { try upload(FormatLimits.maxParts).parse() }
    }

    @Test func everyCutOfAFormIsReadWithoutACrash() throws {
        let upload = form([(field("model"), "m"), (file("in.jsonl", "application/jsonl"), #"{"prompt":"x"}"#)])
        let body = bytes(upload.body)
        for cut in 0...body.count {
            let request = try upload.format.parse(Array(body[..<cut]), of: upload.head)
            for segment in request.segments { #expect(segment.map.originalEnd <= body.count) }
        }
    }
}
