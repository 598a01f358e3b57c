extension OffsetMap {
    /// Adds the runs of a map over the bytes that follow. Precondition: `next` begins where this map's original ends.
    public mutating func append(_ next: OffsetMap) {
        for index in next.runs.indices {
            let run = next.runs[index]
            let end = next.end(ofRun: index)
            precondition(run.original == originalEnd, "the maps do not meet")
            if run.isIdentity {
                appendIdentity(end.decoded - run.decoded)
            } else {
                appendReplaced(decoded: end.decoded - run.decoded, original: end.original - run.original)
            }
        }
    }

    /// The map through both: this one leads from a text to offsets in a middle text, `outer` from the middle text to its original.
    ///
    /// Where a run of this map ends inside a replaced run of `outer`, the whole replaced run is charged to the part before the cut.
    /// Precondition: `outer` covers every offset that this map leads to.
    public func composed(with outer: OffsetMap) -> OffsetMap {
        let start = runs.first?.original ?? originalEnd
        var result = OffsetMap(originalStart: outer.original(of: ByteSpan(start: start, end: start)).start)
        var at = outer.runs.partitioningIndex(decodedAfter: start) - 1
        for index in runs.indices {
            let run = runs[index]
            let end = end(ofRun: index)
            guard run.isIdentity else {
                let covered = outer.original(of: ByteSpan(start: run.original, end: end.original))
                result.appendReplaced(
                    decoded: end.decoded - run.decoded, original: max(0, covered.end - result.originalEnd))
                continue
            }
            var middle = run.original
            while middle < end.original {
                while at + 1 < outer.runs.count, at < 0 || outer.end(ofRun: at).decoded <= middle { at += 1 }
                let outerEnd = outer.end(ofRun: at)
                let count = min(outerEnd.decoded, end.original) - middle
                if outer.runs[at].isIdentity {
                    result.appendIdentity(count)
                } else {
                    result.appendReplaced(decoded: count, original: max(0, outerEnd.original - result.originalEnd))
                }
                middle += count
            }
        }
        return result
    }

    private func end(ofRun index: Int) -> (decoded: Int, original: Int) {
        index + 1 < runs.count ? (runs[index + 1].decoded, runs[index + 1].original) : (decodedCount, originalEnd)
    }
}

extension [OffsetMap.Run] {
    /// Index of the first run that begins after `offset` in the decoded text.
    fileprivate func partitioningIndex(decodedAfter offset: Int) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].decoded <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
