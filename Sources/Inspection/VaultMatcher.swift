import Primitives

/// A known value found again.
struct VaultMatch: Sendable {
    var span: ByteSpan
    var rule: KnownRule
    var views: [ViewKind]
}

/// Finds a fixed set of values in texts, plainly and in the encodings that a careless tool or a hostile prompt would put them into:
/// escaped for JSON, percent, base64 in every phase, hex. One pass, whatever the number of values.
final class VaultMatcher: Sendable {
    /// Shortest value that is looked for, in bytes; of personal data `minDataBytes`.
    static let minBytes = 4
    /// Shortest personal value that is looked for, in bytes: shorter ones are words and numbers of daily life.
    static let minDataBytes = 6
    /// A secret of this length counts inside longer words too, in bytes; a shorter one, and personal data, as a word only.
    static let minInnerBytes = 8

    private struct Pattern: Sendable {
        var bytes: SecretBytes
        var rule: KnownRule
        var isWord: Bool
        var view: ViewKind?
    }

    private let patterns: [Pattern]
    /// First four bytes -> patterns, the longest first.
    private let buckets: [UInt32: [Int]]
    /// One bit for each hash of first four bytes that occurs.
    private let filter: [UInt64]

    init(_ values: [(secret: SecretBytes, rule: KnownRule)]) {
        var patterns: [Pattern] = []
        for (secret, rule) in values {
            let least = rule.kind == .secret ? Self.minBytes : Self.minDataBytes
            guard secret.count >= least else { continue }
            let isInner = rule.kind == .secret && secret.count >= Self.minInnerBytes
            patterns.append(Pattern(bytes: secret, rule: rule, isWord: !isInner, view: nil))
            guard rule.kind == .secret else { continue }
            for (bytes, view) in VaultEncodings.all(of: secret.bytes) where bytes.count >= Self.minInnerBytes {
                patterns.append(Pattern(bytes: SecretBytes(bytes), rule: rule, isWord: false, view: view))
            }
        }
        var buckets: [UInt32: [Int]] = [:]
        var filter = [UInt64](repeating: 0, count: 1 << 10)
        for (index, pattern) in patterns.enumerated() {
            let head = pattern.bytes.withBytes { $0.loadUnaligned(as: UInt32.self) }
            buckets[head, default: []].append(index)
            let bit = Self.hash(head)
            filter[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        for key in buckets.keys {
            buckets[key]?.sort { patterns[$0].bytes.count > patterns[$1].bytes.count }
        }
        self.patterns = patterns
        self.buckets = buckets
        self.filter = filter
    }

    /// Every occurrence, in order, none overlapping; where two values begin at one place, the longer.
    func matches(in text: UnsafeRawBufferPointer) -> [VaultMatch] {
        guard !patterns.isEmpty else { return [] }
        var found: [VaultMatch] = []
        let last = text.count - Self.minBytes
        filter.withUnsafeBufferPointer { filter in
            var at = 0
            while at <= last {
                let head = text.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                let bit = Self.hash(head)
                if filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0, let match = match(in: text, at, head) {
                    found.append(match)
                    at = max(match.span.end, at + 1)
                } else {
                    at += 1
                }
            }
        }
        return found
    }

    private func match(in text: UnsafeRawBufferPointer, _ at: Int, _ head: UInt32) -> VaultMatch? {
        for index in buckets[head] ?? [] {
            let pattern = patterns[index]
            let end = at + pattern.bytes.count
            guard end <= text.count, pattern.bytes.equals(UnsafeRawBufferPointer(rebasing: text[at..<end])) else {
                continue
            }
            if pattern.isWord {
                if at > 0, Self.isWord(text[at - 1]), Self.isWord(text[at]) { continue }
                if end < text.count, Self.isWord(text[end]), Self.isWord(text[end - 1]) { continue }
            }
            var span = ByteSpan(start: at, end: end)
            // The neighbours share bits with the value's first and last byte.
            if pattern.view == VaultEncodings.base64 {
                if at > 0, VaultEncodings.isBase64(text[at - 1]) { span.start -= 1 }
                if end < text.count, VaultEncodings.isBase64(text[end]) { span.end += 1 }
            }
            return VaultMatch(span: span, rule: pattern.rule, views: pattern.view.map { [$0] } ?? [])
        }
        return nil
    }

    private static func hash(_ head: UInt32) -> Int { Int((head &* 0x9E37_79B1) >> 16) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
        default: false
        }
    }
}

/// The forms under which a known value is looked for besides its own.
enum VaultEncodings {
    static let base64 = ViewKind(rawValue: "base64")
    static let hex = ViewKind(rawValue: "hex")
    static let percent = ViewKind(rawValue: "percent")

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func all(of value: [UInt8]) -> [(bytes: [UInt8], view: ViewKind)] {
        var forms: [([UInt8], ViewKind)] = []
        let escaped = JSONStringCodec.encode(value)
        if escaped != value { forms.append((escaped, .json)) }
        let percented = percentEncoded(value)
        if percented != value { forms.append((percented, percent)) }
        for phase in 0..<3 {
            let form = base64Core(value, phase, standard)
            forms.append((form, base64))
            let other = base64Core(value, phase, urlSafe)
            if other != form { forms.append((other, base64)) }
        }
        for digits in ["0123456789abcdef", "0123456789ABCDEF"] {
            let alphabet = Array(digits.utf8)
            forms.append((value.flatMap { [alphabet[Int($0 >> 4)], alphabet[Int($0 & 15)]] }, hex))
        }
        return forms
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F, 0x2D, 0x5F: true
        default: false
        }
    }

    /// The characters that depend on the value alone when `phase` other bytes stand before it in its group of three.
    private static func base64Core(_ value: [UInt8], _ phase: Int, _ alphabet: [UInt8]) -> [UInt8] {
        let bytes = [UInt8](repeating: 0, count: phase) + value
        let first = (phase * 8 + 5) / 6
        let end = bytes.count * 8 / 6
        guard first < end else { return [] }
        return (first..<end).map { index in
            let bit = index * 6
            let pair = UInt16(bytes[bit / 8]) << 8 | (bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0)
            return alphabet[Int(pair >> UInt16(10 - bit % 8)) & 63]
        }
    }

    /// Everything but RFC 3986's unreserved characters as `%XX`.
    private static func percentEncoded(_ value: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return value.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
            default: [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
