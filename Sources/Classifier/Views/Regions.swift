/// Which parts of a slice a view is opened over.
enum Regions {
    /// Escapes that are no further apart share a region, in cells.
    private static let maxGapCells = 4
    /// What a region takes in around its escapes, in bytes: room for a key and a boundary.
    private static let margin = 128
    /// How far a region's edge moves outward to the end of the word that it would cut, in bytes.
    private static let maxWordBytes = 4096

    /// Regions around marked cells, in ascending order and apart from each other.
    static func around(
        _ mark: UInt8, cells: UnsafeMutablePointer<UInt8>, in range: Range<Int>, text: Text
    ) -> [Range<Int>] {
        var regions: [Range<Int>] = []
        let first = range.lowerBound / Kernels.cellBytes
        let last = (range.upperBound + Kernels.cellBytes - 1) / Kernels.cellBytes
        var cell = first
        while cell < last {
            guard cells[cell] & mark != 0 else {
                cell += 1
                continue
            }
            var end = cell + 1
            var next = end
            while next < last, next - end <= maxGapCells {
                next += 1
                if cells[next - 1] & mark != 0 { end = next }
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
