/// What a cell of text holds that may open a view; one bit each.
///
/// Single bytes are noted by the kernel that passes over every byte, the rest by the table of literals.
enum ViewMark {
    static let backslash: UInt8 = 1
    static let percent: UInt8 = 2
    static let ampersand: UInt8 = 4
    /// The control character that begins an ANSI sequence.
    static let escape: UInt8 = 8
    static let nul: UInt8 = 16
    /// A byte of 0x80 or more.
    static let high: UInt8 = 32
    /// `U+00` or `=3D`.
    static let notation: UInt8 = 64
    /// The first bytes of something with an inside: gzip, a PEM block, a list of hexadecimal bytes.
    static let container: UInt8 = 128

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

    /// The mark of the view that a byte may belong to when decoding brings it forth.
    @inline(__always)
    static func produced(by byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=") ? notation : of(byte)
    }

    /// Longer anchors, which cost nothing as entries of the literal table.
    static let literals: [(bytes: [UInt8], mark: UInt8)] = [
        (Array("U+00".utf8), notation), (Array("=3D".utf8), notation), (gzipInBase64, container),
        (gzipInHex, container), (Array("-----BEGIN ".utf8), container), (hexElement, container),
    ]

    /// The first three bytes of a gzip container with the only compression method there is.
    static let gzipInBase64 = Array("H4sI".utf8)
    static let hexElement = Array(", 0x".utf8)
    static let gzipInHex = Array("1f8b08".utf8)
}
