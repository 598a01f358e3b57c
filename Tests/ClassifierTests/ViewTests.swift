import Classifier
import Primitives
import Testing

@Suite struct ViewTests {
    private func escaped(_ text: String, depth: Int) -> String {
        var text = text
        for _ in 0..<depth {
            text = "\"" + String(decoding: JSONStringCodec.encode(Array(text.utf8)), as: UTF8.self) + "\""
        }
        return text
    }

    @Test(arguments: 1...5) func `A password in JSON in JSON is found to the last byte`(depth: Int) throws {
        let value = "Tr0ub4dor&3x"
        let line =
            "2026-01-01 INFO body=" + escaped(#"{"user":"jd","password":"\#(value)","note":"a/b"}"#, depth: depth)
        let found = try scan(line)
        #expect(found.map(\.value) == [value], "\(line)")
        #expect(found.first?.finding.key == "password")
    }

    @Test(arguments: 1...4) func `A value that is itself escaped is covered whole`(depth: Int) throws {
        let inner = #"{"password":"a\"b\\c9Zx\u00e9!"}"#
        let found = try scan(escaped(inner, depth: depth - 1))
        #expect(found.count == 1)
        let decoded = Array(found.first?.value.utf8 ?? "".utf8)
        #expect(found.first?.value.hasPrefix("a\\") == true)
        #expect(found.first?.value.hasSuffix("!") == true)
        #expect(decoded.count >= 14)
    }

    @Test func `A token right behind an escaped line break is found`() throws {
        var random = SeededRandom(11)
        let token = githubToken(&random)
        let found = try scan(#"{"log":"done\n\#(token)\nnext"}"#)
        #expect(found.map(\.value) == [token])
        #expect(found.first?.finding.views == [.json])
    }

    @Test func `A token that stands plainly as well is one finding without a view`() throws {
        var random = SeededRandom(12)
        let token = githubToken(&random)
        let found = try scan(#"{"log":"tab\t here \#(token) there\n"}"#)
        #expect(found.map(\.value) == [token])
        #expect(found.first?.finding.views == [])
    }

    @Test func `A key whose line breaks are escaped is found whole`() throws {
        var random = SeededRandom(13)
        let body = (0..<26).map { _ in random.text(64, of: base62) }.joined(separator: "\\n")
        let pem = "-----BEGIN PRIVATE KEY-----\\n\(body)\\n-----END PRIVATE KEY-----"
        #expect(try scan(#"{"type":"service_account","private_key":"\#(pem)\n","client":"x"}"#).map(\.value) == [pem])
    }

    @Test func `Percent codes are seen through`() throws {
        var random = SeededRandom(14)
        let key = "AKIA" + random.text(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let found = try scan("GET /?state=id%3D\(key)%26x HTTP/1.1")
        #expect(found.map(\.value) == [key])
        #expect(found.first?.finding.views.map(\.rawValue) == ["percent"])
    }

    @Test func `Base64 is seen through, alone and behind a key`() throws {
        var random = SeededRandom(15)
        let token = githubToken(&random)
        let encoded = Encodings.base64(Array("user:\(token)\n".utf8))
        let found = try scan("data:\n  credentials: \(encoded)\n")
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.first?.finding.views.map(\.rawValue) == ["base64"])
        #expect(encoded.contains(found.first?.value ?? "-"))
    }

    @Test func `JSON in base64 in JSON is seen through`() throws {
        var random = SeededRandom(16)
        let token = githubToken(&random)
        let encoded = Encodings.base64(Array(#"{"a":"x\n\#(token)\n"}"#.utf8))
        let found = try scan(#"{"outer":"{\"blob\":\"\#(encoded)\"}"}"#)
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.first?.finding.views.map(\.rawValue) == ["json", "base64", "json"])
    }

    @Test func `Words, digests and identifiers open no view`() throws {
        for text in [
            "partition reassignment of consumergroupcoordinatorservice",
            "d41d8cd98f00b204e9800998ecf8427e", "com/example/service/internal/handler/RequestHandlerFactory",
        ] {
            #expect(try scan(text).isEmpty)
        }
    }
}
