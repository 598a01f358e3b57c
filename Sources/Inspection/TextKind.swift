import Primitives

/// What sort of text surrounds a finding, for the sentence that the user reads: "line 14 (log output)".
public enum TextKind: String, Sendable, Codable, CaseIterable {
    case log = "log output"
    case stackTrace = "stack trace"
    case diff = "diff"
    case environment = ".env file"
    case json = "JSON"
    case yaml = "YAML"
    case key = "key file"
    case sql = "SQL"
    case shell = "shell commands"
    case http = "HTTP message"
    case source = "source code"

    /// How much is looked at on each side of the finding, in bytes.
    static let reachBytes = 2 << 10
    /// Share of the lines that must speak for a kind, in per cent.
    private static let leastShare = 34

    /// The kind of the text around a span; nil where nothing speaks for one, as in prose.
    public static func around(_ span: ByteSpan, in text: [UInt8]) -> TextKind? {
        let lower = max(0, min(span.start, text.count) - reachBytes)
        let upper = min(text.count, max(span.end, lower) + reachBytes)
        let lines = text[lower..<upper].split(separator: 0x0A).map(Line.init).filter { !$0.text.isEmpty }
        guard !lines.isEmpty else { return nil }
        if lines.contains(where: { $0.starts("-----BEGIN ") || $0.starts("-----END ") }) { return .key }
        var votes: [TextKind: Int] = [:]
        for line in lines {
            if let kind = line.kind { votes[kind, default: 0] += 1 }
        }
        // A trace stands amid log lines, a hunk amid code: the rarer and surer sign goes first.
        for kind in [TextKind.stackTrace, .diff] where (votes[kind] ?? 0) >= 2 { return kind }
        let best = votes.max { ($0.value, $1.key.rank) < ($1.value, $0.key.rank) }
        guard let best, best.value * 100 >= lines.count * leastShare else { return nil }
        return best.key
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// One line without the blanks at its ends.
    private struct Line {
        let text: [UInt8]
        let isIndented: Bool

        init(_ raw: ArraySlice<UInt8>) {
            let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            isIndented = raw.first.map(blank) ?? false
            let trimmed = raw.drop(while: blank)
            text = Array(trimmed.prefix(512)).reversed().drop(while: blank).reversed()
        }

        func starts(_ word: StaticString) -> Bool {
            word.withUTF8Buffer { text.starts(with: $0) }
        }

        func has(_ word: StaticString) -> Bool {
            word.withUTF8Buffer { word in
                guard word.count <= text.count else { return false }
                return (0...text.count - word.count).contains { text[$0...].starts(with: word) }
            }
        }

        var kind: TextKind? {
            if isTrace { return .stackTrace }
            if starts("@@ ") || starts("diff --git") || starts("+++ ") || starts("--- a/") { return .diff }
            if isLog { return .log }
            if isHTTP { return .http }
            if isAssignment { return .environment }
            if isSQL { return .sql }
            if starts("$ ") || starts("#!/") || starts("sudo ") || starts("curl ") || starts("export ") {
                return .shell
            }
            if isJSON { return .json }
            if isSource { return .source }
            if isYAML { return .yaml }
            return nil
        }

        private var isTrace: Bool {
            starts("Traceback (most recent") || starts("Caused by: ") || starts("goroutine ")
                || (isIndented && (starts("at ") || starts("File \"")))
        }

        /// A date or time at the start, or a level as a word.
        private var isLog: Bool {
            let head = text.prefix(32)
            let digits = head.prefix(10)
            let isDate =
                digits.count == 10
                && digits.enumerated().allSatisfy { index, byte in
                    index == 4 || index == 7 ? byte == 0x2D || byte == 0x2F : Self.isDigit(byte)
                }
            if isDate { return true }
            let open = head.first == 0x5B ? head.dropFirst() : head
            if open.count >= 8, Self.isClock(Array(open.prefix(8))) || Self.isClock(Array(head.dropFirst(7).prefix(8)))
            {
                return true
            }
            return has(" INFO ") || has(" ERROR ") || has(" WARN ") || has(" DEBUG ") || has("level=")
                || starts("[INFO]") || starts("[ERROR]") || starts("ERROR") || starts("WARN") || starts("INFO")
                || starts("DEBUG")
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

        /// `12:34:56`.
        private static func isClock(_ bytes: [UInt8]) -> Bool {
            bytes.count == 8
                && bytes.enumerated().allSatisfy { $0 == 2 || $0 == 5 ? $1 == 0x3A : isDigit($1) }
        }

        private var isHTTP: Bool {
            has("HTTP/1.1") || has("HTTP/2") || starts("Authorization:") || starts("authorization:") || starts("Host:")
                || starts("Content-Type:") || starts("User-Agent:")
        }

        /// `NAME=value`, the name in capitals.
        private var isAssignment: Bool {
            guard let equals = text.firstIndex(of: 0x3D), equals > 1 else { return false }
            return text[..<equals].allSatisfy { (0x41...0x5A).contains($0) || Self.isDigit($0) || $0 == 0x5F }
        }

        private var isSQL: Bool {
            starts("INSERT INTO") || starts("SELECT ") || starts("CREATE ") || starts("UPDATE ") || starts("ALTER ")
                || starts("insert into") || starts("select ") || starts("create table") || starts("GRANT ")
        }

        private var isJSON: Bool {
            if text.count == 1 { return text[0] == 0x7B || text[0] == 0x7D || text[0] == 0x5B || text[0] == 0x5D }
            if starts("},") || starts("],") { return true }
            return (text[0] == 0x22 || text[0] == 0x7B || text[0] == 0x5B) && (has("\":") || has("\" :"))
        }

        private var isSource: Bool {
            if let last = text.last, last == 0x3B || last == 0x7B { return true }
            return starts("func ") || starts("def ") || starts("class ") || starts("import ") || starts("from ")
                || starts("const ") || starts("let ") || starts("var ") || starts("return ") || starts("public ")
                || starts("private ") || starts("#include") || starts("package ") || starts("//") || has(" => ")
                || has("()") || has(" = ") && has("(")
        }

        /// `name: value`.
        private var isYAML: Bool {
            let body = text.first == 0x2D ? text.dropFirst().drop { $0 == 0x20 } : text[...]
            guard let colon = body.firstIndex(of: 0x3A), colon > body.startIndex else { return false }
            let rest = body[(colon + 1)...]
            return (rest.isEmpty || rest.first == 0x20)
                && body[..<colon].allSatisfy {
                    (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || Self.isDigit($0) || $0 == 0x5F
                        || $0 == 0x2D || $0 == 0x2E
                }
        }
    }
}
