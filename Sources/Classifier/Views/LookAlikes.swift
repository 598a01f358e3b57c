/// Which characters look like which ASCII, and when that matters.
enum LookAlikes {
    enum Class {
        /// Takes no room: zero-width, joiners, marks of direction, variation selectors.
        case invisible
        /// A full-width, mathematical or tag form of an ASCII letter or digit, or a ligature.
        case wide
        /// Full-width punctuation, common in Chinese and Japanese text.
        case widePunctuation
        /// A Cyrillic or Greek letter that looks Latin.
        case letter
        case digit
        case dash
        case blank
        case quote
        case other
    }

    static func `class`(of scalar: UInt32) -> Class {
        switch scalar {
        case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: .blank
        case 0xAD, 0x34F, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F,
            0xFE00...0xFE0F, 0xFEFF, 0xE0100...0xE01EF:
            .invisible
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x1D400...0x1D6A3, 0x1D7CE...0x1D7FF,
            0xFB00...0xFB04, 0xE0020...0xE007E:
            .wide
        case 0xFF01...0xFF5E: .widePunctuation
        case 0x2010...0x2015, 0x2212: .dash
        case 0xAB, 0xBB, 0x2018...0x201F: .quote
        case 0xB2, 0xB3, 0xB9, 0x2070, 0x2074...0x2079, 0x2080...0x2089, 0x660...0x669, 0x6F0...0x6F9, 0x966...0x96F,
            0x9E6...0x9EF, 0xE50...0xE59:
            .digit
        case 0x370...0x52F: latin[Int(scalar - 0x370)] == 0 ? .other : .letter
        default: .other
        }
    }

    /// The ASCII that a character of any class but `invisible` and `other` stands for.
    static func ascii(_ scalar: UInt32) -> [UInt8] {
        switch scalar {
        case 0xFF01...0xFF5E: [UInt8(scalar - 0xFF01 + 0x21)]
        case 0xE0020...0xE007E: [UInt8(scalar - 0xE0000)]
        case 0x1D400...0x1D6A3: [mathematical(scalar - 0x1D400)]
        // Five sets of ten.
        case 0x1D7CE...0x1D7FF: [UInt8((scalar - 0x1D7CE) % 10 + 0x30)]
        case 0xFB00: Array("ff".utf8)
        case 0xFB01: Array("fi".utf8)
        case 0xFB02: Array("fl".utf8)
        case 0xFB03: Array("ffi".utf8)
        case 0xFB04: Array("ffl".utf8)
        case 0x2010...0x2015, 0x2212: [UInt8(ascii: "-")]
        case 0x2018...0x201B: [UInt8(ascii: "'")]
        case 0xAB, 0xBB, 0x201C...0x201F: [UInt8(ascii: "\"")]
        case 0xB2, 0xB3: [UInt8(scalar - 0xB0 + 0x30)]
        case 0xB9: [UInt8(ascii: "1")]
        case 0x2070...0x2079: [UInt8(scalar - 0x2070 + 0x30)]
        case 0x2080...0x2089: [UInt8(scalar - 0x2080 + 0x30)]
        case 0x660...0x669: [UInt8(scalar - 0x660 + 0x30)]
        case 0x6F0...0x6F9: [UInt8(scalar - 0x6F0 + 0x30)]
        case 0x966...0x96F: [UInt8(scalar - 0x966 + 0x30)]
        case 0x9E6...0x9EF: [UInt8(scalar - 0x9E6 + 0x30)]
        case 0xE50...0xE59: [UInt8(scalar - 0xE50 + 0x30)]
        case 0x370...0x52F: [latin[Int(scalar - 0x370)]]
        default: [0x20]
        }
    }

    /// The Mathematical Alphanumeric Symbols are thirteen alphabets of 26 capitals and 26 small letters.
    private static func mathematical(_ offset: UInt32) -> UInt8 {
        let place = offset % 52
        return UInt8(place < 26 ? 0x41 + place : 0x61 + place - 26)
    }

    /// For the letters of Greek and Cyrillic from U+0370 on, the Latin letter whose shape they have, or zero.
    private static let latin: [UInt8] = {
        let pairs: [(String, String)] = [
            ("АВЕЅІЈКМНОРСТУХԚԜҮаеѕіјорсухһԁԛԝѵӏЁё", "ABESIJKMHOPCTYXQWYaesijopcyxhdqwvlEe"),
            ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαινρυϲϳ", "ABEZHIKMNOPTYXoaivpucj"),
        ]
        var table = [UInt8](repeating: 0, count: 0x530 - 0x370)
        for (letters, shapes) in pairs {
            for (letter, shape) in zip(letters.unicodeScalars, shapes.utf8) { table[Int(letter.value) - 0x370] = shape }
        }
        return table
    }()
}
