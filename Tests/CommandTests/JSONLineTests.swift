import Testing

@testable import sluice

struct JSONLineTests {
    private func read(_ text: String) throws -> (id: String, text: String) {
        let line = try Array(text.utf8).withUnsafeBytes { try JSONLine($0) }
        return (String(decoding: line.id, as: UTF8.self), String(decoding: line.text, as: UTF8.self))
    }

    private func mistake(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch { return (error as? JSONLine.Mistake)?.reason }
    }

    @Test func idsComeBackAsTheyWereWritten() throws {
        #expect(try read(#"{"id":"a\u0062","text":""}"#).id == #""a\u0062""#)
        #expect(try read(#" { "text" : "x" , "id" : -1.50e+3 } "#).id == "-1.50e+3")
        #expect(try read(#"{"id":1,"id":2,"text":"a","text":"b"}"#) == ("2", "b"))
    }

    @Test func escapesInTheTextAreDecoded() throws {
        #expect(try read(#"{"id":1,"text":"a\"\\\/\n\u00e9\ud83d\ude00"}"#).text == "a\"\\/\né😀")
        #expect(try read(#"{"id":1,"\u0074ext":"x"}"#).text == "x", "a key may be escaped, too")
    }

    @Test func otherMembersArePassedOver() throws {
        let others = #""a":{"b":[1,-0.5,1e9,true,false,null,"}",[],{}]},"c":"d""#
        #expect(try read(#"{\#(others),"id":"1","text":"x"}"#).text == "x")
    }

    @Test func mistakesAreNamed() {
        #expect(mistake("[]") == "not an object")
        #expect(mistake("x") == "not JSON: no object at byte 0")
        #expect(mistake(#"{"text":"x"}"#) == #"no "id""#)
        #expect(mistake(#"{"id":1}"#) == #"no "text""#)
        #expect(mistake(#"{"id":null,"text":""}"#) == #""id" must be a string or a number"#)
        #expect(mistake(#"{"id":{},"text":""}"#) == #""id" must be a string or a number"#)
        #expect(mistake(#"{"id":1,"text":5}"#) == #""text" must be a string"#)
        #expect(mistake(#"{"id":1,"text":"\x"}"#)?.contains("escape") == true)
        #expect(mistake("{\"id\":1,\"text\":\"\u{01}\"}")?.contains("control") == true)
        #expect(mistake("{\"id\":\"\u{01}\",\"text\":\"\"}")?.contains("control") == true)
        #expect(mistake(#"{"id":"\q","text":""}"#)?.contains("escape") == true)
        for bad in [#"{"id":01,"text":""}"#, #"{"id":1,}"#, #"{"id":1 "text":""}"#, #"{"id":1.,"text":""}"#, "{} {}"] {
            #expect(mistake(bad) != nil, "\(bad)")
        }
    }

    @Test func everyTruncationIsAMistake() {
        let text = Array(#"{"a":[{"b":"\u00e9"},-1.5e3,true],"id":"7","text":"x\n"}"#.utf8)
        for end in 0..<text.count {
            #expect(throws: JSONLine.Mistake.self) { try Array(text[..<end]).withUnsafeBytes { try JSONLine($0) } }
        }
    }

    @Test func nestingHasALimit() {
        func nested(_ depth: Int) -> String {
            let open = String(repeating: "[", count: depth)
            return #"{"id":1,"text":"","x":\#(open)\#(String(repeating: "]", count: depth))}"#
        }
        #expect(mistake(nested(JSONLine.maxDepth)) == nil)
        #expect(mistake(nested(JSONLine.maxDepth + 1)) == "nested more than 256 deep")
        #expect(mistake(nested(100_000)) == "nested more than 256 deep")
    }
}
