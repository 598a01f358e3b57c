/// Tells the numbers and digests that logs are full of by where they stand.
enum LogShapes {
    // MARK: - Identifiers

    /// Whether the value is a digest or a UUID whose key says that it only names something: `trace_id=`, `commit:`, `etag`.
    static func isIdentifier(_ text: Text, _ value: Range<Int>, key: Range<Int>?) -> Bool {
        guard value.count >= minDigestBytes, isDigestOrUUID(text, value) else { return false }
        if isGitReference(text, value) { return true }
        guard let key else { return false }
        for word in identifierKeys where key.count >= word.utf8CodeUnitCount {
            let start = key.upperBound - word.utf8CodeUnitCount
            guard text.hasFolded(word, at: start) else { continue }
            if start == key.lowerBound || !isASCIILetter(text[start - 1]) || ByteSet.upper.contains(text[start]) {
                return true
            }
        }
        return false
    }

    private static let minDigestBytes = 16

    /// What the last word of such a key is. `id` and `hash` alone are not here: client ids and password hashes matter.
    private static let identifierKeys: [StaticString] = [
        "trace_id", "traceid", "trace-id", "span_id", "spanid", "span-id", "request_id", "requestid", "request-id",
        "correlation_id", "correlationid", "correlation-id", "transaction_id", "transactionid", "message_id",
        "messageid",
        "message-id", "event_id", "eventid", "job_id", "jobid", "run_id", "runid", "build_id", "buildid", "build-id",
        "pod_uid", "uid", "uuid", "guid", "commit", "commit_sha", "commitsha", "revision", "sha", "sha1", "sha256",
        "sha512",
        "md5", "checksum", "checksums", "digest", "etag", "integrity", "fingerprint", "thumbprint", "git_hash",
        "githash",
        "rev", "oid", "content_hash", "contenthash", "file_hash", "image", "container_id", "containerid", "layer",
        "blob", "tree",
    ]

    /// `commit/3f2a...`, `actions/checkout@3f2a...`, `--recv-keys 3F2A...`: SHA-1 or SHA-256 in full.
    private static func isGitReference(_ text: Text, _ value: Range<Int>) -> Bool {
        guard value.count == 40 || value.count == 64 else { return false }
        let start = value.lowerBound
        let before = text.at(start - 1)
        // In `https://3f2a...@host` it is a user's token.
        if before == UInt8(ascii: "/") {
            return text.at(start - 2) != before && text.at(value.upperBound) != UInt8(ascii: "@")
        }
        return before == UInt8(ascii: "@") || text.hasFolded("recv-keys ", at: start - 10)
            || text.hasFolded("recv-key ", at: start - 9)
    }

    private static func isDigestOrUUID(_ text: Text, _ value: Range<Int>) -> Bool {
        value.allSatisfy { hexValue(text[$0]) != nil } || text.withSpan(value, UUIDShape.matches)
    }

    // MARK: - Numbers

    /// Whether all digits but one are the same, as in `1111111112`: what is typed to try out a field.
    static func isOneDigit(_ text: Text, _ value: Range<Int>) -> Bool {
        var counts = [Int](repeating: 0, count: 10)
        for index in value {
            guard isASCIIDigit(text[index]) else { return false }
            counts[Int(text[index] - 0x30)] += 1
        }
        return counts.contains { $0 >= value.count - 1 }
    }

    /// Whether the value is digits cut out of something longer: a decimal fraction, a version, a dotted number, a UUID.
    static func isPartOfNumber(_ text: Text, _ value: Range<Int>) -> Bool {
        guard let last = value.last, isASCIIDigit(text[value.lowerBound]), isASCIIDigit(text[last]) else {
            return false
        }
        if isDot(text, value.lowerBound - 1, from: value.lowerBound - 2) { return true }
        if isDot(text, value.upperBound, from: value.upperBound + 1) { return true }
        return isPartOfUUID(text, value)
    }

    /// A point with a digit on its far side.
    private static func isDot(_ text: Text, _ index: Int, from digit: Int) -> Bool {
        text.at(index) == UInt8(ascii: ".") && isASCIIDigit(text.at(digit))
    }

    private static let uuidBytes = 36

    private static func isPartOfUUID(_ text: Text, _ value: Range<Int>) -> Bool {
        guard text.at(value.lowerBound - 1) == UInt8(ascii: "-") || text.at(value.upperBound) == UInt8(ascii: "-")
        else {
            return false
        }
        var low = value.lowerBound
        let floor = max(0, value.lowerBound - uuidBytes)
        while low > floor, isUUIDByte(text[low - 1]) { low -= 1 }
        guard low + uuidBytes >= value.upperBound, low + uuidBytes <= text.count else { return false }
        return text.withSpan(low..<low + uuidBytes, UUIDShape.matches)
    }

    private static func isUUIDByte(_ byte: UInt8) -> Bool { hexValue(byte) != nil || byte == UInt8(ascii: "-") }
}
