/// A run of base64 or hexadecimal, also over several lines of the same length.
struct TokenRun {
    /// The run's parts in the text, one a line.
    private(set) var pieces: [Range<Int>]
    /// For each piece, how many bytes of the run lie before it.
    private var starts: [Int] = [0]
    /// Bytes of all pieces.
    private(set) var count: Int

    init(_ range: Range<Int>) {
        pieces = [range]
        count = range.count
    }

    var lowerBound: Int { pieces[0].lowerBound }
    var upperBound: Int { pieces[pieces.count - 1].upperBound }

    private mutating func append(_ range: Range<Int>) {
        pieces.append(range)
        starts.append(count)
        count += range.count
    }

    /// Reads on from one byte of a run.
    struct Cursor {
        private let run: TokenRun
        private var piece: Int
        private(set) var position: Int

        init(_ run: TokenRun, at index: Int) {
            self.run = run
            var low = 0
            var high = run.pieces.count
            while low < high {
                let middle = (low + high) / 2
                if run.starts[middle] <= index { low = middle + 1 } else { high = middle }
            }
            piece = low - 1
            position = run.pieces[piece].lowerBound + index - run.starts[piece]
            normalise()
        }

        /// The place of this byte in the text; steps on. Precondition: the run has one more.
        mutating func next() -> Int {
            let at = position
            position += 1
            normalise()
            return at
        }

        private mutating func normalise() {
            while position >= run.pieces[piece].upperBound, piece + 1 < run.pieces.count {
                piece += 1
                position = run.pieces[piece].lowerBound
            }
        }
    }

    // MARK: - Lines

    /// Shortest line that counts as one of a wrapped run, in bytes.
    private static let minLineBytes = 40
    /// What may stand between two lines besides the break: indentation, quote marks, a string's quotes.
    private static let maxIndentBytes = 64
    private static let maxLineEndBytes = 6
    private static let minLastLineBytes = 2

    /// The runs of a slice that may hold something, those that overlap or go on over line breaks joined.
    static func join(_ text: Text, _ ranges: [Range<Int>]) -> [TokenRun] {
        var runs: [TokenRun] = []
        var covered = 0
        var index = 0
        while index < ranges.count {
            var range = ranges[index]
            index += 1
            while index < ranges.count, ranges[index].lowerBound <= range.upperBound {
                range =
                    min(range.lowerBound, ranges[index].lowerBound)..<max(range.upperBound, ranges[index].upperBound)
                index += 1
            }
            if range.upperBound <= covered { continue }
            let width = range.count
            var next =
                width >= minLineBytes && width % 4 == 0 ? nextLine(text, after: range.upperBound, width: width) : nil
            if next == nil, !TokenFilter.fits(text, range), Containers.zlibStart(text, at: range.lowerBound) == nil {
                continue
            }
            var run = TokenRun(range)
            while let line = next {
                run.append(line)
                next = line.count == width ? nextLine(text, after: line.upperBound, width: width) : nil
            }
            covered = run.upperBound
            runs.append(run)
        }
        return runs
    }

    private static func nextLine(_ text: Text, after end: Int, width: Int) -> Range<Int>? {
        var at = end
        // A backslash or plus joins lines of source code.
        while at < end + maxLineEndBytes,
            isFiller(text.at(at)) || text.at(at) == UInt8(ascii: "\\") || text.at(at) == UInt8(ascii: "+")
        { at += 1 }
        if text.at(at) == 0x0D { at += 1 }
        guard text.at(at) == 0x0A else { return nil }
        at += 1
        let line = at
        while at < line + maxIndentBytes, isFiller(text.at(at)) { at += 1 }
        let start = at
        while at < text.count, at - start <= width, Kernels.isTokenByte(text[at]) { at += 1 }
        guard at - start >= minLastLineBytes, at - start <= width else { return nil }
        // A last line is a line of its own; a word at the start of ordinary text is not.
        if at - start < width, !endsLine(text.at(at)) { return nil }
        return start..<at
    }

    private static func isFiller(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "#"),
            UInt8(ascii: "*"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    private static func endsLine(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "=") || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
            || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "`")
    }
}
