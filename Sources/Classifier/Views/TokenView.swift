import Primitives

/// A long run of base64, base64url or hexadecimal whose decoded bytes are text.
enum TokenView {
    static let base64 = ViewKind(rawValue: "base64")
    static let base64url = ViewKind(rawValue: "base64url")
    static let hex = ViewKind(rawValue: "hex")

    /// Bytes around the run that the view takes in as they are, so that a key before it counts.
    static let margin = 128
    /// Decoded bytes looked at to tell text from chance.
    private static let probeBytes = 24

    /// The encoding, if the first bytes decode to printable text; nil for words, digests and binary data.
    static func kind(_ text: Text, _ run: Range<Int>) -> ViewKind? {
        let probe = run.prefix(probeBytes * 2)
        if run.count >= 32, run.count % 2 == 0, run.allSatisfy({ hexValue(text[$0]) != nil }) {
            let isText = stride(from: probe.startIndex, to: probe.endIndex - 1, by: 2).allSatisfy {
                isPrintable((hexValue(text[$0]) ?? 0) << 4 | (hexValue(text[$0 + 1]) ?? 0))
            }
            return isText ? hex : nil
        }
        var decoded = 0
        var isURL = false
        var isPlain = false
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for index in run.prefix(probeBytes * 4 / 3) {
            let byte = text[index]
            guard let value = sextet(byte) else { return nil }
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { isURL = true }
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") { isPlain = true }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                guard isPrintable(UInt8(truncatingIfNeeded: bits >> count)) else { return nil }
                decoded += 1
            }
        }
        guard decoded >= 12, !(isURL && isPlain) else { return nil }
        return isURL ? base64url : base64
    }

    /// Writes margin, decoded run and margin; false if there is nothing to decode.
    static func decode(_ text: Text, _ run: Range<Int>, _ kind: ViewKind, into view: inout ViewText) -> Bool {
        view.copy(text, max(0, run.lowerBound - margin)..<run.lowerBound)
        var at = run.lowerBound
        if kind == hex {
            while at + 1 < run.upperBound, let high = hexValue(text[at]), let low = hexValue(text[at + 1]) {
                view.replace(original: 2, with: CollectionOfOne(high << 4 | low))
                at += 2
            }
        } else {
            at = decodeQuartets(text, run, into: &view)
        }
        var end = at
        while end < min(text.count, run.upperBound + 2), text[end] == UInt8(ascii: "=") { end += 1 }
        if end > at { view.replace(original: end - at, with: EmptyCollection()) }
        view.copy(text, end..<max(end, min(text.count, end + margin)))
        return true
    }

    private static func decodeQuartets(_ text: Text, _ run: Range<Int>, into view: inout ViewText) -> Int {
        var at = run.lowerBound
        while at + 1 < run.upperBound {
            let quartet = min(4, run.upperBound - at)
            var bits: UInt32 = 0
            for index in 0..<quartet { bits = bits << 6 | UInt32(sextet(text[at + index]) ?? 0) }
            switch quartet {
            case 4:
                view.replace(original: 4, with: [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)])
            case 3: view.replace(original: 3, with: [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)])
            default: view.replace(original: 2, with: [UInt8(bits >> 4 & 255)])
            }
            at += quartet
        }
        return at
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
