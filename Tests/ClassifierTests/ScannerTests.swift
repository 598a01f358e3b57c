import Classifier
import Primitives
import Testing

@Suite struct ScannerTests {
    @Test func `A token with a true checksum is found exactly`() throws {
        var random = SeededRandom(1)
        let token = githubToken(&random)
        let found = try scan("a log line\ntoken=\(token), and more")
        #expect(found.map(\.rule) == ["github.pat"])
        #expect(found.map(\.value) == [token])
        #expect(found[0].finding.confidence >= 0.9)
        #expect(found[0].finding.key == "token")
    }

    @Test func `A token with a wrong checksum is nothing`() throws {
        var random = SeededRandom(2)
        var token = githubToken(&random)
        token.replaceSubrange(
            token.index(token.startIndex, offsetBy: 5)...token.index(token.startIndex, offsetBy: 5), with: "-")
        #expect(try scan("see \(token)").isEmpty)
        let swapped = githubToken(&random).dropLast() + "!"
        #expect(try scan("see \(swapped)").isEmpty)
    }

    @Test(arguments: 0..<9) func `Anchors are found at every alignment`(offset: Int) throws {
        var random = SeededRandom(3)
        let token = githubToken(&random, prefix: "gho_")
        #expect(try scan(String(repeating: ".", count: offset) + token).map(\.value) == [token])
        #expect(try scan(String(repeating: ".", count: offset) + token + "\n").map(\.value) == [token])
        let key = "AKIA" + random.text(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        #expect(try scan(String(repeating: " ", count: offset) + key).map(\.value) == [key])
    }

    @Test func `A mark in the middle of a token finds the token around it`() throws {
        var random = SeededRandom(4)
        let token = random.text(14, of: base62) + ".mark1." + random.text(40, of: base62)
        #expect(try scan("x = '\(token)'").map(\.value) == [token])
    }

    @Test func `A window of its own lets a rule match beside its anchor`() throws {
        var random = SeededRandom(5)
        let digest = random.text(32, of: "0123456789abcdef")
        #expect(try scan("Vendorly account \(digest)").map(\.value) == [digest])
        #expect(try scan("account \(digest)").isEmpty)
    }

    @Test func `A key of many lines is found whole however long it is`() throws {
        var random = SeededRandom(6)
        for lines in [2, 30, 180] {
            let body = (0..<lines).map { _ in random.text(64, of: base62) }.joined(separator: "\n")
            let pem = "-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----"
            #expect(try scan("config:\n\(pem)\nend").map(\.value) == [pem])
        }
    }

    @Test func `Numbers need their context where the rule says so`() throws {
        #expect(try scan("SSN: 536-22-8726").map(\.value) == ["536-22-8726"])
        #expect(try scan("userSsn=536-22-8726").map(\.value) == ["536-22-8726"])
        #expect(try scan("part 536-22-8726").isEmpty)
        #expect(try scan("ssn" + String(repeating: " ", count: 80) + "536-22-8726").isEmpty)
    }

    @Test func `Card numbers are found with every separator`() throws {
        for number in ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242"] {
            #expect(try scan("card \(number).").map(\.value) == [number])
            #expect(try scan("2016-12-20 \(number)").map(\.value) == [number])
        }
        #expect(try scan("card 4242 4242 4242 4241").isEmpty)
        #expect(try scan("card 4242-4242 4242-4242").isEmpty)
    }

    @Test func `Addresses are found, user info, files and reserved names are not`() throws {
        #expect(
            try scan("mail jane.doe+x@mail.acme-corp.co.uk, please").map(\.value) == ["jane.doe+x@mail.acme-corp.co.uk"]
        )
        for text in [
            "icon@2x.png", "git@github.com:a/b", "a@b", "x@example.com", "https://u:p@host.com/", "@decorator",
        ] {
            #expect(try scan(text).filter { $0.rule == "email" }.isEmpty, "\(text)")
        }
    }
}
