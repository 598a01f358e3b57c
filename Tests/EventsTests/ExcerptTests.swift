import Primitives
import Testing

@testable import Events

@Suite struct ExcerptTests {
    private func excerpt(_ text: String, _ value: String, prefix: String = "") throws -> MaskedExcerpt {
        let bytes = Array(text.utf8)
        let start = try #require(bytes.firstRange(of: Array(value.utf8))?.lowerBound)
        return MaskedExcerpt(
            text: bytes, finding: ByteSpan(start: start, end: start + value.utf8.count),
            publicPrefix: Array(prefix.utf8))
    }

    private func marked(_ excerpt: MaskedExcerpt) -> String {
        String(decoding: Array(excerpt.text.utf8)[excerpt.mark.range], as: UTF8.self)
    }

    @Test("it stays on the finding's line") func line() throws {
        let found = try excerpt("secret one\nERROR token=zeta42 retry\nsecret two", "zeta42")
        #expect(found.text == "ERROR token=xxxx99 xxxxx")
        #expect(marked(found) == "xxxx99")
    }

    @Test("the public prefix of a value stays, and nothing else of it") func prefix() throws {
        let found = try excerpt("GITHUB_TOKEN=ghp_Zq3Xw9", "ghp_Zq3Xw9", prefix: "ghp_")
        #expect(found.text == "GITHUB_TOKEN=ghp_xx9xx9")
        // A value that is nothing but the prefix is hidden whole.
        #expect(try excerpt("t=ghp_", "ghp_", prefix: "ghp_").text == "x=xxx_")
    }

    @Test("every excerpt of every size is within its limit, and its mark within the excerpt") func limits() {
        for length in [0, 1, 39, 40, 41, 159, 160, 161, 5000] {
            for before in [0, 1, 60, 200, 5000] {
                let text =
                    String(repeating: "é ", count: before) + String(repeating: "K", count: length)
                    + String(repeating: " zz", count: before)
                let start = before * 3
                let found = MaskedExcerpt(
                    text: Array(text.utf8), finding: ByteSpan(start: start, end: start + length))
                #expect(found.text.utf8.count <= EventLimits.maxExcerptBytes)
                #expect(found.mark.end <= found.text.utf8.count)
                #expect(!found.text.contains("K") && !found.text.contains("é"))
            }
        }
    }

    @Test("a piece of a long word that looks like a public word is masked") func cutWord() {
        // The cut falls so that only "password" of a longer word is left in the window.
        for lead in 0..<12 {
            let text = String(repeating: "q", count: lead) + "password " + String(repeating: "z", count: 49) + " VALUE"
            let bytes = Array(text.utf8)
            let found = MaskedExcerpt(text: bytes, finding: ByteSpan(start: bytes.count - 5, end: bytes.count))
            if lead > 0 { #expect(!found.text.contains("password"), "lead \(lead): \(found.text)") }
        }
    }

    @Test("spans outside the text are clipped") func outside() {
        let found = MaskedExcerpt(
            text: Array("abc".utf8), finding: ByteSpan(start: 1, end: 99), others: [ByteSpan(start: 50, end: 60)])
        #expect(found.text == "xxx")
        #expect(MaskedExcerpt(text: [], finding: ByteSpan(start: 0, end: 0)).text.isEmpty)
    }
}
