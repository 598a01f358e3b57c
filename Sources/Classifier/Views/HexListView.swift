import Primitives

/// Bytes as a list of hexadecimal numbers, `0x41, 0x42`, as source code has them.
enum HexListView {
    static let kind = TokenView.hex

    /// Fewest numbers that are taken for text.
    private static let minNumbers = 8
    /// Most blanks and line breaks between two numbers, in bytes.
    private static let maxGapBytes = 64

    /// Whether the comma stands between the first two of enough numbers that are printable.
    static func begins(_ text: Text, _ comma: Int) -> Bool {
        guard let first = start(text, comma) else { return false }
        // A number before the first one means that this is the middle of a list.
        var before = first
        while before > 0, first - before < maxGapBytes, text[before - 1] <= 0x20 { before -= 1 }
        if text.at(before - 1) == UInt8(ascii: ","), start(text, before - 1) != nil { return false }
        var at = first
        for _ in 0..<minNumbers {
            guard let (value, end) = number(text, at), UTF16View.isPrintable(value) else { return false }
            at = gapEnd(text, end)
        }
        return true
    }

    /// Where the number before a comma begins.
    private static func start(_ text: Text, _ comma: Int) -> Int? {
        number(text, comma - 4).map { _ in comma - 4 }
    }

    private static func number(_ text: Text, _ at: Int) -> (value: UInt8, end: Int)? {
        guard text.at(at) == UInt8(ascii: "0"), text.at(at + 1) | 0x20 == UInt8(ascii: "x"),
            let value = Escapes.hex(text, at + 2, digits: 2), hexValue(text.at(at + 4)) == nil
        else { return nil }
        return (UInt8(truncatingIfNeeded: value), at + 4)
    }

    private static func gapEnd(_ text: Text, _ start: Int) -> Int {
        guard text.at(start) == UInt8(ascii: ",") else { return start }
        var at = start + 1
        while at < min(text.count, start + maxGapBytes), text[at] <= 0x20 { at += 1 }
        return at
    }

    /// Writes what stands before the list, and its bytes. `comma` is the one behind the first number.
    static func decode(_ text: Text, _ comma: Int, into view: inout ViewText) {
        let first = comma - 4
        view.copy(text, max(0, first - TokenView.margin)..<first)
        var at = first
        while let (value, end) = number(text, at) {
            view.skip(original: at - view.map.originalEnd)
            view.replace(original: end - at, byte: value)
            at = gapEnd(text, end)
        }
    }
}
