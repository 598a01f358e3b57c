import Primitives
import Testing

@Suite struct OffsetMapCompositionTests {
    private func decode(_ text: [UInt8], _ range: Range<Int>) throws -> (text: [UInt8], map: OffsetMap) {
        try text.withUnsafeBytes { buffer in Result { try JSONStringCodec.decode(buffer, range) } }.get()
    }

    @Test func aSpanOfTheInnerTextLeadsThroughBothEscapes() throws {
        let inner = Array(#"a"b\é😀"#.utf8)
        let middle = Array("xx".utf8) + JSONStringCodec.encode(inner)
        let outer = Array("yyy".utf8) + JSONStringCodec.encode(middle)
        let first = try decode(outer, 3..<outer.count)
        #expect(first.text == middle)
        let second = try decode(first.text, 2..<first.text.count)
        #expect(second.text == inner)
        let map = second.map.composed(with: first.map)
        #expect(map.decodedCount == inner.count)
        // a " b \ é 😀 with their widths after two rounds of escaping
        let widths = [1, 4, 1, 4, 2, 4]
        var at = 5
        var from = 0
        for (width, length) in zip(widths, [1, 1, 1, 1, 2, 4]) {
            #expect(map.original(of: ByteSpan(start: from, end: from + length)) == ByteSpan(start: at, end: at + width))
            at += width
            from += length
        }
        #expect(at == outer.count)
    }

    @Test func spansOfComposedMapsAreThoseOfOneMapAfterTheOther() throws {
        let inner = Array("tab\there \\ \"q\" é\n\u{1}end".utf8)
        let middle = JSONStringCodec.encode(inner)
        let outer = JSONStringCodec.encode(middle)
        let first = try decode(outer, 0..<outer.count)
        let second = try decode(first.text, 0..<first.text.count)
        let map = second.map.composed(with: first.map)
        for start in 0...inner.count {
            for end in start...inner.count {
                let span = ByteSpan(start: start, end: end)
                #expect(map.original(of: span) == first.map.original(of: second.map.original(of: span)))
            }
        }
    }

    @Test func appendedMapsLeadToWhatFollows() throws {
        let text = Array(#"k\n":"v\t"#.utf8)
        var map = try decode(text, 0..<3).map
        map.appendIdentity(3)
        map.append(try decode(text, 6..<9).map)
        #expect(map.decodedCount == 7)
        #expect(map.original(of: ByteSpan(start: 1, end: 2)) == ByteSpan(start: 1, end: 3))
        #expect(map.original(of: ByteSpan(start: 5, end: 6)) == ByteSpan(start: 6, end: 7))
        #expect(map.original(of: ByteSpan(start: 6, end: 7)) == ByteSpan(start: 7, end: 9))
    }
}
