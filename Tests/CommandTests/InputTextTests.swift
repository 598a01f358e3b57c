import Primitives
import Testing

@testable import sluice

struct InputTextTests {
    private func utf16(_ units: [UInt16], bigEndian: Bool) -> [UInt8] {
        ([0xFEFF] + units).flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    @Test(arguments: [false, true])
    func everySpanOfUTF16LeadsBackToItsBytes(bigEndian: Bool) {
        // Long enough for several checkpoints, with scalars of one to four bytes.
        let text = String(repeating: "aé→😀\n", count: 3_000)
        let file = utf16(Array(text.utf16), bigEndian: bigEndian)
        let decoded = file.withUnsafeBytes { UTF16Text($0, bigEndian: bigEndian) }
        #expect(decoded.text == Array(text.utf8))
        var at = 0
        var unit = 2
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let width = UTF8.width(scalar)
            let units = scalar.value > 0xFFFF ? 4 : 2
            if index % 97 == 0 {
                let span = decoded.original(of: ByteSpan(start: at, end: at + width))
                #expect(span == ByteSpan(start: unit, end: unit + units))
            }
            at += width
            unit += units
        }
        #expect(decoded.original(of: ByteSpan(start: 0, end: at)) == ByteSpan(start: 2, end: file.count))
        #expect(decoded.original(of: ByteSpan(start: at, end: at)) == ByteSpan(start: file.count, end: file.count))
    }

    @Test func brokenUTF16IsReadToItsEnd() {
        for units: [UInt16] in [[0xD800], [0xDC00, 0x61], [0x61, 0xD83D, 0x62], [0xD83D, 0xD83D, 0xDE00]] {
            for extra: [UInt8] in [[], [0x61]] {
                let file = utf16(units, bigEndian: false) + extra
                let decoded = file.withUnsafeBytes { UTF16Text($0, bigEndian: false) }
                #expect(String(validating: decoded.text, as: UTF8.self) != nil)
                let whole = decoded.original(of: ByteSpan(start: 0, end: decoded.text.count))
                #expect(whole == ByteSpan(start: 2, end: file.count))
            }
        }
    }

    @Test func kindsOfFilesAreToldByTheirFirstBytes() {
        func kind(_ bytes: [UInt8]) -> FileKind { bytes.withUnsafeBytes { FileKind.of($0) } }
        #expect(kind([]) == .text)
        #expect(kind(Array("plain é".utf8)) == .text)
        #expect(kind([0xEF, 0xBB, 0xBF, 0x61]) == .text)
        #expect(kind([0xFF, 0xFE, 0x61, 0]) == .utf16(bigEndian: false))
        #expect(kind([0xFE, 0xFF, 0, 0x61]) == .utf16(bigEndian: true))
        #expect(kind([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0]) == .binary("UTF-32"))
        #expect(kind([0x1F, 0x8B, 8]) == .binary("gzip"))
        #expect(kind([0x61, 0, 0x62]) == .binary("binary"))
        let late = [UInt8](repeating: 0x61, count: InputText.probeBytes)
        #expect(kind(late + [0]) == .text, "only the first bytes are looked at")
        #expect(kind(late.dropLast() + [0]) == .binary("binary"))
    }

    @Test func columnsCountScalarsAndAMarkIsNone() {
        let text = Array("\u{FEFF}aé😀b\nx\r\n".utf8)
        text.withUnsafeBytes { bytes in
            var places = PlaceCounter()
            func place(of offset: Int) -> TextPlace {
                places.advance(over: UnsafeRawBufferPointer(rebasing: bytes[places.offset..<offset]))
                return places.place
            }
            #expect(place(of: 3) == TextPlace(line: 1, column: 1))
            #expect(place(of: 10) == TextPlace(line: 1, column: 4))
            #expect(place(of: 12) == TextPlace(line: 2, column: 1))
            #expect(place(of: text.count) == TextPlace(line: 3, column: 1))
        }
    }
}
