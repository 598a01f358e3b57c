/// What a service's keys are made of, as a rule writes it: `hex:32`, `alnum:20-40`, `uuid`.
struct ValueForm: Sendable, Hashable {
    /// The bytes that may stand in a value.
    enum Alphabet: String, Sendable, CaseIterable {
        case digits
        /// Either case.
        case hex
        /// Either case, with or without `0x` in front, which the length doesn't count.
        case hex0x
        /// Capitals and digits.
        case upper
        case alnum
        /// Letters, digits, `-` and `_`.
        case base64url
        /// Letters, digits, `+`, `/`, and `=` at the end.
        case base64
        /// Letters, digits, `-`, `_`, `.`, `+`, `/`, and `=` at the end.
        case dotted
        /// 8-4-4-4-12 letters and digits.
        case uuid
    }

    let alphabet: Alphabet
    /// Bytes of a value.
    let lengths: ClosedRange<Int>

    /// Longest value, in bytes.
    static let maxBytes = 1280
    /// Shortest value, in bytes: below it a form says nothing.
    static let minBytes = 8

    /// Makes a form of its parts.
    init(alphabet: Alphabet, lengths: ClosedRange<Int>) {
        self.alphabet = alphabet
        self.lengths = lengths
    }

    /// Reads one form; nil if it isn't one.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, let alphabet = Alphabet(rawValue: String(name)) else { return nil }
        self.alphabet = alphabet
        if alphabet == .uuid {
            guard parts.count == 1 else { return nil }
            lengths = 36...36
            return
        }
        guard parts.count == 2 else { return nil }
        let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
            low >= Self.minBytes, low <= high, high <= Self.maxBytes
        else { return nil }
        lengths = low...high
    }

    /// Reads a blank-separated list; nil if one is no form or there is none.
    static func list(_ text: some StringProtocol) -> [ValueForm]? {
        var forms: [ValueForm] = []
        for part in text.split(separator: " ") {
            guard let form = ValueForm(part) else { return nil }
            forms.append(form)
        }
        return forms.isEmpty ? nil : forms
    }

    /// The part of a value that has this form, or nil.
    func part(of value: ValueSpans, _ text: Text) -> Range<Int>? {
        let range: Range<Int>
        switch alphabet {
        case .digits, .hex, .hex0x, .upper, .alnum:
            guard value.standsAlone else { return nil }
            range = value.alnum
        case .base64url: range = value.dashed
        case .base64, .dotted: range = value.full
        case .uuid: return value.uuid
        }
        guard alphabet == .hex0x || lengths.contains(range.count),
            value.uuid == nil || alphabet == .base64url || alphabet == .dotted
        else {
            return nil
        }
        switch alphabet {
        case .alnum, .base64url, .dotted, .uuid: return range
        case .digits: return range.allSatisfy { isASCIIDigit(text[$0]) } ? range : nil
        case .hex: return range.allSatisfy { hexValue(text[$0]) != nil } ? range : nil
        case .hex0x:
            let digits = text.at(range.lowerBound + 1) | 0x20 == UInt8(ascii: "x") ? range.dropFirst(2) : range
            return lengths.contains(digits.count) && digits.allSatisfy { hexValue(text[$0]) != nil } ? range : nil
        case .upper: return range.allSatisfy { !ByteSet.lower.contains(text[$0]) } ? range : nil
        case .base64:
            return range.allSatisfy { Base64.sextet(text[$0]) != nil || text[$0] == UInt8(ascii: "=") } ? range : nil
        }
    }
}

/// A value as far as each alphabet takes it.
struct ValueSpans {
    /// Letters and digits.
    var alnum: Range<Int>
    /// With `-` and `_`.
    var dashed: Range<Int>
    /// With `+`, `/`, `.`, `~`, and `=` at the end.
    var full: Range<Int>
    /// 8-4-4-4-12 letters and digits, where that is what stands there.
    var uuid: Range<Int>?
    /// Nothing but words is joined to the letters and digits by `-` or `_`: `sk_live_...`, but not a part of a longer value.
    var standsAlone: Bool

    /// Most bytes that a value is followed over.
    private static let maxReach = ValueForm.maxBytes + 1

    /// The value around a run of letters and digits, not before `floor`.
    init(_ text: Text, around run: Range<Int>, floor: Int) {
        alnum = run
        var low = run.lowerBound
        var high = run.upperBound
        let ceiling = min(text.count, run.lowerBound + Self.maxReach)
        while low > floor, Self.isDashed(text[low - 1]) { low -= 1 }
        while high < ceiling, Self.isDashed(text[high]) { high += 1 }
        dashed = Self.trimmed(text, low..<high)
        standsAlone = dashed.allSatisfy { run.contains($0) || !isASCIIDigit(text[$0]) }
        uuid = Self.uuid(text, at: dashed.lowerBound) ?? Self.uuid(text, at: run.lowerBound)
        while low > floor, Self.isFull(text[low - 1]) { low -= 1 }
        while high < ceiling, Self.isFull(text[high]) { high += 1 }
        var end = Self.trimmed(text, low..<high)
        if end.upperBound == high {
            while high < ceiling, high - end.upperBound < 3, text[high] == UInt8(ascii: "=") { high += 1 }
            end = end.lowerBound..<high
        }
        full = end
    }

    /// Without what ends a sentence or begins an option.
    private static func trimmed(_ text: Text, _ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, text[low] == UInt8(ascii: "-") || text[low] == UInt8(ascii: ".") { low += 1 }
        while high > low, text[high - 1] == UInt8(ascii: ".") { high -= 1 }
        return low..<high
    }

    private static func isDashed(_ byte: UInt8) -> Bool {
        isASCIILetter(byte) || isASCIIDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isFull(_ byte: UInt8) -> Bool {
        isDashed(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "~")
    }

    /// The 8-4-4-4-12 form at `start`, with no more letters or digits behind it.
    static func uuid(_ text: Text, at start: Int) -> Range<Int>? {
        guard text.at(start + 8) == UInt8(ascii: "-"), start + 36 <= text.count else { return nil }
        for index in 0..<36 {
            let byte = text[start + index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                if byte != UInt8(ascii: "-") { return nil }
            } else if !isASCIILetter(byte), !isASCIIDigit(byte) {
                return nil
            }
        }
        let next = text.at(start + 36)
        return isASCIILetter(next) || isASCIIDigit(next) ? nil : start..<start + 36
    }
}
