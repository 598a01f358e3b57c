import Primitives

/// Makes text unreadable while its shape stays: a letter becomes `x`, a digit `9`, whatever is not ASCII `x`.
///
/// What survives is punctuation, blanks, and whole words of a small fixed vocabulary that is public by nature (log levels, HTTP
/// methods, key names). So even what no rule has found, stands nowhere in clear text. A word counts only when it stands between bytes
/// that are neither letters nor digits, and is written in lower, upper or capitalised form; inside a found value no word counts.
public struct ShapeMask: Sendable {
    /// Longest word of any vocabulary, in bytes.
    public static let maxWordBytes = 16
    /// Longest run of a found value that is shown, in characters; the rest becomes one `…`.
    public static let maxShownValue = 40

    enum Style: Sendable { case text, path, model, client }
    let style: Style

    /// Text around a finding, key names.
    public static let text = ShapeMask(style: .text)
    /// A JSON path, file name or URL path; array indices of up to three digits stay.
    public static let path = ShapeMask(style: .path)
    /// A model's id ("gpt-4o-mini"); masked whole unless it begins with a known family.
    public static let model = ShapeMask(style: .model)
    /// The program that sent the prompt: its name or user agent.
    public static let client = ShapeMask(style: .client)

    /// Masks as `ShapeMask.text`, keeping the bytes of `keeping` as they are (printable ASCII only).
    public static func mask(_ bytes: [UInt8], keeping: [ByteSpan] = []) -> String { text.mask(bytes, keeping: keeping) }

    /// Masks the text of a string.
    public func mask(_ text: String) -> String { mask(Array(text.utf8)) }

    /// Masks UTF-8 text.
    ///
    /// - Parameters:
    ///   - keeping: spans that are public by the format's own definition, such as the `ghp_` of a token.
    ///   - hiding: found values. In them no word is kept, punctuation but `- _ . @` becomes `*`, and a long run is shortened.
    public func mask(_ bytes: [UInt8], keeping: [ByteSpan] = [], hiding: [ByteSpan] = []) -> String {
        maskWithOffsets(bytes, keeping: keeping, hiding: hiding).text
    }

    /// The masked text, and for every input offset (`count + 1` of them) the offset in its UTF-8 where that byte's stand-in begins.
    func maskWithOffsets(
        _ bytes: [UInt8], keeping: [ByteSpan], hiding: [ByteSpan]
    ) -> (text: String, offsets: [Int]) {
        var state = [Treatment](repeating: .mask, count: bytes.count)
        keepWords(bytes, &state)
        for span in hiding { for at in clip(span, bytes.count) { state[at] = .hide } }
        for span in keeping { for at in clip(span, bytes.count) { state[at] = .keep } }

        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var offsets: [Int] = []
        offsets.reserveCapacity(bytes.count + 1)
        var hiddenRun = 0
        var at = 0
        while at < bytes.count {
            let width = Self.scalarWidth(bytes, at)
            hiddenRun = state[at] == .hide ? hiddenRun + 1 : 0
            let start = out.count
            if hiddenRun == Self.maxShownValue + 1 {
                out += EventLimits.cutMark.utf8
            } else if hiddenRun <= Self.maxShownValue {
                out.append(width == 1 ? Self.stand(for: bytes[at], state[at]) : 0x78)
            }
            for _ in 0..<width { offsets.append(start) }
            at += width
        }
        offsets.append(out.count)
        return (String(decoding: out, as: UTF8.self), offsets)
    }

    private enum Treatment { case mask, hide, keep }

    private func clip(_ span: ByteSpan, _ count: Int) -> Range<Int> {
        let start = min(max(span.start, 0), count)
        return start..<max(start, min(span.end, count))
    }

    private static func stand(for byte: UInt8, _ treatment: Treatment) -> UInt8 {
        switch byte {
        case 0x20: return 0x20
        case 0x00..<0x20, 0x7F: return 0x20
        case 0x80...: return 0x78
        default: break
        }
        if treatment == .keep { return byte }
        switch byte {
        case 0x30...0x39: return 0x39
        case 0x41...0x5A, 0x61...0x7A: return 0x78
        case 0x2D, 0x2E, 0x40, 0x5F: return byte
        default: return treatment == .hide ? 0x2A : byte
        }
    }

    /// Bytes of the UTF-8 sequence that starts here; 1 for a byte that starts none.
    private static func scalarWidth(_ bytes: [UInt8], _ at: Int) -> Int {
        let wanted: Int
        switch bytes[at] {
        case 0xC2...0xDF: wanted = 2
        case 0xE0...0xEF: wanted = 3
        case 0xF0...0xF4: wanted = 4
        default: return 1
        }
        guard at + wanted <= bytes.count, bytes[(at + 1)..<(at + wanted)].allSatisfy({ $0 & 0xC0 == 0x80 }) else {
            return 1
        }
        return wanted
    }

    // MARK: Words

    private func keepWords(_ bytes: [UInt8], _ state: inout [Treatment]) {
        var at = 0
        var isFirst = true
        while at < bytes.count {
            guard Self.isWordByte(bytes[at]) else {
                at += 1
                continue
            }
            var end = at
            while end < bytes.count, Self.isWordByte(bytes[end]) { end += 1 }
            let isKept = keeps(bytes, at..<end)
            // A model that is of no known family might be anything that was pasted there.
            if isFirst, style == .model, !isKept { return }
            isFirst = false
            if isKept { for index in at..<end { state[index] = .keep } }
            at = end
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
        default: false
        }
    }

    private func keeps(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count <= Self.maxWordBytes else { return false }
        let word = bytes[range]
        let isDigits = word.allSatisfy { (0x30...0x39).contains($0) }
        switch style {
        case .path where isDigits:
            return word.count <= 3 && range.lowerBound > 0 && bytes[range.lowerBound - 1] == 0x5B
                && range.upperBound < bytes.count && bytes[range.upperBound] == 0x5D
        case .model
        where range.lowerBound > 0 && word.count <= 3 && word.contains(where: { (0x30...0x39).contains($0) }):
            return !isDigits || word.count <= 2
        default: break
        }
        guard let plain = MaskVocabulary.plainForm(word) else {
            return MaskVocabulary.camelCase.contains(String(decoding: word, as: UTF8.self))
        }
        switch style {
        case .text:
            if MaskVocabulary.text.contains(plain) { return true }
            if MaskVocabulary.services.contains(plain), Self.isCompound(bytes, range) { return true }
            return MaskVocabulary.schemes.contains(plain)
                && bytes[range.upperBound...].starts(with: [0x3A, 0x2F, 0x2F])
        case .path: return MaskVocabulary.text.contains(plain) || MaskVocabulary.pathNames.contains(plain)
        case .model: return MaskVocabulary.models.contains(plain)
        case .client: return MaskVocabulary.clients.contains(plain)
        }
    }

    /// Whether a hyphen or underscore joins the word to another, as in `GITHUB_TOKEN`.
    private static func isCompound(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let after = range.upperBound < bytes.count ? bytes[range.upperBound] : 0
        let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0
        return [after, before].contains { $0 == 0x5F || $0 == 0x2D }
    }
}
