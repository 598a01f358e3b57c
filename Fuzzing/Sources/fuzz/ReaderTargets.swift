import Classifier
import Packs

/// Foreign rule files end in rules or in errors; what is taken is written, read and packed again without change.
enum ImporterTarget {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let formats: [(ImportFormat, String)] = [
            (.gitleaks, "f.toml"), (.betterleaks, "f.toml"), (.kingfisher, "f.yml"),
        ]
        let (format, name) = formats[Int(first) % formats.count]
        let file = (name, Array(input.dropFirst().prefix(4_096)))
        guard let report = try? RuleImporter.run([file], format: format), !report.rules.isEmpty else { return }
        let text = RuleFileWriter.text(report.rules)
        guard let back = try? RuleFileReader.read(Array(text.utf8), file: "out.toml") else {
            stop("what was written can't be read:\n\(text)")
        }
        guard back.map(\.definition) == report.rules.map(\.definition) else {
            stop("what was read is not what was written:\n\(text)")
        }
        do {
            _ = try RuleSet(back.map(\.definition))
            let pack = try Pack(decoding: Pack(back).encoded(), examples: true)
            guard pack.definitions == back.map(\.definition) else { stop("the pack holds other rules") }
        } catch { stop("\(error)") }
    }
}

/// Rule files and packs of any bytes end in rules or in errors.
enum RuleFileTarget {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let bytes = Array(input.dropFirst())
        if first & 1 == 1 {
            if let pack = try? Pack(decoding: repaired(bytes), examples: first & 2 == 2) {
                _ = try? RuleSet(pack.definitions)
            }
            return
        }
        guard let sources = try? RuleFileReader.read(bytes, file: "f.toml") else { return }
        for source in sources.prefix(4) {
            _ = try? RuleSet([source.definition])
            for (index, example) in source.hits.prefix(4).enumerated() {
                _ = try? ExampleTemplate.expand(example.template, name: "\(source.definition.id)/\(index)")
            }
        }
    }

    /// The bytes with a header that fits them: else none would get past it.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        guard let empty = try? Pack([]).encoded(), empty.count >= 48 else { return bytes }
        let size = UInt32(bytes.count)
        return Array(empty[..<12]) + (0..<4).map { UInt8(truncatingIfNeeded: size >> UInt32(8 * $0)) }
            + Array(empty[16..<48]) + bytes
    }
}
