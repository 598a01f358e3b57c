import Classifier
import Primitives
import Testing

/// A value that is the whole text needs no word beside it; the same value among others does.
@Suite struct AloneTests {
    private func spans(_ text: String) throws -> [String] {
        let set = try RuleSet([
            RuleDefinition(
                id: "test.number", name: "Number", kind: .pii, dataClass: .personal, severity: .high,
                anchors: [.shape(.digits), .shape(.alone)], regex: #"(?<![\w.-])\d{10}(?![\w-])"#,
                validators: ["luhn"], context: ["number"], contextRequired: true)
        ])
        var scanner = Scanner(set)
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { scanner.scan($0) }
        var fed: [Finding] = []
        for byte in bytes { withUnsafeBytes(of: byte) { scanner.feed($0) { fed.append($0) } } }
        let incomplete = scanner.finish { fed.append($0) }
        #expect(fed == result.findings && incomplete == result.incomplete)
        return result.findings.map { String(decoding: bytes[$0.span.range], as: UTF8.self) }
    }

    @Test(arguments: ["1234567897", " 1234567897\n", "\"1234567897\"", "'1234567897'.", "1234567897 is my number"])
    func found(_ text: String) throws { #expect(try spans(text) == ["1234567897"]) }

    @Test(arguments: [
        "1234567890", "id 1234567897", "1234567897 rows", "1234567897,ok", "{\"a\":1234567897}", "12345678970",
        String(repeating: " ", count: 247) + "1234567897",
    ])
    func silent(_ text: String) throws { #expect(try spans(text).isEmpty) }

    @Test func atTheLimit() throws {
        #expect(try spans(String(repeating: " ", count: 246) + "1234567897") == ["1234567897"])
    }

    @Test func listsOfValuesThatAllPass() throws {
        let pair = ["1234567897", "2345678904"]
        for separator in [",", ", ", "; ", "\n", "\t", " "] {
            #expect(try spans(pair.joined(separator: separator)) == pair)
        }
        #expect(try spans("1234567897, 2345678904, 2345678908").isEmpty)
    }
}
