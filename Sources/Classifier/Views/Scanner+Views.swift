import Primitives

extension Scanner {
    /// Decodes what looks encoded in a slice, and scans it.
    mutating func openViews(_ slice: Slice, tokenRuns: [Range<Int>]) {
        guard slice.depth <= limits.maxViewDepth else { return }
        let text = slice.text
        let area = slice.hits.lowerBound..<cellArea(slice)
        let seen = Regions.marks(scratch.cells, area)
        var regions: [(decoder: Int, range: Range<Int>)] = []
        for (index, decoder) in ViewDecoders.all.enumerated() where seen & decoder.mark != 0 {
            guard slice.closedViews >> UInt16(index) & 1 == 0 else { continue }
            for range in Regions.around(decoder, cells: scratch.cells, in: area, text: text) {
                regions.append((index, range))
            }
        }
        let containers = seen & ViewMark.container == 0 ? [] : Containers.find(text, scratch.cells, in: slice.hits)
        // From here on nested scans write over the cells.
        for region in regions { open(region.decoder, region.range, slice) }
        for container in containers { open(container, slice) }
        guard !tokenRuns.isEmpty else { return }
        let covered = Regions.united(regions.map(\.range))
        for run in TokenRun.join(text, tokenRuns) {
            // What lies in a region comes up again in its view.
            if Regions.covers(covered, run.lowerBound..<run.upperBound) { continue }
            openTokens(run, slice)
        }
    }

    /// Marks cells past the hits as far as escapes go on, so that a value that begins here is decoded to its end.
    private func cellArea(_ slice: Slice) -> Int {
        let text = slice.text
        let cellBytes = Kernels.cellBytes
        var end = min(slice.hits.upperBound, text.count)
        var cleared = (end + cellBytes - 1) / cellBytes
        // Stop after four cells without an escape, as a region would.
        var at = end
        while at < text.count, at - end <= 4 * cellBytes {
            let byte = text[at]
            var mark = ViewMark.of(byte)
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=") { mark = notationMark(text, at) }
            if mark != 0 {
                let cell = at / cellBytes
                if cell >= Scratch.cellCount { break }
                while cleared <= cell {
                    scratch.cells[cleared] = 0
                    cleared += 1
                }
                scratch.cells[cell] |= mark
                end = at + 1
            }
            at += 1
        }
        return end
    }

    /// The mark of a plus or equals sign that is part of `U+00` or `=3D`.
    private func notationMark(_ text: Text, _ at: Int) -> UInt8 {
        if text[at] == UInt8(ascii: "=") {
            return text.at(at + 1) == UInt8(ascii: "3") && text.at(at + 2) == UInt8(ascii: "D") ? ViewMark.notation : 0
        }
        return text.at(at - 1) == UInt8(ascii: "U") && text.at(at + 1) == UInt8(ascii: "0") ? ViewMark.notation : 0
    }

    private mutating func open(_ index: Int, _ region: Range<Int>, _ slice: Slice) {
        guard payForView(region.count) else { return }
        let decoder = ViewDecoders.all[index]
        var view = ViewText(start: region.lowerBound, hits: slice.hits)
        decoder.decode(slice.text, region, into: &view)
        let closed = ViewDecoders.closed(slice.closedViews, behind: index, produced: view.produced)
        scan(view, decoder.kind, slice, closed: closed)
    }

    private mutating func openTokens(_ run: TokenRun, _ slice: Slice) {
        let text = slice.text
        TokenView.stretches(text, run) { stretch in
            guard payForView(run.count - stretch.start) else { return run.count }
            var view = ViewText(start: TokenView.start(of: stretch), hits: slice.hits)
            let (end, kind) = TokenView.decode(text, stretch, into: &view)
            scan(view, kind, slice, closed: 0)
            return end
        }
        if let zlib = Containers.zlibStart(text, at: run.lowerBound), slice.hits.contains(zlib) {
            open(Container(kind: .base64, start: zlib), slice)
        }
    }

    /// Scans a view; `closed` are the views, by their places in `ViewDecoders.all`, that are not opened in it.
    mutating func scan(_ view: ViewText, _ kind: ViewKind, _ slice: Slice, closed: UInt16) {
        guard view.hasChanged, !view.ownedHits.isEmpty else { return }
        if slice.depth + 1 > limits.maxViewDepth {
            note(.views)
            return
        }
        let frame = ViewFrame(kind: kind, map: view.map, within: slice, closed: closed)
        view.bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            let text = Text(base: base, count: raw.count)
            scan(Slice(text: text, hits: view.ownedHits, origin: 0, frame: frame))
        }
    }

    mutating func payForView(_ bytes: Int) -> Bool {
        work.viewBytes += bytes
        if work.viewBytes > limits.maxViewBytesPerBlock {
            note(.views)
            return false
        }
        return true
    }
}
