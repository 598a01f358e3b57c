/// Finds the e-mail address around an `@` (RFC 5321's dot-string and host name, in the lengths that it allows).
enum EmailMatcher {
    private static let maxLocalBytes = 64
    private static let maxDomainBytes = 253

    static func match(_ text: Text, at sign: Int) -> Range<Int>? {
        var low = sign
        while low > 0, sign - low <= maxLocalBytes, isLocal(text[low - 1]) { low -= 1 }
        while low < sign,
            text[low] == UInt8(ascii: ".") || text[low] == UInt8(ascii: "-") || text[low] == UInt8(ascii: "'")
        {
            low += 1
        }
        guard low < sign, sign - low <= maxLocalBytes, text[sign - 1] != UInt8(ascii: ".") else { return nil }
        guard let high = domainEnd(text, from: sign + 1) else { return nil }
        if isUserInfo(text, low) || isGitRemote(text, low..<sign, high) || isReserved(text, sign + 1..<high) {
            return nil
        }
        return low..<high
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "~")
    }

    /// The end of a host name of two labels or more whose last is a plausible top-level domain.
    private static func domainEnd(_ text: Text, from start: Int) -> Int? {
        var at = start
        var labelStart = start
        var lastDot: Int?
        var end: Int?
        while at <= start + maxDomainBytes {
            let byte = text.at(at)
            if isASCIILetter(byte) || isASCIIDigit(byte) || byte == UInt8(ascii: "-") && at > labelStart {
                at += 1
                continue
            }
            guard at > labelStart, at - labelStart <= 63, text[at - 1] != UInt8(ascii: "-") else { break }
            if let lastDot, isTopLevel(text, lastDot + 1..<at) { end = at }
            guard byte == UInt8(ascii: ".") else { break }
            lastDot = at
            at += 1
            labelStart = at
        }
        // A word that goes on after the host name ("user@host.com_backup") is not an address's end.
        guard let end, text.at(end) != 0x5F, text.at(end) != 0x40 else { return nil }
        return end
    }

    private static let fileEndings: [StaticString] = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "pdf", "txt", "log", "service",
        "timer", "socket", "local", "internal", "localdomain", "lan", "xml", "yml", "yaml", "target",
    ]

    private static func isTopLevel(_ text: Text, _ label: Range<Int>) -> Bool {
        guard (2...24).contains(label.count) else { return false }
        if text.hasFolded("xn--", at: label.lowerBound) { return true }
        guard label.allSatisfy({ isASCIILetter(text[$0]) }) else { return false }
        return !fileEndings.contains { $0.utf8CodeUnitCount == label.count && text.hasFolded($0, at: label.lowerBound) }
    }

    /// Whether the part before the `@` is a URL's `user:password`.
    private static func isUserInfo(_ text: Text, _ low: Int) -> Bool {
        var at = low
        let floor = max(0, low - 128)
        while at > floor {
            let byte = text[at - 1]
            if byte == UInt8(ascii: "/") {
                return text.at(at - 2) == UInt8(ascii: "/") && text.at(at - 3) == UInt8(ascii: ":")
            }
            if byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "<") {
                return false
            }
            at -= 1
        }
        return false
    }

    /// `git@github.com:owner/repository`.
    private static func isGitRemote(_ text: Text, _ local: Range<Int>, _ high: Int) -> Bool {
        local.count == 3 && text.hasFolded("git", at: local.lowerBound)
            && (text.at(high) == UInt8(ascii: ":") || text.at(high) == UInt8(ascii: "/"))
    }

    /// Names that RFC 2606 and RFC 6761 keep for examples.
    private static func isReserved(_ text: Text, _ domain: Range<Int>) -> Bool {
        let names: [StaticString] = ["example.com", "example.org", "example.net"]
        for name in names {
            let start = domain.upperBound - name.utf8CodeUnitCount
            if start >= domain.lowerBound, text.hasFolded(name, at: start),
                start == domain.lowerBound || text[start - 1] == UInt8(ascii: ".")
            {
                return true
            }
        }
        let endings: [StaticString] = [".example", ".invalid", ".test", ".localhost"]
        return endings.contains { text.hasFolded($0, at: domain.upperBound - $0.utf8CodeUnitCount) }
    }
}
