import Classifier
import Glibc
import Packs
import Primitives

/// Seeds made of the rules and their examples, so that none that looks like a credential stands in the repository.
enum Seeds {
    static func write(to folder: String, rules: String) throws {
        let sources = try RuleFolder.load([rules])
        for source in sources {
            for (kind, examples) in [("hit", source.hits), ("miss", source.misses)] {
                // The first of each kind: more would keep the fuzzer busy with what it knows.
                for (index, example) in examples.prefix(1).enumerated() {
                    let name = RuleProof.seed(source.definition.id, kind, index)
                    let text = try ExampleTemplate.expand(example.template, name: name)
                    let controls: [UInt8] = [0, 7, UInt8(index & 7), 0]
                    try put(controls + text.text, folder, "scanner", "\(source.definition.id)-\(kind)-\(index)")
                    try put(controls + text.text, folder, "views", "\(source.definition.id)-\(kind)-\(index)")
                    guard kind == "hit", let mark = text.marks.first else { continue }
                    let value = Array(text.text[mark.range])
                    for validator in source.definition.validators {
                        let number = UInt8(truncatingIfNeeded: Validators.names.firstIndex(of: validator) ?? 0)
                        try put([number] + value, folder, "validators", "\(source.definition.id)-\(validator)-\(index)")
                    }
                    guard let regex = source.definition.regex else { continue }
                    try put(
                        Array(regex.utf8) + [0xFF] + text.text, folder, "patterns", "\(source.definition.id)-\(index)")
                }
            }
            let plain = RuleSource(
                definition: source.definition, summary: source.summary, hits: source.hits, misses: source.misses,
                file: "f", position: source.position)
            try put([0] + Array(RuleFileWriter.text([plain]).utf8), folder, "rules", source.definition.id)
            try put(foreign(source, 0), folder, "importers", "\(source.definition.id)-gitleaks")
            try put(foreign(source, 1), folder, "importers", "\(source.definition.id)-betterleaks")
            try put(foreign(source, 2), folder, "importers", "\(source.definition.id)-kingfisher")
        }
        if let first = sources.first {
            try put([1] + Array(try Pack([first]).encoded().dropFirst(48)), folder, "rules", "pack")
        }
        try put(Array(sources.prefix(1).isEmpty ? [] : [0]), folder, "rules", "empty")
    }

    /// One of our rules as the other scanners would write it.
    private static func foreign(_ source: RuleSource, _ format: UInt8) -> [UInt8] {
        let id = source.definition.id
        let regex = source.definition.regex ?? "x"
        let text =
            switch format {
            case 0:
                """
                [[allowlists]]
                regexes = ["^a"]
                [[rules]]
                id = "\(id)"
                regex = \(quoted(regex))
                entropy = 3
                keywords = ["\(id.prefix(4))"]
                [[rules.allowlists]]
                condition = "AND"
                regexTarget = "line"
                stopwords = ["x"]
                regexes = ["b$"]
                """
            case 1:
                """
                [[rules]]
                id = "\(id)"
                regex = \(quoted(regex))
                filter = '''let a = finding["line"]; entropy(finding["secret"]) < 3.0 || (containsAny(a, ["x"]) && !matchesAny(finding["secret"], [`b`]))'''
                """
            default:
                """
                rules:
                  - name: x
                    id: kingfisher.\(id)
                    pattern: |
                      (?x) (?P<body>\(regex.replacing("\n", with: " "))) (?P<checksum>[0-9a-f]{8})?
                    min_entropy: 3
                    pattern_requirements:
                      min_digits: 2
                      ignore_if_contains: [a]
                      checksum: {actual: {template: "{{ checksum }}"}, expected: "{{ body | crc32_hex }}"}
                    examples: [abc]
                """
            }
        return [format] + Array(text.utf8)
    }

    private static func quoted(_ text: String) -> String { text.contains("'''") ? "\"x\"" : "'''\(text)'''" }

    private static func put(_ bytes: [UInt8], _ folder: String, _ target: String, _ name: String) throws {
        mkdir(folder, 0o755)
        mkdir("\(folder)/\(target)", 0o755)
        guard bytes.count <= 8_192 else { return }
        try FileBytes.write(bytes, to: "\(folder)/\(target)/\(name)", mode: 0o644)
    }
}
