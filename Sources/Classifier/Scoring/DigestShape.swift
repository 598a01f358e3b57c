/// Tells values that are as often a name as a key: what SHA and MD5 write, trace ids, UUIDs.
///
/// Whole families of API keys look the same, so that the form alone decides nothing. A name that says whose key it is does
/// (`ACME_TOKEN=`), and so does a word that no digest goes by (`secret=`, `password=`). What is left are names that say no more than
/// "token": those are as often request ids, commits and session ids in logs.
enum DigestShape {
    /// Lengths in bytes of digests written in hexadecimal: MD5 and trace ids, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
    private static let digestBytes: Set<Int> = [32, 40, 56, 64, 96, 128]

    /// Whether the value is a UUID, or hexadecimal in one case and of a digest's length.
    static func matches(_ text: Text, _ value: Range<Int>) -> Bool {
        if value.count == 36 { return text.withSpan(value, UUIDShape.matches) }
        guard digestBytes.contains(value.count) else { return false }
        var hasLower = false
        var hasUpper = false
        for index in value {
            let byte = text[index]
            guard hexValue(byte) != nil else { return false }
            if ByteSet.lower.contains(byte) { hasLower = true }
            if ByteSet.upper.contains(byte) { hasUpper = true }
        }
        return !(hasLower && hasUpper)
    }

    /// Whether the value could as well be a digest, for all that its name says.
    static func isAmbiguous(_ text: Text, _ value: Range<Int>, name: Range<Int>) -> Bool {
        guard matches(text, value), isBare(text, name) else { return false }
        return !isInUse(text, name) && !isWrittenDown(text, value, name)
    }

    /// Whether it is used as a key where it stands: `?token=3f2a...`, `curl -d token=3f2a...`.
    private static func isInUse(_ text: Text, _ name: Range<Int>) -> Bool {
        let before = text.at(name.lowerBound - 1)
        if before == UInt8(ascii: "?") || before == UInt8(ascii: "&") { return true }
        var line = name.lowerBound
        let floor = max(0, line - maxCommandBytes)
        while line > floor, text[line - 1] != 0x0A { line -= 1 }
        return text.containsFolded("curl ", in: line..<name.lowerBound)
    }

    private static let maxCommandBytes = 400

    /// Whether source code assigns it, `key = "3f2a..."`, or names it as what to fall back on, `get("key", "3f2a...")`: nobody writes
    /// a digest down under the name of a key.
    private static func isWrittenDown(_ text: Text, _ value: Range<Int>, _ name: Range<Int>) -> Bool {
        guard name.upperBound < value.lowerBound, KeyFinder.isQuote(text[value.lowerBound - 1]) else { return false }
        let hasQuotedName = KeyFinder.isQuote(text[name.upperBound]) && name.upperBound + 1 < value.lowerBound
        let sign = hasQuotedName ? UInt8(ascii: ",") : UInt8(ascii: "=")
        return (name.upperBound..<value.lowerBound).contains { text[$0] == sign }
    }

    /// Whether nothing in the name says whose it is: `token`, `API_KEY`, `x-auth-token`, `accessToken`.
    private static func isBare(_ text: Text, _ name: Range<Int>) -> Bool {
        var at = name.lowerBound
        words: while at < name.upperBound {
            guard isASCIILetter(text[at]) else {
                at += 1
                continue
            }
            for word in bareWords where at + word.utf8CodeUnitCount <= name.upperBound && text.hasFolded(word, at: at) {
                at += word.utf8CodeUnitCount
                continue words
            }
            return false
        }
        return true
    }

    /// Longer words before their beginnings.
    private static let bareWords: [StaticString] = [
        "authorization", "authentication", "bearer", "header", "session", "current", "default", "request", "tokens",
        "token", "access", "value", "http", "auth", "keys", "key", "api", "new", "old", "the", "my", "id", "x",
    ]
}
