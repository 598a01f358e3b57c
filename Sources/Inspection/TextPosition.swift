/// Line and column of an offset.
enum TextPosition {
    /// Both from 1; the column counts Unicode scalars.
    static func of(_ offset: Int, in text: [UInt8]) -> (line: Int, column: Int) {
        var line = 1
        var start = 0
        text.withUnsafeBufferPointer { text in
            for at in 0..<min(offset, text.count) where text[at] == 0x0A {
                line += 1
                start = at + 1
            }
        }
        let column = text[start..<min(max(offset, start), text.count)].count { $0 & 0xC0 != 0x80 } + 1
        return (line, column)
    }
}
