/// The stand-in that a prompt carries in place of a value: `SLUICE_<KIND>_<CODE>`, as in `SLUICE_GITHUB_TOKEN_7K3Q9XH2MZ`.
///
/// ASCII capitals, digits and `_` only, so that it is one word in prose, code, Markdown, JSON and URLs alike. The kind says what was
/// taken out; the code is Crockford base32 (no I, L, O, U) whose last character checks the others, so that a word that merely looks
/// like a placeholder is not looked up. Reading is lenient where models are careless: letter case, and a backslash before `_`.
public struct Placeholder: Hashable, Sendable, CustomStringConvertible {
    /// Longest written form in bytes, backslashes included.
    public static let maxBytes = 62
    /// Characters of an ordinary code, check character included: 45 bits.
    public static let codeLength = 10
    /// Characters of the code that a collision asks for: 75 bits.
    public static let longCodeLength = 16
    /// Fewest digest bytes that `make` needs.
    public static let minDigestBytes = 10

    /// The canonical form.
    public let bytes: [UInt8]
    private let codeCount: Int

    private static let prefix = Array("SLUICE".utf8)
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let underscore: UInt8 = 0x5F
    private static let backslash: UInt8 = 0x5C

    private init(bytes: [UInt8], codeCount: Int) {
        self.bytes = bytes
        self.codeCount = codeCount
    }

    /// What was taken out, as in `GITHUB_TOKEN`.
    public var kind: String {
        String(decoding: bytes[(Self.prefix.count + 1)..<(bytes.count - codeCount - 1)], as: UTF8.self)
    }

    /// The code with its check character.
    public var code: String { String(decoding: bytes.suffix(codeCount), as: UTF8.self) }

    public var description: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Making

    /// Derives a placeholder. `digest` is the caller's keyed hash of value and scope; its first 45 bits (75 when `long`, for use after
    /// a collision) become the code. Letters of `kind` are raised, everything but letters and digits becomes `_`, and what would not
    /// fit in `maxBytes` is cut. Precondition: at least `minDigestBytes` of digest.
    public static func make(kind: String, digest: some Collection<UInt8>, long: Bool = false) -> Placeholder {
        precondition(digest.count >= minDigestBytes, "digest too short for a placeholder")
        let length = long ? longCodeLength : codeLength
        var code: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        var rest = digest.makeIterator()
        while code.count < length - 1 {
            if bits < 5, let byte = rest.next() {
                buffer = buffer << 8 | UInt32(byte)
                bits += 8
            }
            bits -= 5
            code.append(alphabet[Int(buffer >> bits & 31)])
            buffer &= (1 << bits) - 1
        }
        code.append(alphabet[checkValue(code[...])])
        let bytes = prefix + [underscore] + kindBytes(kind, room: maxBytes - length) + [underscore] + code
        return Placeholder(bytes: bytes, codeCount: length)
    }

    /// The kind as words joined with `_`, short enough that the whole fits with every `_` escaped, and without a word that reads as a code.
    private static func kindBytes(_ kind: String, room: Int) -> [UInt8] {
        var words: [[UInt8]] = [[]]
        for byte in kind.utf8 {
            if let capital = capital(byte) {
                words[words.count - 1].append(capital)
            } else if words.last?.isEmpty == false {
                words.append([])
            }
        }
        words = words.filter { !$0.isEmpty }
            .map { codeLengths(in: $0[...], at: 0).isEmpty ? $0 : Array($0.prefix(codeLength - 1)) }
        if words.isEmpty { words = [Array("VALUE".utf8)] }
        var out: [UInt8] = []
        // Escaped underscores take two bytes: one before and one after the kind, one between words.
        var left = room - prefix.count - 4
        for word in words where left > 0 {
            let piece = word.prefix(out.isEmpty ? left : max(0, left - 2))
            guard !piece.isEmpty else { break }
            if !out.isEmpty { out.append(underscore) }
            left -= piece.count + (out.isEmpty ? 0 : 2)
            out += piece
        }
        return out
    }

    // MARK: Reading

    /// A placeholder that was read, with the bytes that it takes in the text.
    public struct Occurrence: Hashable, Sendable {
        /// Where it stands, backslashes included.
        public var span: ByteSpan
        /// The canonical form.
        public var placeholder: Placeholder
    }

    /// What stands at a position of a text that may go on.
    public enum Match: Hashable, Sendable {
        /// No placeholder begins here, whatever follows.
        case none
        /// The text ends before it is decided.
        case undecided
        /// One begins here. Two readings, the longer first, when letters that follow could be part of the code.
        case found([Occurrence])
    }

    /// Reads the whole of `bytes` as one placeholder, leniently; nil if it is none.
    public static func parse(_ bytes: some RandomAccessCollection<UInt8>) -> Placeholder? {
        let text = Array(bytes)
        guard case .found(let readings) = match(in: text, at: 0, isComplete: true) else { return nil }
        return readings.first { $0.span.end == text.count }?.placeholder
    }

    /// Every placeholder in `text`, in order, none overlapping; the longest reading of each.
    public static func scan(_ text: [UInt8]) -> [Occurrence] {
        var found: [Occurrence] = []
        var at = 0
        while at < text.count {
            if text[at] | 0x20 == 0x73, case .found(let readings) = match(in: text, at: at, isComplete: true),
                let first = readings.first
            {
                found.append(first)
                at = first.span.end
            } else {
                at += 1
            }
        }
        return found
    }

    /// Decides whether a placeholder begins at `start`. With `isComplete` the text ends where `text` does, and the answer is never
    /// `undecided`. At most `maxBytes` are looked at.
    public static func match(in text: [UInt8], at start: Int, isComplete: Bool) -> Match {
        let end = min(text.count, start + maxBytes)
        // With all the bytes at hand that a placeholder may have, nothing that follows can matter.
        let open: Match = isComplete || end == start + maxBytes ? .none : .undecided
        var at = start
        for expected in prefix {
            guard at < end else { return open }
            guard capital(text[at]) == expected else { return .none }
            at += 1
        }
        var canonical = prefix
        var words = 0
        while true {
            guard at < end else { return open }
            if text[at] == backslash {
                at += 1
                guard at < end else { return open }
            }
            guard text[at] == underscore else { return .none }
            at += 1
            canonical.append(underscore)
            if words > 0 {
                let lengths = codeLengths(in: text[..<end], at: at)
                let run = wordCount(in: text[..<end], at: at)
                if at + run == end, run < longCodeLength, open == .undecided { return .undecided }
                if !lengths.isEmpty {
                    return .found(
                        lengths.map { length in
                            let code = text[at..<at + length].compactMap(capital)
                            return Occurrence(
                                span: ByteSpan(start: start, end: at + length),
                                placeholder: Placeholder(bytes: canonical + code, codeCount: length))
                        })
                }
            }
            let run = wordCount(in: text[..<end], at: at)
            if run == 0 { return at < end ? .none : open }
            canonical += text[at..<at + run].compactMap(capital)
            at += run
            words += 1
        }
    }

    /// Lengths, the longest first, at which the word at `at` begins with a code whose check character is right.
    private static func codeLengths(in text: ArraySlice<UInt8>, at: Int) -> [Int] {
        [longCodeLength, codeLength].filter { length in
            guard at + length <= text.endIndex else { return false }
            let code = text[at..<at + length].compactMap(capital)
            guard code.count == length, let last = code.last, code.allSatisfy({ codeValue($0) != nil }) else {
                return false
            }
            return codeValue(last) == checkValue(code.dropLast())
        }
    }

    private static func wordCount(in text: ArraySlice<UInt8>, at: Int) -> Int {
        var end = at
        while end < text.endIndex, capital(text[end]) != nil { end += 1 }
        return end - at
    }

    /// Odd weights, so that modulo 32 every single wrong character shows.
    private static func checkValue(_ code: ArraySlice<UInt8>) -> Int {
        var sum = 0
        for (index, byte) in code.enumerated() { sum += (2 * index + 3) * (codeValue(byte) ?? 0) }
        return sum & 31
    }

    private static func codeValue(_ byte: UInt8) -> Int? { alphabet.firstIndex(of: byte) }

    /// The capital of an ASCII letter, or the digit; nil for anything else.
    private static func capital(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39, 0x41...0x5A: byte
        case 0x61...0x7A: byte - 0x20
        default: nil
        }
    }
}
