import Classifier

/// Reads `[[rule.discard]]` and `checksum` of a rule.
enum CheckReader {
    /// Most bits of entropy that a byte can have.
    private static let maxEntropy = 8.0

    static func read(_ reader: inout ConfigurationReader, _ rule: inout RuleDefinition) {
        for table in reader.tables("discard") {
            var table = table
            var condition = DiscardCondition()
            condition.maxEntropy = table.number("entropy_at_most", in: 0...maxEntropy)
            condition.value = test(&table, "value")
            condition.match = test(&table, "match")
            condition.line = test(&table, "line")
            table.finish()
            if condition.isEmpty {
                reader.mistakes.add(
                    table.table.position, "[[rule.discard]] states nothing", mend: "it would drop every value")
            }
            rule.discard.append(condition)
        }
        guard var table = reader.table("checksum") else { return }
        for key in ["of", "by", "length", "in"] { table.require(key) }
        let of = table.string("of")
        let method = table.choice("by", CaptureChecksum.Method.self)
        let length = table.integer("length", in: 1...CaptureChecksum.maxLength)
        let group = table.integer("in", in: 0...99)
        table.finish()
        if let of, let method, let length, let group {
            rule.checksum = CaptureChecksum(of: of, method: method, length: length, group: group)
        }
    }

    private static func test(_ table: inout ConfigurationReader, _ part: String) -> TextTest {
        func list(_ key: String) -> [String] {
            (table.strings("\(part)_\(key)", max: TextTest.maxEntries) ?? []).map(\.text)
        }
        return TextTest(contains: list("contains"), matches: list("matches"), lacks: list("lacks"))
    }
}
