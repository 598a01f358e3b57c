/// The first look at a label's word or a long run, before `LabelledSecret` reads it.
///
/// It says no only where `LabelledSecret` would: nothing near the label is long enough for a value, or has neither a digit nor great length.
enum LabelGate {
    /// Fewest bytes of a value; of one without a digit.
    private static let minBytes = 8
    private static let minPlainBytes = 20
    /// How far digits are looked for at first, in bytes: a value that begins as far as may be, and more than words are long.
    private static let digitReach = 128

    static func mayMatch(_ text: Text, label: Range<Int>) -> Bool {
        let start = label.upperBound
        let limit = min(text.count, start + LabelledSecret.maxGap)
        let hasDigit = Kernels.hasDigit(text.base, from: start, to: min(text.count, start + digitReach))
        let least = hasDigit ? minBytes : minPlainBytes
        var newlines = 0
        var at = start
        while at < limit {
            let byte = text[at]
            guard isValueByte(byte) else {
                if byte == UInt8(ascii: "$") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "@") { return false }
                if byte == 0x0A {
                    newlines += 1
                    if newlines > 1 { return false }
                }
                at += 1
                continue
            }
            let begin = at
            var digits = 0
            let end = min(text.count, begin + ValueForm.maxBytes)
            while at < end, isValueByte(text[at]) {
                if isASCIIDigit(text[at]) { digits += 1 }
                at += 1
                if at - begin >= least, digits > 0 || at - begin >= minPlainBytes { return true }
            }
            if at == end { return at < text.count }
        }
        return false
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

    private static func isValueByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
    }
}
