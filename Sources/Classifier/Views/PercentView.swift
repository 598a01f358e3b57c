import Primitives

/// Percent-encoded bytes (RFC 3986, section 2.1). A plus stays a plus, as outside of forms it is one.
enum PercentView: ViewDecoder {
    static let kind = ViewKind(rawValue: "percent")

    /// Whether an escape stands in the region; a lone `%` of a log's percentage opens nothing.
    static func hasEscape(_ text: Text, _ region: Range<Int>) -> Bool {
        region.contains { text[$0] == UInt8(ascii: "%") && byte(text, $0, region.upperBound) != nil }
    }

    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText) {
        var at = region.lowerBound
        var plain = at
        while at < region.upperBound {
            guard text[at] == UInt8(ascii: "%"), let value = byte(text, at, region.upperBound) else {
                at += 1
                continue
            }
            view.copy(text, plain..<at)
            view.replace(original: 3, with: CollectionOfOne(value))
            at += 3
            plain = at
        }
        view.copy(text, plain..<region.upperBound)
    }

    private static func byte(_ text: Text, _ at: Int, _ end: Int) -> UInt8? {
        guard at + 2 < end, let high = hexValue(text[at + 1]), let low = hexValue(text[at + 2]) else { return nil }
        return high << 4 | low
    }
}
