import Primitives

/// Something with an inside, found by its first bytes.
struct Container {
    enum Kind {
        case base64
        case hex
        case pem
        case hexList
    }

    var kind: Kind
    /// Where it begins in the slice.
    var start: Int
}

enum Containers {
    static let gzip = ViewKind(rawValue: "gzip")
    static let zlib = ViewKind(rawValue: "zlib")

    /// The containers whose first bytes stand within the hits, by the marks of their cells.
    static func find(_ text: Text, _ cells: UnsafeMutablePointer<UInt8>, in hits: Range<Int>) -> [Container] {
        var found: [Container] = []
        guard !hits.isEmpty else { return [] }
        for cell in hits.lowerBound / Kernels.cellBytes...(hits.upperBound - 1) / Kernels.cellBytes
        where cells[cell] & ViewMark.container != 0 {
            let start = cell * Kernels.cellBytes
            for at in max(start, hits.lowerBound)..<min(start + Kernels.cellBytes, hits.upperBound) {
                if let kind = kind(text, at) { found.append(Container(kind: kind, start: at)) }
            }
        }
        return found
    }

    private static func kind(_ text: Text, _ at: Int) -> Container.Kind? {
        switch text[at] {
        case UInt8(ascii: "H"): has(text, ViewMark.gzipInBase64, at) ? .base64 : nil
        case UInt8(ascii: "1"): has(text, ViewMark.gzipInHex, at) ? .hex : nil
        case UInt8(ascii: "-"): text.hasFolded("-----begin ", at: at) && PEMView.needsCleaning(text, at) ? .pem : nil
        case UInt8(ascii: ","): has(text, ViewMark.hexElement, at) && HexListView.begins(text, at) ? .hexList : nil
        default: nil
        }
    }

    private static func has(_ text: Text, _ bytes: [UInt8], _ at: Int) -> Bool {
        for offset in bytes.indices where text.at(at + offset) != bytes[offset] { return false }
        return true
    }

    /// Where a run begins, if its first two bytes may be the header of zlib data.
    static func zlibStart(_ text: Text, at: Int) -> Int? {
        guard text[at] == UInt8(ascii: "e"), let second = TokenAlphabet.sextet(text.at(at + 1)),
            let third = TokenAlphabet.sextet(text.at(at + 2))
        else { return nil }
        let bits = 30 << 12 | UInt32(second) << 6 | UInt32(third)
        return Inflate.isZlib(UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)) ? at : nil
    }
}

/// Reads the characters of a container, piece by piece, until its run ends: base64 over lines of one length, hexadecimal
/// on one line.
struct ContainerReader {
    let isHex: Bool
    /// Offset of the first character in the input, or in the slice for one that ends in it.
    let start: Int
    /// One past the last character, padding included.
    private(set) var end: Int
    private(set) var bytes: [UInt8] = []
    private(set) var isDone = false
    /// Whether the run goes on after the most bytes that are held.
    private(set) var isOverlong = false

    private let limit: Int
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0
    private var width: Int?
    private var lineBytes = 0
    private var padding = 0
    /// What lies between two lines: bytes so far, and whether the break was among them.
    private var gap: (count: Int, hasBreak: Bool)?
    /// The state at the end of the last line.
    private var committed: (end: Int, count: Int)

    private static let minLineBytes = 40
    private static let maxLineEndBytes = 6
    private static let maxIndentBytes = 64

    init(isHex: Bool, start: Int, limit: Int) {
        self.isHex = isHex
        self.start = start
        self.limit = limit
        end = start
        committed = (start, 0)
    }

    /// Takes a range of the text, whose first byte has the offset `origin` in what `start` counts.
    mutating func read(_ text: Text, _ range: Range<Int>, origin: Int) {
        for at in range {
            if isDone { return }
            take(text[at], at: at + origin)
        }
    }

    /// Ends the run where the input ends.
    mutating func finish() {
        if !isDone { endLine(with: 0) }
        isDone = true
    }

    private mutating func take(_ byte: UInt8, at offset: Int) {
        if let gap {
            takeGap(byte, gap, at: offset)
            return
        }
        if padding == 0, let value = isHex ? hexValue(byte) : TokenAlphabet.sextet(byte) {
            takeValue(value, at: offset)
        } else if !isHex, byte == UInt8(ascii: "="), padding < 2, lineBytes > 0 {
            padding += 1
            end = offset + 1
        } else {
            endLine(with: byte)
            if !isDone { takeGap(byte, (0, false), at: offset) }
        }
    }

    private mutating func takeValue(_ value: UInt8, at offset: Int) {
        let size: UInt32 = isHex ? 4 : 6
        bits = bits << size | UInt32(value)
        bitCount += size
        if bitCount >= 8 {
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        lineBytes += 1
        end = offset + 1
        if let width, lineBytes > width { rollBack() }
        if bytes.count >= limit {
            isOverlong = true
            isDone = true
        }
    }

    /// Takes the last line back: it is longer than the others, so it is no part of the run.
    private mutating func rollBack() {
        bytes.removeLast(bytes.count - committed.count)
        end = committed.end
        isDone = true
    }

    private mutating func endLine(with byte: UInt8) {
        defer { lineBytes = 0 }
        if let width, lineBytes < width {
            // A last line is a line of its own; a word at the start of ordinary text is not.
            let isOwn =
                padding > 0 || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
                || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "`")
            if isOwn { isDone = true } else { rollBack() }
            return
        }
        committed = (end, bytes.count)
        guard !isHex, padding == 0, lineBytes >= Self.minLineBytes, lineBytes % 4 == 0 else {
            isDone = true
            return
        }
        width = lineBytes
    }

    private mutating func takeGap(_ byte: UInt8, _ before: (count: Int, hasBreak: Bool), at offset: Int) {
        if byte == 0x0A, !before.hasBreak {
            gap = (0, true)
        } else if before.hasBreak, TokenAlphabet.sextet(byte) != nil {
            gap = nil
            take(byte, at: offset)
        } else if isFiller(byte) || !before.hasBreak && byte == UInt8(ascii: "+"),
            before.count < (before.hasBreak ? Self.maxIndentBytes : Self.maxLineEndBytes)
        {
            gap = (before.count + 1, before.hasBreak)
        } else {
            isDone = true
        }
    }

    private func isFiller(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0D, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">"), UInt8(ascii: "|"),
            UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: ","), UInt8(ascii: "\\"):
            true
        default: false
        }
    }
}
