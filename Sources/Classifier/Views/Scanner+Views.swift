import Primitives

/// A decoder of one encoding, opened over a region that its own anchor found.
///
/// To add a view: a mark or run that opens it, a decoder that writes a `ViewText`, a line in `Scanner.openViews`.
protocol ViewDecoder {
    static var kind: ViewKind { get }
    /// Writes the region's decoded bytes; bytes that are no escape of this encoding are copied.
    static func decode(_ text: Text, _ region: Range<Int>, into view: inout ViewText)
}

extension Scanner {
    /// Decodes what looks encoded in a slice, and scans it.
    mutating func openViews(_ slice: Slice, tokenRuns: [Range<Int>]) {
        guard slice.depth <= limits.maxViewDepth else { return }
        let text = slice.text
        let area = slice.hits.lowerBound..<cellArea(slice)
        let escapes = Regions.around(ViewMark.backslash, cells: scratch.cells, in: area, text: text)
        let percents = Regions.around(ViewMark.percent, cells: scratch.cells, in: area, text: text)
        for region in escapes { open(JSONStringView.self, region, slice) }
        for region in percents where PercentView.hasEscape(text, region) { open(PercentView.self, region, slice) }
        for run in tokenRuns where !isCovered(run, by: escapes, text) { openTokens(run, slice) }
    }

    /// Marks cells past the hits as far as escapes go on, so that a value that begins here is decoded to its end.
    private func cellArea(_ slice: Slice) -> Int {
        let text = slice.text
        var end = min(slice.hits.upperBound, text.count)
        // Cells are 64 bytes; stop after four without an escape, as a region would.
        var at = end
        while at < text.count, at - end <= 4 * Kernels.cellBytes {
            let byte = text[at]
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") {
                let cell = at / Kernels.cellBytes
                if cell >= Scratch.cellCount { break }
                if cell > (slice.hits.upperBound - 1) / Kernels.cellBytes, end <= cell * Kernels.cellBytes {
                    scratch.cells[cell] = 0
                }
                scratch.cells[cell] |= byte == UInt8(ascii: "%") ? ViewMark.percent : ViewMark.backslash
                end = at + 1
            }
            at += 1
        }
        return end
    }

    /// Whether a run lies in an escaped region, whose view will come upon it again.
    private func isCovered(_ run: Range<Int>, by regions: [Range<Int>], _ text: Text) -> Bool {
        regions.contains { $0.lowerBound <= run.lowerBound && run.upperBound <= $0.upperBound }
    }

    private mutating func open(_ decoder: (some ViewDecoder).Type, _ region: Range<Int>, _ slice: Slice) {
        guard payForView(region.count) else { return }
        var view = ViewText(start: region.lowerBound, hits: slice.hits)
        decoder.decode(slice.text, region, into: &view)
        scan(view, decoder.kind, slice)
    }

    private mutating func openTokens(_ run: Range<Int>, _ slice: Slice) {
        guard let kind = TokenView.kind(slice.text, run) else { return }
        guard payForView(run.count + TokenView.margin * 2) else { return }
        var view = ViewText(start: max(0, run.lowerBound - TokenView.margin), hits: slice.hits)
        guard TokenView.decode(slice.text, run, kind, into: &view) else { return }
        scan(view, kind, slice)
    }

    private mutating func scan(_ view: ViewText, _ kind: ViewKind, _ slice: Slice) {
        guard view.hasChanged, !view.ownedHits.isEmpty else { return }
        if slice.depth + 1 > limits.maxViewDepth {
            note(.views)
            return
        }
        let frame = ViewFrame(kind: kind, map: view.map, within: slice)
        view.bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            let text = Text(base: base, count: raw.count)
            scan(Slice(text: text, hits: view.ownedHits, origin: 0, frame: frame))
        }
    }

    private mutating func payForView(_ bytes: Int) -> Bool {
        work.viewBytes += bytes
        if work.viewBytes > limits.maxViewBytesPerBlock {
            note(.views)
            return false
        }
        return true
    }
}
