import Primitives

/// Decoded bytes while a decoder writes them, with the map back.
struct ViewText {
    private(set) var bytes: [UInt8] = []
    private(set) var map: OffsetMap
    /// Whether anything was decoded at all; an unchanged copy need not be scanned again.
    private(set) var hasChanged = false
    /// Where decoded bytes of the owner's hits begin and end.
    private(set) var hits: Range<Int> = 0..<0
    private let ownHits: Range<Int>
    private var hitStart: Int?
    private var hitEnd: Int?

    /// A view of what begins at `start` of the slice, whose anchors must begin within `hits` of it to count.
    init(start: Int, hits: Range<Int>) {
        map = OffsetMap(originalStart: start)
        ownHits = hits
    }

    /// Copies bytes as they are.
    mutating func copy(_ text: Text, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        note(range.lowerBound, decoded: bytes.count)
        for edge in [ownHits.lowerBound, ownHits.upperBound] where range.contains(edge) {
            note(edge, decoded: bytes.count + edge - range.lowerBound)
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: text.base + range.lowerBound, count: range.count))
        map.appendIdentity(range.count)
    }

    /// Writes what `original` bytes of the slice stand for.
    mutating func replace(original: Int, with decoded: some Collection<UInt8>) {
        note(map.originalEnd, decoded: bytes.count)
        bytes.append(contentsOf: decoded)
        map.appendReplaced(decoded: decoded.count, original: original)
        hasChanged = true
    }

    private mutating func note(_ original: Int, decoded: Int) {
        if hitStart == nil, original >= ownHits.lowerBound { hitStart = decoded }
        if hitEnd == nil, original >= ownHits.upperBound { hitEnd = decoded }
    }

    /// The decoded range whose anchors are this slice's to report.
    var ownedHits: Range<Int> {
        let start = hitStart ?? bytes.count
        return start..<max(start, hitEnd ?? bytes.count)
    }
}
