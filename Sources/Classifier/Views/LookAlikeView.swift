import Primitives

/// Text whose ASCII is disguised or broken up by other characters: invisible ones within a word, full-width and mathematical
/// letters, digits of other scripts, ligatures, Cyrillic and Greek letters in an otherwise ASCII word, typographic dashes,
/// blanks and quotes where a value begins or goes on.
///
/// From the Unicode Character Database's compatibility decompositions and the skeletons of UTS #39. Text in other
/// scripts opens no view by itself: a character counts only where it touches ASCII as such tricks do.
enum LookAlikeView: ViewDecoder {
    static let kind = ViewKind(rawValue: "lookalike")
    static let mark = ViewMark.high

    static func next(_ text: Text, from: Int, to: Int) -> Int? {
        var at = from
        while at < to {
            guard text[at] >= 0x80 else {
                at += 1
                continue
            }
            guard let (scalar, length) = UTF8Scalar.read(text, at) else {
                at += 1
                continue
            }
            if LookAlikes.class(of: scalar) != .other, tricks(text, at, length, scalar) { return at }
            at += length
        }
        return nil
    }

    /// In a view that is open every look-alike is resolved, but letters of other scripts in words of their own.
    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText) {
        var plain = region.lowerBound
        var at = plain
        while at < region.upperBound {
            guard text[at] >= 0x80, let (scalar, length) = UTF8Scalar.read(text, at), at + length <= region.upperBound
            else {
                at += 1
                continue
            }
            let place = LookAlikes.class(of: scalar)
            let isKept = place == .other || place == .letter && !isInASCIIWord(text, at, length)
            guard !isKept else {
                at += length
                continue
            }
            view.copy(text, plain..<at)
            if place == .invisible {
                view.skip(original: length)
            } else {
                view.replace(original: length, with: LookAlikes.ascii(scalar))
            }
            at += length
            plain = at
        }
        view.copy(text, plain..<region.upperBound)
    }

    static func replace(_ text: Text, at: Int, end: Int, into view: inout ViewText) -> Int { 0 }

    /// Whether a character stands where it makes a difference to what the bytes around it are.
    private static func tricks(_ text: Text, _ at: Int, _ length: Int, _ scalar: UInt32) -> Bool {
        let before = text.at(at - 1)
        let after = text.at(at + length)
        switch LookAlikes.class(of: scalar) {
        case .invisible:
            return isWordByte(before) && (isWordByte(after) || isWordByte(behindInvisible(text, at + length)))
        case .wide: return true
        case .widePunctuation: return isWordByte(before) && (isWordByte(after) || after == 0x20)
        case .letter: return isWordByte(before) || isWordByte(after)
        case .digit:
            guard let (second, _) = UTF8Scalar.read(text, at + length) else { return false }
            return LookAlikes.class(of: second) == .digit
        case .dash: return isASCIIDigit(before) && isASCIIDigit(after)
        case .blank: return isASCIIDigit(before) && isASCIIDigit(after) || isSign(before)
        case .quote: return isSign(before) || before == 0x20 && isSign(text.at(at - 2))
        case .other: return false
        }
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=") }

    /// The first byte behind a row of invisible characters.
    private static func behindInvisible(_ text: Text, _ start: Int) -> UInt8 {
        var at = start
        for _ in 0..<maxRow {
            guard let (scalar, length) = UTF8Scalar.read(text, at), LookAlikes.class(of: scalar) == .invisible else {
                break
            }
            at += length
        }
        return text.at(at)
    }

    /// Characters in a row that are looked over.
    private static let maxRow = 32

    /// Whether a row of letters that look Latin touches an ASCII letter or digit.
    private static func isInASCIIWord(_ text: Text, _ start: Int, _ length: Int) -> Bool {
        if isWordByte(text.at(start - 1)) || isWordByte(text.at(start + length)) { return true }
        var at = start + length
        for _ in 0..<maxRow {
            guard let (scalar, size) = UTF8Scalar.read(text, at), LookAlikes.class(of: scalar) == .letter else { break }
            at += size
        }
        if isWordByte(text.at(at)) { return true }
        at = start
        for _ in 0..<maxRow {
            // All letters that look Latin take two bytes.
            guard at >= 2, let (scalar, size) = UTF8Scalar.read(text, at - 2), size == 2,
                LookAlikes.class(of: scalar) == .letter
            else { break }
            at -= 2
        }
        return isWordByte(text.at(at - 1))
    }
}

/// Reading one character of UTF-8 (RFC 3629).
enum UTF8Scalar {
    /// The scalar that begins at `at` and its length; nil for ASCII and for what is not UTF-8.
    static func read(_ text: Text, _ at: Int) -> (scalar: UInt32, length: Int)? {
        let first = text.at(at)
        let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, at + length <= text.count else { return nil }
        var scalar = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for index in 1..<length {
            guard text[at + index] & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(text[at + index] & 0x3F)
        }
        return (scalar, length)
    }
}
