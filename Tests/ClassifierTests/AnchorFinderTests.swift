import Testing

@testable import Classifier

struct AnchorFinderTests {
    private func anchors(_ regex: String) -> [String] {
        (AnchorFinder.anchors(of: regex)?.anchors ?? []).map { anchor in
            guard case .literal(let bytes, let isCaseSensitive) = anchor else { return "shape" }
            return (isCaseSensitive ? "" : "(?i)") + String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test(arguments: [
        (#"\bacme_[0-9a-z]{20}\b"#, ["acme_"]),
        (#"(?i)\bacme_[0-9a-z]{20}\b"#, ["(?i)acme_"]),
        (#"(?:qa|zb)k_[0-9]{12}"#, ["qak_", "zbk_"]),
        (#"q[xyz]w-[0-9]{12}"#, ["qxw-", "qyw-", "qzw-"]),
        (#"[a-z0-9]{14}\.zmark\.[a-z0-9]+"#, [".zmark."]),
        (#"(?:zebra[0-9]+|quagga[0-9]+)"#, ["quagga", "zebra"]),
        (#"[a-z]{32}"#, []), (#"zebr[aó]qx"#, ["zebr"]),
        (#"(?:zebra)?[0-9]{10}"#, []),
        (#"(?:zebra|[0-9]+)x"#, []),
    ]) func `The rarest literals that each match must hold`(regex: String, expected: [String]) {
        #expect(anchors(regex) == expected)
    }

    @Test func `A word that every other file holds loses to a rare one`() {
        #expect(anchors(#"(?i)token[ =]{1,9}zqx_[0-9a-f]{32}"#) == ["(?i)zqx_"])
    }

    /// What a finder that is wrong would miss: matches of patterns made at random, none of which may lack all anchors.
    @Test func `No match lacks all of its anchors`() throws {
        var random = SeededRandom(11)
        let pieces = ["ab", "c", "[de]", "(?:fg|h)", "i{2}", "(?:jk)?", "l+", "[m-p]", "(?i:qr)", "(?:s|tu)v"]
        let examples: [[String]] = [
            ["ab"], ["c"], ["d", "e"], ["fg", "h"], ["ii"], ["jk", ""], ["l", "lll"], ["m", "p"], ["qR", "Qr", "qr"],
            ["sv", "tuv"],
        ]
        for _ in 0..<2_000 {
            let picks = (0..<5).map { _ in Int(random.next() % UInt64(pieces.count)) }
            let regex = picks.map { pieces[$0] }.joined()
            guard let choice = AnchorFinder.anchors(of: regex) else { continue }
            let text = picks.map { examples[$0][Int(random.next() % UInt64(examples[$0].count))] }.joined()
            let held = choice.anchors.contains { anchor in
                guard case .literal(let bytes, let isCaseSensitive) = anchor else { return false }
                let wanted = String(decoding: bytes, as: UTF8.self)
                return isCaseSensitive ? text.contains(wanted) : text.lowercased().contains(wanted)
            }
            #expect(held, "\(regex) in \(text)")
        }
    }

    @Test func `A pattern of a thousand alternatives ends soon`() {
        let regex = (0..<300).map { "(?:word\($0)|other\($0))?" }.joined() + "[ab]{8}[cd]{8}[ef]{8}zebra"
        #expect(anchors(regex).isEmpty || anchors(regex).contains { $0.contains("z") })
    }
}
