/// Files that a prompt mentions with `@`: the host reads them for the model without asking any hook.
enum Mentions {
    /// The paths, in order, each once. `@"a b.txt"` holds spaces; `@src/a.swift#L3-9` and `@a.txt:10` mean the file.
    static func paths(in prompt: [UInt8]) -> [String] {
        var paths: [String] = []
        var at = 0
        while at < prompt.count {
            defer { at += 1 }
            guard prompt[at] == UInt8(ascii: "@"), at == 0 || begins(after: prompt[at - 1]) else { continue }
            var end = at + 1
            let start: Int
            if end < prompt.count, prompt[end] == UInt8(ascii: "\"") {
                end += 1
                start = end
                while end < prompt.count, prompt[end] != UInt8(ascii: "\""), prompt[end] != 0x0A { end += 1 }
            } else {
                start = end
                while end < prompt.count, prompt[end] > 0x20 {
                    // A backslash keeps a space in the name.
                    end += prompt[end] == UInt8(ascii: "\\") && end + 1 < prompt.count ? 2 : 1
                }
            }
            let path = clean(prompt[start..<min(end, prompt.count)])
            if !path.isEmpty, !paths.contains(path) { paths.append(path) }
            at = max(at, end - 1)
        }
        return paths
    }

    private static func begins(after byte: UInt8) -> Bool {
        byte <= 0x20
            || [
                UInt8(ascii: "("), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: ","),
                UInt8(ascii: ":"),
            ].contains(byte)
    }

    private static func clean(_ raw: ArraySlice<UInt8>) -> String {
        var bytes = Array(raw)
        while let last = bytes.last,
            [
                UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "'"), UInt8(ascii: "`"),
                UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "."),
            ].contains(last)
        {
            bytes.removeLast()
        }
        if let mark = bytes.lastIndex(of: UInt8(ascii: "#")),
            bytes[(mark + 1)...].first.map({ $0 | 0x20 == UInt8(ascii: "l") }) ?? true
        {
            bytes.removeSubrange(mark...)
        }
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), colon + 1 < bytes.count,
            bytes[(colon + 1)...].allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") })
        {
            bytes.removeSubrange(colon...)
        }
        var out: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
