import Primitives
import Testing

@Suite struct JSONStringCodecTests {
    private func decode(_ inside: String) throws -> (text: String, map: OffsetMap) {
        let result = try Array(inside.utf8).withUnsafeBytes { buffer in
            Result { try JSONStringCodec.decode(buffer, 0..<buffer.count) }
        }.get()
        return (String(decoding: result.text, as: UTF8.self), result.map)
    }

    @Test(arguments: [
        (#"plain"#, "plain"), (#"a\nb"#, "a\nb"), (#"\"\\\/"#, "\"\\/"), (#"\u00e9\uD83D\uDE00"#, "é😀"),
        (#"\ud83d"#, "\u{FFFD}"), ("", ""),
    ])
    func decodesEscapes(inside: String, text: String) throws {
        #expect(try decode(inside).text == text)
    }

    @Test(arguments: [#"\x"#, #"\"#, #"\u12"#, "a\u{1}b"])
    func refusesWhatRFC8259Refuses(inside: String) {
        #expect(throws: JSONStringCodec.Failure.self) { try decode(inside) }
    }

    @Test func aSpanNeverCutsAnEscape() throws {
        let map = try decode(#"ab\nc\u00e9d"#).map
        // decoded: a b LF c C3 A9 d
        #expect(map.original(of: ByteSpan(start: 0, end: 2)) == ByteSpan(start: 0, end: 2))
        #expect(map.original(of: ByteSpan(start: 2, end: 3)) == ByteSpan(start: 2, end: 4))
        #expect(map.original(of: ByteSpan(start: 4, end: 5)) == ByteSpan(start: 5, end: 11))
        #expect(map.original(of: ByteSpan(start: 5, end: 7)) == ByteSpan(start: 5, end: 12))
    }

    @Test func encodeThenDecodeGivesTheTextBack() throws {
        let text = (0...255).map { UInt8($0) }.filter { $0 < 0x80 }
        let inside = String(decoding: JSONStringCodec.encode(text), as: UTF8.self)
        #expect(try Array(decode(inside).text.utf8) == text)
    }
}
