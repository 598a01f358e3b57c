/// What a cell of text holds that may open a view; one bit each.
///
/// Single bytes are noted by the kernel that passes over every byte, `U+00` and `=3D` by the table of literals.
enum ViewMark {
    static let backslash: UInt8 = 1
    static let percent: UInt8 = 2
    static let ampersand: UInt8 = 4
    /// The control character that begins an ANSI sequence.
    static let escape: UInt8 = 8
    static let nul: UInt8 = 16
    /// A byte of 0x80 or more.
    static let high: UInt8 = 32
    static let unicodePlus: UInt8 = 64
    static let quotedPrintable: UInt8 = 128

    /// The mark of a single byte; zero for one that opens nothing.
    @inline(__always)
    static func of(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "\\"): backslash
        case UInt8(ascii: "%"): percent
        case UInt8(ascii: "&"): ampersand
        case 0x1B: escape
        case 0: nul
        case 0x80...: high
        default: 0
        }
    }

    /// Longer anchors, which cost nothing as entries of the literal table.
    static let literals: [(bytes: [UInt8], mark: UInt8)] = [
        (Array("U+00".utf8), unicodePlus), (Array("=3D".utf8), quotedPrintable),
    ]
}
