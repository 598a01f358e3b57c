/// Which parts of a slice a view is opened over.
enum Regions {
    /// Escapes that are no further apart share a region, in cells.
    private static let maxGapCells = 4
    /// What a region takes in around its escapes, in bytes: room for a key and a boundary.
    static let margin = 128
    /// How far a region's edge moves outward to the end of the word that it would cut, in bytes.
    private static let maxWordBytes = 4096

    /// All marks of the cells over a range.
    static func marks(_ cells: UnsafeMutablePointer<UInt8>, _ range: Range<Int>) -> UInt8 {
        var seen: UInt8 = 0
        let last = (range.upperBound + Kernels.cellBytes - 1) / Kernels.cellBytes
        for cell in range.lowerBound / Kernels.cellBytes..<max(last, range.lowerBound / Kernels.cellBytes) {
            seen |= cells[cell]
        }
        return seen
    }

    /// Regions around the cells in which a decoder's escapes begin, in ascending order and apart from each other.
    static func around(
        _ decoder: any ViewDecoder.Type, cells: UnsafeMutablePointer<UInt8>, in range: Range<Int>, text: Text
    ) -> [Range<Int>] {
        var regions: [Range<Int>] = []
        let first = range.lowerBound / Kernels.cellBytes
        let last = (range.upperBound + Kernels.cellBytes - 1) / Kernels.cellBytes
        let mark = decoder.mark
        func isOpen(_ cell: Int) -> Bool {
            guard cells[cell] & mark != 0 else { return false }
            let start = cell * Kernels.cellBytes
            return decoder.opens(text, from: start, to: min(text.count, start + Kernels.cellBytes))
        }
        var cell = first
        while cell < last {
            guard isOpen(cell) else {
                cell += 1
                continue
            }
            var end = cell + 1
            var next = end
            while next < last, next - end <= maxGapCells {
                next += 1
                if isOpen(next - 1) { end = next }
            }
            let low = wordStart(text, max(0, cell * Kernels.cellBytes - margin))
            let high = wordEnd(text, min(text.count, end * Kernels.cellBytes + margin))
            if let previous = regions.last, low <= previous.upperBound {
                regions[regions.count - 1] = previous.lowerBound..<max(high, previous.upperBound)
            } else {
                regions.append(low..<high)
            }
            cell = end
        }
        return regions
    }

    private static func wordStart(_ text: Text, _ from: Int) -> Int {
        var at = from
        let floor = max(0, from - maxWordBytes)
        while at > floor, !isEdge(text[at - 1]) { at -= 1 }
        return at
    }

    private static func wordEnd(_ text: Text, _ from: Int) -> Int {
        var at = from
        let ceiling = min(text.count, from + maxWordBytes)
        while at < ceiling, !isEdge(text[at]) { at += 1 }
        return at
    }

    private static func isEdge(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x22 }
}

// MARK: - Sets of regions

extension Regions {
    /// Ranges in ascending order, those that touch or overlap made one.
    static func united(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Whether one of the united ranges holds all of `range`.
    static func covers(_ united: [Range<Int>], _ range: Range<Int>) -> Bool {
        var low = 0
        var high = united.count
        while low < high {
            let middle = (low + high) / 2
            if united[middle].lowerBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low > 0 && united[low - 1].upperBound >= range.upperBound
    }
}
