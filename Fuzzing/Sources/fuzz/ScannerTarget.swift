import Classifier
import Packs
import Primitives

/// Whole and in pieces the same findings, all within the input; through encodings as well.
final class ScannerTarget {
    private var whole: Scanner
    private var pieces: Scanner
    private let wraps: Bool

    init(wraps: Bool) {
        self.wraps = wraps
        do {
            let rules = try PackLocator().load(environment("FUZZ_RULES") ?? "rules").ruleSet()
            whole = Scanner(rules)
            pieces = Scanner(rules)
        } catch { stop("rules: \(error)") }
    }

    /// Bytes at the start of an input that say how it is cut, shifted and wrapped.
    private static let controls = 4

    func run(_ input: [UInt8]) {
        guard input.count > Self.controls else { return }
        let control = Array(input[..<Self.controls])
        var bytes = Array(input[Self.controls...])
        if wraps { bytes = Encodings.wrap(bytes, control[2], control[3]) }
        // Now and then the text lies across the end of a block.
        if control[0] & 31 == 1 { bytes = Self.filler(control[1], before: bytes.count) + bytes }
        let result = bytes.withUnsafeBytes { whole.scan($0) }
        for finding in result.findings where finding.span.isEmpty || finding.span.end > bytes.count {
            stop("a span outside the input")
        }
        for (first, second) in zip(result.findings, result.findings.dropFirst())
        where second.span.start < first.span.end { stop("findings overlap") }
        var found: [Finding] = []
        var random = UInt32(control[1]) << 8 | UInt32(control[2]) | 1
        var at = 0
        while at < bytes.count {
            random = random &* 1_664_525 &+ 1_013_904_223
            let most = bytes.count > 4_096 ? 9_000 : 24
            let end = min(bytes.count, at + 1 + Int(random >> 16) % most)
            bytes[at..<end].withUnsafeBytes { pieces.feed($0) { found.append($0) } }
            at = end
        }
        let incomplete = pieces.finish { found.append($0) }
        guard found == result.findings else {
            stop("in pieces \(found.count) findings, whole \(result.findings.count): not the same")
        }
        guard incomplete == result.incomplete else { stop("incomplete differs: \(String(describing: incomplete))") }
    }

    private static func filler(_ seed: UInt8, before count: Int) -> [UInt8] {
        let line = Array("2024-01-01 00:00:00 info worker: nothing to see here\n".utf8)
        let size = max(0, Scanner.blockBytes - Int(seed) * max(1, count) / 255)
        return (0..<size).map { line[$0 % line.count] }
    }
}

/// Encodings that views undo.
enum Encodings {
    private static let hex = Array("0123456789abcdef".utf8)
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Up to three encodings, one upon the other, each chosen by three bits.
    static func wrap(_ bytes: [UInt8], _ low: UInt8, _ high: UInt8) -> [UInt8] {
        var bytes = bytes
        var choice = Int(high) << 8 | Int(low)
        for _ in 0..<3 where bytes.count < 16_384 {
            bytes = encode(bytes, choice & 7)
            choice >>= 3
        }
        return bytes
    }

    private static func encode(_ bytes: [UInt8], _ kind: Int) -> [UInt8] {
        switch kind {
        case 1: return Array("{\"a\":\"".utf8) + bytes.flatMap(json) + Array("\"}".utf8)
        case 2: return bytes.flatMap { [UInt8(ascii: "%"), hex[Int($0 >> 4)], hex[Int($0 & 15)]] }
        case 3: return Array("data: ".utf8) + base64(bytes) + [0x0A]
        case 4: return bytes.flatMap { Array("\\u00".utf8) + [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }
        case 5: return bytes.flatMap { Array("&#\($0);".utf8) }
        case 6: return bytes.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }
        case 7: return Array("\u{1B}[31m".utf8) + bytes.flatMap { $0 == 0x0A ? Array("\r\n> ".utf8) : [$0] }
        default: return bytes
        }
    }

    private static func json(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        case 0x0A: Array("\\n".utf8)
        default: [byte]
        }
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let left = min(3, bytes.count - at)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < left ? UInt32(bytes[at + index]) : 0) }
            for index in 0..<4 { out.append(index <= left ? base64[Int(group >> UInt32(18 - 6 * index)) & 63] : 0x3D) }
            at += 3
        }
        return out
    }
}
