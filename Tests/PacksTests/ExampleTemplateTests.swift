import Primitives
import Testing

@testable import Packs

struct ExampleTemplateTests {
    private func text(_ template: String, _ name: String = "acme/hit/0") throws -> String {
        String(decoding: try ExampleTemplate.expand(template, name: name).text, as: UTF8.self)
    }

    @Test func expansionIsTheSameForEverAndDiffersByName() throws {
        let template = "k=«x_{base62:30}» {uuid} {jwt}"
        #expect(try text(template) == text(template))
        #expect(try text(template) != text(template, "acme/hit/1"))
        // Written down so that a change of the generator shows: every rule's examples would change with it.
        #expect(try text("{hex:16}") == "c4ca1f9aae2c78c4")
    }

    @Test func everyGeneratorKeepsItsAlphabetAndLength() throws {
        for (name, alphabet) in ExampleAlphabet.byName {
            let made = try ExampleTemplate.expand("{\(name):500}", name: name).text
            #expect(made.count == 500)
            #expect(Set(made) == Set(alphabet), "\(name) uses its whole alphabet and nothing else")
        }
    }

    @Test func marksGiveExactSpans() throws {
        let made = try ExampleTemplate.expand("é=«ab» and «{digits:4}».", name: "n")
        #expect(made.marks == [ByteSpan(start: 3, end: 5), ByteSpan(start: 10, end: 14)])
        #expect(made.text.count == 15)
        for bad in ["«", "»", "a«b", "«a«b»»", "«»"] {
            #expect(throws: ExampleError.self, "\(bad)") { try ExampleTemplate.expand(bad, name: "n") }
        }
    }

    @Test func bracesThatAreNoGeneratorAreText() throws {
        for plain in ["{\"a\": {\"b\": 1}}", "{}", "{unknown:3}", "{", "${VAR}", "{{x}}", "{hex}", "{uuid:3}"] {
            #expect(try text(plain) == plain)
        }
    }

    @Test func lengthsHaveALimit() throws {
        #expect(try text("{digits:8192}").utf8.count == 8_192)
        for bad in ["{digits:8193}", "{digits:0}", "{digits:-1}", "{digits:x}", "{digits:}"] {
            #expect(throws: ExampleError.self, "\(bad)") { try ExampleTemplate.expand(bad, name: "n") }
        }
    }

    @Test func checksumsAreThoseOfTheFormats() throws {
        // CRC-32's published check value is 0xCBF43926 for "123456789".
        #expect(try text("«gh_123456789{github-crc32}»") == "gh_1234567893jZRME")
        #expect(try text("«7992739871{luhn}»") == "79927398713")
        #expect(try text("card 4111 1111 1111 111{luhn}") == "card 4111 1111 1111 1111")
        #expect(try text("«GB{mod97}WEST12345698765432»") == "GB82WEST12345698765432")
        #expect(try text("DE{mod97} 3704 0044 0532 0130 00 is mine") == "DE89 3704 0044 0532 0130 00 is mine")
        #expect(try text("«794{mod97}»") == "79444", "ISO 7064 MOD 97-10 of 794 is 44")
    }

    @Test func aJWTHasThreePartsAndAPEMBodyIsDER() throws {
        let parts = try text("{jwt}").split(separator: ".")
        #expect(parts.count == 3)
        #expect(parts[0] == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")
        #expect(parts[2].utf8.count == 43)
        for count in stride(from: 24, through: 2_000, by: 4) {
            let body = try text("{pem-body:\(count)}")
            #expect(body.replacing("\n", with: "").utf8.count == count, "\(count)")
            #expect(body.split(separator: "\n").dropLast().allSatisfy { $0.utf8.count == 64 })
            #expect(body.hasPrefix("M"), "a DER SEQUENCE begins with 0x30")
        }
        #expect(throws: ExampleError.self) { try ExampleTemplate.expand("{pem-body:25}", name: "n") }
    }

    @Test func randomBitsAreCountedByMarkAndNeverFlattered() throws {
        #expect(try ExampleTemplate.expand("«x_{hex:16}»", name: "n").randomBits == 64)
        #expect(try ExampleTemplate.expand("{hex:99} «x»", name: "n").randomBits == 0)
        let bits = try ExampleTemplate.expand("«{digits:10}»", name: "n").randomBits
        #expect(bits > 30 && bits <= 33.22)
    }
}
