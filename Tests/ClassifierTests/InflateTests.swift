import Testing

@testable import Classifier

/// Against what Python's zlib and gzip modules wrote.
@Suite struct InflateTests {
    /// 200 lines, compressed with level 9: a dynamic code.
    private static let lines = (0..<200).map { "line \($0): value \($0 * $0)\n" }.joined()
    private static let compressedLines =
        """
        eNpNl0FyXCEMRPc5hY+AJBAit8kiC1dNZRef37jmd7d2/hQGtZDUb16f//5+jN8fX39e/+8fv14/34Zve387vuf7O/B93t+T+/O9\
        sLDg672QWIhnx+aRzxmFhXwuOVioJwpjmDYQqCJ17GKwNp+TLBTfc5sp5PNEZAoaUVtKB3YxcC+cxdDDceORXuSQ0U9E74x+TuxS\
        qus5yxn98udGZ/RrP3E5o09E74w+uYvRb57F6DdvVOoRVzD6g+iD0R9oDOV+IBWh5A9kLJR9Q2Jj6SmhIFJreKagBAu8ZlR7c9xL\
        EbZQG1MVlJAxVUKJSpvSsVGOUzoKNTtbFaGwp8poQMdUHRlaZKqQfOA86vAYuJc6fI4nvjVUl9CxqMOT+6jDN85boQLGvYs6/LCF\
        qSOoY6mNDXrXbtWP89QRgfwttcREnnOoTaAjqSM23i2pIwrvm9QRB3WQUz2GeknqmKyrpI4ZqL/URJqo06SOmajnpI65Ufdbvc32\
        2NSxBrpoU8cyNNtWewd6cqu/J1p3U8dih+/UHOA+6liH52m4Dt57NDAQXw0NYego6sgFveWaLMhLUUcW8lfUsQfyXEsjCDqKOnbg\
        3UqjauF9S7Nqow6KOvZBvZwh74COQx3lqL/jGnS0HeqoRD0f6qhC3Z+liQgdhzpuKNhHHWei305pdKIvD3WcGnS8bnk0vWFtzGpv\
        G74Tp9po4zdx/93QhjIitaERbNR0/02rHtyrMXxnLs/VILZMxqBRbEU3b3buzdCbowc9vZm6L9p683XfdPZm7X5o7nJ3C/m7DN5i\
        0uKtWwxdXjZvcWj0cnqblmSQ0QyJ2uT3dsuNexuwFLrT5Pq2DH1sMn5bgY43eb9pNpjs31Zpr7RlO1faMhSDtKXijWainHYmGrCt\
        PDQg2JM5a0iwld8GBfvwLRoWlN6tgcE1Y+6VtlI9NDg4Q0h4mnWzzhogHDqSNUQ4ql9Bwu1B1rowwYf6QqDgY7OHGiq0fuuwEOzN\
        hgumPm7A8CMOq0IG13xo0CBqsIYNrrnTwCGM5zZ0CM4ya/AQm/EKHy62UJsAwmcwD0IIn5y5Joi4XMH8CiN8cY5bNiDSuwklfNEb\
        TDDh1/lwrnDCk35jAgq/hYp4hRS+228FaduL9Sus8E1fNIGF36pmDNJW9FoTXNxfHNQmvPBD/zYBhp/FPhZi3IHInhdkXMDjfNgN\
        +zRLBBoxjvbuhoM6V/B3dTIG4Z+Th0zAceGR2oQc4WQsE3REGHMm7IiY+kUmbVF8C6FHiAVN8HEtgG8s/IhJvjQBSKxg7QhBYpFZ\
        7TS4lb8JQy4Zs34FItdwWOtCkYvC7AvByHUA9pBwJEr9JiC5U529KSSJ4m8AE5Rce2PPC0sumd358A0PBILV
        """
    private static let gzip = "H4sIAAAAAAACAytILC4uzy9KsQ0pMihNMknJL1IzruAqIEEUAOPbTTJCAAAA"

    private func inflate(_ text: String, limit: Int = 1 << 20) -> Inflate.Output? {
        Inflate.container(Encodings.unbase64(text), limit: limit)
    }

    @Test func `Stored, fixed and dynamic blocks come out as they went in`() {
        #expect(inflate("eAEBDADz/3N0b3JlZCBieXRlcx/PBNk=")?.bytes == Array("stored bytes".utf8))
        #expect(
            inflate("eAFLTEpOhCGFjNScnHxkEgCs/ws1")?.bytes == Array("abcabcabcabc hello hello hello".utf8))
        let output = inflate(Self.compressedLines)
        #expect(output?.bytes == Array(Self.lines.utf8))
        #expect(output?.end == .intact)
        #expect(inflate(Self.gzip)?.end == .intact)
        #expect(inflate("H4sIAAAAAAACAwMAAAAAAAAAAAA=")?.bytes == [])
    }

    @Test func `A wrong check value is damage`() {
        for (text, trailer) in [(Self.compressedLines, 4), (Self.gzip, 8)] {
            let bytes = Encodings.unbase64(text)
            for place in bytes.count - trailer..<bytes.count {
                var changed = bytes
                changed[place] ^= 0x10
                #expect(Inflate.container(changed, limit: 1 << 20)?.end == .damaged)
            }
        }
    }

    @Test func `Of a container that is cut off the first part comes out`() throws {
        let bytes = Encodings.unbase64(Self.compressedLines)
        var longest = 0
        for count in 2..<bytes.count {
            let output = try #require(Inflate.container(Array(bytes[..<count]), limit: 1 << 20))
            #expect(output.end == .cutOff)
            #expect(Self.lines.utf8.starts(with: output.bytes))
            longest = max(longest, output.bytes.count)
        }
        #expect(longest == Self.lines.utf8.count)
    }

    @Test func `No more comes out than allowed, at the limit all does`() {
        let count = Self.lines.utf8.count
        #expect(inflate(Self.compressedLines, limit: count)?.end == .intact)
        let output = inflate(Self.compressedLines, limit: count - 1)
        #expect(output?.end == .limit)
        #expect(output?.bytes.count == count - 1)
    }

    @Test func `Damaged and random bytes never trap`() {
        var random = SeededRandom(41)
        let bytes = Encodings.unbase64(Self.compressedLines)
        for _ in 0..<2000 {
            var changed = bytes
            for _ in 0..<3 {
                changed[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let output = Inflate.container(changed, limit: 10_000)
            #expect(output?.bytes.count ?? 0 <= 10_000)
        }
        for round in 0..<500 {
            let noise = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let head: [UInt8] = round % 2 == 0 ? [0x78, 0x9C] : [0x1F, 0x8B, 8, UInt8(round % 32)]
            _ = Inflate.container(head + noise, limit: 10_000)
        }
        #expect(Inflate.container([0x1F, 0x8B], limit: 10) == nil)
        #expect(Inflate.container([], limit: 10) == nil)
    }
}
