import Testing

@testable import Classifier

@Suite struct KeyTests {
    /// The key of the place marked by `¦`, which is taken out.
    private func key(_ marked: String) throws -> String? {
        let parts = marked.split(separator: "¦", maxSplits: 1, omittingEmptySubsequences: false)
        let bytes = Array(parts.joined().utf8)
        return try bytes.withUnsafeBytes { raw in
            let text = Text(base: try #require(raw.baseAddress), count: raw.count)
            return KeyFinder.key(in: text, before: parts[0].utf8.count).map { text.string($0) }
        }
    }

    static let cases: [(String, String?)] = [
        // Assignments.
        (#"{"user":"jd","ssn":"¦536-22-8726"}"#, "ssn"), (#"{"a": {"ssn" : ¦536}}"#, "ssn"),
        (#"{\"a\":\"b\",\"ssn\":\"¦536"#, "ssn"), ("password=¦x", "password"), ("DB_PASSWORD = '¦x'", "DB_PASSWORD"),
        ("export API_TOKEN=\"¦x\"", "API_TOKEN"), ("Authorization: Bearer ¦x", "Authorization"),
        ("Authorization: Basic ¦x", "Authorization"), ("ts=1 level=info card=¦4242", "card"),
        ("a.b.card_number: ¦42", "a.b.card_number"),
        ("Server=db;User Id=sa;Password=¦x;", "Password"), ("AccountName=a;AccountKey=¦x==;", "AccountKey"),
        ("GET /a?x=1&api_key=¦x", "api_key"), ("<ssn>¦536</ssn>", "ssn"), (#"<person ssn="¦536">"#, "ssn"),
        (#"conn.setPassword("¦x")"#, "conn.setPassword"), (#"map.put("password", "¦x")"#, "password"),
        ("password => '¦x'", "password"), ("Cookie: a=b; session=¦x", "session"),
        ("DATABASE_URL=postgres://me:¦x@host", "DATABASE_URL"),
        ("url: jdbc:postgresql://me:¦x@host", "url"),
        // Literals and lines.
        (#""note": "call me at ¦555-1234""#, "note"), ("note: call me at ¦555-1234", "note"),
        ("  - phone: home ¦555", "phone"),
        // Options.
        ("mysql --password ¦x", "password"), ("tool --api-key '¦x'", "api-key"), ("curl -u ¦me:x https://h", "-u"),
        ("curl -u me:¦x https://h", "me"), ("curl -H 'X-Api-Key: ¦x'", "X-Api-Key"),
        ("curl -sS -H \"Authorization: Bearer ¦x\"", "Authorization"),
        // Arrays.
        (#"{"ssns": ["1", "2", "¦3"]}"#, "ssns"), ("cards = [1, 2, ¦3]", "cards"), ("[1, [2, 3], ¦4]", nil),
        // YAML blocks.
        ("a: 1\nkey: |\n  first\n  ¦x\n", "key"), ("key: >-\n\n    one two ¦x", "key"),
        ("spec:\n  tokens:\n    - a\n    - ¦b", "tokens"),
        ("tokens:\n- a\n- ¦b", "tokens"), ("a:\n  b:\n    c: 1\n    some ¦x", "b"), ("a: 1\n¦x", nil),
        // Tables.
        ("INSERT INTO p (id, name, ssn) VALUES (1, 'O, (x', '¦536')", "ssn"),
        ("insert into p(id,name) values (1,'a'),\n(2,'¦b')", "name"), ("INSERT INTO p VALUES (1, '¦x')", nil),
        ("INSERT INTO p (\"id\", `ssn`) VALUES (1, ¦536)", "ssn"),
        ("id,name,ssn\n1,a,536\n2,\"b, c\",¦536", "ssn"), ("id\tname\tssn\n1\ta\t¦536", "ssn"), ("1,2,3\n4,5,¦6", nil),
        ("VALUES('Jane','¦536')", nil), ("('a', 'b', '¦c')", nil),
        // Nothing.
        ("¦x", nil), ("just some words ¦x", nil), ("12:30:01 ¦x", nil),
    ]

    @Test(arguments: 0..<cases.count) func `The nearest key`(index: Int) throws {
        let (text, expected) = Self.cases[index]
        #expect(try key(text) == expected, "\(text)")
    }

    @Test func `A key at the limit of its length and of the gap is found, beyond it is none`() throws {
        let longest = String(repeating: "k", count: Finding.maxKeyBytes)
        #expect(try key(longest + "=¦x") == longest)
        #expect(try key(longest + "k=¦x") == nil)
        let gap = String(repeating: " ", count: KeyFinder.maxGap - 1)
        #expect(try key("ssn:" + gap + "¦x") == "ssn")
    }

    @Test func `A header line is found within reach and no further`() throws {
        for (lines, expected) in [(100, "ssn"), (600, nil)] as [(Int, String?)] {
            let table = "id,ssn\n" + String(repeating: "1,2345\n", count: lines) + "2,¦536"
            #expect(try key(table) == expected)
        }
    }

    @Test func `Hostile text ends within the reach`() throws {
        for unit in [",", "\"", "'", "(", "[", "\n", "\\", " ", "-", ":", "a,", "(\"", "\n ", "values(", "- ", "//:"] {
            let text = String(repeating: unit, count: 9000 / unit.utf8.count)
            let bytes = Array(text.utf8)
            try bytes.withUnsafeBytes { raw in
                let text = Text(base: try #require(raw.baseAddress), count: raw.count)
                for value in [0, 1, 4096, bytes.count] {
                    var work = 0
                    _ = KeyFinder.key(in: text, before: value, work: &work, budget: 1)
                    #expect(work <= 16 * KeyFinder.maxLookBack, "\(unit)")
                }
            }
        }
    }
}
