import Classifier
public import Primitives

/// A hit or miss with its generators expanded.
public struct ExpandedExample: Sendable, Hashable {
    /// The text to scan, marks taken out.
    public var text: [UInt8]
    /// What stood between « and », as spans of `text`.
    public var marks: [ByteSpan]
    /// The least number of random bits that any mark holds; 0 without marks.
    public var randomBits: Double
}

/// Why a template can't be expanded.
public struct ExampleError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}

/// Expands the templates of hits and misses.
///
/// `{base62:30}` draws characters; check digits such as `{github-crc32}` and `{luhn}` are computed over what precedes them. Braces
/// with any other content are plain text. The same rule, kind and number give the same text for ever, so that a rule file needs no
/// string that looks like a live credential, and a test no luck.
public enum ExampleTemplate {
    /// Most characters of one generator.
    public static let maxGeneratedBytes = 8 << 10
    /// Draws until a check that is not defined for every body (such as modulo 11) comes out.
    private static let maxDraws = 200

    /// Every generator, as a rule file writes it.
    public static let generators: [String] =
        ExampleAlphabet.byName.keys.sorted().map { "{\($0):N}" }
        + [
            "{uuid}", "{jwt}", "{pem-body:N}", "{github-crc32}", "{npm-crc32}", "{atlassian-crc32}", "{luhn}",
            "{mod97}",
        ]
        + ["{check:VALIDATOR}", "{check2:VALIDATOR}"]

    /// Expands `template`; `name` seeds the draws: the rule's id, `hit` or `miss`, and the number.
    public static func expand(_ template: String, name: String) throws(ExampleError) -> ExpandedExample {
        let bytes = Array(template.utf8)
        for draw in 0..<maxDraws {
            var expansion = Expansion(random: ExampleRandom(draw == 0 ? name : "\(name)/\(draw)"))
            do throws(Stop) {
                try expansion.run(bytes)
            } catch {
                if case .wrong(let reason) = error { throw ExampleError(reason) }
                continue
            }
            return ExpandedExample(
                text: expansion.out, marks: expansion.marks, randomBits: expansion.markBits.min() ?? 0)
        }
        throw ExampleError("no draw of \(maxDraws) passes its check")
    }

    fileprivate enum Stop: Error {
        case unlucky
        case wrong(String)
    }

    fileprivate struct Expansion {
        var random: ExampleRandom
        var out: [UInt8] = []
        var marks: [ByteSpan] = []
        var markBits: [Double] = []
        private var markStart: Int?
        private var bits = 0.0
        /// Where the two digits of an IBAN wait for what follows them.
        private var hole: Int?

        init(random: ExampleRandom) { self.random = random }

        mutating func run(_ bytes: [UInt8]) throws(Stop) {
            var at = 0
            while at < bytes.count {
                if bytes[at] == 0xC2, at + 1 < bytes.count, bytes[at + 1] == 0xAB || bytes[at + 1] == 0xBB {
                    try mark(opens: bytes[at + 1] == 0xAB)
                    at += 2
                } else if bytes[at] == UInt8(ascii: "{"), let end = try generator(bytes, at) {
                    at = end
                } else {
                    out.append(bytes[at])
                    at += 1
                }
            }
            guard markStart == nil else { throw .wrong("a « without its »") }
            fillHole()
        }

        private mutating func mark(opens: Bool) throws(Stop) {
            if opens {
                guard markStart == nil else { throw .wrong("a « inside « »") }
                fillHole()
                markStart = out.count
                bits = 0
            } else {
                guard let start = markStart else { throw .wrong("a » without its «") }
                guard start < out.count else { throw .wrong("« » around nothing") }
                fillHole()
                marks.append(ByteSpan(start: start, end: out.count))
                markBits.append(bits)
                markStart = nil
            }
        }

        /// Expands the generator at `at`; returns where the text goes on, or nil if these braces are plain text.
        private mutating func generator(_ bytes: [UInt8], _ at: Int) throws(Stop) -> Int? {
            let limit = min(bytes.count, at + 64)
            guard let close = bytes[at..<limit].firstIndex(of: UInt8(ascii: "}")) else { return nil }
            let content = String(decoding: bytes[(at + 1)..<close], as: UTF8.self)
            let parts = content.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let argument = parts.count == 2 ? String(parts[1]) : nil
            if let alphabet = ExampleAlphabet.byName[name], let argument {
                let count = try length(argument, of: name)
                out += random.draw(count, from: alphabet)
                bits += Double(count) * log2(alphabet.count)
                return close + 1
            }
            switch (name, argument) {
            case ("uuid", nil): uuid()
            case ("jwt", nil): jwt()
            case ("pem-body", let argument?): try pemBody(try length(argument, of: name))
            case ("github-crc32", nil), ("npm-crc32", nil):
                out += ExampleChecks.crc32Base62(trailing { ExampleAlphabet.base62.contains($0) })
            case ("atlassian-crc32", nil): out += ExampleChecks.crc32Hex(out[start...])
            case ("luhn", nil):
                out.append(
                    ExampleChecks.luhnDigit(
                        trailing { isDigit($0) || $0 == 0x20 || $0 == 0x2D }.filter { isDigit($0) }))
            case ("mod97", nil): mod97()
            case ("check", let validator?): try check(validator, digits: 1)
            case ("check2", let validator?): try check(validator, digits: 2)
            default: return nil
            }
            return close + 1
        }

        private func length(_ text: String, of name: String) throws(Stop) -> Int {
            guard let count = Int(text), (1...ExampleTemplate.maxGeneratedBytes).contains(count) else {
                throw .wrong("{\(name):\(text)} wants a number from 1 to \(ExampleTemplate.maxGeneratedBytes)")
            }
            return count
        }

        /// Bits per draw from an alphabet of `count`; a table of the sizes in use would save nothing.
        private func log2(_ count: Int) -> Double {
            var whole = 0.0
            var rest = Double(count)
            while rest >= 2 {
                rest /= 2
                whole += 1
            }
            // Linear between powers of two: never more than the true logarithm, so never flatters.
            return whole + (rest - 1)
        }

        // MARK: What precedes

        private var start: Int { markStart ?? 0 }

        /// The longest run of fitting bytes right before this place, within the mark.
        private func trailing(_ fits: (UInt8) -> Bool) -> ArraySlice<UInt8> {
            var first = out.count
            while first > start, fits(out[first - 1]) { first -= 1 }
            return out[first...]
        }

        private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        private func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

        /// After a country's two letters: an IBAN's check digits, computed over what follows. Else two digits after a number.
        private mutating func mod97() {
            let run = trailing { isDigit($0) || isUpper($0) }
            if run.count == 2, run.allSatisfy(isUpper) {
                hole = out.count
                out += [0x30, 0x30]
            } else {
                out += ExampleChecks.twoDigits(98 - ExampleChecks.mod97(Array(run) + [0x30, 0x30]))
            }
        }

        private mutating func fillHole() {
            guard let place = hole else { return }
            hole = nil
            let body = out[(place + 2)...].prefix { isDigit($0) || isUpper($0) || $0 == 0x20 }
            let digits = ExampleChecks.twoDigits(
                98 - ExampleChecks.mod97(Array(body) + Array(out[(place - 2)..<place]) + [0x30, 0x30]))
            out.replaceSubrange(place..<(place + 2), with: digits)
        }

        /// The first digits, or for one place letter, that make the named validator accept all that stands in the mark.
        private mutating func check(_ name: String, digits: Int) throws(Stop) {
            guard let validator = Validators.named(name) else { throw .wrong("{check:\(name)}: no such validator") }
            let body = Array(out[start...])
            let candidates =
                digits == 2
                ? (0..<100).map { ExampleChecks.twoDigits($0) }
                : (ExampleAlphabet.digits + ExampleAlphabet.upper).map { [$0] }
            for candidate in candidates {
                let value = body + candidate
                if validator.accepts(value.span) {
                    out += candidate
                    return
                }
            }
            throw .unlucky
        }

        // MARK: Structures

        private mutating func uuid() {
            var digits = random.draw(32, from: ExampleAlphabet.byName["hex"] ?? ExampleAlphabet.digits)
            digits[12] = UInt8(ascii: "4")
            digits[16] = UInt8(ascii: "a")
            for (index, digit) in digits.enumerated() {
                if [8, 12, 16, 20].contains(index) { out.append(UInt8(ascii: "-")) }
                out.append(digit)
            }
            bits += 120
        }

        private mutating func jwt() {
            let subject = String(decoding: random.draw(10, from: ExampleAlphabet.digits), as: UTF8.self)
            let parts = [#"{"alg":"HS256","typ":"JWT"}"#, #"{"sub":"\#(subject)","iat":1700000000}"#]
            for part in parts {
                out += ExampleChecks.base64(Array(part.utf8), alphabet: ExampleAlphabet.base64url)
                out.append(UInt8(ascii: "."))
            }
            // 256 bits are 42 characters and 4 bits: the last one has two zero bits at its end.
            out += random.draw(42, from: ExampleAlphabet.base64url)
            out += random.draw(1, from: Array("AEIMQUYcgkosw048".utf8))
            bits += 256
        }

        private mutating func pemBody(_ count: Int) throws(Stop) {
            guard count % 4 == 0, count >= 24 else { throw .wrong("{pem-body:N} wants a multiple of 4 from 24 up") }
            let text = ExampleChecks.base64(
                ExampleChecks.der(count / 4 * 3, &random), alphabet: ExampleAlphabet.base64)
            for (index, byte) in text.enumerated() {
                if index > 0, index % 64 == 0 { out.append(0x0A) }
                out.append(byte)
            }
            bits += Double(count) * 6 - 64
        }
    }
}
