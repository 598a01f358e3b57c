/// Keys that stand apart from their values: of arrays, column lists and header lines.
extension KeyFinder {
    // MARK: - Arrays

    /// The key of the array that the value is an element of: `"ssns": ["...", "VALUE"]`.
    static func element(_ text: Text, _ value: Int, _ work: inout Int) -> Range<Int>? {
        var at = value
        let floor = max(0, value - maxLookBack)
        var depth = 0
        while at > floor {
            at -= 1
            switch text[at] {
            case 0x0A where !goesOn(text, at): return nil
            case UInt8(ascii: "]"): depth += 1
            case UInt8(ascii: "["):
                if depth == 0 {
                    work += value - at
                    return arrayKey(text, at)
                }
                depth -= 1
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: ")"):
                if depth == 0 {
                    work += value - at
                    return nil
                }
            default: break
            }
        }
        work += value - at
        return nil
    }

    /// Whether a list goes on over a line break: the line ends in a comma or an opening bracket.
    private static func goesOn(_ text: Text, _ lineBreak: Int) -> Bool {
        var at = lineBreak
        while at > max(0, lineBreak - 16), text[at - 1] <= 0x20 { at -= 1 }
        let byte = text.at(at - 1)
        return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(")
    }

    private static func arrayKey(_ text: Text, _ bracket: Int) -> Range<Int>? {
        var at = bracket
        let floor = max(0, bracket - 16)
        var hasSign = false
        while at > floor {
            let byte = text[at - 1]
            if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=") {
                hasSign = true
            } else if !(byte <= 0x20 || isQuote(byte) || byte == UInt8(ascii: "\\")) {
                break
            }
            at -= 1
        }
        return hasSign ? word(text, end: at) : nil
    }

    // MARK: - Columns

    /// The name of the value's column: of the list before `VALUES`, or of the header line of a table with separators.
    static func column(_ text: Text, _ value: Int, _ work: inout Int) -> Range<Int>? {
        insertColumn(text, value, &work) ?? headerColumn(text, value, &work)
    }

    /// Most columns that are counted.
    private static let maxColumns = 512

    /// Counts back to the bracket that opens the row, then on to the column list: `INSERT INTO t (a, b) VALUES (1, VALUE)`.
    private static func insertColumn(_ text: Text, _ value: Int, _ work: inout Int) -> Range<Int>? {
        let floor = max(0, value - maxLookBack)
        guard let (row, index) = rowStart(text, value, floor) else { return nil }
        work += value - row
        guard let values = valuesWord(text, row, floor) else { return nil }
        work += row - values
        var close = values
        while close > floor, text[close - 1] <= 0x20 { close -= 1 }
        guard close > floor, text[close - 1] == UInt8(ascii: ")") else { return nil }
        var open = close - 1
        while open > floor, text[open - 1] != UInt8(ascii: "(") { open -= 1 }
        guard open > floor else { return nil }
        work += close - open
        return field(text, open..<close - 1, index, separator: UInt8(ascii: ","))
    }

    /// The opening bracket of the row that the value stands in, and how many values stand before it.
    private static func rowStart(_ text: Text, _ value: Int, _ floor: Int) -> (bracket: Int, index: Int)? {
        var at = value
        var commas = 0
        var quote: UInt8?
        // The value's own opening quote.
        if at > floor, isQuote(text[at - 1]) { at -= 1 }
        while at > floor {
            at -= 1
            let byte = text[at]
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case 0x0A where !goesOn(text, at): return nil
            case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
            case UInt8(ascii: ","):
                commas += 1
                if commas > maxColumns { return nil }
            case UInt8(ascii: "("): return (at, commas)
            case UInt8(ascii: ")"), UInt8(ascii: ";"): return nil
            default: break
            }
        }
        return nil
    }

    /// Where the `VALUES` before a row begins; other rows may stand between.
    private static func valuesWord(_ text: Text, _ row: Int, _ floor: Int) -> Int? {
        var at = row
        while at - 6 >= floor {
            let byte = text[at - 1]
            if foldCase(byte) == UInt8(ascii: "s"), text.hasFolded("values", at: at - 6) { return at - 6 }
            if byte == UInt8(ascii: ";") { return nil }
            at -= 1
        }
        return nil
    }

    private static let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]

    /// The name in the header line, if the lines from there to the value's have the same number of separators.
    private static func headerColumn(_ text: Text, _ value: Int, _ work: inout Int) -> Range<Int>? {
        guard let line = lineStart(text, value), line > 0 else { return nil }
        // Lines of JSON have as many commas each and are no table.
        if text.at(line) == UInt8(ascii: "{") || text.at(line) == UInt8(ascii: "[") { return nil }
        let lineEnd = lineEnd(text, value)
        for separator in separators {
            let before = count(text, line..<value, separator)
            let all = before + count(text, value..<lineEnd, separator)
            work += lineEnd - line
            guard all > 0, all <= maxColumns else { continue }
            var header: Int?
            var at = line
            while at > 0, value - at < maxLookBack, let previous = lineStart(text, at - 1),
                value - previous <= maxLookBack
            {
                work += at - previous
                guard count(text, previous..<at - 1, separator) == all else { break }
                header = previous
                at = previous
            }
            guard let header, let name = field(text, header..<self.lineEnd(text, header), before, separator: separator)
            else { continue }
            if isHeader(text, header..<self.lineEnd(text, header), separator) { return name }
        }
        return nil
    }

    private static func lineEnd(_ text: Text, _ at: Int) -> Int {
        var end = at
        while end < min(text.count, at + maxLookBack), text[end] != 0x0A, text[end] != 0x0D { end += 1 }
        return end
    }

    /// How many separators stand outside of quotes.
    private static func count(_ text: Text, _ range: Range<Int>, _ separator: UInt8) -> Int {
        var count = 0
        var isQuoted = false
        for at in range {
            if text[at] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if text[at] == separator, !isQuoted { count += 1 }
        }
        return count
    }

    /// Whether each field is a name: no number, no address, nothing empty.
    private static func isHeader(_ text: Text, _ line: Range<Int>, _ separator: UInt8) -> Bool {
        var startsField = true
        for at in line {
            let byte = text[at]
            if byte == separator {
                if startsField { return false }
                startsField = true
            } else if startsField, byte > 0x20, !isQuote(byte) {
                guard isASCIILetter(byte) || byte >= 0x80 || byte == UInt8(ascii: "_") else { return false }
                startsField = false
            } else if byte == UInt8(ascii: "@") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "=") {
                return false
            }
        }
        return !startsField
    }

    /// The field of that index, without blanks and quotes around it.
    private static func field(_ text: Text, _ range: Range<Int>, _ index: Int, separator: UInt8) -> Range<Int>? {
        var start = range.lowerBound
        var left = index
        while left > 0 {
            guard let next = (start..<range.upperBound).first(where: { text[$0] == separator }) else { return nil }
            start = next + 1
            left -= 1
        }
        var end = (start..<range.upperBound).first { text[$0] == separator } ?? range.upperBound
        while start < end, text[start] <= 0x20 || isQuote(text[start]) { start += 1 }
        while end > start, text[end - 1] <= 0x20 || isQuote(text[end - 1]) { end -= 1 }
        return start < end && end - start <= Finding.maxKeyBytes ? start..<end : nil
    }
}
