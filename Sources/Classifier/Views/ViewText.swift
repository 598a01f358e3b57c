import Primitives

/// Decoded bytes while a decoder writes them, with the map back.
struct ViewText {
    private(set) var bytes: [UInt8] = []
    private(set) var map: OffsetMap
    /// Whether anything was decoded at all; an unchanged copy need not be scanned again.
    private(set) var hasChanged = false
    /// The marks (`ViewMark`) of bytes that decoding brought forth: what may be encoded once more.
    private(set) var produced: UInt8 = 0
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
        if range.contains(ownHits.lowerBound) {
            note(ownHits.lowerBound, decoded: bytes.count + ownHits.lowerBound - range.lowerBound)
        }
        if range.contains(ownHits.upperBound) {
            note(ownHits.upperBound, decoded: bytes.count + ownHits.upperBound - range.lowerBound)
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: text.base + range.lowerBound, count: range.count))
        map.appendIdentity(range.count)
    }

    /// Writes what `original` bytes of the slice stand for.
    mutating func replace(original: Int, with decoded: some Collection<UInt8>) {
        note(map.originalEnd, decoded: bytes.count)
        for byte in decoded {
            bytes.append(byte)
            produced |= ViewMark.produced(by: byte)
        }
        map.appendReplaced(decoded: decoded.count, original: original)
        hasChanged = true
    }

    /// Writes one byte that `original` bytes of the slice stand for.
    @inline(__always)
    mutating func replace(original: Int, byte: UInt8) {
        note(map.originalEnd, decoded: bytes.count)
        bytes.append(byte)
        produced |= ViewMark.produced(by: byte)
        map.appendReplaced(decoded: 1, original: original)
        hasChanged = true
    }

    /// Writes up to three bytes, the highest of 24 bits first, that `original` bytes of the slice stand for.
    @inline(__always)
    mutating func replace(original: Int, bits: UInt32, count: Int) {
        note(map.originalEnd, decoded: bytes.count)
        for place in 0..<count {
            let byte = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))
            bytes.append(byte)
            produced |= ViewMark.produced(by: byte)
        }
        map.appendReplaced(decoded: count, original: original)
        hasChanged = true
    }

    /// Leaves out what stands for nothing.
    mutating func skip(original: Int) {
        guard original > 0 else { return }
        note(map.originalEnd, decoded: bytes.count)
        map.appendReplaced(decoded: 0, original: original)
        hasChanged = true
    }

    @inline(__always)
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
