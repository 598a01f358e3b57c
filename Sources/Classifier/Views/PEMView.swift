import Primitives

/// A PEM block (RFC 7468) whose lines carry something before or after the text: a container's name, a time, quote marks,
/// indentation, a string's quotes. The view holds each line's own part alone.
///
/// Line breaks that are escaped, `\n`, are the JSON view's.
enum PEMView {
    static let kind = ViewKind(rawValue: "pem")

    /// Longest block, in bytes, with all that stands between its lines.
    private static let maxBlockBytes = ScanLimits.maxWindowBytes
    /// Longest line and longest end of a line that is no part of the block, in bytes.
    private static let maxLineBytes = 512
    private static let maxSuffixBytes = 16
    /// Shortest part of a line but the last, in bytes.
    private static let minPartBytes = 4

    /// Where the text after the marker's line begins; nil if the marker doesn't end on its line.
    private static func bodyStart(_ text: Text, _ begin: Int) -> Int? {
        var at = begin + 11
        while at < min(text.count, begin + 80), text[at] != UInt8(ascii: "-"), text[at] >= 0x20 { at += 1 }
        guard text.hasFolded("-----", at: at) else { return nil }
        return at + 5
    }

    /// Whether the first line of the body has more on it than the body.
    static func needsCleaning(_ text: Text, _ begin: Int) -> Bool {
        guard let start = bodyStart(text, begin), let line = line(text, after: start) else { return false }
        guard let part = part(text, line) else { return true }
        return part.lowerBound > line.lowerBound || part.upperBound + 1 < line.upperBound
            || part.upperBound < line.upperBound && text[part.upperBound] != 0x0D
    }

    /// The line behind the one that `at` lies on, without its end.
    private static func line(_ text: Text, after at: Int) -> Range<Int>? {
        var end = at
        while end < min(text.count, at + maxLineBytes), text[end] != 0x0A { end += 1 }
        guard text.at(end) == 0x0A, end + 1 < text.count else { return nil }
        let start = end + 1
        end = start
        while end < min(text.count, start + maxLineBytes), text[end] != 0x0A { end += 1 }
        return start..<end
    }

    /// The last run of base64 on a line, or the marker that ends the block.
    private static func part(_ text: Text, _ line: Range<Int>) -> Range<Int>? {
        var high = line.upperBound
        let floor = max(line.lowerBound, line.upperBound - maxSuffixBytes)
        while high > floor, !isBody(text[high - 1]) { high -= 1 }
        // What follows the line in a string literal, `\n" +`.
        if high >= 2, text[high - 1] | 0x20 == UInt8(ascii: "n"), text[high - 2] == UInt8(ascii: "\\") { high -= 2 }
        var low = high
        while low > line.lowerBound, isBody(text[low - 1]) { low -= 1 }
        return high - low >= minPartBytes ? low..<high : nil
    }

    private static func isBody(_ byte: UInt8) -> Bool {
        isASCIILetter(byte) || byte &- 0x2F < 11 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=")
    }

    private static func endMarker(_ text: Text, _ line: Range<Int>) -> Int? {
        var at = line.lowerBound
        while at + 9 <= line.upperBound {
            if text[at] == UInt8(ascii: "-"), text.hasFolded("-----end ", at: at) { return at }
            at += 1
        }
        return nil
    }

    /// Writes the block that begins at `at`; returns where what was read ends.
    static func decode(_ text: Text, _ at: Int, into view: inout ViewText) -> Int {
        guard let start = bodyStart(text, at) else { return at }
        view.copy(text, at..<start)
        var done = start
        while done - at < maxBlockBytes, let line = line(text, after: done), line.upperBound <= text.count {
            if let marker = endMarker(text, line) {
                view.replace(original: marker - done, byte: 0x0A)
                return marker
            }
            guard let part = part(text, line) else {
                if line.isEmpty || line.upperBound >= text.count { break }
                // A line without a part, such as a container's heartbeat: left out.
                view.skip(original: line.upperBound - done)
                done = line.upperBound
                continue
            }
            view.replace(original: part.lowerBound - done, byte: 0x0A)
            view.copy(text, part)
            done = part.upperBound
        }
        return done
    }
}
