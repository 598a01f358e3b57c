import Primitives
import Testing

@testable import PromptFormats

@Suite struct JSONTests {
    private func parse(_ source: String) throws -> JSONTape { try JSONParser.parse(bytes(source)) }

    private func failure(_ source: String) -> FormatError? {
        do throws(FormatError) {
            _ = try JSONParser.parse(bytes(source))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "{}", "[]", "null", "\"\"", " [1, -0.5e+10 ,true,false , null]\n", #"{"a":{"b":[{}]},"a":[]}"#, "\u{FEFF}{}",
        "0", #""\u12aB\n""#,
        #"{"":1}"#,
    ])
    func readsWhatRFC8259Allows(source: String) { #expect(throws: Never.self) { try parse(source) } }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[,1]", "[1 2]",
        "{a:1}", "{'a':1}", "01", "1.",
        "1e", "-", "+1", ".5", "nul", "NaN", "Infinity", "tru", "// x\n{}", "{}{}", "{} x", "\"\\x\"", "\"\\u12\"",
        "\"\\", "\"a\nb\"", "]", "}",
        "[}", "{]", "{\"a\" 1}", "{1:2}", "\u{FEFF}", "{\"a\":1 \"b\":2}", ":", ",",
    ])
    func refusesTheRestAndNamesThePlace(source: String) throws {
        let error = try #require(failure(source))
        #expect(error.kind == .syntax)
        #expect((0...source.utf8.count).contains(error.offset))
    }

    @Test func theErrorNamesLineAndColumn() throws {
        let error = try #require(failure("{\n  \"a\": 1,\n  \"b\": nope\n}"))
        #expect((error.line, error.column, error.offset) == (3, 9, 20))
        #expect(
            error.description.hasPrefix("not valid JSON at byte 20 (line 3, column 9): expected true, false or null"))
    }

    @Test func nestingIsBounded() throws {
        let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try parse(deep(FormatLimits.maxNestingDepth)) }
        #expect(failure(deep(FormatLimits.maxNestingDepth + 1))?.kind == .tooDeep)
        #expect(failure(deep(10_000))?.kind == .tooDeep)
        #expect(failure(String(repeating: "{\"a\":", count: 10_000))?.kind == .tooDeep)
    }

    @Test func valuesAreBoundedInNumber() throws {
        let list = { (count: Int) in "[" + String(repeating: "1,", count: count - 2) + "1]" }
        #expect(throws: Never.self) { try parse(list(FormatLimits.maxValues)) }
        #expect(failure(list(FormatLimits.maxValues + 1))?.kind == .tooManyValues)
    }

    @Test func theBodyIsBoundedInSize() {
        var body = [UInt8](repeating: 0x20, count: FormatLimits.maxBodyBytes - 2) + bytes("{}")
        #expect(throws: Never.self) { try JSONParser.parse(body) }
        body.append(0x20)
        #expect(throws: FormatError.self) { try JSONParser.parse(body) }
    }

    @Test func everyTruncationAndEveryChangedByteEndsInAnAnswer() {
        let source = bytes(
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a\u00e9\"\\b"},1.5e3,true,null]}]}"#
        )
        for end in 0..<source.count {
            #expect(throws: FormatError.self) { try JSONParser.parse(Array(source[..<end])) }
        }
        for format in RequestFormats.all {
            for index in source.indices {
                for byte in [0x00, 0x22, 0x5C, 0x7B, 0x5D, 0x2C, 0x39, 0xFF] as [UInt8] {
                    var changed = source
                    changed[index] = byte
                    _ = try? format.parse(changed)
                }
            }
        }
    }

    @Test func pathsAndLinksFollowTheText() throws {
        let tape = try parse(#" {"a":[{"b":"x"},[],"y"],"c\n":{"d":null}} "#)
        #expect(tape.nodes.indices.map(tape.path) == ["", "a", "a[0]", "a[0].b", "a[1]", "a[2]", "c\n", "c\n.d"])
        #expect(Array(tape.children(of: 0)).map(tape.key) == ["a", "c\n"])
        #expect(tape.string(5) == "y")
        #expect(text(tape.bytes[tape.span(6).range]) == #"{"d":null}"#)
    }

    @Test func longPathsAreCut() throws {
        let key = String(repeating: "k", count: 2000)
        for depth in [1, 30, 200] {
            let open = String(repeating: #"{"\#(key)":"#, count: depth)
            let tape = try parse(open + #"{"e\u006ed":1}"# + String(repeating: "}", count: depth))
            #expect(tape.path(depth + 1).utf8.count <= FormatLimits.maxPathBytes)
            #expect(tape.path(depth + 1).hasSuffix(".end"))
        }
    }
}

@Suite struct Base64Tests {
    @Test func whatIsEncodedIsDecoded() {
        var random = TestRandom(3)
        for length in 0..<70 {
            let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(text(Base64.encode(data)) == base64(data))
            #expect(Base64.decode(Base64.encode(data)) == data)
            #expect(Base64.decode(Base64.encode(data).filter { $0 != UInt8(ascii: "=") }) == data)
        }
        #expect(Base64.decode(bytes("a b")) == nil)
        #expect(Base64.decode(bytes("YQ==YQ")) == nil)
    }

    @Test func textIsToldFromOtherData() {
        let long = String(repeating: "Zeile mit Ümlaut\n", count: 200)
        #expect(Base64.decodedText(bytes(base64(bytes(long)))[...]) == bytes(long))
        #expect(Base64.decodedText(bytes(base64(bytes("x").map { $0 })).dropLast(0)) == bytes("x"))
        #expect(Base64.decodedText(bytes(base64([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00]))[...]) == nil)
        #expect(Base64.decodedText(bytes(base64(bytes(long) + [0]))[...]) == nil)
    }
}
