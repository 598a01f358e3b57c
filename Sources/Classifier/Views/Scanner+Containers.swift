import Primitives

extension Scanner {
    mutating func open(_ container: Container, _ slice: Slice) {
        let text = slice.text
        let start = container.start
        switch container.kind {
        case .pem:
            guard payForView(TokenView.margin) else { return }
            var view = ViewText(start: max(0, start - TokenView.margin), hits: slice.hits)
            view.copy(text, max(0, start - TokenView.margin)..<start)
            let end = PEMView.decode(text, start, into: &view)
            guard payForView(end - start) else { return }
            view.copy(text, end..<min(text.count, end + TokenView.margin))
            // Escapes in it are resolved in a view of their own, in which this one opens.
            scan(view, PEMView.kind, slice, closed: .max)
        case .hexList:
            var view = ViewText(start: max(0, start - 4 - TokenView.margin), hits: slice.hits)
            HexListView.decode(text, start, into: &view)
            guard payForView(view.map.originalEnd - start) else { return }
            scan(view, HexListView.kind, slice, closed: 0)
        case .base64, .hex: read(container, slice)
        }
    }

    /// Reads compressed data; in the input itself it may go on in later blocks.
    private mutating func read(_ container: Container, _ slice: Slice) {
        let isInput = slice.frame == nil
        let start = container.start + (isInput ? slice.origin : 0)
        if let held, start < held.end { return }
        var reader = ContainerReader(isHex: container.kind == .hex, start: start, limit: limits.maxContainerBytes)
        if isInput {
            reader.read(slice.text, container.start..<slice.hits.upperBound, origin: slice.origin)
            if !reader.isDone {
                if held == nil { held = reader }
                return
            }
            inflate(reader, parent: nil)
        } else {
            reader.read(slice.text, container.start..<slice.text.count, origin: 0)
            reader.finish()
            inflate(reader, parent: slice)
        }
    }

    /// Reads on in a container that earlier blocks began. Called with each block before it is scanned.
    mutating func continueHeld(_ slice: Slice) {
        guard var reader = held else { return }
        reader.read(slice.text, slice.hits, origin: slice.origin)
        held = reader.isDone ? nil : reader
        if reader.isDone { inflate(reader, parent: nil, isHeld: true) }
    }

    /// Ends a container at the end of the input.
    mutating func finishHeld() {
        guard var reader = held else { return }
        held = nil
        reader.finish()
        work = Work()
        inflate(reader, parent: nil, isHeld: true)
    }

    /// Decompresses what was read and scans it. A finding's span is the whole container: no part of it encodes the value alone.
    private mutating func inflate(_ reader: ContainerReader, parent: Slice?, isHeld: Bool = false) {
        if reader.isOverlong { note(.views) }
        guard reader.bytes.count >= Self.minContainerBytes else { return }
        let depth = parent?.depth ?? 0
        guard depth + 2 <= limits.maxViewDepth else {
            note(.views)
            return
        }
        let allowed =
            limits.maxInflatedBytesPerBlock - work.inflatedBytes
            + (isHeld ? reader.bytes.count * Self.heldAllowance : 0)
        let limit = min(max(0, allowed), reader.bytes.count * limits.maxInflationRatio)
        guard let output = Inflate.container(reader.bytes, limit: limit) else { return }
        work.inflatedBytes += output.bytes.count
        if output.end == .limit { note(.views) }
        // A few bytes come out of anything that merely begins like a header.
        guard output.end != .damaged || output.bytes.count >= Self.minDamagedBytes, !output.bytes.isEmpty else {
            return
        }
        var map = OffsetMap(originalStart: reader.start)
        map.appendReplaced(decoded: reader.bytes.count, original: reader.end - reader.start)
        let kind = reader.isHex ? TokenView.hex : TokenView.base64
        let outer: ViewFrame
        if let parent {
            outer = ViewFrame(kind: kind, map: map, within: parent, closed: 0)
        } else {
            outer = ViewFrame(kind: kind, map: map, parent: nil, closed: 0)
        }
        var inner = OffsetMap()
        inner.appendReplaced(decoded: output.bytes.count, original: reader.bytes.count)
        let isGzip = reader.bytes[0] == 0x1F
        let frame = ViewFrame(
            kind: isGzip ? Containers.gzip : Containers.zlib, map: inner, parent: outer, closed: 0)
        scanBlocks(output.bytes, frame)
    }

    /// Shortest container that is opened, and least output of a damaged one that is scanned, in bytes.
    private static let minContainerBytes = 11
    private static let minDamagedBytes = 32
    /// Decompressed bytes allowed for each byte of a container that was held over several blocks.
    private static let heldAllowance = 8

    /// Scans decompressed bytes in blocks as the input is, each with a block's budget.
    private mutating func scanBlocks(_ bytes: [UInt8], _ frame: ViewFrame) {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            for block in stride(from: 0, to: raw.count, by: Self.blockBytes) {
                let start = max(0, block - Self.maxLookBack)
                let end = min(raw.count, block + Self.blockBytes + Self.lookAhead)
                let hits = block - start..<min(block + Self.blockBytes, raw.count) - start
                let spent = work
                work.windows = 0
                work.regexBytes = 0
                scan(Slice(text: Text(base: base + start, count: end - start), hits: hits, origin: start, frame: frame))
                work.windows = max(work.windows, spent.windows)
                work.regexBytes = max(work.regexBytes, spent.regexBytes)
            }
        }
    }
}
