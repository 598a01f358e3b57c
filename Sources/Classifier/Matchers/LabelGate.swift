/// The first look at a label's word or a long run, before `LabelledSecret` reads it.
///
/// It says no only where `LabelledSecret` would: nothing near the label is long enough for a value, or has neither a digit nor great length.
enum LabelGate {
    /// Fewest bytes of a value; of one without a digit.
    private static let minBytes = 8
    private static let minPlainBytes = 20

    static func mayMatch(_ text: Text, label: Range<Int>, _ masks: ClassMasks) -> Bool {
        candidates(text, label: label, masks) != 0
    }

    /// Which of the 64 bytes behind a label may belong to a value, the lowest bit first.
    ///
    /// Precondition: the masks are those of the chunk that the label begins in.
    static func candidates(_ text: Text, label: Range<Int>, _ masks: ClassMasks) -> UInt64 {
        let start = label.upperBound
        var values = BitPair(
            low: masks.window(masks.values, at: start), high: masks.window(masks.values, at: start + 64))
        let digits = BitPair(
            low: masks.window(masks.digits, at: start), high: masks.window(masks.digits, at: start + 64))
        let all = values
        // Eight in a row, twenty where there is no digit.
        values.requireAlso(1)
        values.requireAlso(2)
        values.requireAlso(4)
        if digits.low | digits.high == 0 {
            values.requireAlso(8)
            values.requireAlso(4)
        }
        let reach: UInt64 = 1 << UInt64(LabelledSecret.maxGap) - 1
        var begins = values.low & ~(all.low << 1) & reach
        // The first byte that is no value's may end the label's own name, whose bits go on from before.
        var candidates: UInt64 = 0
        while begins != 0 {
            let shift = UInt64(begins.trailingZeroBitCount)
            begins &= begins - 1
            let run = all.low >> shift | (all.high << 1) << (63 - shift)
            let length = (~run).trailingZeroBitCount
            let numbers = digits.low >> shift | (digits.high << 1) << (63 - shift)
            let own: UInt64 = length >= 64 ? ~0 : 1 << UInt64(length) - 1
            guard length >= minPlainBytes || numbers & own != 0 else { continue }
            if candidates == 0, !isReached(text, from: start, to: start + Int(shift), ~all.low) { return 0 }
            candidates |= own << shift
        }
        return candidates
    }

    /// Whether no byte before `end` says that the label has no value; `others` are the bytes that values don't hold.
    private static func isReached(_ text: Text, from start: Int, to end: Int, _ others: UInt64) -> Bool {
        var rest = others & (1 << UInt64(end - start) - 1)
        var newlines = 0
        while rest != 0 {
            let byte = text[start + rest.trailingZeroBitCount]
            rest &= rest - 1
            if byte == UInt8(ascii: "$") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "@") { return false }
            if byte == 0x0A {
                newlines += 1
                if newlines > 1 { return false }
            }
        }
        return true
    }

    /// Whether a long run may be a service's key: it has a digit, and the name of one may stand before it or at its start.
    static func mayMatch(_ text: Text, run: Range<Int>, _ services: ServiceTable) -> Bool {
        guard Kernels.hasDigit(text.base, from: run.lowerBound, to: run.upperBound) else { return false }
        var end = run.lowerBound
        while end > 0, run.lowerBound - end < LabelledSecret.maxAdjacentGap,
            LabelledSecret.isAdjacency(text[end - 1])
        {
            end -= 1
        }
        if end > 0, end < run.lowerBound, services.mayEnd(text, at: end) { return true }
        return ServiceTable.mayBegin(text, at: run.lowerBound) && services.mayStart(text, at: run.lowerBound)
    }
}
