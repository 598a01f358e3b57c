/// The lines that a diff adds to one file.
struct AddedText: Sendable, Hashable {
    /// A secret in it.
    struct Found {
        var file: String
        var line: Int
        var rule: String
        var revoke: String?
    }

    var name: String
    /// The added lines, each with its line end. Lines that do not follow one another in the file are kept apart by an empty one.
    var text: [UInt8] = []
    /// For each line of `text`, its number in the new file.
    var numbers: [Int] = []

    /// The line of the new file in which an offset of `text` stands.
    func line(at offset: Int) -> Int {
        let index = text[..<min(offset, text.count)].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        return index < numbers.count ? numbers[index] : 0
    }

    /// Reads a unified diff (git-diff(1), "Generating patch text"), as `git diff --unified=0` writes it.
    static func files(ofDiff diff: [UInt8]) -> [AddedText] {
        var files: [AddedText] = []
        var current: AddedText?
        var next = 0
        var left = 0
        for line in diff.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if left > 0, line.first == UInt8(ascii: "+") {
                current?.text += line.dropFirst() + [0x0A]
                current?.numbers.append(next)
                next += 1
                left -= 1
            } else if line.starts(with: "+++ ".utf8), left == 0 {
                if let done = current, !done.text.isEmpty { files.append(done) }
                current = AddedText(name: name(line.dropFirst(4)))
            } else if line.starts(with: "@@ ".utf8) {
                (next, left) = hunk(line)
                if current?.text.isEmpty == false {
                    current?.text.append(0x0A)
                    current?.numbers.append(next)
                }
            } else if line.starts(with: "diff ".utf8) {
                left = 0
            }
        }
        if let done = current, !done.text.isEmpty { files.append(done) }
        return files
    }

    private static func name(_ line: ArraySlice<UInt8>) -> String {
        var text = String(decoding: line.filter { $0 != 0x0D && $0 != 0x09 }, as: UTF8.self)
        if text.hasPrefix("\""), text.hasSuffix("\"") { text = String(text.dropFirst().dropLast()) }
        return text.hasPrefix("b/") ? String(text.dropFirst(2)) : text
    }

    /// `@@ -a,b +c,d @@`: c and d, where d is 1 if it is left out.
    private static func hunk(_ line: ArraySlice<UInt8>) -> (start: Int, count: Int) {
        guard let plus = line.firstIndex(of: UInt8(ascii: "+")) else { return (0, 0) }
        let parts = line[(plus + 1)...].prefix { $0 != 0x20 }.split(separator: UInt8(ascii: ","))
        let numbers = parts.map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
        return (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 1)
    }
}
