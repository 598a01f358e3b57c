import Primitives

/// Text that came from a prompt, a request or a program, after masking: the type through which such text enters an event.
///
/// It can be made only by masking, or by decoding an event that a device has masked before it was written.
public struct MaskedText: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The masked text.
    public let value: String
    public var description: String { value }

    /// Masks, then cuts to `maxBytes` bytes of UTF-8.
    public init(
        masking text: String, as mask: ShapeMask = .text, maxBytes: Int = EventLimits.maxNameBytes
    ) {
        value = EventLimits.cut(mask.mask(text), to: maxBytes)
    }

    /// Takes text that was masked before, as a decoder gives it.
    init(masked: String, maxBytes: Int) { value = EventLimits.plain(masked, to: maxBytes) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        value = EventLimits.plain(text, to: EventLimits.maxLineBytes)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

/// The masked surroundings of one finding on its line, at most `EventLimits.maxExcerptBytes` long.
public struct MaskedExcerpt: Sendable, Hashable, Codable {
    /// The masked text, one line.
    public let text: String
    /// Where the finding stands in `text`, in bytes of UTF-8.
    public let mark: ByteSpan

    /// Cuts the line out of `text` around `finding` and masks it.
    ///
    /// - Parameters:
    ///   - others: further findings in the same text: no vocabulary word survives in them either.
    ///   - publicPrefix: bytes that the rule declares public; kept when the finding begins with them.
    public init(text bytes: [UInt8], finding: ByteSpan, others: [ByteSpan] = [], publicPrefix: [UInt8] = []) {
        let limit = EventLimits.maxExcerptBytes
        let start = min(max(finding.start, 0), bytes.count)
        let end = min(max(finding.end, start), bytes.count)
        // The masked value takes at most this much; what is left of the limit goes to both sides alike.
        let shown = min(end - start, ShapeMask.maxShownValue + EventLimits.cutMark.utf8.count)
        let side = (limit - shown - 2 * EventLimits.cutMark.utf8.count) / 2
        var lower = start
        while lower > 0, start - lower < side, bytes[lower - 1] != 0x0A, bytes[lower - 1] != 0x0D { lower -= 1 }
        var upper = end
        while upper < bytes.count, upper - end < side, bytes[upper] != 0x0A, bytes[upper] != 0x0D { upper += 1 }
        // A word that the cut goes through would else pass as a whole one.
        let cutsWordBefore = lower > 0 && lower < start && Self.isWord(bytes[lower - 1]) && Self.isWord(bytes[lower])
        let cutsWordAfter =
            upper < bytes.count && upper > end && Self.isWord(bytes[upper]) && Self.isWord(bytes[upper - 1])

        let window = Array(bytes[lower..<upper])
        let shift = { (span: ByteSpan) -> ByteSpan? in
            let from = max(span.start, lower)
            let to = min(span.end, upper)
            return from < to ? ByteSpan(start: from - lower, end: to - lower) : nil
        }
        var hiding = others.compactMap(shift)
        hiding.append(ByteSpan(start: start - lower, end: end - lower))
        if cutsWordBefore { hiding.append(Self.word(window, from: 0, step: 1)) }
        if cutsWordAfter { hiding.append(Self.word(window, from: window.count - 1, step: -1)) }
        var keeping: [ByteSpan] = []
        if !publicPrefix.isEmpty, bytes[start..<end].starts(with: publicPrefix), publicPrefix.count < end - start {
            keeping = [ByteSpan(start: start - lower, end: start - lower + publicPrefix.count)]
        }
        let masked = ShapeMask.text.maskWithOffsets(window, keeping: keeping, hiding: hiding)
        let before = lower > 0 && bytes[lower - 1] != 0x0A && bytes[lower - 1] != 0x0D ? EventLimits.cutMark : ""
        let after = upper < bytes.count && bytes[upper] != 0x0A && bytes[upper] != 0x0D ? EventLimits.cutMark : ""
        self.text = before + masked.text + after
        let lead = before.utf8.count
        mark = ByteSpan(start: lead + masked.offsets[start - lower], end: lead + masked.offsets[end - lower])
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
        default: false
        }
    }

    /// The run of word bytes that begins at `from` and goes on in the direction of `step`.
    private static func word(_ bytes: [UInt8], from: Int, step: Int) -> ByteSpan {
        var at = from
        while bytes.indices.contains(at), isWord(bytes[at]) { at += step }
        return step > 0 ? ByteSpan(start: from, end: at) : ByteSpan(start: at + 1, end: from + 1)
    }

    private enum CodingKeys: String, CodingKey { case text, mark }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = EventLimits.plain(try container.decode(String.self, forKey: .text), to: EventLimits.maxExcerptBytes)
        let offsets = try container.decode([Int].self, forKey: .mark)
        guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= text.utf8.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .mark, in: container, debugDescription: "a mark is [start, end] within the excerpt")
        }
        mark = ByteSpan(start: offsets[0], end: offsets[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        try container.encode([mark.start, mark.end], forKey: .mark)
    }
}
