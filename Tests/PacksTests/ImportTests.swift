import Classifier
import Primitives
import Testing

@testable import Packs

struct ImportTests {
    private func run(_ text: String, _ name: String, format: ImportFormat? = nil) throws -> ImportReport {
        try RuleImporter.run([(name, Array(text.utf8))], format: format)
    }

    private func found(_ text: String, _ report: ImportReport) throws -> [String] {
        let set = try RuleSet(report.rules.map(\.definition))
        var scanner = Scanner(set)
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { scanner.scan($0) }.findings.map {
            "\(set.rules[$0.rule].id): \(String(decoding: bytes[$0.span.range], as: UTF8.self))"
        }
    }

    // MARK: gitleaks

    private let gitleaks = #"""
        title = "ours"
        [[allowlists]]
        regexes = ['''^zork_9''']
        [[allowlists]]
        targetRules = ["other"]
        stopwords = ["quux"]
        [[rules]]
        id = "zork-token"
        description = "A token of Zork."
        regex = '''(?i)\b(zork_[a-z0-9]{12})(?:['"\s;]|$)'''
        entropy = 3
        keywords = ["zork_"]
            [[rules.allowlists]]
            regexTarget = "line"
            regexes = ['''^\s*//''']
            [[rules.allowlists]]
            condition = "AND"
            regexes = ['''quux''']
            stopwords = ["blah"]
            [[rules.allowlists]]
            condition = "AND"
            paths = ['''\.md$''']
            regexes = ['''q''']
        [[rules]]
        id = "file-only"
        path = '''\.p12$'''
        [[rules]]
        id = "named_Only"
        regex = '''\b[0-9a-f]{32}\b'''
        keywords = ["zanzibar"]
        """#

    @Test func `A gitleaks rule finds and drops what it says`() throws {
        let report = try run(gitleaks, "g.toml")
        #expect(report.formats == [.gitleaks])
        #expect(report.rules.map(\.definition.id) == ["import.gitleaks.zork-token", "import.gitleaks.named-only"])
        #expect(
            report.refused.map(\.description) == [
                "g.toml:24:1: file-only: has no regex, only a path, and a prompt has none"
            ])
        let token = "import.gitleaks.zork-token"
        #expect(try found("x = 'zork_k3j5h7g9f1d2'", report) == ["\(token): zork_k3j5h7g9f1d2"])
        #expect(try found("x = 'zork_k3j5quux9blah'", report).isEmpty)
        #expect(try found("x = 'zork_k3j5quux9b7h'", report).count == 1)
        #expect(try found("  // 'zork_k3j5h7g9f1d2'", report).isEmpty)
        #expect(try found("x = 'zork_9k3j5h7g9f1d'", report).isEmpty)
        #expect(try found("x = 'zork_aabbaabbaabb'", report).isEmpty)
    }

    @Test func `A regex without a literal runs near its keywords`() throws {
        let report = try run(gitleaks, "g.toml")
        let value = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
        #expect(try found("zanzibar: \(value)", report) == ["import.gitleaks.named-only: \(value)"])
        #expect(try found("elsewhere: \(value)", report).isEmpty)
        #expect(report.notes.contains { $0.what.contains("near one of its keywords") })
    }

    // MARK: betterleaks

    @Test func `betterleaks' filters and parts are carried over`() throws {
        let report = try run(
            #"""
            betterleaksMinVersion = "v1"
            filter = '''matchesAny(finding["secret"], [`zz$`])'''
            [[rules]]
            id = "blorb-secret"
            regex = '''blorb_[a-z0-9]{12}'''
            keywords = ["blorb_"]
            filter = '''entropy(finding["secret"]) < 3.0 || blackbox(finding)'''
            validate = '''http.get("https://example.com")'''
            [[rules.required]]
            id = "blorb-id"
            [[rules]]
            id = "blorb-id"
            regex = '''blorbid_[a-z0-9]{12}'''
            keywords = ["blorbid"]
            skipReport = true
            """#, "b.toml")
        #expect(report.formats == [.betterleaks])
        #expect(report.rules.count == 2)
        #expect(try found("blorb_k3j5h7g9f1d2", report).count == 1)
        #expect(try found("blorb_k3j5h7g9f1zz", report).isEmpty)
        #expect(try found("blorb_aaaaaaaaaaaa", report).isEmpty)
        #expect(try found("blorbid_k3j5h7g9f1d2", report).isEmpty)
        #expect(report.rules[0].definition.context == ["blorbid"])
        #expect(report.notes.map(\.what).contains("blorb-secret: its filter: blackbox is left out"))
    }

    // MARK: Kingfisher

    private let kingfisher = #"""
        rules:
          - name: Grue token
            id: kingfisher.grue.1
            pattern: |
              (?x)
              \b
              ( grue_ (?P<body>[a-z0-9]{9})   # the body
                (?P<checksum>[0-9a-f]{8}) )
            pattern_requirements:
              min_digits: 2
              ignore_if_contains: [ "TEST" ]
              checksum:
                actual: { template: "{{ checksum }}" }
                expected: "{{ body | crc32_hex }}"
            min_entropy: 2.0
            confidence: high
            examples:
              - "token: grue_123456789cbf43926"
              - "token: grue_nothing"
              - "x grue_123456789cbf43926 {base62:30}"
            negative_examples:
              - grue_123456789cbf43927
            references: [ https://grue.example/docs, "ftp://no" ]
            validation: { type: Http }
          - name: Grue client
            id: kingfisher.grue.2
            pattern: '\b(grueid-(?P<TOKEN>[a-z]{8}))'
            visible: false
            examples: [ grueid-abcdefgh ]
            depends_on_rule: [ { rule_id: kingfisher.grue.1, variable: X } ]
          - name: Wrong
            id: kingfisher.grue.3
            pattern: '(grue)\1'
            examples: []
        """#

    @Test func `A Kingfisher rule finds what its checksum proves, and brings its examples`() throws {
        let report = try run(kingfisher, "k.yml")
        #expect(report.rules.map(\.definition.id) == ["import.kingfisher.grue.1", "import.kingfisher.grue.2"])
        #expect(report.refused.map(\.description) == ["k.yml:31:5: kingfisher.grue.3: the regex has a back reference"])
        let rule = report.rules[0]
        #expect(rule.hits.map(\.template) == ["token: «grue_123456789cbf43926»"])
        #expect(rule.misses.map(\.template) == ["grue_123456789cbf43927"])
        #expect(rule.definition.references == ["https://grue.example/docs"])
        #expect(
            report.notes.map(\.what).filter { $0.contains("example") } == [
                "kingfisher.grue.1: example 2 is not found",
                "kingfisher.grue.1: example 3 can't be written as one of ours",
            ])
        #expect(try RuleProof.run(report.rules, among: report.rules).isProven)
        #expect(try found("grue_testgrueb9e0e1f2", report).isEmpty)
    }

    @Test func `What the writer writes the reader reads`() throws {
        for (text, name) in [(gitleaks, "g.toml"), (kingfisher, "k.yml")] {
            let report = try run(text, name)
            let file = RuleFileWriter.text(report.rules, comment: ["from \(name)"])
            let back = try RuleFileReader.read(Array(file.utf8), file: "out.toml")
            #expect(back.map(\.definition) == report.rules.map(\.definition))
            #expect(back.map { $0.hits.map(\.template) } == report.rules.map { $0.hits.map(\.template) })
            let packed = try Pack(decoding: Pack(back).encoded(), examples: true)
            #expect(packed.definitions == report.rules.map(\.definition))
        }
    }

    @Test(arguments: ["it's", "a\\b", "tab\t", "nul\u{1}", "\"q\" 'q'", "line\nbreak", "é«»", ""])
    func `Every text survives TOML`(text: String) throws {
        let table = try ConfigurationTable.parse(Array("a = \(RuleFileWriter.quoted(text))".utf8), file: "f")
        #expect(table.text("a") == text)
    }

    // MARK: Safety

    @Test func `A rule that would be slow is refused with the reason`() throws {
        let report = try run(
            #"""
            [[rules]]
            id = "slow"
            regex = '''zork(?:[a-z]+)+\d'''
            keywords = ["zork"]
            """#, "g.toml")
        #expect(report.rules.isEmpty)
        #expect(report.refused.first?.what.contains("match steps") == true)
    }

    @Test(arguments: [
        ("rules: [", "k.yml:"), ("a: &x [*x", "k.yml:"), ("- 1", "no mapping"), ("other: 1", "no \"rules:\""),
        ("a: 1\na: 2", "twice"), (String(repeating: "[", count: 100_000), "k.yml:"),
        (String(repeating: "- ", count: 100_000), "k.yml"), ("a:\n" + String(repeating: " ", count: 40), "no \"rules"),
        ("a: " + String(repeating: "[", count: 33) + String(repeating: "]", count: 33), "nested more than 32"),
    ]) func `A hostile document ends in an error at its place`(text: String, expected: String) {
        #expect {
            try run(text, "k.yml")
        } throws: { "\($0)".contains(expected) }
    }

    @Test func `Aliases can't swell a document`() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(throws: SourceMistakes.self) { try run(text + "rules: []", "k.yml") }
    }

    @Test func `Files, rules and bytes beyond the limits are refused`() throws {
        let file = ("g.toml", Array(gitleaks.utf8))
        #expect(throws: SourceMistakes.self) {
            try RuleImporter.run(Array(repeating: file, count: RuleImporter.maxFiles + 1))
        }
        let large = [UInt8](repeating: UInt8(ascii: "#"), count: RuleImporter.maxFileBytes + 1)
        #expect(throws: SourceMistakes.self) { try RuleImporter.run([("g.toml", large)]) }
        #expect(throws: SourceMistakes.self) { try RuleImporter.run([("k.yml", large)]) }
        let regex = String(repeating: "a", count: RuleFileReader.maxRegexBytes + 1)
        let report = try run("[[rules]]\nid = \"long\"\nregex = '''zork\(regex)'''\n", "g.toml")
        #expect(report.refused.count == 1)
    }

    @Test func `The same id twice gets a number`() throws {
        let rule = "[[rules]]\nid = \"zork\"\nregex = '''zork_[a-z]{8}'''\n"
        #expect(
            try run(rule + rule, "g.toml").rules.map(\.definition.id) == [
                "import.gitleaks.zork", "import.gitleaks.zork-2",
            ])
    }

    @Test func `The template of a new rule is proven as it stands`() throws {
        let rules = try RuleFileReader.read(Array(RuleTemplate.text(id: "acme.token").utf8), file: "new.toml")
        #expect(try RuleProof.run(rules, among: rules).isProven)
        let report = RuleLint.run(rules)
        #expect(report.errors.isEmpty)
        #expect(report.warnings.isEmpty)
    }
}
