import Yams

/// Reads YAML 1.1 into the tables that every reader of files takes, each key and value with its place.
enum YAMLTable {
    /// Most nodes in a document, counting those that an alias repeats.
    static let maxNodes = 200_000
    /// Most anchors or aliases in a document: more could only be meant to swell.
    static let maxAliases = 32
    /// Deepest nesting.
    static let maxDepth = 32

    static func parse(_ bytes: [UInt8], file: String) throws(SourceMistakes) -> ConfigurationTable {
        func fail(_ position: SourcePosition?, _ what: String, _ mend: String = "") -> SourceMistakes {
            SourceMistakes([SourceMistake(file: file, position: position, what: what, mend: mend)])
        }
        guard bytes.count <= ConfigurationTable.maxDocumentBytes else {
            throw fail(
                nil, "the file has \(bytes.count) bytes",
                "at most \(ConfigurationTable.maxDocumentBytes) are read: split it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fail(nil, "this is not UTF-8", "save the file as UTF-8")
        }
        guard aliases(in: bytes) <= maxAliases else { throw fail(nil, "more than \(maxAliases) anchors and aliases") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw fail(place(error), "this is not YAML: \(reason(error))")
        } catch { throw fail(nil, "this is not YAML") }
        guard let root, case .mapping = root else {
            throw fail(nil, "the document is no mapping", "a rule file of Kingfisher begins with \"rules:\"")
        }
        var budget = maxNodes
        do throws(TooLarge) {
            let content = try convert(root, depth: 0, &budget)
            guard case .table(let table) = content else { return ConfigurationTable(entries: [], position: start) }
            return table
        } catch { throw fail(error.position, error.what) }
    }

    private struct TooLarge: Error {
        var position: SourcePosition
        var what: String
    }

    private static let start = SourcePosition(line: 1, column: 1)

    private static func position(_ node: Node) -> SourcePosition {
        node.mark.map { SourcePosition(line: $0.line, column: $0.column) } ?? start
    }

    private static func convert(
        _ node: Node, depth: Int, _ budget: inout Int
    ) throws(TooLarge) -> ConfigurationValue.Content {
        budget -= 1
        guard budget >= 0 else { throw TooLarge(position: position(node), what: "more than \(maxNodes) nodes") }
        guard depth <= maxDepth else {
            throw TooLarge(position: position(node), what: "nested more than \(maxDepth) deep")
        }
        switch node {
        case .scalar(let scalar): return content(scalar, node)
        case .sequence(let sequence):
            var items: [ConfigurationValue] = []
            for item in sequence {
                items.append(
                    ConfigurationValue(
                        content: try convert(item, depth: depth + 1, &budget), position: position(item)))
            }
            return .array(items)
        case .mapping(let mapping):
            var entries: [ConfigurationTable.Entry] = []
            for (key, value) in mapping {
                let content = try convert(value, depth: depth + 1, &budget)
                entries.append(
                    ConfigurationTable.Entry(
                        key: key.scalar?.string ?? "", keyPosition: position(key),
                        value: ConfigurationValue(content: content, position: position(value))))
            }
            return .table(ConfigurationTable(entries: entries, position: position(node)))
        case .alias: throw TooLarge(position: position(node), what: "an alias that stands for nothing")
        }
    }

    private static func content(_ scalar: Node.Scalar, _ node: Node) -> ConfigurationValue.Content {
        // What is quoted or a block is text, whatever it reads like.
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        if let truth = node.bool, ["true", "false"].contains(scalar.string.lowercased()) { return .bool(truth) }
        if let number = node.int { return .integer(number) }
        if let number = node.float, number.isFinite { return .number(number) }
        return .string(scalar.string)
    }

    /// Anchors or aliases, whichever are more, counted generously: wherever `&name` or `*name` could begin a node.
    private static func aliases(in bytes: [UInt8]) -> Int {
        var anchors = 0
        var aliases = 0
        for index in bytes.indices.dropLast() {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { continue }
            var before = index
            while before > 0, bytes[before - 1] == 0x20 { before -= 1 }
            let isAfter = before == 0 || "\n-:?[{,".utf8.contains(bytes[before - 1])
            let next = bytes[index + 1] | 0x20
            guard isAfter, (0x61...0x7A).contains(next) || (0x30...0x39).contains(next) else { continue }
            if byte == UInt8(ascii: "&") { anchors += 1 } else { aliases += 1 }
        }
        // Without an anchor an alias stands for nothing, and a regex may well read like either.
        return min(anchors, aliases)
    }

    private static func place(_ error: YamlError) -> SourcePosition? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            SourcePosition(line: mark.line, column: mark.column)
        default: nil
        }
    }

    private static func reason(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        case .duplicatedKeysInMapping: "a key stands twice in one mapping"
        default: "it can't be read"
        }
    }
}
